"""Carries a calibration out: sample, examine, fit, write."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click

from nautilus_bybit_adapter.cli.calibrate.markets import Market, find_markets
from nautilus_bybit_adapter.cli.calibrate.page import render
from nautilus_bybit_adapter.cli.calibrate.results import CalibrationResult, MarketFacts
from nautilus_bybit_adapter.cli.files import whole_file
from nautilus_bybit_adapter.cli.progress import Bars, progress_bars
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.warden.calibration.coefficients import model_toml
from nautilus_bybit_adapter.warden.calibration.dataset import MarketSamples, Sampling, sample_market
from nautilus_bybit_adapter.warden.calibration.fill import FillReport, fill_rows, fit_fill, score_fill
from nautilus_bybit_adapter.warden.calibration.passive import Fills, PassiveOrders
from nautilus_bybit_adapter.warden.calibration.rows import CellRows, cell_rows
from nautilus_bybit_adapter.warden.calibration.study import (
    GROUPS,
    PLACEBO,
    SINGLES,
    CellStudy,
    study_cell,
)
from nautilus_bybit_adapter.warden.calibration.survey import Survey, survey
from nautilus_bybit_adapter.warden.calibration.walk_forward import TooFewRowsError, fit_cell
from nautilus_bybit_adapter.warden.model import (
    FillModel,
    Model,
    Provenance,
    Source,
    default_model,
    parse_model,
    read_model,
)

DEFAULT_OUTPUT = Path("coefficients.toml")
_LARGEST_LOSS = 0.01
_NANO = 1e-9


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was told; `sizes` has None for each market's own large size."""

    output: Path | None
    report: Path
    score: str | None
    sizes: tuple[float | None, ...]
    horizons: tuple[int, ...]
    folds: int
    ablation: bool
    note: str


def run_calibration(sources: Sequence[Path], options: Options) -> bool:
    """
    Run a calibration and return whether the gate kept every loss to the walk within 1 %.

    Raises
    ------
    BybitConfigError
        If a source cannot be used, or holds too little.
    OSError
        If a file cannot be written.

    """
    if options.score is not None and options.output is not None:
        raise BybitConfigError("--output is of no use with --score: nothing is fitted")
    given = _given_model(options.score)
    markets = find_markets(sources)
    with progress_bars("items") as bars:
        facts, samples, fills = _sample(markets, options, bars)
        cells = _cells(samples, facts, options)
        studies = _study(cells, options, given, bars)
        try:
            rows = fill_rows(fills)
            fill_report: FillReport | None = score_fill(
                rows, options.folds, [fact.name for fact in facts], given.fill if given else None
            )
            fill = fit_fill(rows, rows.filled >= 0)
        except TooFewRowsError as e:
            click.echo(f"No fill model: {e}.", err=True)
            fill_report, fill = None, None
        model = given or _fit(cells, studies, fill, markets, facts, options, bars)
    result = CalibrationResult(
        tuple(facts),
        options.horizons,
        tuple(studies),
        fill_report,
        model.provenance,
        given is not None,
        options.note,
    )
    _write(options.report, render(result))
    if given is None:
        text = model_toml(model)
        parse_model(text, "what was fitted")
        _write(options.output or DEFAULT_OUTPUT, text)
        click.echo(f"Coefficients: {options.output or DEFAULT_OUTPUT}")
    for line in _summary(studies):
        click.echo(line)
    click.echo(f"Report: {options.report}")
    return result.worst_loss() <= _LARGEST_LOSS


def _given_model(score: str | None) -> Model | None:
    if score is None:
        return None
    if score == "default":
        return default_model()
    path = Path(score)
    if not path.is_file():
        raise BybitConfigError(f"--score is {score!r}; it must be 'default' or a file of coefficients")
    return read_model(path)


