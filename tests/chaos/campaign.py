"""`make chaos`: seeded schedules of faults during random trading, many at a time; what was found beside what happened.

Each schedule has a venue and a node of its own. When it is over and the faults are gone, the node has a while to
come to what the venue knows; whatever differs then is a finding. Results go to `build/chaos-NAME.jsonl`, one line
per schedule.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "chaos")]

import trading as support  # noqa: E402
from nautilus_trader.config import StrategyConfig  # noqa: E402 - needs the path above
from nautilus_trader.model.identifiers import InstrumentId  # noqa: E402
from official_adapter import officially_trading  # noqa: E402
from schedules import Schedule, schedule_of  # noqa: E402
from trader import ChaosTrader  # noqa: E402
from trading import Recorder, trading  # noqa: E402
from verdict import Verdict, judge  # noqa: E402

from nautilus_bybit_adapter import BybitPositionMode  # noqa: E402
from nautilus_bybit_adapter.nt1 import factories  # noqa: E402
from nautilus_bybit_adapter.sim import SimConfig, SimVenue  # noqa: E402
from nautilus_bybit_adapter.transport.options import SocketOptions  # noqa: E402

# What is traded, and the size of an order in steps of the quantity.
PRODUCTS: dict[str, tuple[InstrumentId, int]] = {
    "spot": (InstrumentId.from_str("BTCUSDT-SPOT.BYBIT"), 2_000),
    "linear": (InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT"), 10),
    "hedge": (InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT"), 10),
    "inverse": (InstrumentId.from_str("BTCUSD-INVERSE.BYBIT"), 100),
}
PATIENCE_SECS = 45.0
LOG_LEVEL = os.environ.get("CHAOS_LOG", "OFF")
TURN_SECS = 0.05
LANES = 4
PART = 50
BALANCES = {"USDT": Decimal(10_000_000), "BTC": Decimal(100)}
# A dead socket is noticed in a second, a lost ack in less: a schedule lasts a second or two.
OPTIONS = {"ws_trade_timeout_secs": 0.5, "recv_window_ms": 3000, "compare_interval_secs": 1.0}

Trading = Callable[[SimVenue, InstrumentId], AbstractAsyncContextManager[Recorder]]


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one schedule."""

    seed: int
    product: str
    faults: tuple[str, ...]
    fills: int
    orders: int
    settled_secs: float
    verdict: Verdict
    failure: str = ""


def impatient() -> None:
    """Make the sockets of this process notice their end in a second instead of half a minute."""
    quick = partial(SocketOptions, ping_interval_secs=0.5, pong_timeout_secs=1.5, step_timeout_secs=4.0)
    vars(factories)["SocketOptions"] = quick
    # Many nodes at a time on a busy machine: a start may take long, and is no finding.
    vars(support)["PATIENCE_SECS"] = 6 * PATIENCE_SECS
    vars(support)["START_SECS"] = 2 * PATIENCE_SECS


@asynccontextmanager
async def ours(venue: SimVenue, instrument_id: InstrumentId) -> AsyncIterator[Recorder]:
    """Run a node of this package."""
    async with _trading(venue, instrument_id, OPTIONS) as trader:
        yield trader


@asynccontextmanager
async def ours_hedged(venue: SimVenue, instrument_id: InstrumentId) -> AsyncIterator[Recorder]:
    """Run a node of this package that holds both sides at once."""
    both = {"BTCUSDT": BybitPositionMode.BOTH_SIDES}
    async with _trading(venue, instrument_id, OPTIONS | {"position_mode": both}) as trader:
        yield trader


_one_spot_node = asyncio.Lock()


@asynccontextmanager
async def official(venue: SimVenue, instrument_id: InstrumentId) -> AsyncIterator[Recorder]:
    """Run a node of the framework's own adapter; its spot client registers something once per process."""
    async with AsyncExitStack() as stack:
        if "SPOT" in instrument_id.symbol.value:
            await stack.enter_async_context(_one_spot_node)
        yield await stack.enter_async_context(officially_trading(venue, instrument_id))


@asynccontextmanager
async def _trading(
    venue: SimVenue, instrument_id: InstrumentId, options: dict[str, Any]
) -> AsyncIterator[Recorder]:
    strategy = Recorder(StrategyConfig(external_order_claims=[instrument_id]))
    async with trading(
        venue, strategy, instrument_ids=(instrument_id,), exec_options=options, log_level=LOG_LEVEL
    ) as trader:
        yield trader


