"""The charts over all parents: cost by group, saving by parent, forecast against what came, the tail."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nautilus_bybit_adapter.cli.report.svg import (
    Scale,
    chart,
    element,
    padded,
    path,
    stairs,
    text,
    title,
    x_axis,
    y_axis,
)
from nautilus_bybit_adapter.warden.costs import Group, Parent

WIDTH = 860.0
PARTS = ("fees", "spread", "deeper", "waiting")
_ROW = 30.0
_LABELS = 210.0
_WIDEST_BAR = 56.0


def cost_bars(groups: Sequence[Group]) -> str:
    """Return the parts of each group's cost as bars to both sides of zero, with the sum as a mark."""
    down = [sum(min(getattr(group, part), 0.0) for part in PARTS) for group in groups]
    up = [sum(max(getattr(group, part), 0.0) for part in PARTS) for group in groups]
    low, high = padded([0.0, *down, *up], 0.04)
    scale = Scale(min(low, 0.0), high, _LABELS, WIDTH - 70)
    bottom = 14 + _ROW * len(groups)
    drawn = [x_axis(scale, 8, bottom, "basis points of the value")]
    for row, group in enumerate(groups):
        y = 14 + _ROW * row
        drawn.append(text(0, y + 10, f"{group.decision}, {group.size}", "label"))
        ends = {True: 0.0, False: 0.0}
        for part in PARTS:
            value = getattr(group, part)
            start = ends[value >= 0]
            ends[value >= 0] = end = start + value
            drawn.append(
                element(
                    "rect",
                    title(f"{part} {value:.3f} bps"),
                    x=scale(min(start, end)),
                    y=y,
                    width=max(abs(scale(end) - scale(start)), 0.01),
                    height=20,
                    class_=f"part {part}",
                )
            )
        x = scale(group.total)
        drawn.append(element("line", x1=x, x2=x, y1=y - 3, y2=y + 23, class_="sum"))
        drawn.append(text(scale(max(ends[True], group.total)) + 8, y + 10, f"{group.total:.2f}", "value"))
    drawn.append(
        element("line", x1=scale(0.0), x2=scale(0.0), y1=8, y2=bottom, class_="zero"),
    )
    return chart(WIDTH, bottom + 36, drawn, "Cost by decision and size")


def saving_bars(parents: Sequence[Parent]) -> str:
    """Return what each parent saved against a market order, dearest first; losses point down."""
    values = sorted(float(saved) for parent in parents if (saved := parent.saved_bps) is not None)
    if not values:
        return ""
    height = 220.0
    vertical = Scale(*padded([0.0, *values]), height - 20, 16)
    width = min((WIDTH - 60) / len(values), _WIDEST_BAR)
    drawn = [y_axis(vertical, 50, WIDTH - 10, "bps")]
    for place, value in enumerate(values):
        drawn.append(
            element(
                "rect",
                title(f"{value:+.2f} bps"),
                x=50 + place * width,
                y=vertical(max(value, 0.0)),
                width=max(width - min(2.0, width * 0.15), 0.3),
                height=max(abs(vertical(value) - vertical(0.0)), 0.6),
                class_="gain" if value >= 0 else "loss",
            )
        )
    drawn.append(element("line", x1=50, x2=WIDTH - 10, y1=vertical(0.0), y2=vertical(0.0), class_="zero"))
    return chart(WIDTH, height, drawn, "Saved against a market order, each parent")


def forecast_scatter(parents: Sequence[Parent]) -> str:
    """Return expected against realised cost of a market order one horizon after each parent's arrival."""
    rows = [
        (parent.forecast.expected_bps, parent.forecast.q90_bps, parent.walked_bps, parent)
        for parent in parents
        if parent.forecast is not None
        and parent.forecast.expected_bps is not None
        and parent.walked_bps is not None
    ]
    if not rows:
        return ""
    size, left = 420.0, 60.0
    bounds = padded([value for row in rows for value in row[:3] if value is not None])
    across, up = Scale(*bounds, left, WIDTH - 20), Scale(*bounds, size - 46, 24)
    drawn = [
        x_axis(across, 24, size - 46, "expected on arrival, bps"),
        y_axis(up, left, WIDTH - 20, "came, bps"),
        path([(across(value), up(value)) for value in bounds], "diagonal"),
    ]
    for expected, q90, came, parent in rows:
        is_beyond = q90 is not None and came > q90
        hint = f"{parent.client_order_id}: expected {expected:.3f}, came {came:.3f}"
        if q90 is not None:
            hint += f", q90 {q90:.3f}"
            x = across(expected)
            drawn.append(element("line", x1=x, x2=x, y1=up(expected), y2=up(q90), class_="whisker"))
        drawn.append(
            element(
                "circle",
                title(hint),
                cx=across(expected),
                cy=up(came),
                r=4.5,
                class_="dot loss" if is_beyond else "dot",
            )
        )
    return chart(WIDTH, size, drawn, "Forecast against what came")


def tail_curves(made: Sequence[Parent], crossed: Sequence[Parent]) -> str:
    """Return the share of parents that cost at most so much: those made whole, and those that had to cross."""
    series = [
        ("filled as maker", "gain-line", _totals(made)),
        ("had to cross, or kept a rest", "loss-line", _totals(crossed)),
    ]
    values = [value for _, _, totals in series for value in totals]
    if not values:
        return ""
    height = 250.0
    across, up = Scale(*padded(values), 50, WIDTH - 20), Scale(0.0, 1.0, height - 46, 24)
    drawn = [x_axis(across, 24, height - 46, "total cost, bps"), y_axis(up, 50, WIDTH - 20, "share")]
    for name, class_, totals in series:
        if not totals:
            continue
        points = [(across.start, up(0.0))]
        points += [(across(value), up((place + 1) / len(totals))) for place, value in enumerate(totals)]
        drawn.append(path(stairs([*points, (across.end, up(1.0))]), class_))
        middle = totals[len(totals) // 2]
        hint = title(f"{name}, median {middle:.2f} bps")
        drawn.append(element("circle", hint, cx=across(middle), cy=up(0.5), r=4, class_=f"knot {class_}"))
    return chart(WIDTH, height, drawn, "The tail")


def _totals(parents: Sequence[Parent]) -> list[float]:
    """Return total costs, the rest of a parent taken at the last touch; sorted."""
    totals = []
    for parent in parents:
        parts, rest = parent.parts, parent.completion_bps
        share = float(parent.filled / parent.quantity)
        filled = 0.0 if parts is None else float(parts.total)
        value = share * filled + (1 - share) * float(rest or 0)
        if (parts is not None or rest is not None) and math.isfinite(value):
            totals.append(value)
    return sorted(totals)
