"""One strategy on one market, in the backtest engine and on the venue: the same decisions, and other fills for reasons.

A market is recorded off the venue's public sockets. The backtest reads the recording; the paper stage is a live node on
a venue that replays it. The strategy decides on trades alone, so that its decisions must be the same to the last one.
What is filled depends on when an order arrives and on what stands in front of it, and that is put into numbers.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from four_stages import told
from nautilus_trader.model.identifiers import InstrumentId
from order_flow import OrderFlow, OrderFlowConfig
from raw_client import raw_client
from trading import build_node, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock

ROOT = Path(__file__).resolve().parents[2]
TRADED = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
WATCHED = InstrumentId.from_str("BTCUSDT-SPOT.BYBIT")
STRATEGY = {"instrument_id": TRADED.value, "signal_id": WATCHED.value, "volume": "2", "threshold": "0.2"}
RECORDED_MS, STEP_MS = 60_000, 10
Run = dict[str, Any]
# In a process of its own, since a backtest of BYBIT tells its whole process to reckon the accounts itself.
BACKTEST = """
import json, sys
sys.path[:0] = ["examples", "tests/support"]
from pathlib import Path
from backtest import INSTRUMENT, backtest
from four_stages import spot_instrument, told
from order_flow import OrderFlowConfig

recordings = list(zip((INSTRUMENT, spot_instrument()), map(Path, sys.argv[4:]), strict=True))
config = OrderFlowConfig.parse(sys.argv[1])
strategy, engine = backtest(recordings, config, int(sys.argv[2]), queue_position=sys.argv[3] == "queue")
print(told(strategy, engine.cache))
"""


async def _record(folder: Path) -> tuple[Path, Path]:
    """Write what the public sockets say in a minute of two synthetic markets, a line a frame."""
    config = SimConfig(seed=11, clock=VirtualClock(), rate_limits=False)
    lines: dict[str, list[str]] = {"linear": [], "spot": []}

    async def listen(socket: aiohttp.ClientWebSocketResponse, kept: list[str]) -> None:
        async for message in socket:
            sent_ms = json.loads(message.data)["ts"]
            kept.append(f"{sent_ms * 1_000_000} {message.data}")

    async with SimVenue(config) as venue, raw_client(venue) as client:
        topics = ("orderbook.200.BTCUSDT", "publicTrade.BTCUSDT")
        listening = [
            asyncio.ensure_future(listen(await client.public(*topics, category=category), kept))
            for category, kept in lines.items()
        ]
        for _ in range(RECORDED_MS // STEP_MS):
            venue.step(STEP_MS)
            for _ in range(3):
                await asyncio.sleep(0)
        await until(lambda: all(len(kept) > RECORDED_MS / 110 for kept in lines.values()), "the frames")
        for task in listening:
            task.cancel()
    paths = []
    for category, kept in lines.items():
        paths.append(folder / f"{category}_BTCUSDT.frames.gz")
        paths[-1].write_bytes(gzip.compress("\n".join(kept).encode()))
    return paths[0], paths[1]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return asyncio.run(_record(tmp_path_factory.mktemp("recorded")))


def traded_volume(path: Path) -> Decimal:
    frames = [json.loads(line.partition(b" ")[2]) for line in gzip.decompress(path.read_bytes()).splitlines()]
    trades = [row for each in frames if each["topic"].startswith("publicTrade") for row in each["data"]]
    return sum((Decimal(row["v"]) for row in trades), Decimal(0))


def backtest(recordings: tuple[Path, Path], latency_ms: int, *, queue: bool) -> Run:
    arguments = (
        json.dumps(STRATEGY),
        str(latency_ms),
        "queue" if queue else "no queue",
        *map(str, recordings),
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BACKTEST, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


class Held:
    """The venue's recorded flow on the test's own clock: a busy machine slows the market down, not only the trader."""

    def __init__(self, flows: Any) -> None:
        self._flows = flows
        self.now_ms = 0

    def begin(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._flows.begin(now_ms)

    def advance(self, _now_ms: int) -> None:
        self._flows.advance(self.now_ms)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._flows, name)


async def _paper(recordings: tuple[Path, Path]) -> tuple[Run, int]:
    """Run the strategy on a live node while a venue replays the recordings; return its latency beside it, ms."""
    strategy = OrderFlow(OrderFlowConfig.parse(json.dumps(STRATEGY)))
    volume = traded_volume(recordings[1])
    venue = SimVenue(SimConfig(market="quiet", replay=recordings, rate_limits=False))
    held = venue._flows = Held(venue._flows)  # type: ignore[assignment]
    made: dict[str, int] = {}
    arrived: dict[str, int] = {}
    async with venue:

        def topics() -> set[str]:
            return {topic for each in venue._server.connections("public") for topic in each.topics}

        node = build_node(venue, strategy, instrument_ids=(TRADED, WATCHED))
        running = asyncio.ensure_future(node.run_async())
        try:
            await until(lambda: {"orderbook.50.BTCUSDT", "publicTrade.BTCUSDT"} <= topics(), "the topics")
            for _ in range(RECORDED_MS // STEP_MS + 200):
                held.now_ms += STEP_MS
                await asyncio.sleep(STEP_MS / 2_000)
                for order in node.cache.orders():
                    made.setdefault(order.client_order_id.value, held.now_ms)
                for link_id in [order.link_id for order in venue.exchange.orders.values()]:
                    arrived.setdefault(link_id, held.now_ms)
            await until(lambda: strategy.volume_seen >= volume, "the last trade")
        finally:
            await node.stop_async()
            await asyncio.gather(running, return_exceptions=True)
        run = json.loads(told(strategy, node.cache))
        node.kernel.dispose()
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()
    delays = sorted(arrived[each] - made[each] for each in arrived.keys() & made.keys())
    return dict(run), max(STEP_MS, delays[len(delays) // 2])


def by_decision(run: Run) -> dict[str, tuple[str, bool]]:
    """Return price and whether anything was filled, by decision."""
    return {order["decision"]: (order["price"], order["filled"] > 0) for order in run["orders"]}


def differences(paper: Run, engine: Run) -> Counter[str]:
    """Count what was filled in the engine and not on the venue, less the other way round, by its reason."""
    live, tested = by_decision(paper), by_decision(engine)
    found: Counter[str] = Counter()
    for decision in live.keys() | tested.keys():
        price, is_filled = live.get(decision, ("", False))
        other_price, is_other_filled = tested.get(decision, ("", False))
        reason = "place in the queue"
        if not price or not other_price:
            reason = "position already there"  # an earlier difference left no order to send
        elif price != other_price:
            reason = "another touch"  # the book was seen at another moment
        found[reason] += is_other_filled - is_filled
    return found


def fills(run: Run) -> int:
    return sum(is_filled for _, is_filled in by_decision(run).values())


def test_the_decisions_are_the_same_and_the_fills_differ_for_reasons(recordings: tuple[Path, Path]) -> None:
    paper, latency_ms = asyncio.run(_paper(recordings))
    at_once = backtest(recordings, 0, queue=False)
    in_line = backtest(recordings, latency_ms, queue=True)
    assert len(paper["decisions"]) > 50
    assert at_once["decisions"] == in_line["decisions"] == paper["decisions"]

    found = differences(paper, at_once)
    assert fills(paper) > 10
    assert found.total() == fills(at_once) - fills(paper), "every difference has its reason"
    # An engine in which an order is first in line fills what waits on the venue; a late cancel does the opposite.
    assert found["place in the queue"] >= -2
    same = [
        each
        for each, order in by_decision(paper).items()
        if by_decision(at_once).get(each, ("",))[0] == order[0]
    ]
    assert len(same) > len(paper["orders"]) / 2, "mostly the same price"
