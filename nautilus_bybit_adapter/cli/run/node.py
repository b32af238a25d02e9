"""Builds the node of a plan, runs it and says what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click
import msgspec
from nautilus_trader.cache.base import CacheFacade
from nautilus_trader.common.component import flush_logger
from nautilus_trader.config import LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

from nautilus_bybit_adapter.cli.group import Failed
from nautilus_bybit_adapter.cli.output import as_json, has_colour
from nautilus_bybit_adapter.cli.run.plan import Plan
from nautilus_bybit_adapter.cli.signals import ends_on_signals

LOOK_EVERY_SECS = 0.05


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a run, as the node's cache knows it at the end."""

    environments: tuple[str, ...]
    ran_secs: float
    orders: int
    fills: int
    open_orders: tuple[str, ...]
    open_positions: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield it as text."""
        yield f"Ran {self.ran_secs:.1f} s: {self.orders} orders, {self.fills} fills."
        for each in self.open_orders:
            yield f"Still open at the venue: {each}"
        for each in self.open_positions:
            yield f"Still held: {each}"


def run_plan(plan: Plan, duration_secs: float | None, *, is_json: bool) -> None:
    """
    Run a node until a signal, its own end or a duration, and print the summary.

    Raises
    ------
    BybitConfigError
        If a client refuses its config.
    Failed
        If the node did not start.
    Interrupted
        If a signal ended it; the summary has been printed.

    """
    summaries: list[Summary] = []
    try:
        asyncio.run(_run(plan, duration_secs, summaries, is_quiet=is_json))
    finally:
        flush_logger()  # it writes in a thread of its own, and what came of the run is to stand last
        for summary in summaries:
            click.echo(as_json(summary) if is_json else "\n".join(summary.lines()))


async def _run(plan: Plan, duration_secs: float | None, summaries: list[Summary], *, is_quiet: bool) -> None:
    config = _with_log_for(plan.config, is_quiet=is_quiet)
    loop = asyncio.get_running_loop()
    with ends_on_signals() as signals:
        node = TradingNode(config=config, loop=loop)
        signals.take()
        try:
            _build(node, plan)
            running = asyncio.ensure_future(node.run_async())
            started = None
            try:
                await _started(node, running, _patience_secs(config))
                started = loop.time()
                await asyncio.wait({running}, timeout=duration_secs)
            finally:
                signals.hold()
                if node.kernel.is_running():
                    await node.stop_async()
                await asyncio.gather(running, return_exceptions=True)
                if started is not None:
                    summaries.append(_summary(plan, node.cache, loop.time() - started))
        finally:
            node.kernel.dispose()  # `node.dispose` would stop the loop this runs in
            if node.kernel.executor is not None:
                node.kernel.executor.shutdown()


def _with_log_for(config: TradingNodeConfig, *, is_quiet: bool) -> TradingNodeConfig:
    """Return the config with a log for who looks at it: without colours off a terminal, without lines for a program."""
    logging = config.logging or LoggingConfig()
    changes: dict[str, Any] = {"log_level": "OFF"} if is_quiet else {}
    if not has_colour():
        changes["log_colors"] = False
    return msgspec.structs.replace(config, logging=msgspec.structs.replace(logging, **changes))


def _build(node: TradingNode, plan: Plan) -> None:
    for kind, add in (
        ("data_clients", node.add_data_client_factory),
        ("exec_clients", node.add_exec_client_factory),
    ):
        of_kind = {each.name.partition("-")[0]: each.factory for each in plan.clients if each.kind == kind}
        for name, factory in of_kind.items():
            add(name, factory)
    node.build()


def _patience_secs(config: TradingNodeConfig) -> float:
    """Return how long the node itself waits for its start at most."""
    return config.timeout_connection + config.timeout_reconciliation + config.timeout_portfolio


async def _started(node: TradingNode, running: asyncio.Future[None], patience_secs: float) -> None:
    """Wait until the strategies run; raises `Failed` if they never will."""
    deadline = asyncio.get_running_loop().time() + patience_secs + LOOK_EVERY_SECS
    while not node.trader.is_running:
        if running.done() or asyncio.get_running_loop().time() > deadline:
            raise Failed("the node did not start; its log says why")
        await asyncio.sleep(LOOK_EVERY_SECS)


def _summary(plan: Plan, cache: CacheFacade, ran_secs: float) -> Summary:
    orders = cache.orders()
    return Summary(
        environments=tuple(each.value for each in plan.environments),
        ran_secs=round(ran_secs, 1),
        orders=len(orders),
        fills=sum(len(order.trade_ids) for order in orders),
        open_orders=tuple(f"{each.client_order_id} {each.info()}" for each in cache.orders_open()),
        open_positions=tuple(f"{each.instrument_id} {each.signed_qty:+g}" for each in cache.positions_open()),
    )
