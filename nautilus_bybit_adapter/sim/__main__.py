"""`python -m nautilus_bybit_adapter.sim`: run a local venue until it is interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .config import MARKETS, ConfigError, SimConfig
from .market.recording import ReplayError
from .server.bounds import MOST, Bounds
from .server.codec import dumps
from .state.errors import StateError
from .venue import SimVenue

if TYPE_CHECKING:
    from collections.abc import Callable


def _file_or_number(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | Path | None:
    if value is None:
        return None
    return int(value) if value.isdecimal() else Path(value)


def _amount(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Decimal | None:
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not a number") from None


def _bound[F: Callable[..., Any]](name: str, text: str) -> Callable[[F], F]:
    """Option for one of the bounds of what a client may ask for."""
    field = name.replace("-", "_")
    return click.option(
        f"--max-{name}",
        field,
        type=click.IntRange(1, MOST),
        default=getattr(Bounds(), field),
        show_default=True,
        help=text,
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="TCP port, 0 for any free one.")
@click.option(
    "--market", type=click.Choice(MARKETS), default="synthetic", show_default=True, help="Order flow."
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Recording (*.frames.gz) or Bybit archive (*.data.zip, trades *.csv.gz) to replay; again for another.",
)
@click.option(
    "--instruments",
    "catalogue",
    metavar="FILE|NUMBER",
    callback=_file_or_number,
    help="Catalogue file (JSON), or how many instruments to generate.  [default: the shipped 41]",
)
@click.option("--category", help="Category of the recording, where its file name does not say it.")
@click.option("--speed", default=1.0, show_default=True, help="Recorded seconds per second.")
@click.option("--rpi-maker", is_flag=True, help="Let the account place retail price improvement orders.")
@click.option(
    "--mnt-fees",
    "mnt_price",
    metavar="PRICE",
    callback=_amount,
    help="Charge fees in MNT at a discount while the account has some; dollars per MNT where none is traded.",
)
@click.option(
    "--fee-tax",
    metavar="RATE",
    default="0",
    show_default=True,
    callback=_amount,
    help="Tax on fees as a fraction of them, such as 0.18.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the synthetic flow.")
@click.option(
    "--balance", "balances", multiple=True, metavar="COIN=AMOUNT", help="Starting balance of a coin."
)
@click.option("--api-key", default="sim-key", show_default=True)
@click.option("--api-secret", default="sim-secret", show_default=True)
@click.option(
    "--rsa-public-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Public key (PEM) of an RSA pair; requests are then signed with its private half.",
)
@click.option(
    "--rate-limits/--no-rate-limits", default=True, show_default=True, help="Enforce request limits."
)
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Listen on an address other machines can reach; needs an admin token too.",
)
@click.option("--admin-port", type=int, help="TCP port of the admin side, 0 for any free one.")
@click.option(
    "--admin-token",
    default="",
    envvar="BYBIT_SIM_ADMIN_TOKEN",
    help="What admin requests carry as a bearer token; also BYBIT_SIM_ADMIN_TOKEN.",
)
@click.option("--web", is_flag=True, help="Show the venue on a page of the admin side.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps orders, fills and balances; one that exists is gone on from.",
)
@_bound("request-bytes", "Longest body of a request, bytes.")
@_bound("frame-bytes", "Longest WebSocket frame of a client, bytes.")
@_bound("connections", "TCP connections at once.")
@_bound("topics", "Topics of one public connection.")
@_bound("waiting-bytes", "Bytes that may wait for a client that reads too slowly.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND[:key=value,...]",
    help="Something that goes wrong from the start; again for another one.",
)
@click.option("--until-stdin-ends", is_flag=True, hidden=True, help="End with the process that started it.")
def main(balances: tuple[str, ...], until_stdin_ends: bool, **options: Any) -> signal.Signals | None:
    """
    Serve a local Bybit V5 venue until it is interrupted.

    Prints its URLs and credentials as one JSON line, and then nothing more.
    """
    try:
        options["bounds"] = Bounds(**{each.name: options.pop(each.name) for each in fields(Bounds)})
        if balances:
            options["balances"] = {**SimConfig().balances, **dict(_balance(text) for text in balances)}
        return asyncio.run(_serve(SimConfig(**options), until_stdin_ends=until_stdin_ends))
    except (ConfigError, ReplayError, StateError) as e:
        raise click.ClickException(str(e)) from e
    except OSError as e:
        where = f"{options['host']}:{options['port']}"
        raise click.ClickException(f"cannot listen on {where}: {e.strerror or e}") from e


def _balance(text: str) -> tuple[str, Decimal]:
    coin, _, amount = text.partition("=")
    try:
        if coin:
            return coin.upper(), Decimal(amount)
    except InvalidOperation:
        pass
    raise ConfigError(f"--balance expects COIN=AMOUNT, got {text!r}")


async def _serve(config: SimConfig, *, until_stdin_ends: bool) -> signal.Signals | None:
    """Serve until a signal, which is returned, or until standard input ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def on_signal(number: signal.Signals) -> None:
        received.append(number)
        stop.set()

    def on_stdin() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin)
            stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    if until_stdin_ends:
        loop.add_reader(sys.stdin, on_stdin)
    async with SimVenue(config) as venue:
        sys.stdout.write(_ready_line(venue) + "\n")
        sys.stdout.flush()
        waiting = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(venue.failed())}
        _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    return received[0] if received else None


def _ready_line(venue: SimVenue) -> str:
    symbols: dict[str, list[str]] = {}
    for category, symbol in venue.exchange.markets:
        symbols.setdefault(category, []).append(symbol)
    line: dict[str, object] = {
        "rest": venue.urls.rest,
        "ws_public": venue.urls.ws_public,
        "ws_private": venue.urls.ws_private,
        "ws_trade": venue.urls.ws_trade,
        "api_key": venue.api_key,
        "api_secret": venue.api_secret,
        "symbols": symbols,
    }
    if venue.admin_url is not None:
        line["admin"] = venue.admin_url
    return dumps(line)


if __name__ == "__main__":
    main()
