"""The command `bybit-nt report`."""

from __future__ import annotations

from pathlib import Path

import click

from nautilus_bybit_adapter.cli.output import as_json, epilog, json_option

DEFAULT_PICTURES = 12


@click.command(
    epilog=epilog(
        "bybit-nt report run.jsonl",
        "bybit-nt report run.jsonl --out costs.html --pictures 40",
        "bybit-nt report run.jsonl --json | jq .groups",
    )
)
@click.argument("log", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: the log's name with .html]",
)
@click.option(
    "--pictures",
    type=click.IntRange(0, 500),
    default=DEFAULT_PICTURES,
    show_default=True,
    help="How many orders to show in their book, the dearest first.",
)
@json_option
def report(log: Path, out: Path | None, pictures: int, is_json: bool) -> None:
    """
    Show what the orders of a run cost, as one HTML file.

    LOG is what a RunLog actor wrote, live or in a backtest; plain or gzipped. The page needs no network and no
    other file.
    """
    from nautilus_bybit_adapter.cli.report.page import write_report  # noqa: PLC0415 - imports numpy
    from nautilus_bybit_adapter.cli.report.tables import group_line  # noqa: PLC0415 - the same
    from nautilus_bybit_adapter.warden.costs import grouped, parents_of, read_run  # noqa: PLC0415 - the same

    run = read_run(log)
    written = write_report(run, log, out, pictures=pictures)
    groups = grouped(parents_of(run))
    if is_json:
        click.echo(as_json({"file": str(written), "groups": groups}))
        return
    for group in groups:
        click.echo(group_line(group))
    click.echo(f"Written to {written}.")
