"""A round trip in four legs: buy and sell through SMART_LIMIT, then buy and sell at market."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from nautilus_trader.config import PositiveFloat, StrategyConfig
from nautilus_trader.model.data import OrderBookDeltas
from nautilus_trader.model.enums import BookType, OrderSide, TimeInForce
from nautilus_trader.model.events import OrderEvent, OrderFilled
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId
from nautilus_trader.trading.strategy import Strategy

from nautilus_bybit_adapter.nt1.warden_feed import feed
from nautilus_bybit_adapter.warden import FastWarden, Forecast, Side, forecast

SMART_LIMIT = ExecAlgorithmId("SMART_LIMIT")
BPS = Decimal(10_000)


class RoundTripConfig(StrategyConfig, frozen=True):
    """
    Configuration of `RoundTrip`.

    Parameters
    ----------
    instrument_id : InstrumentId
        What is traded.
    quantity : Decimal
        Base quantity of each leg.
    horizon_secs : PositiveFloat, default 8.0
        How long a smart limit waits in the book before it crosses, seconds.

    """

    instrument_id: InstrumentId
    quantity: Decimal
    horizon_secs: PositiveFloat = 8.0


@dataclass(slots=True)
class Leg:
    """One order of the round trip and what became of it."""

    side: OrderSide
    smart: bool
    arrival_mid: Decimal = Decimal(0)
    forecast: Forecast | None = None
    fills: list[OrderFilled] = field(default_factory=list)

    @property
    def quantity(self) -> Decimal:
        """The base quantity filled."""
        return sum((fill.last_qty.as_decimal() for fill in self.fills), Decimal(0))

    @property
    def value(self) -> Decimal:
        """The quote value traded."""
        return sum(
            (fill.last_qty.as_decimal() * fill.last_px.as_decimal() for fill in self.fills), Decimal(0)
        )

    @property
    def fees(self) -> Decimal:
        """The fees paid, in the quote currency."""
        return sum((fill.commission.as_decimal() for fill in self.fills), Decimal(0))

    @property
    def average_price(self) -> Decimal:
        """The average price of the fills."""
        return self.value / self.quantity

    @property
    def slippage_bps(self) -> Decimal:
        """What the fills cost against the mid price at arrival, basis points."""
        sign = 1 if self.side == OrderSide.BUY else -1
        return sign * (self.average_price - self.arrival_mid) / self.arrival_mid * BPS

    @property
    def fee_bps(self) -> Decimal:
        """The fees as basis points of the value traded."""
        return self.fees / self.value * BPS


class RoundTrip(Strategy):
    """
    Trades its four legs one after the other and stops flat.

    Parameters
    ----------
    config : RoundTripConfig
        What to trade.
    on_leg : Callable[[int, Leg], None], optional
        Told of each finished leg with its number, from 1.
    on_done : Callable[[], None], optional
        Told when the last leg is done, or when a leg could not be completed.

    Attributes
    ----------
    legs : list[Leg]
        The four orders and their fills.
    touches : list[tuple[int, float, float]]
        Event time (UNIX nanoseconds), best bid and best ask of every book update.
    failure : str or None
        Why the round trip ended early.

    """

    def __init__(
        self,
        config: RoundTripConfig,
        on_leg: Callable[[int, Leg], None] | None = None,
        on_done: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(config)
        self.legs = [
            Leg(OrderSide.BUY, smart=True),
            Leg(OrderSide.SELL, smart=True),
            Leg(OrderSide.BUY, smart=False),
            Leg(OrderSide.SELL, smart=False),
        ]
        self.failure: str | None = None
        self.touches: list[tuple[int, float, float]] = []
        self._warden = FastWarden()
        self._current = -1
        self._on_leg = on_leg
        self._on_done = on_done

    def on_start(self) -> None:
        """Subscribe to the book; the first leg starts with it."""
        self.subscribe_order_book_deltas(self.config.instrument_id, BookType.L2_MBP, depth=50)

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        """Keep the forecaster's book; begin once there is one."""
        feed(self._warden, deltas)
        book = self.cache.order_book(self.config.instrument_id)
        bid, ask = book.best_bid_price(), book.best_ask_price()
        if bid is None or ask is None:
            return
        self.touches.append((deltas.ts_event, float(bid), float(ask)))  # for pictures: floats will do
        if self._current < 0:
            self._next_leg()

    def on_order_filled(self, event: OrderFilled) -> None:
        """Book the fill to the leg at work; every fill of this strategy is one of its."""
        leg = self.legs[self._current]
        leg.fills.append(event)
        if leg.quantity == self.config.quantity:
            if self._on_leg is not None:
                self._on_leg(self._current + 1, leg)
            self._next_leg()

    def on_order_event(self, event: OrderEvent) -> None:
        """Stop on an order that ends without having filled its leg."""
        order = self.cache.order(event.client_order_id)
        ended_empty = order is not None and order.is_closed and not order.is_spawned
        working = 0 <= self._current < len(self.legs) and order is not None
        if working and ended_empty and order.tags == [f"leg-{self._current}"]:
            leg = self.legs[self._current]
            if leg.quantity < self.config.quantity:
                self._finish(
                    f"leg {self._current + 1} ended with {leg.quantity} of {self.config.quantity} filled"
                )

    def _next_leg(self) -> None:
        instrument = self.cache.instrument(self.config.instrument_id)
        self._current += 1
        if self._current == len(self.legs):
            self._finish(None)
            return
        leg = self.legs[self._current]
        side = Side.BUY if leg.side == OrderSide.BUY else Side.SELL
        book = self.cache.order_book(self.config.instrument_id)
        leg.arrival_mid = (book.best_bid_price().as_decimal() + book.best_ask_price().as_decimal()) / 2
        leg.forecast = forecast(
            self._warden, self.config.instrument_id.value, side, float(self.config.quantity)
        )
        params = {"urgency": "passive", "horizon_secs": self.config.horizon_secs}
        order = self.order_factory.market(
            instrument_id=self.config.instrument_id,
            order_side=leg.side,
            quantity=instrument.make_qty(self.config.quantity),
            time_in_force=TimeInForce.GTC,
            exec_algorithm_id=SMART_LIMIT if leg.smart else None,
            exec_algorithm_params=params if leg.smart else None,
            tags=[f"leg-{self._current}"],
        )
        self.submit_order(order)

    def _finish(self, failure: str | None) -> None:
        self.failure = failure
        if self._on_done is not None:
            self._on_done()
