"""An order from `submit_order` to the venue, and its fill from the venue to `on_order_filled`.

Three nodes take turns at one venue in another process: this package's, the framework's own adapter's, and one whose
client is a bare socket, which is the floor. Both processes read one monotonic clock. An order is sent and filled before
the next one is due. The nodes run on uvloop, as a `TradingNode` does by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trading
import uvloop
from edge import Result, result_of
from nautilus_trader.config import (
    LiveExecEngineConfig,
    LoggingConfig,
    StrategyConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderDenied, OrderFilled, OrderRejected
from nautilus_trader.model.identifiers import TraderId
from nautilus_trader.model.objects import Quantity
from nautilus_trader.trading.strategy import Strategy
from trading import LINEAR

from nautilus_bybit_adapter import BYBIT

SERVER = str(Path(__file__).with_name("order_server.py"))
ORDERS, WARM_UP = 400, 50
PACE = 40.0
ROUNDS = 3
SOAK_PACE, SOAK_SECS = 100.0, 600
# The framework lets go of an order two to three minutes after its end.
SETTLED_MINUTES = 4
QUANTITY = Quantity.from_str("0.010")
# Orders of one side in a row. A fill that closes a position makes the framework append to a pandas series of all
# closed ones, which takes longer than anything else on the way and longer each time: it is to be the exception.
RUN = 50
LIMIT = 100
# What the venue says too; the pace of the rounds stays far below it.
LIMITS = {
    "max_orders_per_second": 0,
    "max_requests_per_second": 0,
    "rate_limits": {"/v5/order/create": LIMIT},
}


@dataclass(frozen=True)
class Urls:
    """Where the venue listens."""

    rest: str
    ws_public: str
    ws_private: str
    ws_trade: str


@dataclass(frozen=True)
class Venue:
    """A venue in another process."""

    urls: Urls
    ask: Callable[[], dict[str, dict[str, int]]]
    api_key: str = "sim-key"
    api_secret: str = field(default="sim-secret", repr=False)


class Shooter(Strategy):
    """Sends market orders, and notes when it sent and heard."""

    def __init__(self) -> None:
        super().__init__(StrategyConfig(order_id_tag="B01"))
        self.shots = 0
        self.fills = 0
        self.sent: dict[str, int] = {}
        self.heard: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.cpu_secs = 0.0
        self.started = asyncio.Event()

    def on_start(self) -> None:
        self.started.set()

    def shoot(self) -> None:
        """Send the next order: some buys, then as many sells."""
        side = OrderSide.SELL if self.shots // RUN % 2 else OrderSide.BUY
        self.shots += 1
        order = self.order_factory.market(LINEAR, side, QUANTITY)
        self.sent[order.client_order_id.value] = time.monotonic_ns()
        self.submit_order(order)

    def on_order_denied(self, event: OrderDenied) -> None:
        self.refused[event.client_order_id.value] = event.reason

    def on_order_rejected(self, event: OrderRejected) -> None:
        self.refused[event.client_order_id.value] = event.reason

    def on_order_filled(self, event: OrderFilled) -> None:
        self.heard[event.client_order_id.value] = time.monotonic_ns()
        self.fills += 1


def ours(venue: Any) -> TradingNode:
    """Build a node of this package."""
    return trading.build_node(venue, None, exec_options=LIMITS, log_level="OFF")


def ours_for_long(venue: Any) -> TradingNode:
    """Build a node of this package that lets go of what is over, which the framework keeps unless it is told."""
    engine = LiveExecEngineConfig(
        purge_closed_orders_interval_mins=1,
        purge_closed_orders_buffer_mins=1,
        purge_closed_positions_interval_mins=1,
        purge_closed_positions_buffer_mins=1,
        purge_account_events_interval_mins=1,
        purge_account_events_lookback_mins=1,
    )
    return trading.build_node(venue, None, exec_options=LIMITS, log_level="OFF", exec_engine=engine)


def theirs(venue: Any) -> TradingNode:
    """Build a node of the framework's adapter."""
    from official_adapter import build_node  # noqa: PLC0415 - only where it is asked for

    return build_node(venue, (LINEAR,), log_level="OFF")


def floor(venue: Any) -> TradingNode:
    """Build a node whose client is a bare socket."""
    from floor_client import FloorConfig, FloorFactory  # noqa: PLC0415 - only where it is asked for

    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level="OFF"),
        exec_clients={BYBIT: FloorConfig(ws_private=venue.urls.ws_private, ws_trade=venue.urls.ws_trade)},
        timeout_post_stop=0.2,
    )
    node = TradingNode(config=config, loop=asyncio.get_running_loop())
    node.add_exec_client_factory(BYBIT, FloorFactory)
    node.build()
    return node


BUILDERS: dict[str, Callable[[Any], TradingNode]] = {"ours": ours, "peer": theirs, "floor": floor}


@contextmanager
def apart() -> Any:
    """Give the venue a CPU of its own, as though it were elsewhere, and the node the others."""
    cpus = os.sched_getaffinity(0)
    last = max(cpus)
    os.sched_setaffinity(0, {last})
    try:
        with serving() as venue:  # the process it starts inherits the CPU
            os.sched_setaffinity(0, cpus - {last} or cpus)
            yield venue
    finally:
        os.sched_setaffinity(0, cpus)


