"""One instrument's book as the algorithm keeps it: the exact touch, and the warden's forecast."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.enums import BookAction, BookType

from nautilus_bybit_adapter.nt1.warden_feed import feed
from nautilus_bybit_adapter.warden import FastWarden, Forecast, Side, forecast
from nautilus_bybit_adapter.warden.placement import Touch
from nautilus_bybit_adapter.warden.policy import Outlook

if TYPE_CHECKING:
    from nautilus_trader.model.book import BookLevel
    from nautilus_trader.model.data import OrderBookDeltas, QuoteTick
    from nautilus_trader.model.identifiers import InstrumentId

    from nautilus_bybit_adapter.nt1.algo.arrival import Sides
    from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus


# The chance of a fill is asked for one second, and counted for each second of a longer wait alike.
FILL_HORIZON_NS = 1_000_000_000


class BookFeed:
    """Follows the deltas of one instrument.

    The book counts as ready only from a snapshot on: deltas alone, as a late subscriber gets them, would
    make a book with levels missing, and a forecast from it would be wrong without a sign of it.

    Parameters
    ----------
    instrument_id : InstrumentId
    warden : FastWarden
        Where the book is kept for forecasts.

    """

    def __init__(self, instrument_id: InstrumentId, warden: FastWarden) -> None:
        self.instrument_id = instrument_id
        self.is_ready = False
        self.follows_quotes = False
        self.updated_ns = 0
        self._warden = warden
        self._book = OrderBook(instrument_id, BookType.L2_MBP)
        self._touch: Touch | None = None
        self._distrusted: set[int] = set()

    def apply(self, deltas: OrderBookDeltas, now_ns: int) -> None:
        """Take deltas in; those before the first snapshot are left out."""
        if not self.is_ready:
            if deltas.deltas[0].action != BookAction.CLEAR:
                return
            self.is_ready = True
        self.updated_ns = now_ns
        feed(self._warden, deltas)
        self._book.apply_deltas(deltas)
        self._touch = None

    def on_status(self, status: BybitBookStatus) -> None:
        """Take note of whether the book of a depth can be trusted; which one the deltas are of is not told."""
        if status.status == "LIVE":
            self._distrusted.discard(status.depth)
        else:
            self._distrusted.add(status.depth)

    @property
    def is_distrusted(self) -> bool:
        """Whether a book of the instrument cannot be trusted."""
        return bool(self._distrusted)

    def seed(self, book: OrderBook | None, now_ns: int) -> None:
        """Start from a book that another subscriber has built, unless there is one already.

        Parameters
        ----------
        book : OrderBook or None
            Used if it has both sides.
        now_ns : int
            UNIX nanoseconds.

        """
        if self.is_ready or book is None or book.best_bid_price() is None or book.best_ask_price() is None:
            return
        self.apply(book.to_deltas_c(book.ts_event, book.ts_init), now_ns)

    @property
    def touch(self) -> Touch:
        """Best bid and best ask, exact."""
        if self._touch is None:
            bid, ask = self._book.best_bid_price(), self._book.best_ask_price()
            self._touch = Touch(
                None if bid is None else bid.as_decimal(), None if ask is None else ask.as_decimal()
            )
        return self._touch

    def touch_without(self, price: Decimal, leaves: Decimal, *, is_buy: bool) -> Touch:
        """Return best bid and best ask without one's own order.

        The best level counts as nobody else's only if its size is exactly what the order still works: a replayed
        book, which does not hold the order, is then read like a live one, which does.

        Parameters
        ----------
        price, leaves : Decimal
            Limit of the order, and what it may still fill.
        is_buy : bool

        """
        touch, book = self.touch, self._book
        if touch.near(is_buy=is_buy) != price:
            return touch
        size = book.best_bid_size() if is_buy else book.best_ask_size()
        if size is None or size.as_decimal() != leaves:
            return touch
        side = book.bids() if is_buy else book.asks()
        behind = side[1].price.as_decimal() if len(side) > 1 else None
        return dataclasses.replace(touch, **{"bid" if is_buy else "ask": behind})

    def levels(self, depth: int) -> tuple[Sides, Sides]:
        """Return (price, size) of the best bids and asks, best first, at most `depth` of each."""
        sides = (self._book.bids(), self._book.asks())
        bids, asks = (
            tuple((level.price.as_decimal(), _size_of(level)) for level in side[:depth]) for side in sides
        )
        return bids, asks

    def outlook(self, *, is_buy: bool, quantity: Decimal) -> Outlook:
        """Forecast the cost of filling a quantity (base units) at once."""
        side, key = Side.BUY if is_buy else Side.SELL, self.instrument_id.value
        told = forecast(self._warden, key, side, float(quantity))
        resting = forecast(self._warden, key, side, float(quantity), FILL_HORIZON_NS)
        return outlook_of(told, resting.passive_fill_probability)


def outlook_of(told: Forecast, fill_probability: float) -> Outlook:
    """Return a forecast as the choice of a route takes it, with the chance of a fill within `FILL_HORIZON_NS`.

    Where it tells no quantiles, for want of a model or of features yet, the expected cost stands for them.
    """
    expected = told.expected_slippage_mid_bps
    return Outlook(
        sufficient_depth=told.sufficient_depth,
        expected_bps=expected,
        walk_bps=_number(told.walk_slippage_mid_bps, expected),
        q90_bps=_number(told.q90_slippage_mid_bps, expected),
        q95_bps=_number(told.q95_slippage_mid_bps, expected),
        spread_bps=told.spread_bps,
        filled_fraction=told.visible_quantity / told.quantity,
        fill_probability=fill_probability,
        horizon_ns=told.horizon_ns,
        fill_horizon_ns=FILL_HORIZON_NS,
        uses_model=told.uses_model,
    )


def _number(value: float, default: float) -> float:
    return default if math.isnan(value) else value


def _size_of(level: BookLevel) -> Decimal:
    return sum((order.size.as_decimal() for order in level.orders()), Decimal(0))


def touch_of_quote(quote: QuoteTick | None) -> Touch:
    """Return the touch that a quote shows; a side without size counts as empty."""
    if quote is None:
        return Touch()
    bid = quote.bid_price.as_decimal() if quote.bid_size.as_decimal() else None
    ask = quote.ask_price.as_decimal() if quote.ask_size.as_decimal() else None
    return Touch(bid, ask)
