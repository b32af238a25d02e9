"""The local venue on one core: 100 symbols at 50 book frames/s each to 4 connections, with 500 orders/s beside.

The venue runs alone on its core; this process measures. A frame's latency is from the time the venue puts into it
(`ts`, whole milliseconds) to its arrival; an acknowledgement's from before the write of the request.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from edge import Result
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SYMBOLS = 100
CONNECTIONS = 4
FRAMES_PER_S = 50
ORDERS_PER_S = 500
WARM_UP_S = 3
MEASURED_S = 15
VIRTUAL_MINUTES = 10
VIRTUAL_SYMBOLS = 4
VIRTUAL_ORDERS_PER_S = 5
LOAD = str(Path(__file__).with_name("venue_load.py"))
KEY, SECRET = "sim-key", "sim-secret"
TIME = b'"ts":'
DIGITS = 13


class Frames(WSListener):
    """Counts book frames and notes how old each is."""

    def __init__(self, topics: list[str]) -> None:
        super().__init__()
        self.topics = topics
        self.late_ms: list[float] = []
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Subscribe to everything."""
        self.transport = transport
        transport.send(WSMsgType.TEXT, json.dumps({"op": "subscribe", "args": self.topics}).encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002 - picows' signature
        """Note a frame."""
        payload = frame.get_payload_as_bytes()
        at = payload.find(TIME)
        if at > 0:
            sent_ms = int(payload[at + len(TIME) : at + len(TIME) + DIGITS])
            self.late_ms.append(time.time() * 1000 - sent_ms)


class Orders(WSListener):
    """Places an order and cancels it, again and again, and times every answer."""

    def __init__(self, symbols: list[str]) -> None:
        super().__init__()
        self.symbols = symbols
        self.late_ms: list[float] = []
        self.refused: list[str] = []
        self.transport: WSTransport | None = None
        self._sent: dict[str, float] = {}
        self._number = 1

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Log in."""
        self.transport = transport
        expires = int(time.time() * 1000) + 10_000
        signature = hmac.new(SECRET.encode(), f"GET/realtime{expires}".encode(), hashlib.sha256).hexdigest()
        transport.send(WSMsgType.TEXT, json.dumps({"op": "auth", "args": [KEY, expires, signature]}).encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002 - picows' signature
        """Time an answer."""
        answer = json.loads(frame.get_payload_as_bytes())
        sent = self._sent.pop(str(answer.get("reqId")), None)
        if sent is not None:
            self.late_ms.append((time.perf_counter() - sent) * 1000)
            if answer["retCode"]:
                self.refused.append(str(answer["retMsg"]))

    def request(self, prices: dict[str, dict[str, str]]) -> None:
        """Send one request: places first, cancels what was placed next."""
        self._number += 1
        number = self._number // 2
        symbol = self.symbols[number % len(self.symbols)]
        args: dict[str, Any] = {"category": "linear", "symbol": symbol, "orderLinkId": f"bench-{number}"}
        places = not self._number % 2
        if places:
            args |= {"side": "Buy", "orderType": "Limit", **prices[symbol]}
        request_id = str(self._number)
        message = {
            "reqId": request_id,
            "header": {"X-BAPI-TIMESTAMP": str(int(time.time() * 1000))},
            "op": "order.create" if places else "order.cancel",
            "args": [args],
        }
        assert self.transport is not None
        raw = json.dumps(message).encode()
        self._sent[request_id] = time.perf_counter()
        self.transport.send(WSMsgType.TEXT, raw)


def _same(listener: WSListener) -> WSListener:
    """Return the listener, as a factory has to."""
    return listener


async def _drive(ready: dict[str, Any], status: Callable[[], dict[str, float]]) -> dict[str, Any]:
    symbols: list[str] = ready["symbols"]
    topics = [f"orderbook.50.{symbol}" for symbol in symbols]
    listeners = [Frames(topics) for _ in range(CONNECTIONS)]
    orders = Orders(symbols)
    for each in listeners:
        await ws_connect(partial(_same, each), ready["public"])
    await ws_connect(partial(_same, orders), ready["trade"])
    await asyncio.sleep(0.5)
    end = time.perf_counter() + WARM_UP_S
    await _send_orders(orders, ready["orders"], end)
    for late_ms in (*(each.late_ms for each in listeners), orders.late_ms):
        late_ms.clear()
    before, began = status(), time.perf_counter()
    await _send_orders(orders, ready["orders"], began + MEASURED_S)
    took, after = time.perf_counter() - began, status()
    for transport in (*(each.transport for each in listeners), orders.transport):
        if transport is not None:
            transport.disconnect()
    assert not orders.refused, f"{len(orders.refused)} refused: {orders.refused[:3]}"
    return {
        "frames": sorted(late for each in listeners for late in each.late_ms),
        "acks": sorted(orders.late_ms),
        "took_s": took,
        "cpu": (after["cpu_s"] - before["cpu_s"]) / took,
    }


async def _send_orders(orders: Orders, prices: dict[str, dict[str, str]], end: float) -> None:
    due = time.perf_counter()
    while due < end:
        orders.request(prices)
        due += 1 / ORDERS_PER_S
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


def under_load() -> dict[str, Any]:
    """Run the venue under the load and return what was measured."""
    server = subprocess.Popen(
        [sys.executable, LOAD, "serve", str(SYMBOLS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    stdin, stdout = server.stdin, server.stdout
    try:
        ready = json.loads(stdout.readline())

        def status() -> dict[str, float]:
            stdin.write("\n")
            stdin.flush()
            return dict(json.loads(stdout.readline()))

        return asyncio.run(_drive(ready, status))
    finally:
        server.terminate()
        server.communicate()


def memory() -> dict[str, Any]:
    """Run virtual time and return the resident memory at every minute."""
    args = ["sleepless", str(VIRTUAL_SYMBOLS), str(VIRTUAL_MINUTES), str(VIRTUAL_ORDERS_PER_S)]
    done = subprocess.run([sys.executable, LOAD, *args], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    found = under_load()
    rate = len(found["frames"]) / found["took_s"]
    progress(f"venue: {rate:,.0f} frames/s of {SYMBOLS * FRAMES_PER_S * CONNECTIONS:,} asked for")
    kept = memory()
    seen = kept["resident"]
    # The first minutes fill what is bounded: candles, tapes, histories.
    grown = seen[-1] - seen[len(seen) // 2]
    progress(
        f"venue: resident {seen[0] >> 20} -> {seen[-1] >> 20} MiB over {VIRTUAL_MINUTES} virtual minutes"
    )
    acks, frames = found["acks"], found["frames"]
    lines = [
        ("venue frames to 4 connections, 100 symbols", "frames/s", rate),
        ("venue requests answered", "1/s", len(acks) / found["took_s"]),
        ("venue share of its core", "%", found["cpu"] * 100),
        ("venue order ack p50", "ms", statistics.median(acks)),
        ("venue order ack p99", "ms", _percentile(acks, 0.99)),
        ("venue frame p50", "ms", statistics.median(frames)),
        ("venue frame p99", "ms", _percentile(frames, 0.99)),
        ("venue memory grown, last half of 10 min", "MiB", grown / (1 << 20)),
    ]
    return [Result(name, unit, value, None, None, 0.0) for name, unit, value in lines]
