"""The same frames through this package and the framework's own adapter in a live node: from socket to strategy.

Each run is a process of its own with a `TradingNode`, as at the start of a node, in the event loop that the framework
chooses: frames come from another process, and are counted in the strategy's handler. The framework keeps the books, as
it does for a strategy that asks for deltas.

``python node.py serve COUNT`` serves the instruments; ``python node.py ours|peer REST PORT FEED SYMBOLS FRAMES TIMED
OPTIONS`` runs once and prints what it took, as JSON.
"""

from __future__ import annotations

import array
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from edge import (
    BOOK,
    PACE,
    TICKER,
    TOUCH,
    TRADE,
    Arrivals,
    Feed,
    Result,
    result_of,
    serving,
    symbols_of,
)

ROUNDS = 5
FLAT_OUT_FRAMES = 50_000
PACED_FRAMES = 6_000
TIMEOUT_SECS = 120.0
FEEDS = {feed.topic: feed for feed in (BOOK, TRADE, TOUCH, TICKER)}


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured in one go: both feeds, how many symbols, frames a second (0: all at once)."""

    name: str
    mine: Feed
    peers: Feed
    symbols: int
    rate: float
    gc_threshold: int | None = None


GC_THRESHOLD = 50_000
CASES = (
    *(
        Case(f"node, {mine.name}{suffix}", mine, peers, symbols, rate)
        for mine, peers in ((BOOK, BOOK), (TRADE, TRADE), (TOUCH, TICKER))
        for suffix, symbols, rate in (
            (", flat out", 1, 0.0),
            (f", {PACE:,.0f}/s", 1, PACE),
        )
    ),
    Case(f"node, book, gc_threshold {GC_THRESHOLD:,}", BOOK, BOOK, 1, 0.0, GC_THRESHOLD),
)


async def serve(count: int) -> None:
    """Serve the instruments of the bench over REST until the process is ended."""
    from nautilus_bybit_adapter.sim import SimConfig, SimVenue  # noqa: PLC0415 - only this process needs it

    (bitcoin,) = (
        each for each in SimConfig().instruments if (each.category, each.symbol) == ("linear", "BTCUSDT")
    )
    made = tuple(
        replace(bitcoin, symbol=symbol, base=symbol.removesuffix("USDT")) for symbol in symbols_of(count)
    )
    async with SimVenue(SimConfig(market="quiet", instruments=made, rate_limits=False)) as venue:
        print(venue.urls.rest, flush=True)
        await asyncio.Event().wait()


async def run_node(
    who: str, rest: str, port: int, feed: Feed, count: int, arrivals: Arrivals, options: Any
) -> None:
    """Run a node until the last frame has reached its strategy; return the collections of the oldest generation."""
    from nautilus_trader.model.data import OrderBookDeltas, TradeTick  # noqa: PLC0415 - a run's process alone pays
    from nautilus_trader.model.enums import BookType  # noqa: PLC0415
    from nautilus_trader.model.identifiers import InstrumentId  # noqa: PLC0415
    from official_adapter import build_official_data_node  # noqa: PLC0415
    from trading import Recorder  # noqa: PLC0415
    from watching import build_data_node  # noqa: PLC0415

    ids = [InstrumentId.from_str(f"{symbol}-LINEAR.BYBIT") for symbol in symbols_of(count)]

    class Listener(Recorder):
        def on_start(self) -> None:
            for each in ids:
                if feed.kind is OrderBookDeltas:
                    self.subscribe_order_book_deltas(each, BookType.L2_MBP, depth=50)
                elif feed.kind is TradeTick:
                    self.subscribe_trade_ticks(each)
                else:
                    self.subscribe_quote_ticks(each)

        def on_order_book_deltas(self, deltas: Any) -> None:
            arrivals.take(deltas)

        def on_trade_tick(self, tick: Any) -> None:
            arrivals.take(tick)

        def on_quote_tick(self, tick: Any) -> None:
            arrivals.take(tick)

    urls = SimpleNamespace(rest=rest, ws_public=f"ws://127.0.0.1:{port}/v5/public")
    venue: Any = SimpleNamespace(urls=urls, api_key="sim-key", api_secret="sim-secret")
    if who == "ours":
        node = build_data_node(venue, ids, loop=asyncio.get_running_loop(), **options)
    else:
        node = build_official_data_node(venue, frozenset(ids), "linear")
    node.trader.add_strategy(Listener())
    running = asyncio.ensure_future(node.run_async())
    await asyncio.wait_for(arrivals.done.wait(), TIMEOUT_SECS)
    await node.stop_async()
    await asyncio.gather(running, return_exceptions=True)


def once(
    who: str, rest: str, port: str, topic: str, symbols: str, frames: str, timed: str, options: str
) -> None:
    """Run one node and print its figures."""
    arrivals = Arrivals(FEEDS[topic].kind, int(frames), timed=timed == "1")
    uvloop.run(run_node(who, rest, int(port), FEEDS[topic], int(symbols), arrivals, json.loads(options)))
    print(
        json.dumps(
            {
                "cpu us": arrivals.cpu / int(frames) * 1e6,
                "frames/s": int(frames) / (arrivals.last - arrivals.first),
                "times": arrivals.times.tolist(),
            }
        )
    )


@contextmanager
def instruments(count: int) -> Iterator[str]:
    """Serve instruments from another process; yields the REST address."""
    server = subprocess.Popen(
        [sys.executable, __file__, "serve", str(count)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.stdout.close()
        server.wait()


def figures_of(arguments: Sequence[str], sent: Path) -> dict[str, float]:
    """Run a node in a process of its own, and return its figures."""
    sent.unlink(missing_ok=True)
    told = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(f"a run of {' '.join(arguments)} failed:\n{told.stderr[-3000:]}")
    figures: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    times = figures.pop("times")
    if times:
        while not sent.exists():
            time.sleep(0.01)
        written = array.array("q")
        written.frombytes(sent.read_bytes())
        late = sorted((there - here) / 1000 for here, there in zip(written, times, strict=True))
        figures["p50 us"] = late[len(late) // 2]
        figures["p99 us"] = late[len(late) * 99 // 100]
    return figures


def measure(case: Case, progress: Callable[[str], None]) -> list[Result]:
    """Alternate the two and return the median of each figure."""
    count = PACED_FRAMES if case.rate else FLAT_OUT_FRAMES
    symbols = symbols_of(case.symbols)
    figures: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory() as folder, instruments(case.symbols) as rest:
        paths = {who: Path(folder) / who for who in figures}
        with (
            serving(paths["ours"], case.mine, symbols, count, case.rate) as our_port,
            serving(paths["peer"], case.peers, symbols, count, case.rate) as peer_port,
        ):
            for number in range(ROUNDS):
                runs = [("ours", our_port, case.mine), ("peer", peer_port, case.peers)]
                for who, port, feed in runs if number % 2 else reversed(runs):
                    timed = str(int(case.rate > 0))
                    given = json.dumps({"gc_threshold": case.gc_threshold} if who == "ours" else {})
                    arguments = (
                        who,
                        rest,
                        str(port),
                        feed.topic,
                        str(case.symbols),
                        str(count),
                        timed,
                        given,
                    )
                    got = figures_of(arguments, paths[who].with_suffix(".sent"))
                    figures[who].append(got)
                    told = ", ".join(f"{value:,.1f} {unit}" for unit, value in got.items())
                    progress(f"{case.name}, round {number + 1} of {ROUNDS}, {who}: {told}")
    columns = ("cpu us", "p50 us", "p99 us") if case.rate else ("cpu us", "frames/s")
    return [
        result_of(
            f"{case.name}: {column.rpartition(' ')[0] or column}",
            column.rpartition(" ")[2],
            figures,
            column,
            more_is_better=column == "frames/s",
        )
        for column in columns
    ]


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    return [result for case in CASES for result in measure(case, progress)]


def main() -> None:
    """Run this bench alone, or one run of it; ``python node.py`` takes words that choose cases by their names."""
    match sys.argv[1:]:
        case ["serve", count]:
            asyncio.run(serve(int(count)))
        case [("ours" | "peer") as who, rest, port, topic, symbols, frames, timed, options]:
            once(who, rest, port, topic, symbols, frames, timed, options)
        case words:
            for case in CASES:
                if all(word in case.name for word in words):
                    for each in measure(case, tell):
                        figures = f"{each.ours:>12,.2f} {each.peer:>12,.2f} {each.unit:>9}"
                        print(f"{each.name:<40} {figures} {each.ratio:>6.2f}x")


def tell(line: str) -> None:
    """Show that something is happening."""
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
