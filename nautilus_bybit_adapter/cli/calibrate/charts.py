"""The pictures of a calibration's report."""

from __future__ import annotations

from collections.abc import Sequence

from nautilus_bybit_adapter.cli.report.svg import (
    Scale,
    chart,
    element,
    padded,
    path,
    text,
    title,
    x_axis,
    y_axis,
)
from nautilus_bybit_adapter.warden.calibration.fill import CurvePoint
from nautilus_bybit_adapter.warden.calibration.study import CellStudy

_WIDTH = 860.0
_PERCENT = 100.0


def gain_bars(studies: Sequence[CellStudy], markets: Sequence[str]) -> str:
    """Return bars of R2 behind the gate, a group for each cell and a bar for each market, with the pooled one."""
    values = [
        score.r2_gated * _PERCENT
        for study in studies
        for score in (*study.by_market, study.pooled)
        if score.rows
    ]
    height = 260.0
    up = Scale(*padded([0.0, *values]), height - 48, 24)
    drawn = [y_axis(up, 50, _WIDTH - 10, "R2 of the deviation behind the gate, %")]
    group = (_WIDTH - 70) / max(len(studies), 1)
    width = group / (len(markets) + 2)
    for place, study in enumerate(studies):
        left = 60 + place * group
        for index, score in enumerate((study.pooled, *study.by_market)):
            if not score.rows:
                continue
            value = score.r2_gated * _PERCENT
            name = ("all markets", *markets)[index]
            drawn.append(
                element(
                    "rect",
                    title(f"{name}, {study.horizon_ms} ms, {study.notional:,.0f}: {value:+.2f} %"),
                    x=left + index * width,
                    y=up(max(value, 0.0)),
                    width=width * 0.85,
                    height=max(abs(up(value) - up(0.0)), 0.6),
                    class_="part spread" if index == 0 else "gain" if value >= 0 else "loss",
                )
            )
        label = f"{study.horizon_ms} ms, {short(study.notional)}"
        drawn.append(text(left + group / 2 - width, height - 28, label, "tick", "middle"))
    drawn.append(element("line", x1=50, x2=_WIDTH - 10, y1=up(0.0), y2=up(0.0), class_="zero"))
    return chart(_WIDTH, height, drawn, "R2 by cell and market")


def decile_lines(study: CellStudy) -> str:
    """Return what came against what was forecast, by decile of the forecast deviation."""
    points = [(decile.forecast_bps, decile.realised_bps) for decile in study.deciles]
    return _against(points, "forecast deviation from the walk, bps", "came, bps", "Deciles of the forecast")


def fill_curve(points: Sequence[CurvePoint]) -> str:
    """Return the calibration curve of the fill model."""
    known = [(point.forecast, point.filled) for point in points]
    hints = [f"{point.rows:,} orders" for point in points]
    return _against(
        known, "forecast probability", "share filled", "Calibration of the fill model", hints, (0.0, 1.0)
    )


def short(notional: float) -> str:
    """Return a notional as people say it."""
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if notional >= unit:
            return f"{notional / unit:g}{name}"
    return f"{notional:g}"


def _against(
    points: Sequence[tuple[float, float]],
    across_name: str,
    up_name: str,
    label: str,
    hints: Sequence[str] = (),
    bounds: tuple[float, float] | None = None,
) -> str:
    size = 340.0
    low, high = bounds or padded([value for point in points for value in point])
    across, up = Scale(low, high, 60, _WIDTH - 20), Scale(low, high, size - 46, 24)
    drawn = [
        x_axis(across, 24, size - 46, across_name),
        y_axis(up, 60, _WIDTH - 20, up_name),
        path([(across(low), up(low)), (across(high), up(high))], "diagonal"),
        path([(across(x), up(y)) for x, y in points], "gain-line"),
    ]
    for index, (x, y) in enumerate(points):
        hint = f"{x:.3f} forecast, {y:.3f} came" + (f", {hints[index]}" if hints else "")
        drawn.append(element("circle", title(hint), cx=across(x), cy=up(y), r=4.5, class_="dot"))
    return chart(_WIDTH, size, drawn, label)
