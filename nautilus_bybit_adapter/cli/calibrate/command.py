"""The command `bybit-nt calibrate`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.output import epilog
from nautilus_bybit_adapter.errors import BybitConfigError

LARGE = "large"


class Sizes(click.ParamType[tuple[float | None, ...]]):
    """Notionals, comma-separated; ``large`` (None) is the largest a market's book fills."""

    name = "sizes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float | None, ...]:
        """Read the words; also what is read already."""
        if isinstance(value, tuple):
            return value
        found: list[float | None] = []
        for word in str(value).split(","):
            try:
                number = None if word.strip() == LARGE else float(word)
            except ValueError:
                number = math.nan
            if number is not None and not (math.isfinite(number) and number > 0):
                self.fail(f"{word!r} is neither a number above 0 nor {LARGE!r}", param, ctx)
            found.append(number)
        numbers = [number for number in found if number is not None]
        if numbers != sorted(set(numbers)) or None in found[:-1]:
            self.fail(f"{value!r} must rise, with {LARGE!r} last", param, ctx)
        return tuple(found)


class Horizons(click.ParamType[tuple[int, ...]]):
    """Milliseconds, comma-separated, rising, multiples of 100."""

    name = "horizons"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read the words; also what is read already."""
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in str(value).split(",")]
        if not all(word.isdecimal() and int(word) > 0 and int(word) % 100 == 0 for word in words):
            self.fail(f"{value!r} must be multiples of 100 ms, such as 100,500,1000", param, ctx)
        numbers = [int(word) for word in words]
        if numbers != sorted(set(numbers)):
            self.fail(f"{value!r} must rise", param, ctx)
        return tuple(numbers)


@click.command(
    epilog=epilog(
        "bybit-nt calibrate day1.frames.gz day2.frames.gz --output mine.toml",
        "bybit-nt calibrate ~/catalog --sizes 5000,50000 --horizons 100,1000",
        "bybit-nt calibrate new.frames.gz --score default --report check.html",
    )
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The coefficients to write.  [default: coefficients.toml, with --score none]",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path("calibration.html"),
    show_default=True,
    help="The report to write.",
)
@click.option(
    "--score",
    "score",
    metavar="default|FILE",
    help="Fit nothing; score the shipped coefficients, or a file's, on all of the data.",
)
@click.option(
    "--sizes",
    type=Sizes(),
    default="10000,100000,large",
    show_default=True,
    help="Notionals in quote units; large is what nearly every book of a market fills.",
)
@click.option("--horizons", type=Horizons(), default="100,500,1000", show_default=True, help="Milliseconds.")
@click.option("--folds", type=click.IntRange(1, 50), default=4, show_default=True, help="Walk-forward folds.")
@click.option(
    "--ablation/--no-ablation",
    default=True,
    show_default=True,
    help="Fit with parts of the features too, and with a placebo.",
)
@click.option("--note", default="", help="A sentence for the file's provenance and the report.")
def calibrate(sources: Sequence[Path], **options: Any) -> None:
    """
    Fit the slippage forecast to recorded markets and say how well it holds.

    SOURCES are recordings (*.frames.gz, lines of receive time and Bybit public frame, books and trades) or folders with
    a ParquetDataCatalog (order book deltas and trade ticks). Writes coefficients as TOML and a report as one HTML file.
    """
    try:
        import scipy  # noqa: F401, PLC0415 - an extra
    except ImportError as e:
        raise BybitConfigError("calibrate needs scipy: install bybit-nt-community[calibrate]") from e
    from nautilus_bybit_adapter.cli.calibrate.run import Options, run_calibration  # noqa: PLC0415 - imports scipy

    if not run_calibration(sources, Options(**options)):
        raise SystemExit(ExitCode.NOT_WELL)
