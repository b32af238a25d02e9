"""kill -9 of the trading process, and of the venue, in mid-trade: afterwards positions and working orders are right."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nautilus_trader.model.events import OrderFilled
from redis_server import redis_server
from trader_process import Elsewhere, act, belief
from trading import Recorder, trading
from venue_thread import VenueThread

from nautilus_bybit_adapter import BybitEnvironment
from nautilus_bybit_adapter.sim.venue import VenueUrls
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import Credentials

SUPPORT = Path(__file__).resolve().parents[1] / "support"
ACTIONS_BEFORE_THE_END = 40
PATIENCE_SECS = 90.0


@pytest.fixture(params=["memory", "redis"])
def redis_port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int | None]:
    """Give the port of a Redis that keeps the node's cache, or None for a node without one."""
    if request.param == "memory":
        yield None
        return
    with redis_server(tmp_path) as port:
        yield port


@contextmanager
def trader_process(
    venue: VenueThread, redis_port: int | None, *, trades: bool
) -> Iterator[subprocess.Popen[str]]:
    given = {
        "urls": asdict(venue.urls),
        "api_key": venue.api_key,
        "api_secret": venue.api_secret,
        "redis_port": redis_port,
        "trades": trades,
    }
    process = subprocess.Popen(
        [sys.executable, str(SUPPORT / "trader_process.py"), json.dumps(given)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(10) == -signal.SIGKILL


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the trading process ended"
    found: dict[str, Any] = json.loads(line)
    return found


def truth(venue: VenueThread) -> tuple[dict[str, str], Decimal]:
    """Return the venue's live orders, and its position."""
    return venue.call(
        lambda it: (
            {row.order_id: row.link_id for row in it.exchange.orders.values() if row.is_live},
            it.exchange.account.position("BTCUSDT").size,
        )
    )


def is_right(said: dict[str, Any], venue: VenueThread, *, by_name: bool) -> bool:
    orders, position = truth(venue)
    same = said["orders"] == orders if by_name else said["orders"].keys() == orders.keys()
    return same and not said["unsettled"] and Decimal(said["position"]) == position


def test_edge_nt_5000_a_killed_trader_finds_its_position_and_its_orders_again(redis_port: int | None) -> None:
    with VenueThread() as venue:
        with trader_process(venue, redis_port, trades=True) as process:
            for _ in range(ACTIONS_BEFORE_THE_END):
                told(process)
        # What happens while nobody looks: an order fills, another is canceled.
        orders, _ = truth(venue)
        assert len(orders) > 3
        canceled, *_, filled = sorted(orders, key=lambda each: venue.order(each).ticks)
        venue.call(
            lambda it: it.exchange.cancel({"category": "linear", "symbol": "BTCUSDT", "orderId": canceled})
        )
        venue.move(
            lambda market: market.trade_lots("Sell", venue.venue.exchange.orders[filled].ticks, 10_000_000)
        )
        left, _ = truth(venue)
        assert filled not in left
        assert left
        with trader_process(venue, redis_port, trades=False) as process:
            # Orders of which nobody knows whether they left are given up when no copy can arrive any more.
            deadline = time.monotonic() + PATIENCE_SECS
            while not is_right(said := told(process), venue, by_name=redis_port is not None):
                assert time.monotonic() < deadline, (said, truth(venue))


def test_edge_a_venue_killed_and_started_again_in_mid_trade_loses_nothing(tmp_path: Path) -> None:
    state = tmp_path / "venue.state"
    options = {"ws_trade_timeout_secs": 0.5, "recv_window_ms": 1000}

    async def start(port: int) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
        words = ["--market", "quiet", "--no-rate-limits", "--state", str(state), "--port", str(port)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "nautilus_bybit_adapter.sim", *words, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        ready: dict[str, Any] = json.loads(await process.stdout.readline())
        return process, ready

    async def main() -> None:
        process, ready = await start(0)
        urls = VenueUrls(ready["rest"], ready["ws_public"], ready["ws_private"], ready["ws_trade"])
        venue = Elsewhere(urls, ready["api_key"], ready["api_secret"])
        http = BybitHTTPClient(
            environment=BybitEnvironment.TESTNET,
            base_url=urls.rest,
            credentials=Credentials(venue.api_key, venue.api_secret),
        )
        try:
            async with trading(venue, exec_options=options) as trader:
                for round_ in range(3):
                    for number in range(16):
                        act(trader, number)
                        await asyncio.sleep(0.005)
                    if round_ < 2:
                        process.kill()
                        await process.wait()
                        act(trader, 0)
                        process, _ = await start(int(urls.rest.rpartition(":")[2]))
                await http.open()
                await agreed(http, trader)
        finally:
            await http.close()
            process.kill()
            await process.wait()

    asyncio.run(main())


async def agreed(http: BybitHTTPClient, trader: Recorder) -> None:
    """Wait until the node knows every order, fill and position the venue has."""
    deadline = asyncio.get_running_loop().time() + 30
    while True:
        rows = await http.get_open_orders("linear", symbol="BTCUSDT")
        fills = await http.get_executions("linear", symbol="BTCUSDT")
        (slot,) = await http.get_positions("linear", symbol="BTCUSDT")
        size = Decimal(slot.size or "0") * (-1 if slot.side == "Sell" else 1)
        said = belief(trader)
        booked = sorted(fill.trade_id.value for fill in trader.of(OrderFilled))
        true = {row.order_id: row.order_link_id for row in rows}
        if (
            said["orders"] == true
            and not said["unsettled"]
            and Decimal(said["position"]) == size
            and booked == sorted(row.exec_id for row in fills)
        ):
            return
        assert asyncio.get_running_loop().time() < deadline, (said, true, size, booked)
        await asyncio.sleep(0.1)