async def run_schedule(
    schedule: Schedule, trade: Trading | None = None, patience_secs: float = PATIENCE_SECS
) -> Run:
    """Run one schedule on a venue and a node of its own."""
    if trade is None:
        trade = ours_hedged if schedule.product == "hedge" else ours
    instrument_id, lots = PRODUCTS[schedule.product]
    config = SimConfig(market="quiet", seed=schedule.seed, rate_limits=False, balances=BALANCES)
    fills = orders = 0
    settled_secs, verdict, failure = 0.0, Verdict(), ""
    try:
        async with SimVenue(config) as venue, trade(venue, instrument_id) as trader:
            await ChaosTrader(venue, trader, instrument_id, lots).run(schedule)
            settled_secs, verdict = await settle(venue, trader, instrument_id, patience_secs)
            fills, orders = len(venue.exchange.account.executions), len(venue.exchange.orders)
            venue.exchange.check()
    except Exception as e:  # noqa: BLE001 - a schedule that fails is a finding, and the others go on
        failure = f"{type(e).__name__}: {e}"
    return Run(
        schedule.seed, schedule.product, schedule.faults, fills, orders, settled_secs, verdict, failure
    )


async def settle(
    venue: SimVenue, trader: Recorder, instrument_id: InstrumentId, patience_secs: float
) -> tuple[float, Verdict]:
    """Wait until node and venue agree, twice in a row; return how long that took, and what differs in the end."""
    began, clean, turns = time.monotonic(), 0, 0
    while True:
        turns += 1
        await asyncio.sleep(TURN_SECS)
        verdict = judge(venue, trader, instrument_id)
        clean = clean + 1 if verdict.is_clean else 0
        passed = time.monotonic() - began
        # What comes late would be a second booking of something.
        # Turns are counted, too: a machine that has no time for the node has none for these either.
        if clean >= 4 or (passed > patience_secs and turns * TURN_SECS > patience_secs):
            return passed, verdict


async def run_all(
    seeds: range, products: tuple[str, ...], trade: Trading | None, lanes: int, told: Callable[[Run], None]
) -> None:
    """Run schedules, so many at a time."""
    pending = iter(seeds)

    async def lane() -> None:
        for seed in pending:
            schedule = schedule_of(seed, products)
            # The framework's own adapter has no hedge mode.
            if trade is None or schedule.product != "hedge":
                told(await run_schedule(schedule, trade))

    await asyncio.gather(*(lane() for _ in range(lanes)))


def run_part(
    seeds: range, products: tuple[str, ...], trade: Trading | None, lanes: int, target: Path
) -> None:
    """Run schedules in this process, each result a line more of a file."""
    impatient()
    with target.open("ab") as file:

        def told(run: Run) -> None:
            file.write(msgspec.json.encode(asdict(run)) + b"\n")
            file.flush()
            if run.failure or not run.verdict.is_clean:
                what = run.failure or run.verdict
                print(f"seed {run.seed} ({run.product}; {', '.join(run.faults)}): {what}", flush=True)

        asyncio.run(run_all(seeds, products, trade, lanes, told))


def main() -> None:
    """Run a campaign, print what differs, and end with 1 where something does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=1_000, help="how many schedules")
    parser.add_argument("--lanes", type=int, default=LANES, help="how many at a time")
    parser.add_argument("--products", default=",".join(PRODUCTS))
    parser.add_argument("--official", action="store_true", help="run the framework's own adapter instead")
    parser.add_argument("--name", default="", help="name of the results file")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    name = given.name or ("official" if given.official else "ours")
    target = ROOT / "build" / f"chaos-{name}.jsonl"
    if given.part:
        trade: Trading | None = official if given.official else None
        seeds = range(given.first, given.first + given.count)
        run_part(seeds, tuple(given.products.split(",")), trade, given.lanes, target)
        return
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    options = ["--part", "--lanes", str(given.lanes), "--products", given.products, "--name", name]
    options += ["--official"] if given.official else []
    # A node leaves a few megabytes behind when it is gone: each process runs a part.
    for at in range(given.first, given.first + given.count, PART):
        count = min(PART, given.first + given.count - at)
        command = [sys.executable, __file__, *options, "--first", str(at), "--count", str(count)]
        subprocess.run(command, check=True)
        print(f"{at - given.first + count} of {given.count}", flush=True)
    rows = [msgspec.json.decode(line) for line in target.read_bytes().splitlines()]
    found = sum(1 for row in rows if row["failure"] or any(row["verdict"].values()))
    print(f"{len(rows)} schedules, {sum(row['fills'] for row in rows)} fills, {found} with findings")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