def _sample(
    markets: Sequence[Market], options: Options, bars: Bars
) -> tuple[list[MarketFacts], list[MarketSamples], list[Fills]]:
    facts, samples, fills = [], [], []
    for market in markets:
        found = survey(market.events(), multiplier=market.multiplier, is_inverse=market.is_inverse)
        fact = _fact(market, found, options)
        bar = bars.add(f"sampling {market.name}", found.books + found.trades)
        orders = PassiveOrders(fact.sizes[0])
        samples.append(
            sample_market(
                market.name,
                market.events(),
                Sampling(fact.sizes, options.horizons),
                multiplier=market.multiplier,
                is_inverse=market.is_inverse,
                orders=orders,
                on_progress=partial(bar.advance, 1),
            )
        )
        facts.append(fact)
        fills.append(orders.fills())
    return facts, samples, fills


def _fact(market: Market, found: Survey, options: Options) -> MarketFacts:
    if not found.books or not found.trades:
        raise BybitConfigError(
            f"{market.name} holds {found.books} books and {found.trades} trades; a calibration needs both"
        )
    sizes = tuple(found.large_notional() if size is None else size for size in options.sizes)
    return MarketFacts(
        market.name,
        market.source,
        _moment(found.first_ns),
        _moment(found.last_ns),
        (found.last_ns - found.first_ns) * _NANO,
        found.books,
        found.trades,
        sizes,
    )


def _cells(
    samples: Sequence[MarketSamples], facts: Sequence[MarketFacts], options: Options
) -> list[CellRows]:
    cells = []
    for h, horizon in enumerate(options.horizons):
        for z in range(len(options.sizes)):
            # One size in logs for markets of different large ones.
            middle = math.exp(sum(math.log(fact.sizes[z]) for fact in facts) / len(facts))
            cells.append(cell_rows(samples, z, h, horizon, float(f"{middle:.2g}")))
    return cells


def _study(cells: Sequence[CellRows], options: Options, given: Model | None, bars: Bars) -> list[CellStudy]:
    names: list[tuple[str, ...]] = [()] * len(cells)
    if options.ablation and given is None:
        shortest = options.horizons[0]
        names = [(*GROUPS, *(SINGLES if cell.horizon_ms == shortest else ()), PLACEBO) for cell in cells]
    bar = bars.add("examining", sum(1 + len(each) for each in names))
    studies = []
    for cell, ablation in zip(cells, names, strict=True):
        try:
            studies.append(
                study_cell(
                    cell, options.folds, model=given, ablation=ablation, on_progress=partial(bar.advance, 1)
                )
            )
        except TooFewRowsError as e:
            if given is None:
                raise BybitConfigError(
                    f"{e}: name longer recordings, fewer --folds or smaller --sizes"
                ) from e
            click.echo(f"Left out: {e}.", err=True)
    return studies


def _fit(
    cells: Sequence[CellRows],
    studies: Sequence[CellStudy],
    fill: FillModel | None,
    markets: Sequence[Market],
    facts: Sequence[MarketFacts],
    options: Options,
    bars: Bars,
) -> Model:
    bar = bars.add("fitting", len(studies))
    fitted = []
    for rows in cells:
        fitted.append(fit_cell(rows, rows.times_ns >= 0))
        bar.advance(1)
    provenance = Provenance(
        fitted_at=datetime.now(UTC).strftime("%Y-%m-%d"),
        code_version=version("bybit-nt-community"),
        note=options.note,
        sources=tuple(
            Source(market.source, market.sha256, fact.start, fact.end)
            for market, fact in zip(markets, facts, strict=True)
        ),
    )
    return Model(tuple(fitted), fill, provenance)


def _summary(studies: Sequence[CellStudy]) -> list[str]:
    lines = ["horizon     size        R2   gated  pinball-90  gated  coverage"]
    for study in studies:
        score = study.pooled
        lines.append(
            f"{study.horizon_ms:5d} ms {study.notional:9,.0f} {score.r2:8.1%} {score.r2_gated:7.1%}"
            f" {score.gain90:10.1%} {score.gain90_gated:7.1%} {score.coverage90_gated:8.3f}"
        )
    return lines


def _moment(ns: int) -> str:
    return datetime.fromtimestamp(ns * _NANO, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
