"""The command `bybit-nt demo`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.output import epilog, json_option


class _Decimal(click.ParamType[Decimal]):
    """A positive decimal number."""

    name = "decimal"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a decimal number", param, ctx)
        if not number.is_finite() or number <= 0:
            self.fail(f"{value} is not a positive number", param, ctx)
        return number


@click.command(
    epilog=epilog(
        "bybit-nt demo --report demo.html",
        "bybit-nt demo --replay linear_BTCUSDT.frames.gz --plot demo.svg",
        "bybit-nt demo --venue http://127.0.0.1:8080 --api-key sim-key --api-secret sim-secret",
        "bybit-nt demo --json | jq .agreed",
    )
)
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trade on recorded order flow (*.frames.gz) instead of a synthetic market.",
)
@click.option("--symbol", default="BTCUSDT", show_default=True, help="A linear symbol of the venue.")
@click.option(
    "--quantity", type=_Decimal(), default="0.05", show_default=True, help="Base quantity of each leg."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Seed of the synthetic market.")
@click.option(
    "--horizon", type=float, default=8.0, show_default=True, help="Seconds a smart limit stays passive."
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Draw the market and the fills into this .svg, .png or .pdf file (extra: plots).",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the orders cost, with the book around them, as this HTML file.",
)
@click.option(
    "--venue", "venue_url", help="A running venue's REST URL instead of a fresh one (bybit-nt sim)."
)
@click.option("--api-key", default=None, help="The API key at that venue.")
@click.option("--api-secret", default=None, help="The API secret at that venue.")
@json_option
def demo(**options: Any) -> None:
    """
    Trade a round trip on a local Bybit venue and check the accounts.

    Starts the venue and a TradingNode, buys and sells once through SMART_LIMIT and once at market, prints what each
    leg cost, and compares the venue's ledger with the framework's account. Needs no key and no network.
    """
    from nautilus_bybit_adapter.cli.demo.run import DemoOptions, run_demo  # noqa: PLC0415 - imports the framework

    raise SystemExit(ExitCode.OK if run_demo(DemoOptions(**options)) else ExitCode.NOT_WELL)
