"""Which orders a request means: by symbol or coin, and by Bybit's `orderFilter`.

Source: Bybit V5 Cancel All Orders and Get Open & Closed Orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import bad_param
from .fields import Params, read_category, read_text
from .instruments import INVERSE, LINEAR, SPOT, Instrument

if TYPE_CHECKING:
    from .orders import Order

FILTERS = ("", "Order", "StopOrder", "tpslOrder", "OpenOrder", "OcoOrder", "BidirectionalTpslOrder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a cancel-all request selects; `""` selects everything."""

    category: str
    symbol: str
    base: str
    settle: str
    kind: str
    plain_only: bool

    def takes(self, order: Order) -> bool:
        """Whether the request means `order`."""
        if not selects(order.instrument, self.symbol, self.base, self.settle):
            return False
        return matches_filter(order, self.kind) and not (self.plain_only and order.stop_kind != "Stop")


def read_selection(params: Params) -> Selection:
    """Read a cancel-all request.

    Raises
    ------
    VenueError
        10001 when a derivatives request names neither symbol nor coin.
    """
    category = read_category(params)
    symbol, base, settle = (read_text(params, name) for name in ("symbol", "baseCoin", "settleCoin"))
    if category in {LINEAR, INVERSE} and not (symbol or base or settle):
        raise bad_param("params error: symbol, baseCoin or settleCoin is required")
    kind = read_filter(params) or ("Order" if category == SPOT else "")
    plain_only = kind == "StopOrder" and read_text(params, "stopOrderType") == "Stop"
    return Selection(
        category=category, symbol=symbol, base=base, settle=settle, kind=kind, plain_only=plain_only
    )


def read_filter(params: Params) -> str:
    """Return a known `orderFilter`, `""` when there is none."""
    kind = read_text(params, "orderFilter")
    if kind not in FILTERS:
        raise bad_param("params error: orderFilter invalid")
    return kind


def selects(it: Instrument, symbol: str, base: str, settle: str) -> bool:
    """Whether an instrument is meant; a symbol counts before a base coin and that before a settle coin."""
    if symbol:
        return it.symbol == symbol
    if base:
        return it.base == base
    return not settle or it.settle == settle


def matches_filter(order: Order, kind: str) -> bool:
    """Whether an order is of a kind of `orderFilter`; what is in a book is an `Order` wherever it came from."""
    if not kind:
        return True
    if kind == "BidirectionalTpslOrder":
        return order.stop_kind == kind and not order.is_open
    if order.is_open or not order.stop_kind:
        return kind in {"Order", "OpenOrder"}
    return order.filter_kind == kind


def is_filter_named(order: Order, params: Params, verb: str) -> bool:
    """Whether a request to cancel a spot order names its kind, as it must when it is none of the book's."""
    if order.instrument.category != SPOT or verb != "cancel" or not order.is_waiting:
        return True
    return matches_filter(order, read_filter(params) or "Order")
