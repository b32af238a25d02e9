"""The lines of a run's log: one JSON object each, told apart by ``kind``.

Times are UNIX nanoseconds. Prices and quantities of orders travel as decimal text, exactly; books and forecasts are
floats, since they are only looked at.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

FORMAT = 1

type Level = tuple[float, float]
"""Price in quote units, size in base units."""


class Line(msgspec.Struct, frozen=True, tag_field="kind", kw_only=True):
    """One line of the log."""

    ts_ns: int


class RunLine(Line, frozen=True, tag="run", kw_only=True):
    """Starts a run, and starts it anew when a node is started again with the same log.

    Parameters
    ----------
    format : int
        The version of these lines.
    trader_id : str
        Who trades.
    stage : str
        ``live`` or ``backtest``.
    """

    format: int
    trader_id: str
    stage: str


class InstrumentLine(Line, frozen=True, tag="instrument", kw_only=True):
    """What is traded; fees are fractions of the value, as the framework knows them."""

    instrument_id: str
    base: str | None
    quote: str
    price_increment: Decimal
    size_increment: Decimal
    multiplier: Decimal
    is_inverse: bool
    maker_fee: Decimal
    taker_fee: Decimal


class ForecastLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a market order was expected to cost against the mid, basis points; ``None`` where there is no number."""

    horizon_ns: int
    sufficient_depth: bool
    walk_bps: float | None
    expected_bps: float | None
    q90_bps: float | None = None
    q95_bps: float | None = None
    passive_fill_probability: float | None = None
    uses_model: bool = False


class ArrivalLine(Line, frozen=True, tag="arrival", kw_only=True):
    """The moment a parent order is measured from: its birth, or its trigger where it waited for one."""

    client_order_id: str
    instrument_id: str
    bid: Decimal | None
    ask: Decimal | None
    forecast: ForecastLine | None


class WalkedLine(Line, frozen=True, tag="walked", kw_only=True):
    """What a market order for all of the parent did cost one horizon later, against the mid at arrival.

    ``cost_bps`` is ``None`` where the book was too thin by then.
    """

    client_order_id: str
    cost_bps: float | None


class OrderLine(Line, frozen=True, tag="order", kw_only=True, omit_defaults=True):
    """An event of an order, parent or child.

    Parameters
    ----------
    event : str
        The framework's name of it, such as ``OrderFilled``.
    parent_id : str or None
        Of the first event of a child: its parent.
    price, quantity : Decimal or None
        The order's terms, where the event carries them.
    is_resting : bool or None
        Of the first event: whether it may lie in the book.
    last_px, last_qty, fee : Decimal or None
        Of a fill; ``fee`` is in ``fee_currency`` and negative for a rebate.
    bid, ask : Decimal or None
        The touch as it was known when a fill arrived.
    """

    event: str
    client_order_id: str
    instrument_id: str
    parent_id: str | None = None
    side: str | None = None
    order_type: str | None = None
    algorithm: str | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    is_resting: bool | None = None
    trade_id: str | None = None
    last_px: Decimal | None = None
    last_qty: Decimal | None = None
    fee: Decimal | None = None
    fee_currency: str | None = None
    is_maker: bool | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    reason: str | None = None


class BookLine(Line, frozen=True, tag="book", kw_only=True):
    """A sample of the book around an order, best levels first."""

    instrument_id: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class ReportLine(Line, frozen=True, tag="report", kw_only=True):
    """A `SmartLimitReport` in plain values."""

    report: dict[str, Any]


type AnyLine = RunLine | InstrumentLine | ArrivalLine | WalkedLine | OrderLine | BookLine | ReportLine
LINE = RunLine | InstrumentLine | ArrivalLine | WalkedLine | OrderLine | BookLine | ReportLine
