"""What an order is expected to cost, as one value to decide by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter._ext import FastWarden, Side

_BPS = 1e4


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected cost of filling a quantity at once.

    With insufficient depth every cost is NaN: there is no number to decide by, only the fact.

    Parameters
    ----------
    instrument_id : str
        Key of the book.
    side : Side
        Side of the aggressive order.
    quantity : float
        Asked quantity, base units.
    expected_slippage_mid_bps : float
        Expected cost against the mid, basis points; positive is worse. NaN without a mid.
    expected_slippage_touch_bps : float
        Expected cost against the opposite best, basis points.
    average_price : float
        Expected volume-weighted price, quote per base unit.
    worst_price : float
        Price of the last level the order would reach.
    levels_used : int
        Levels the order would reach; all of them with insufficient depth.
    sufficient_depth : bool
        Whether the visible depth fills the quantity.
    visible_quantity : float
        What the visible depth fills of `quantity`, base units.
    impact_exponent : float
        Local log-log slope of the impact curve at `quantity`; NaN where the depth does not fill twice of it.
    mid, best_bid, best_ask : float
        State of the book; NaN where a side is empty.
    spread_bps : float
        Best ask minus best bid, basis points of the mid; 0 when locked, negative when crossed.
    book_ts_ns : int
        Event time of the book's last update, UNIX nanoseconds.

    """

    instrument_id: str
    side: Side
    quantity: float
    expected_slippage_mid_bps: float
    expected_slippage_touch_bps: float
    average_price: float
    worst_price: float
    levels_used: int
    sufficient_depth: bool
    visible_quantity: float
    impact_exponent: float
    mid: float
    best_bid: float
    best_ask: float
    spread_bps: float
    book_ts_ns: int

    @property
    def is_insufficient(self) -> bool:
        """Whether the visible depth does not fill the quantity, so that the costs are NaN."""
        return not self.sufficient_depth

    @property
    def is_crossed(self) -> bool:
        """Whether best bid is above best ask: a book no order should be priced from."""
        return self.best_bid > self.best_ask


def forecast(warden: FastWarden, instrument_id: str, side: Side, quantity: float) -> Forecast:
    """Forecast the cost of an order by walking the book as it stands.

    Parameters
    ----------
    warden : FastWarden
        Holder of the books.
    instrument_id : str
        Key of the book.
    side : Side
        Side of the aggressive order.
    quantity : float
        Base units, finite and above 0.

    Returns
    -------
    Forecast

    Raises
    ------
    UnknownBookError
        If nothing was fed for the instrument.
    ValueError
        If `quantity` is not finite or not above 0.

    """
    walk = warden.walk(instrument_id, side, quantity)
    return Forecast(
        instrument_id=instrument_id,
        side=side,
        quantity=quantity,
        expected_slippage_mid_bps=walk.slippage_mid_bps,
        expected_slippage_touch_bps=walk.slippage_touch_bps,
        average_price=walk.average_price,
        worst_price=walk.worst_price,
        levels_used=walk.levels_used,
        sufficient_depth=walk.sufficient,
        visible_quantity=walk.filled_quantity,
        impact_exponent=warden.impact_exponent(instrument_id, side, quantity),
        mid=walk.mid,
        best_bid=walk.best_bid,
        best_ask=walk.best_ask,
        spread_bps=(walk.best_ask - walk.best_bid) / walk.mid * _BPS,
        book_ts_ns=warden.last_update_ns(instrument_id),
    )
