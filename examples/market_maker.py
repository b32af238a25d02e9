"""
A market maker: a bid and an offer around a fair price, leaned against what it holds.

On a local venue (``bybit-nt sim --port 8080``)::

    python examples/market_maker.py --venue http://127.0.0.1:8080

and on Bybit's testnet with BYBIT_TESTNET_API_KEY and BYBIT_TESTNET_API_SECRET set, without ``--venue``.
"""

from decimal import Decimal

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price
from nautilus_trader.model.orders import Order
from nautilus_trader.trading.strategy import Strategy
from rehearsal import rehearse


class MarketMakerConfig(StrategyConfig, frozen=True):
    """
    Configuration of `MarketMaker`.

    Parameters
    ----------
    instrument_id : InstrumentId
        What to make a market in.
    quantity : Decimal
        The quantity of each quote, in the base coin.
    most_held : Decimal
        The largest position either way; the side that would pass it is not quoted.
    half_spread_bps : Decimal
        How far a quote is from the fair price, basis points.
    skew_bps : Decimal
        How far the fair price is moved against a full position, basis points.
    tolerance_bps : Decimal
        How far a quote may be off before it is amended, basis points.

    """

    instrument_id: InstrumentId
    quantity: Decimal = Decimal("0.01")
    most_held: Decimal = Decimal("0.05")
    half_spread_bps: Decimal = Decimal("0.5")
    skew_bps: Decimal = Decimal("0.5")
    tolerance_bps: Decimal = Decimal("0.1")


class MarketMaker(Strategy):
    """
    Keeps one bid and one offer in the book, post-only, amended in place.

    Attributes
    ----------
    fills : list[OrderFilled]
        What was traded.

    """

    def __init__(self, config: MarketMakerConfig) -> None:
        super().__init__(config)
        self.fills: list[OrderFilled] = []

    def on_start(self) -> None:
        """Subscribe to the best prices."""
        self.subscribe_quote_ticks(self.config.instrument_id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        """Move both quotes to where they belong."""
        mid = (tick.bid_price.as_decimal() + tick.ask_price.as_decimal()) / 2
        held = self.portfolio.net_position(self.config.instrument_id)
        fair = mid * (1 - held / self.config.most_held * self.config.skew_bps / 10_000)
        away = mid * self.config.half_spread_bps / 10_000
        self._quote(OrderSide.BUY, min(fair - away, tick.bid_price.as_decimal()), held)
        self._quote(OrderSide.SELL, max(fair + away, tick.ask_price.as_decimal()), -held)

    def _quote(self, side: OrderSide, wanted: Decimal, held_this_way: Decimal) -> None:
        instrument = self.cache.instrument(self.config.instrument_id)
        price = instrument.make_price(wanted)
        working = self._working(side)
        if held_this_way + self.config.quantity > self.config.most_held:
            for order in working:
                if not order.is_pending_cancel:
                    self.cancel_order(order)
        elif not working:
            self.submit_order(
                self.order_factory.limit(
                    instrument_id=instrument.id,
                    order_side=side,
                    quantity=instrument.make_qty(self.config.quantity),
                    price=price,
                    post_only=True,
                )
            )
        elif working[0].is_open and not working[0].is_pending_update and self._is_off(working[0], price):
            self.modify_order(working[0], price=price)

    def _working(self, side: OrderSide) -> list[Order]:
        known = {"instrument_id": self.config.instrument_id, "strategy_id": self.id, "side": side}
        return [*self.cache.orders_open(**known), *self.cache.orders_inflight(**known)]

    def _is_off(self, order: Order, price: Price) -> bool:
        gap = abs(order.price.as_decimal() - price.as_decimal())
        return gap > price.as_decimal() * self.config.tolerance_bps / 10_000

    def on_order_filled(self, event: OrderFilled) -> None:
        """Remember what was traded."""
        self.fills.append(event)

    def on_stop(self) -> None:
        """Take the quotes out and close what is held."""
        self.cancel_all_orders(self.config.instrument_id)
        self.close_all_positions(self.config.instrument_id, reduce_only=True)


def main() -> None:
    """Make a market in BTCUSDT."""
    instrument_id = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    maker = MarketMaker(MarketMakerConfig(instrument_id=instrument_id))
    rehearse("A market maker.", maker, load_ids=[instrument_id])
    bought = sum(fill.last_qty.as_decimal() for fill in maker.fills if fill.order_side == OrderSide.BUY)
    sold = sum(fill.last_qty.as_decimal() for fill in maker.fills if fill.order_side == OrderSide.SELL)
    fees = sum(fill.commission.as_decimal() for fill in maker.fills)
    print(f"Bought {bought} and sold {sold} in {len(maker.fills)} fills, fees {fees:.4f} USDT.")


if __name__ == "__main__":
    main()
