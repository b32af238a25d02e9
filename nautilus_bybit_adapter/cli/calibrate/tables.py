"""The tables of a calibration's report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from nautilus_bybit_adapter.warden.calibration.fill import FillScore
from nautilus_bybit_adapter.warden.calibration.scores import Scores
from nautilus_bybit_adapter.warden.calibration.study import Ablation

SCORE_HEADS = (
    "rows",
    "rmse, bps",
    "R2",
    "t",
    "R2 gated",
    "gain q90",
    "t",
    "conformal",
    "gated",
    "gain q95",
    "gated",
    "q90 covers",
    "gated",
)
ABLATION_HEADS = ("R2", "t", "gain q90", "t")
FILL_HEADS = ("orders", "filled", "Brier", "base rate", "gain")
NONE = "\N{EN DASH}"
_WORDS = frozenset(
    {"cell", "market", "fold", "features", "group", "within, or market", "from, UTC", "sizes, quote units"}
)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], class_: str = "") -> str:
    """Return a table; a cell below 0 in percent is shown as a loss. `class_` is that of cells of words."""
    head = "".join(f'<th class="{_way(name)}">{escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_way(name, class_)}{" loss-text" if _is_loss(cell) else ""}">{escape(cell)}</td>'
            for cell, name in zip(row, heads, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def score_cells(scores: Scores) -> tuple[str, ...]:
    """Return a line of `SCORE_HEADS`."""
    return (
        f"{scores.rows:,}",
        _number(scores.rmse_bps, 3),
        _percent(scores.r2),
        _number(scores.r2_t, 1),
        _percent(scores.r2_gated),
        _percent(scores.gain90),
        _number(scores.gain90_t, 1),
        _percent(scores.gain90_conformal),
        _percent(scores.gain90_gated),
        _percent(scores.gain95),
        _percent(scores.gain95_gated),
        _number(scores.coverage90, 3),
        _number(scores.coverage90_gated, 3),
    )


def ablation_cells(ablation: Ablation) -> tuple[str, ...]:
    """Return a line of `ABLATION_HEADS`."""
    return (
        _percent(ablation.r2, 2),
        _number(ablation.r2_t, 1),
        _percent(ablation.gain90, 2),
        _number(ablation.gain90_t, 1),
    )


def fill_cells(score: FillScore) -> tuple[str, ...]:
    """Return a line of `FILL_HEADS`."""
    gain = 1.0 - score.brier / score.brier_base if score.brier_base else math.nan
    return (
        f"{score.rows:,}",
        _percent(score.rate),
        _number(score.brier, 4),
        _number(score.brier_base, 4),
        _percent(gain),
    )


def _percent(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}%}".replace("%", " %") if math.isfinite(value) else NONE


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else NONE


def _way(name: str, class_: str = "") -> str:
    return f"word {class_}".strip() if name in _WORDS else ""


def _is_loss(cell: str) -> bool:
    return cell.endswith(" %") and cell.startswith("-") and any(digit in "123456789" for digit in cell)
