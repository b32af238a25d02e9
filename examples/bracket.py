"""
An entry with its take profit and stop loss: one bracket order, carried out until one of the two has closed it.

On a local venue (``bybit-nt sim --port 8080``)::

    python examples/bracket.py --venue http://127.0.0.1:8080

and on Bybit's testnet with BYBIT_TESTNET_API_KEY and BYBIT_TESTNET_API_SECRET set, without ``--venue``.
"""

from collections.abc import Callable
from decimal import Decimal

from nautilus_trader.config import StrategyConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import OrderSide, OrderType
from nautilus_trader.model.events import OrderEvent, OrderFilled, PositionClosed
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.orders import OrderList
from nautilus_trader.trading.strategy import Strategy
from rehearsal import rehearse

CHILDREN = ("entry", "stop loss", "take profit")


class BracketConfig(StrategyConfig, frozen=True):
    """
    Configuration of `Bracket`.

    Parameters
    ----------
    instrument_id : InstrumentId
        What to trade.
    quantity : Decimal
        How much, in the base coin.
    target_bps, stop_bps : Decimal
        How far the take profit and the stop loss are from the entry, basis points.

    """

    instrument_id: InstrumentId
    quantity: Decimal = Decimal("0.01")
    target_bps: Decimal = Decimal(1)
    stop_bps: Decimal = Decimal(1)


class Bracket(Strategy):
    """
    Buys once at market, with a take profit and a stop loss of which the first one filled cancels the other.

    Attributes
    ----------
    bracket : OrderList or None
        The entry and its two children.
    closed : PositionClosed or None
        How it ended.

    """

    def __init__(self, config: BracketConfig) -> None:
        super().__init__(config)
        self.bracket: OrderList | None = None
        self.closed: PositionClosed | None = None
        self.on_done: Callable[[], None] = lambda: None

    def on_start(self) -> None:
        """Wait for the first quote."""
        self.subscribe_quote_ticks(self.config.instrument_id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        """Enter once."""
        if self.bracket is not None:
            return
        instrument = self.cache.instrument(self.config.instrument_id)
        entry = tick.ask_price.as_decimal()
        self.bracket = self.order_factory.bracket(
            instrument_id=instrument.id,
            order_side=OrderSide.BUY,
            quantity=instrument.make_qty(self.config.quantity),
            entry_order_type=OrderType.MARKET,
            tp_price=instrument.make_price(entry * (1 + self.config.target_bps / 10_000)),
            tp_post_only=False,
            sl_trigger_price=instrument.make_price(entry * (1 - self.config.stop_bps / 10_000)),
        )
        self.submit_order_list(self.bracket)

    def on_order_event(self, event: OrderEvent) -> None:
        """Print what becomes of each of the three."""
        orders = self.bracket.orders if self.bracket is not None else []
        names = {order.client_order_id: name for order, name in zip(orders, CHILDREN, strict=False)}
        price = f" at {event.last_px}" if isinstance(event, OrderFilled) else ""
        said = type(event).__name__.removeprefix("Order").lower()
        print(f"{names.get(event.client_order_id, 'closing order')}: {said}{price}", flush=True)

    def on_position_closed(self, event: PositionClosed) -> None:
        """Say how it ended, and end."""
        self.closed = event
        self.on_done()

    def on_stop(self) -> None:
        """Leave nothing behind."""
        self.cancel_all_orders(self.config.instrument_id)
        self.close_all_positions(self.config.instrument_id, reduce_only=True)


def main() -> None:
    """Trade one bracket in BTCUSDT."""
    instrument_id = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    strategy = Bracket(BracketConfig(instrument_id=instrument_id))

    def stop_when_done(node: TradingNode) -> None:
        strategy.on_done = node.stop

    rehearse("One bracket order.", strategy, load_ids=[instrument_id], on_built=stop_when_done)
    if strategy.closed is None:
        raise SystemExit("Stopped before the bracket closed by itself.")
    print(f"Closed with {strategy.closed.realized_pnl}.")


if __name__ == "__main__":
    main()
