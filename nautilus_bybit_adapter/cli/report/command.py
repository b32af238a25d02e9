"""The command `bybit-nt report`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from nautilus_bybit_adapter.cli.report.page import MOST_PICTURES, render
from nautilus_bybit_adapter.cli.report.tables import bps
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.warden.costs import Group, Run, grouped, parents_of, read_run


@click.command(epilog="Example: bybit-nt report build/demo.run.jsonl --out build/demo.html")
@click.argument("log", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: the log's name with .html]",
)
@click.option(
    "--pictures",
    type=click.IntRange(0, 500),
    default=MOST_PICTURES,
    show_default=True,
    help="How many orders to show in their book, the dearest first.",
)
@click.option("--json", "is_json", is_flag=True, help="Print the costs by decision and size as JSON.")
def report(log: Path, out: Path | None, pictures: int, is_json: bool) -> None:
    """
    Show what the orders of a run cost, as one HTML file.

    LOG is what a RunLog actor wrote, live or in a backtest; plain or gzipped. The file needs no network and no
    other file. Ends with 0, or with 1 when the log cannot be read.
    """
    try:
        run = read_run(log)
        written = write_report(run, log, out, pictures=pictures)
    except BybitError as e:
        raise click.ClickException(str(e)) from e
    groups = grouped(parents_of(run))
    if is_json:
        click.echo(msgspec.json.encode({"file": str(written), "groups": groups}).decode())
        return
    for group in groups:
        click.echo(_line(group))
    click.echo(f"Written to {written}.")


def write_report(run: Run, log: Path, out: Path | None = None, *, pictures: int = MOST_PICTURES) -> Path:
    """
    Write the report of a run, whole or not at all, and return where it is.

    Raises
    ------
    BybitError
        If the file cannot be written.
    """
    name = log.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".run") or log.name
    path = out or log.with_name(f"{name}.html")
    page = render(run, name, pictures=pictures)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(path)
    except OSError as e:
        raise BybitError(f"{path} cannot be written: {e.strerror or e}") from e
    return path


def _line(group: Group) -> str:
    parts = ", ".join(
        f"{name} {bps(getattr(group, name))}" for name in ("fees", "spread", "deeper", "waiting")
    )
    saved = "" if group.saved != group.saved else f"; saved {group.saved:+.2f}"
    orders = f"{group.parents} order{'s' if group.parents != 1 else ''}"
    return f"{group.decision}, {group.size}: {orders}, {bps(group.total)} bps ({parts}){saved}"
