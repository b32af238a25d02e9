"""The command `bybit-nt load`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.output import as_json, epilog, json_option
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.command(
    epilog=epilog(
        "bybit-nt load *_ob500.data.zip BTCUSDT*.csv.gz --catalog catalog --environment mainnet",
        "bybit-nt load recordings/*.frames.gz --catalog catalog --jobs 4 --report report.json",
        "bybit-nt load day.frames.gz --catalog catalog --price-precision 2 --size-precision 3   # no network",
        "bybit-nt load --symbol BTCUSDT --category linear --fetch 1 --fetch funding --catalog catalog",
    )
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--catalog",
    "catalog_path",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The catalogue's folder; it is made where there is none.",
)
@click.option(
    "--category",
    type=click.Choice([each.value for each in BybitProductType]),
    help="Category of the files whose name does not say it.",
)
@click.option("--symbol", help="Symbol of the files whose name does not say it, or of what is fetched.")
@click.option(
    "--interval", default="", help="Interval of candles whose file name does not say it, such as 1 or D."
)
@click.option("--price-precision", type=click.IntRange(0, 16), help="Decimals of prices, to ask no venue.")
@click.option("--size-precision", type=click.IntRange(0, 16), help="Decimals of sizes, to ask no venue.")
@click.option(
    "--fetch",
    multiple=True,
    metavar="WHAT",
    help="Ask the venue: trades (the newest), funding, or an interval of candles; again for another.",
)
@click.option(
    "--start", type=_MOMENT, help="What is fetched begins here (UTC).  [default: a day before the end]"
)
@click.option("--end", type=_MOMENT, help="What is fetched ends here (UTC).  [default: now]")
@click.option(
    "--environment",
    type=click.Choice([each.value for each in BybitEnvironment]),
    help="Whose instruments and whose past; Bybit's archives are of mainnet.  [default: testnet]",
)
@click.option("--venue", help="The REST URL of a local venue instead.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Files loaded at once, a process each.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write checksums, gaps and counts into this JSON file.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def load(
    *,
    paths: tuple[Path, ...],
    fetch: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    report_path: Path | None,
    is_json: bool,
    **options: Any,
) -> None:
    """
    Load archives and recordings into a catalogue.

    Takes Bybit's order books (*_ob500.data.zip), trades and candles (*.csv, *.csv.gz) and recordings (*.frames.gz), in
    little memory however large they are, or asks the venue (--fetch). What has been loaded is not loaded again, and an
    interrupted load goes on where it was. Ends with 1 where data is missing.
    """
    # Arrow's own pool holds some 25 MB from its import on, in this process and in each that loads a file.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from nautilus_bybit_adapter.cli.files import whole_file  # noqa: PLC0415 - not for help
    from nautilus_bybit_adapter.cli.load.run import LoadOptions, load_all  # noqa: PLC0415 - imports the framework
    from nautilus_bybit_adapter.history.report import as_text  # noqa: PLC0415 - the same

    if not paths and not fetch:
        raise click.UsageError("Name files to load, or what to ask the venue for (--fetch).")
    if fetch and not (options["symbol"] and options["category"]):
        raise click.UsageError("--fetch needs --symbol and --category.")
    if (options["price_precision"] is None) != (options["size_precision"] is None):
        raise click.UsageError("--price-precision and --size-precision go together.")
    span = None
    if fetch:
        last = end.replace(tzinfo=UTC) if end else datetime.now(UTC)
        end_ms = int(last.timestamp() * 1000)
        start_ms = int(start.replace(tzinfo=UTC).timestamp() * 1000) if start else end_ms - 86_400_000
        if start_ms > end_ms:
            raise BybitConfigError(
                f"--start is {start}; it must not be after the end, {last:%Y-%m-%d %H:%M:%S}"
            )
        span = (start_ms, end_ms)
    reports = load_all(paths, fetch, span, LoadOptions(**options))
    if report_path is not None:
        with whole_file(report_path) as temporary:
            temporary.write_text(as_json(reports) + "\n")
    click.echo(as_json(reports) if is_json else "\n".join(as_text(each) for each in reports))
    if any(each.status == "failed" for each in reports):
        raise SystemExit(ExitCode.FAILED)
    is_whole = not any(each.gap_count or each.dropped_lines or each.is_torn for each in reports)
    raise SystemExit(ExitCode.OK if is_whole else ExitCode.NOT_WELL)
