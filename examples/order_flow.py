"""
A strategy that joins the side of the recent trades; `backtest.py`, `paper.py`, `testnet.py` and `live.py` run it.

Whenever a certain volume has traded it looks who pressed: the buyers or the sellers. Where one side clearly did, it
bids or offers at the touch, never paying the spread, and its position follows the pressure between long and short.
It shows how a strategy is written, not how money is made.
"""

from decimal import Decimal
from typing import NamedTuple

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AggressorSide, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price
from nautilus_trader.trading.strategy import Strategy


class OrderFlowConfig(StrategyConfig, frozen=True):
    """
    Configuration of `OrderFlow`.

    Parameters
    ----------
    instrument_id : InstrumentId
        What to trade.
    signal_id : InstrumentId, optional
        Whose trades to watch, such as the spot market's; those of the instrument itself where left out.
    quantity : Decimal
        The position held, long or short, in the base coin.
    volume : Decimal
        How much must trade between two looks, in the base coin.
    threshold : Decimal
        The least difference between bought and sold, as a part of the volume, that counts as pressure.

    """

    instrument_id: InstrumentId
    signal_id: InstrumentId | None = None
    quantity: Decimal = Decimal("0.01")
    volume: Decimal = Decimal(5)
    threshold: Decimal = Decimal("0.3")


class Decision(NamedTuple):
    """A change of mind: the side, the volume traded until then, and the price of the last trade."""

    side: OrderSide
    volume: Decimal
    price: Price


class OrderFlow(Strategy):
    """
    Follows the pressure of the recent trades with orders at the touch.

    Attributes
    ----------
    decisions : list[Decision]
        Every change of mind. They depend on the trades alone, not on what was filled; on another market's trades
        (``signal_id``) they do not even depend on the own orders.
    volume_seen : Decimal
        What has traded so far, in the base coin.

    """

    def __init__(self, config: OrderFlowConfig) -> None:
        super().__init__(config)
        self.decisions: list[Decision] = []
        self._side: OrderSide | None = None
        self.volume_seen = Decimal(0)
        self._pressure = Decimal(0)

    def on_start(self) -> None:
        """Subscribe to the book and the trades."""
        self.subscribe_order_book_deltas(self.config.instrument_id, BookType.L2_MBP, depth=50)
        self.subscribe_trade_ticks(self.config.signal_id or self.config.instrument_id)

    def on_trade_tick(self, tick: TradeTick) -> None:
        """Count a trade; look at the pressure whenever the volume is full."""
        left = tick.size.as_decimal()
        sign = 1 if tick.aggressor_side == AggressorSide.BUYER else -1
        while left:
            part = min(left, self.config.volume - self.volume_seen % self.config.volume)
            left -= part
            self.volume_seen += part
            self._pressure += sign * part
            if self.volume_seen % self.config.volume == 0:
                self._look(tick.price)

    def _look(self, price: Price) -> None:
        pressure, self._pressure = self._pressure / self.config.volume, Decimal(0)
        if abs(pressure) < self.config.threshold:
            return
        side = OrderSide.BUY if pressure > 0 else OrderSide.SELL
        if side != self._side:
            self._side = side
            self.decisions.append(Decision(side, self.volume_seen, price))
            self._join(side)

    def _join(self, side: OrderSide) -> None:
        """Replace what rests in the book by an order that turns the position to this side."""
        instrument_id = self.config.instrument_id
        self.cancel_all_orders(instrument_id)
        book = self.cache.order_book(instrument_id)
        touch = book.best_bid_price() if side == OrderSide.BUY else book.best_ask_price()
        held = self.portfolio.net_position(instrument_id) * (1 if side == OrderSide.BUY else -1)
        wanted = self.config.quantity - held
        if touch is None or wanted <= 0:
            return
        order = self.order_factory.limit(
            instrument_id=instrument_id,
            order_side=side,
            quantity=self.cache.instrument(instrument_id).make_qty(wanted),
            price=touch,
            post_only=True,
            tags=[f"decision {len(self.decisions)}"],
        )
        self.submit_order(order)

    def on_stop(self) -> None:
        """Leave nothing behind."""
        self.cancel_all_orders(self.config.instrument_id)
        self.close_all_positions(self.config.instrument_id, reduce_only=True)
