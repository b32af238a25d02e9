"""Starts the venue and a node, lets the strategy trade, checks the accounts."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from nautilus_trader.config import (
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, TraderId

from nautilus_bybit_adapter.cli.demo.accounts import Reconciled, reconcile, venue_balance
from nautilus_bybit_adapter.cli.demo.plot import check_plot, draw
from nautilus_bybit_adapter.cli.demo.strategy import Leg, RoundTrip, RoundTripConfig
from nautilus_bybit_adapter.cli.demo.table import account_table, cost_table, demo_result
from nautilus_bybit_adapter.cli.demo.venue import VenueAccess, access_of, local_venue
from nautilus_bybit_adapter.cli.files import check_folder
from nautilus_bybit_adapter.cli.output import as_json, has_colour
from nautilus_bybit_adapter.cli.report.page import write_report
from nautilus_bybit_adapter.cli.signals import Signals, ends_on_signals
from nautilus_bybit_adapter.constants import BYBIT
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.algo import SmartLimitExecAlgorithm, SmartLimitExecAlgorithmConfig
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_bybit_adapter.nt1.factories import BybitLiveDataClientFactory, BybitLiveExecClientFactory
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of
from nautilus_bybit_adapter.nt1.run_log import RunLog, RunLogConfig
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.warden.costs import read_run
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType
from nautilus_bybit_adapter.wire.signing import Credentials

TRADING_TIMEOUT_SECS = 120.0
SETTLE_TIMEOUT_SECS = 10.0
# The log of the run compares the last forecast with the book a moment later.
AFTERMATH_SECS = 0.5


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line asks for; see `bybit-nt demo --help`."""

    replay: Path | None = None
    symbol: str = "BTCUSDT"
    quantity: Decimal = Decimal("0.05")
    seed: int = 7
    horizon: float = 8.0
    plot: Path | None = None
    report: Path | None = None
    venue_url: str | None = None
    api_key: str | None = None
    api_secret: str | None = None
    is_json: bool = False


def run_demo(options: DemoOptions) -> bool:
    """
    Run the demonstration and print its tables; return whether the accounts agree.

    Raises
    ------
    BybitError
        If the venue does not start, refuses the key, or lists no such symbol.
    click.ClickException
        If the round trip was not completed.

    """
    return asyncio.run(_demo(options))


async def _demo(options: DemoOptions) -> bool:
    if options.plot is not None:
        check_plot(options.plot)
    if options.report is not None:
        check_folder(options.report)
    async with AsyncExitStack() as stack:
        signals = stack.enter_context(ends_on_signals())
        log = Path(stack.enter_context(TemporaryDirectory())) / "demo.jsonl"
        if options.venue_url is None:
            access = await stack.enter_async_context(local_venue(seed=options.seed, replay=options.replay))
        else:
            access = access_of(options.venue_url, options.api_key, options.api_secret)
        source = f"recorded order flow of {options.replay.name}" if options.replay else "synthetic order flow"
        click.echo(f"Venue at {access.rest}: {options.symbol} linear, {source}.", err=options.is_json)
        http = BybitHTTPClient(
            environment=BybitEnvironment.TESTNET,
            credentials=Credentials(access.api_key, access.api_secret),
            base_url=access.rest,
        )
        await http.open()
        stack.push_async_callback(http.close)
        agreed = await _trade(options, access, http, signals, log)
        if options.report is not None:
            write_report(read_run(log), log, options.report)
            click.echo(
                f"\nWhat the orders cost, with the book around them: {options.report}", err=options.is_json
            )
        return agreed


