"""The tables of the report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from nautilus_bybit_adapter.warden.costs import Coverage, Group, Parent

type Cell = tuple[str, str]
"""Text and class."""

_SECOND = 1e9
_SHOWN = 0.005
NONE = "\N{EN DASH}"
_WORDS = frozenset(
    {"decision", "size", "time, UTC", "order", "side", "instrument", "how", "outcome", "why", "says"}
)


def bps(value: Decimal | float | None, digits: int = 2) -> str:
    """Return basis points, or a dash where there are none."""
    return NONE if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def signed(value: Decimal | float | None) -> Cell:
    """Return a saving with its sign, coloured by it."""
    if value is None or not math.isfinite(value):
        return NONE, ""
    shown = float(value)
    if abs(shown) < _SHOWN:
        return "0.00", ""
    return f"{shown:+.2f}", "gain-text" if shown > 0 else "loss-text"


def percent(share: float) -> str:
    """Return a share as percent."""
    return f"{share:.1%}" if math.isfinite(share) else NONE


def quantity(value: Decimal) -> str:
    """Return an exact decimal without trailing zeros."""
    return f"{value.normalize():f}"


def table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str | Cell]]]) -> str:
    """Return a table; each row comes with a class."""
    head = "".join(f'<th class="{_way(name)}">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr class="{class_}">'
        + "".join(_cell(cell, _way(name)) for cell, name in zip(cells, heads, strict=True))
        + "</tr>"
        for class_, cells in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _way(name: str) -> str:
    return "word" if name in _WORDS else ""


def _cell(cell: str | Cell, way: str) -> str:
    content, class_ = cell if isinstance(cell, tuple) else (cell, "")
    return f'<td class="{f"{way} {class_}".strip()}">{escape(content)}</td>'


def group_table(groups: Sequence[Group]) -> str:
    """Return costs by decision and size."""
    heads = (
        "decision", "size", "parents", "filled", "as maker", "spread", "deeper", "waiting", "fees", "total",
        "median", "worst", "saved", "± 95 %",
    )  # fmt: skip
    return table(
        heads,
        (
            (
                "all" if group.size == "all" else "",
                [
                    group.decision,
                    group.size,
                    str(group.parents),
                    percent(group.completed),
                    percent(group.maker_share),
                    *(bps(getattr(group, part)) for part in ("spread", "deeper", "waiting", "fees", "total")),
                    bps(group.median),
                    bps(group.worst),
                    signed(group.saved),
                    bps(group.saved_error),
                ],
            )
            for group in groups
        ),
    )


def coverage_table(coverages: Sequence[Coverage]) -> str:
    """Return how often what came stayed within the forecast's quantiles."""
    heads = ("quantile", "orders", "beyond it", "beyond it, share", "within it", "95 % interval", "says")
    return table(
        heads,
        (
            (
                "",
                [
                    f"q{each.level * 100:.0f}",
                    str(each.compared),
                    str(each.compared - each.within),
                    percent(1 - each.share),
                    percent(each.share),
                    f"{percent(each.low)} to {percent(each.high)}" if each.compared else NONE,
                    _verdict(each),
                ],
            )
            for each in coverages
        ),
    )


def _verdict(coverage: Coverage) -> str:
    if not coverage.compared:
        return "this run has no such forecasts"
    if coverage.is_consistent:
        return "consistent with its level"
    return "too narrow: losses come more often" if coverage.share < coverage.level else "wider than needed"


def parent_table(parents: Sequence[Parent]) -> str:
    """Return one row for each parent."""
    heads = (
        "time, UTC", "order", "side", "ordered", "filled", "how", "secs", "fills", "expected", "q95", "spread",
        "deeper", "waiting", "fees", "total", "market", "saved", "outcome",
    )  # fmt: skip
    return table(heads, (("", _parent_cells(parent)) for parent in parents))


def _parent_cells(parent: Parent) -> list[str | Cell]:
    parts, forecast = parent.parts, parent.forecast
    costs = ("spread", "deeper", "waiting", "fees", "total")
    return [
        moment(parent.arrival_ns),
        parent.client_order_id,
        parent.side,
        quantity(parent.quantity),
        quantity(parent.filled),
        parent.decision,
        f"{(parent.end_ns - parent.arrival_ns) / _SECOND:.1f}",
        str(len(parent.fills)),
        bps(None if forecast is None else forecast.expected_bps),
        bps(None if forecast is None else forecast.q95_bps),
        *(bps(None if parts is None else getattr(parts, part)) for part in costs),
        bps(parent.market_bps),
        signed(parent.saved_bps),
        parent.outcome,
    ]


def rest_table(parents: Sequence[Parent]) -> str:
    """Return what was left unfilled, and what taking it at the end would have cost."""
    heads = ("time, UTC", "order", "side", "ordered", "unfilled", "share", "taking it at the end, bps", "why")
    cells: Callable[[Parent], Sequence[str | Cell]] = lambda parent: [  # noqa: E731 - a row's cells
        moment(parent.arrival_ns),
        parent.client_order_id,
        parent.side,
        quantity(parent.quantity),
        quantity(parent.unfilled),
        percent(float(parent.unfilled / parent.quantity)),
        bps(parent.completion_bps),
        (parent.reason or parent.outcome, "reason"),
    ]
    return table(heads, (("", cells(parent)) for parent in parents))


def moment(ts_ns: int) -> str:
    """Return a time to the millisecond."""
    return datetime.fromtimestamp(ts_ns / _SECOND, UTC).isoformat(sep=" ", timespec="milliseconds")[:-6]


def group_line(group: Group) -> str:
    """Return a group as a line of text."""
    names = ("fees", "spread", "deeper", "waiting")
    parts = ", ".join(f"{name} {bps(getattr(group, name))}" for name in names)
    saved = "" if math.isnan(group.saved) else f"; saved {group.saved:+.2f}"
    orders = f"{group.parents} order{'s' if group.parents != 1 else ''}"
    return f"{group.decision}, {group.size}: {orders}, {bps(group.total)} bps ({parts}){saved}"