@contextmanager
def serving() -> Any:
    """Run the venue in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    stdin, stdout = server.stdin, server.stdout

    def ask() -> dict[str, dict[str, int]]:
        stdin.write("\n")
        stdin.flush()
        return dict(json.loads(stdout.readline()))

    try:
        yield Venue(Urls(**json.loads(stdout.readline())), ask)
    finally:
        server.terminate()
        server.communicate()


async def shoot(
    build: Callable[[Any], TradingNode],
    venue: Venue,
    count: int,
    pace: float,
    every_minute: Callable[[Shooter], None] | None = None,
) -> Shooter:
    """Run a node and send so many orders at a pace."""
    node, shooter = build(venue), Shooter()
    node.trader.add_strategy(shooter)
    running = asyncio.ensure_future(node.run_async())
    try:
        await asyncio.wait_for(shooter.started.wait(), 30.0)
        begun, used = time.monotonic(), time.process_time()
        for number in range(count):
            due = begun + number / pace
            if (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            shooter.shoot()
            if every_minute is not None and number % int(pace * 60) == 0:
                every_minute(shooter)
        deadline = time.monotonic() + 5.0
        while shooter.fills < count and time.monotonic() < deadline:  # noqa: ASYNC110 - it is not waited for long
            await asyncio.sleep(0.01)
        shooter.cpu_secs = time.process_time() - used
    finally:
        await node.stop_async()
        await asyncio.gather(running, return_exceptions=True)
        node.kernel.dispose()
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()
    return shooter


def figures_of(shooter: Shooter, told: dict[str, dict[str, int]], count: int) -> dict[str, float]:
    """Return p50 and p99 of both ways in microseconds; the first orders warm up."""
    names = list(shooter.sent)[WARM_UP:]
    assert len(shooter.heard) == count, f"{count - len(shooter.heard)} fills did not come"
    submit = sorted((told["arrived"][name] - shooter.sent[name]) / 1000 for name in names)
    fill = sorted((shooter.heard[name] - told["executed"][name]) / 1000 for name in names)
    found = {"CPU": shooter.cpu_secs / count * 1e6}
    for what, values in (("submit", submit), ("fill", fill)):
        found[f"{what} p50"] = statistics.median(values)
        found[f"{what} p99"] = values[len(values) * 99 // 100]
    return found


def measure(
    progress: Callable[[str], None], place: Callable[[], Any] = serving
) -> dict[str, list[dict[str, float]]]:
    """Alternate the three nodes at a venue that is placed so."""
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in BUILDERS}
    with place() as venue:
        for number in range(ROUNDS):
            for name in BUILDERS if number % 2 else reversed(BUILDERS):
                shooter = uvloop.run(shoot(BUILDERS[name], venue, ORDERS, PACE))
                figures[name].append(figures_of(shooter, venue.ask(), ORDERS))
                told = ", ".join(f"{what} {value:,.0f} us" for what, value in figures[name][-1].items())
                progress(f"orders ({place.__name__}), round {number + 1} of {ROUNDS}, {name}: {told}")
    return figures


def soak(progress: Callable[[str], None], secs: float = SOAK_SECS) -> dict[str, float]:
    """Send a hundred orders a second; return memory and what was missed."""
    count = int(SOAK_PACE * secs)
    resident: list[float] = []
    late, arrived = array("d"), array("q")

    with apart() as venue:

        def look(shooter: Shooter) -> None:
            """Take the figures of a minute; what is known of its orders is let go, so as not to grow by itself."""
            for name, at in venue.ask()["arrived"].items():
                arrived.append(at)
                late.append((at - shooter.sent.pop(name)) / 1000)
            shooter.heard.clear()
            resident.append(_resident_mib())
            progress(f"orders at {SOAK_PACE:.0f}/s: {shooter.shots:,} sent, {resident[-1]:.0f} MiB")

        shooter = uvloop.run(shoot(ours_for_long, venue, count, SOAK_PACE, look))
        look(shooter)
    for reason, many in Counter(shooter.refused.values()).items():
        progress(f"{many} orders were refused: {reason}")
    ordered = sorted(late)
    return {
        "busiest": float(max(bisect_left(arrived, at + 10**9) - number for number, at in enumerate(arrived))),
        "sent": float(count),
        "missed": float(count - shooter.fills),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[len(ordered) * 99 // 100],
        "settled": resident[min(SETTLED_MINUTES, len(resident) - 1)],
        "last": resident[-1],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    results = []
    columns = {
        "submit p50": "submit_order to the venue: p50",
        "submit p99": "submit_order to the venue: p99",
        "fill p50": "execution to on_order_filled: p50",
        "fill p99": "execution to on_order_filled: p99",
        "CPU": "an order and its fill: CPU",
    }
    for place, where in ((serving, ""), (apart, ", venue on a CPU of its own")):
        figures = measure(progress, place)
        for column, name in columns.items():
            results.append(result_of(name + where, "us", figures, column, more_is_better=False))
            least = statistics.median(row[column] for row in figures["floor"])
            results.append(Result(f"{name}{where}, bare socket", "us", least, None, None, 0.0))
    found = soak(progress)
    title = f"{SOAK_PACE:.0f} orders/s for {SOAK_SECS // 60} minutes"
    return [
        *results,
        Result(f"{title}: fills missed", "orders", found["missed"], None, None, 0.0),
        Result(f"{title}: most in a second, of {LIMIT} allowed", "orders", found["busiest"], None, None, 0.0),
        Result(f"{title}: p50", "us", found["p50"], None, None, 0.0),
        Result(f"{title}: p99", "us", found["p99"], None, None, 0.0),
        Result(f"{title}: memory after {SETTLED_MINUTES} minutes", "MiB", found["settled"], None, None, 0.0),
        Result(f"{title}: memory at the end", "MiB", found["last"], None, None, 0.0),
    ]


def main() -> None:
    """Run this bench alone."""
    for each in run(lambda line: print(f"  {line}", file=sys.stderr, flush=True)):
        print(f"{each.name:<60} {each.ours:>10,.1f} {each.peer or 0:>10,.1f} {each.unit}")


if __name__ == "__main__":
    main()