async def _trade(
    options: DemoOptions, access: VenueAccess, http: BybitHTTPClient, signals: Signals, log: Path
) -> bool:
    await _check_symbol(http, options.symbol)
    start, since_ms = await venue_balance(http), time.time_ns() // 1_000_000
    instrument_id = instrument_id_of(options.symbol, BybitProductType.LINEAR)
    done = asyncio.Event()
    strategy = RoundTrip(
        RoundTripConfig(instrument_id=instrument_id, quantity=options.quantity, horizon_secs=options.horizon),
        on_leg=partial(_print_leg, is_json=options.is_json),
        on_done=done.set,
    )
    node = _build_node(access, instrument_id, strategy, log)
    signals.take()
    running = asyncio.ensure_future(node.run_async())
    try:
        try:
            await asyncio.wait_for(done.wait(), TRADING_TIMEOUT_SECS)
        except TimeoutError:
            raise click.ClickException(
                f"the round trip did not end within {TRADING_TIMEOUT_SECS:.0f} s"
            ) from None
        if strategy.failure is not None:
            raise click.ClickException(strategy.failure)
        fills = [fill for leg in strategy.legs for fill in leg.fills]
        result = await _settled(http, node, instrument_id, fills, start, since_ms)
        await asyncio.sleep(AFTERMATH_SECS)
    finally:
        signals.hold()
        await node.stop_async()
        await asyncio.gather(running, return_exceptions=True)
        node.kernel.dispose()  # `node.dispose` would stop the loop this runs in
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()
    if options.is_json:
        click.echo(as_json(demo_result(strategy.legs, result)))
    else:
        click.echo(f"\n{cost_table(strategy.legs)}\n\n{account_table(result)}")
    if options.plot is not None:
        draw(options.plot, options.symbol, strategy.touches, strategy.legs)
        click.echo(f"\nDrawn into {options.plot}.", err=options.is_json)
    return result.agreed


async def _check_symbol(http: BybitHTTPClient, symbol: str) -> None:
    listed = [item.symbol for item in await http.get_instruments(BybitProductType.LINEAR)]
    if symbol not in listed:
        raise BybitConfigError(f"symbol {symbol!r} is not listed at the venue: {', '.join(listed)} are")


async def _settled(
    http: BybitHTTPClient,
    node: TradingNode,
    instrument_id: InstrumentId,
    fills: list[OrderFilled],
    start: Decimal,
    since_ms: int,
) -> Reconciled:
    """Compare, again until the last wallet push has arrived or it is clear that the accounts differ."""
    deadline = asyncio.get_running_loop().time() + SETTLE_TIMEOUT_SECS
    while True:
        result = await reconcile(http, node.portfolio, instrument_id, fills, start, since_ms)
        if result.agreed or asyncio.get_running_loop().time() > deadline:
            return result
        await asyncio.sleep(0.1)


def _build_node(
    access: VenueAccess, instrument_id: InstrumentId, strategy: RoundTrip, log: Path
) -> TradingNode:
    provider = InstrumentProviderConfig(load_ids=frozenset({instrument_id}))
    config = TradingNodeConfig(
        trader_id=TraderId("DEMO-001"),
        logging=LoggingConfig(log_level="ERROR", log_colors=has_colour()),
        exec_engine=LiveExecEngineConfig(reconciliation=True),
        data_clients={
            BYBIT: BybitDataClientConfig(
                environment=BybitEnvironment.TESTNET,
                product_types=(BybitProductType.LINEAR,),
                base_url_http=access.rest,
                base_url_ws_public=access.ws_public,
                instrument_provider=provider,
            )
        },
        exec_clients={
            BYBIT: BybitExecClientConfig(
                api_key=access.api_key,
                api_secret=access.api_secret,
                environment=BybitEnvironment.TESTNET,
                product_types=(BybitProductType.LINEAR,),
                base_url_http=access.rest,
                base_url_ws_private=access.ws_private,
                base_url_ws_trade=access.ws_trade,
                instrument_provider=provider,
            )
        },
        timeout_connection=20.0,
        timeout_reconciliation=10.0,
        timeout_portfolio=10.0,
        timeout_disconnection=5.0,
        timeout_post_stop=1.0,
    )
    node = TradingNode(config=config, loop=asyncio.get_running_loop())
    node.trader.add_actor(
        RunLog(RunLogConfig(path=str(log), instrument_ids=[instrument_id], sample_interval_ms=50))
    )
    node.trader.add_strategy(strategy)
    node.trader.add_exec_algorithm(
        SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(instrument_ids=[instrument_id]))
    )
    node.add_data_client_factory(BYBIT, BybitLiveDataClientFactory)
    node.add_exec_client_factory(BYBIT, BybitLiveExecClientFactory)
    node.build()
    return node


def _print_leg(number: int, leg: Leg, *, is_json: bool) -> None:
    way = "SMART_LIMIT" if leg.smart else "market"
    line = f"  leg {number} of 4 done through {way}: {leg.quantity:f} at {leg.average_price:.3f}"
    click.echo(line, err=is_json)
