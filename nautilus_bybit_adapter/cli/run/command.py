"""The command `bybit-nt run`."""

from __future__ import annotations

from pathlib import Path

import click

from nautilus_bybit_adapter.cli.output import epilog, json_option


@click.command(
    epilog=epilog(
        "bybit-nt run examples/run.json           # until Ctrl-C, or until a strategy shuts the node down",
        "bybit-nt run examples/run.json --check   # only say whether it could run, and where",
        "bybit-nt run examples/run.json --duration 3600 --json",
    )
)
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "is_check", is_flag=True, help="Read and check everything, connect to nothing.")
@click.option(
    "--duration",
    "duration_secs",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop by itself so long after the strategies started.",
)
@json_option
def run(config: Path, duration_secs: float | None, *, is_check: bool, is_json: bool) -> None:
    """
    Run a TradingNode from a JSON file.

    CONFIG is a TradingNodeConfig as JSON: clients, strategies, actors and execution algorithms are named by where they
    are imported from. Modules beside the file can be named, too. Keys come from the environment's variables alone, and
    only a client whose config says "environment": "mainnet" trades real money. Ctrl-C stops the node in order: the
    strategies first, then the connections. With --json the log stays off the terminal.
    """
    from nautilus_bybit_adapter.cli.run.node import run_plan  # noqa: PLC0415 - imports the framework
    from nautilus_bybit_adapter.cli.run.plan import read_plan  # noqa: PLC0415 - the same

    plan = read_plan(config)
    for line in plan.notices():
        click.echo(line, err=True)
    if is_check:
        click.echo(plan.as_json() if is_json else f"{config} can run.")
        return
    run_plan(plan, duration_secs, is_json=is_json)
