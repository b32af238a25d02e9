"""The report of a calibration as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from nautilus_bybit_adapter.cli.calibrate.charts import decile_lines, fill_curve, gain_bars, short
from nautilus_bybit_adapter.cli.calibrate.results import CalibrationResult
from nautilus_bybit_adapter.cli.calibrate.tables import (
    ABLATION_HEADS,
    FILL_HEADS,
    SCORE_HEADS,
    ablation_cells,
    fill_cells,
    score_cells,
    table,
)
from nautilus_bybit_adapter.warden.calibration.study import CellStudy
from nautilus_bybit_adapter.warden.features import CURVATURE, DEPTH, FLOW, TOPOLOGY

_WIDE = "main { max-width: 1240px; } td, th { padding: 3px 6px; }"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_SCORES = (
    "R2 is the share of the squared deviation from the book walk that the forecast explains; the walk itself has 0. "
    "Gain is how much less pinball loss the quantile has than the naive one, a constant times the same scale. Gated is "
    "what is used live: the gates start shut in every market, are replayed with outcomes as late as they were known, "
    "and their quantiles are held against a naive quantile that adapts too. t counts blocks of 10 s, all markets of a "
    "block as one. Coverage of q90: as fitted, and as used."
)
_LEFT_OUT = (
    "Each market forecast with coefficients fitted to all the others, over the same times: how they carry over. What "
    "moves all markets at once is seen in training here, so these figures flatter more than the folds above."
)
_ABLATION = (
    "The same folds with parts of the features. t is that of the difference to the first line, in blocks of 10 s. The "
    "placebo has the geometry of 60 s before in place of the real one: what it gains is chance. The curvatures of "
    "the depth surface are looked at here alone; no coefficients use them."
)
_FILL = (
    "A passive order at the back of the touch's queue: nobody ahead cancels, trades at its price consume the queue, "
    "one through the price fills it. Out of sample; the base rate is that of the past at the same horizon. Brier is "
    "the mean squared error of the probability."
)


def render(result: CalibrationResult) -> str:
    """Return a calibration as a page."""
    style = files("nautilus_bybit_adapter.cli.report").joinpath("report.css").read_text(encoding="utf-8")
    body = "".join(
        [
            _header(result),
            _markets(result),
            _cells(result),
            _by_market(result),
            _by_fold(result),
            _left_out(result),
            _deciles(result),
            _ablation(result),
            _fill(result),
            _features(),
            "<footer>Past markets say little about the next. Nothing here is advice.</footer>",
        ]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        "<title>Calibration of the slippage forecast</title>"
        f'<link rel="icon" href="data:,"><style>{style} {_WIDE}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _header(result: CalibrationResult) -> str:
    made = result.provenance
    what = "Given coefficients scored on" if result.is_given else "Fitted to"
    line = f"{what} {len(result.markets)} markets; coefficients of {made.fitted_at}, version {made.code_version}."
    note = f"<p>{escape(result.note)}</p>" if result.note else ""
    return f"<header><h1>Calibration of the slippage forecast</h1><p>{escape(line)}</p>{note}</header>"


def _section(title: str, text: str, *content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(text)}</p>{''.join(content)}</section>"


def _markets(result: CalibrationResult) -> str:
    rows = [
        (
            fact.name,
            fact.start,
            f"{fact.seconds:,.0f}",
            f"{fact.books:,}",
            f"{fact.trades:,}",
            ", ".join(short(size) for size in fact.sizes),
        )
        for fact in result.markets
    ]
    heads = ("market", "from, UTC", "seconds", "books", "trades", "sizes, quote units")
    return _section(
        "Markets", "What the figures come from. Few minutes are few independent blocks.", table(heads, rows)
    )


def _cell_name(study: CellStudy) -> str:
    return f"{study.horizon_ms} ms, {short(study.notional)}"


def _cells(result: CalibrationResult) -> str:
    rows = [(_cell_name(study), *score_cells(study.pooled)) for study in result.studies]
    worst = result.worst_loss()
    said = (
        f"The largest loss of any market and cell behind the gate, to the walk or to the naive quantile: {worst:.2%}."
        if worst > 0
        else "Behind the gate no market lost to the walk or to the naive quantile in any cell."
    )
    return _section(
        "All markets together",
        _SCORES,
        table(("cell", *SCORE_HEADS), rows),
        f"<p>{escape(said)}</p>",
        gain_bars(result.studies, [fact.name for fact in result.markets]),
    )


def _by_market(result: CalibrationResult) -> str:
    rows = _grouped(
        (
            _cell_name(study),
            [
                (fact.name, score_cells(score))
                for fact, score in zip(result.markets, study.by_market, strict=True)
            ],
        )
        for study in result.studies
    )
    return _section("By market", "Losses included.", table(("cell", "market", *SCORE_HEADS), rows))


def _by_fold(result: CalibrationResult) -> str:
    if result.is_given:
        return ""
    rows = _grouped(
        (
            _cell_name(study),
            [(f"{number}", score_cells(score)) for number, score in enumerate(study.by_fold, start=1)],
        )
        for study in result.studies
    )
    return _section("By fold", "In order of time.", table(("cell", "fold", *SCORE_HEADS), rows))


def _left_out(result: CalibrationResult) -> str:
    rows = _grouped(
        (
            _cell_name(study),
            [
                (fact.name, score_cells(score))
                for fact, score in zip(result.markets, study.left_out, strict=True)
            ],
        )
        for study in result.studies
        if study.left_out
    )
    return (
        _section("A market nobody has seen", _LEFT_OUT, table(("cell", "market", *SCORE_HEADS), rows))
        if rows
        else ""
    )


def _deciles(result: CalibrationResult) -> str:
    if not result.studies:
        return ""
    study = result.studies[0]
    text = f"Rows of {_cell_name(study)}, all markets, by decile of the forecast before the gate."
    return _section("Forecast against what came", text, decile_lines(study))


def _ablation(result: CalibrationResult) -> str:
    rows = _grouped(
        (_cell_name(study), [(one.name, ablation_cells(one)) for one in study.ablation])
        for study in result.studies
    )
    return _section("Ablation", _ABLATION, table(("cell", "features", *ABLATION_HEADS), rows)) if rows else ""


def _fill(result: CalibrationResult) -> str:
    if result.fill is None:
        return _section("Passive fills", "Too few passive orders for a model.")
    rows = [
        ("all" if score.horizon_ms == 0 else f"{score.horizon_ms / 1000:g} s", *fill_cells(score))
        for score in result.fill.scores
    ]
    rows += [
        (fact.name, *fill_cells(score))
        for fact, score in zip(result.markets, result.fill.by_market, strict=True)
    ]
    return _section(
        "Passive fills", _FILL, table(("within, or market", *FILL_HEADS), rows), fill_curve(result.fill.curve)
    )


def _features() -> str:
    groups = (("flow", FLOW), ("depth", DEPTH), ("curvature", CURVATURE), ("topology", TOPOLOGY))
    rows = [(name, ", ".join(features)) for name, features in groups]
    return _section(
        "Features", "Defined in warden/features.py.", table(("group", "features"), rows, class_="reason")
    )


def _grouped(groups: Iterable[tuple[str, Sequence[tuple[str, tuple[str, ...]]]]]) -> list[tuple[str, ...]]:
    """Return rows with the group's name on the first of each."""
    return [
        (group if place == 0 else "", name, *cells)
        for group, rows in groups
        for place, (name, cells) in enumerate(rows)
    ]
