"""The command `bybit-nt record`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import click

from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.output import as_json, epilog, json_option
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType

DEFAULT_TOPICS = {
    BybitProductType.SPOT: ("orderbook.200", "orderbook.1", "publicTrade", "tickers"),
    BybitProductType.LINEAR: ("orderbook.200", "orderbook.1", "publicTrade", "tickers"),
    BybitProductType.INVERSE: ("orderbook.200", "orderbook.1", "publicTrade", "tickers"),
    BybitProductType.OPTION: ("orderbook.100", "publicTrade", "tickers"),
}


@click.command(
    epilog=epilog(
        "bybit-nt record BTCUSDT ETHUSDT --out recordings --environment mainnet",
        "bybit-nt record BTCUSDT --category spot --topic orderbook.1000 --topic publicTrade --out recordings",
        "bybit-nt record BTCUSDT --private --duration 3600 --out recordings   # and the account's own frames",
        "bybit-nt sim --replay recordings/linear_BTCUSDT_*.frames.gz          # play it again",
    )
)
@click.argument("symbols", nargs=-1)
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the recording; it is made where there is none.",
)
@click.option(
    "--category",
    type=click.Choice([each.value for each in BybitProductType]),
    default=BybitProductType.LINEAR.value,
    show_default=True,
    help="Category of the symbols.",
)
@click.option(
    "--topic",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Topic without its symbol, such as orderbook.50 or kline.1; again for another.  "
    "[default: orderbook.200 (options: .100), orderbook.1, publicTrade, tickers]",
)
@click.option(
    "--environment",
    type=click.Choice([each.value for each in BybitEnvironment]),
    help="What to record.  [default: testnet]",
)
@click.option("--venue", help="The REST URL of a local venue; its sockets are taken from there.")
@click.option("--private", "is_private", is_flag=True, help="Record the account's own frames as well.")
@click.option("--api-key", help="The key; by default that of the environment's variables.")
@click.option("--api-secret", help="Its secret.")
@click.option(
    "--rotate-mb",
    type=click.FloatRange(min=0.001),
    default=256.0,
    show_default=True,
    help="Size of a file, unpacked.",
)
@click.option(
    "--rotate-minutes",
    type=click.FloatRange(min=0.001),
    default=60.0,
    show_default=True,
    help="Age of a file.",
)
@click.option(
    "--duration", type=click.FloatRange(min=0.1), help="Seconds to record.  [default: until Ctrl-C]"
)
@json_option
def record(*, is_json: bool, **options: Any) -> Any:
    """
    Record what the venue sends, with the time it came.

    Every frame is with the operating system before the next is read, so that nothing is lost when the process is
    killed; the next start makes whole files of what was left. Gaps are marked in the files. They can be used at once by
    bybit-nt sim --replay, by bybit-nt load and by hftbacktest.
    """
    from nautilus_bybit_adapter.cli.record.run import Recorded, run_recorder  # noqa: PLC0415 - imports the transport

    config = _config(**options)
    done: Recorded = asyncio.run(run_recorder(config, options["duration"]))
    if is_json:
        click.echo(as_json(done.summary))
    else:
        click.echo("{frames:,} frames, {bytes:,} bytes, {files} files, {gaps} gaps".format(**done.summary))
    if done.error is not None:
        raise done.error
    if done.signal is not None:
        return done.signal
    raise SystemExit(ExitCode.NOT_WELL if done.summary["gaps"] or done.summary["refused"] else ExitCode.OK)


def _config(
    *,
    symbols: tuple[str, ...],
    folder: Path,
    category: str,
    kinds: tuple[str, ...],
    environment: str | None,
    venue: str | None,
    is_private: bool,
    api_key: str | None,
    api_secret: str | None,
    rotate_mb: float,
    rotate_minutes: float,
    duration: float | None,
) -> Any:
    del duration
    from nautilus_bybit_adapter.history.recorder import RecorderConfig  # noqa: PLC0415 - imports the transport
    from nautilus_bybit_adapter.wire.credentials import resolve_credentials, resolve_environment  # noqa: PLC0415

    if not symbols and not is_private:
        raise click.UsageError("Name symbols to record, such as BTCUSDT.")
    chosen, _ = resolve_environment(BybitEnvironment(environment) if environment else None, os.environ)
    sockets = None if venue is None else "ws" + venue.removeprefix("http").rstrip("/") + "/v5"
    named = kinds or DEFAULT_TOPICS[BybitProductType(category)]
    return RecorderConfig(
        folder=folder,
        topics={
            category: list(
                dict.fromkeys(_topic(category, kind, symbol) for symbol in symbols for kind in named)
            )
        },
        environment=chosen,
        credentials=resolve_credentials(chosen, api_key, api_secret, os.environ) if is_private else None,
        public_url=None if sockets is None else f"{sockets}/public",
        private_url=None if sockets is None else f"{sockets}/private",
        rotate_bytes=int(rotate_mb * (1 << 20)),
        rotate_secs=rotate_minutes * 60,
    )


def _topic(category: str, kind: str, symbol: str) -> str:
    if not symbol or not symbol.replace("-", "").isalnum() or symbol != symbol.upper():
        raise BybitConfigError(f"symbol is {symbol!r}; it must be one of Bybit's, such as BTCUSDT")
    if not kind or kind.strip(".") != kind:
        raise BybitConfigError(
            f"topic is {kind!r}; it must be one of Bybit's without its symbol, such as orderbook.50"
        )
    # Trades of options are those of a coin.
    is_of_coin = category == BybitProductType.OPTION and kind == "publicTrade"
    return f"{kind}.{symbol.partition('-')[0] if is_of_coin else symbol}"
