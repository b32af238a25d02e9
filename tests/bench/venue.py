"""The local venue on one core: 100 symbols at 50 book frames/s each to 4 connections, with 500 requests/s beside.

The venue runs on one core and this process, which measures, on another. Latencies are from the time something was
due, so whatever comes late counts in full: a frame's from the grid of 20 ms on which its book changes (`cts`) to its
arrival, an acknowledgement's from the time its request was due to be sent. The requests place an order far from the
market and cancel the one placed 25 orders before, in turn.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from edge import Result
from order_load import ORDERS_PER_S, OrderLoad
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SYMBOLS = 100
CONNECTIONS = 4
FRAMES_PER_S = 50
WARM_UP_S = 3
ALONE_S = 5
MEASURED_S = 15
VIRTUAL_MINUTES = 10
# Memory is measured with every order and a part of the symbols: a frame leaves nothing behind.
VIRTUAL_SYMBOLS = 20
LOAD = str(Path(__file__).with_name("venue_load.py"))
KEY, SECRET = "sim-key", "sim-secret"
CHANGED = b'"cts":'
DIGITS = 13
GRID_MS = 1000 // FRAMES_PER_S


class Frames(WSListener):
    """Counts book frames and notes how late each is."""

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
        at = payload.rfind(CHANGED)
        if at > 0:
            changed_ms = int(payload[at + len(CHANGED) : at + len(CHANGED) + DIGITS])
            self.late_ms.append(time.time() * 1000 - (changed_ms - changed_ms % GRID_MS))


class Orders(WSListener):
    """Sends requests and times every answer."""

    def __init__(self, load: OrderLoad) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self.refused: list[str] = []
        self.transport: WSTransport | None = None
        self._load = load
        self._due: dict[str, float] = {}

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Log in."""
        self.transport = transport
        expires = int(time.time() * 1000) + 10_000
        signature = hmac.new(SECRET.encode(), f"GET/realtime{expires}".encode(), hashlib.sha256).hexdigest()
        transport.send(WSMsgType.TEXT, json.dumps({"op": "auth", "args": [KEY, expires, signature]}).encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002 - picows' signature
        """Time an answer."""
        answer = json.loads(frame.get_payload_as_bytes())
        due = self._due.pop(str(answer.get("reqId")), None)
        if due is not None:
            self.late_ms.append((time.perf_counter() - due) * 1000)
            if answer["retCode"]:
                self.refused.append(str(answer["retMsg"]))

    def request(self, due: float) -> None:
        """Send the next request, which was due at `due` by `perf_counter`."""
        message = self._load.next(int(time.time() * 1000))
        self._due[message["reqId"]] = due
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())

    async def run(self, seconds: float) -> None:
        """Send what is due for so long."""
        due = time.perf_counter()
        end = due + seconds
        while due < end:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self.request(due)
            due += 1 / ORDERS_PER_S


def _same(listener: WSListener) -> WSListener:
    """Return the listener, as a factory has to."""
    return listener


async def _drive(ready: dict[str, Any], status: Callable[[], dict[str, float]]) -> dict[str, Any]:
    symbols: list[str] = ready["symbols"]
    topics = [f"orderbook.50.{symbol}" for symbol in symbols]
    listeners = [Frames(topics) for _ in range(CONNECTIONS)]
    orders = Orders(OrderLoad(ready["orders"]))
    for each in listeners:
        await ws_connect(partial(_same, each), ready["public"])
    await ws_connect(partial(_same, orders), ready["trade"])
    await orders.run(WARM_UP_S)
    alone, _, _ = await _measured(asyncio.sleep(ALONE_S), status, listeners)
    orders.late_ms.clear()
    busy, frames, took_s = await _measured(orders.run(MEASURED_S), status, listeners)
    await asyncio.sleep(0.2)
    for transport in (*(each.transport for each in listeners), orders.transport):
        if transport is not None:
            transport.disconnect()
    assert not orders.refused, f"{len(orders.refused)} refused: {orders.refused[:3]}"
    return {"alone": alone, "busy": busy, "frames": frames, "acks": sorted(orders.late_ms), "took_s": took_s}


async def _measured(
    work: Any, status: Callable[[], dict[str, float]], listeners: list[Frames]
) -> tuple[dict[str, float], list[float], float]:
    """Return CPU per second and frames per second, the lateness of the frames and how long it took."""
    for each in listeners:
        each.late_ms.clear()
    before, began = status(), time.perf_counter()
    await work
    took_s, after = time.perf_counter() - began, status()
    late_ms = sorted(late for each in listeners for late in each.late_ms)
    rates = {"cpu": (after["cpu_s"] - before["cpu_s"]) / took_s, "frames": len(late_ms) / took_s}
    return rates, late_ms, took_s


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
    cores = os.sched_getaffinity(0)
    try:
        ready = json.loads(stdout.readline())
        os.sched_setaffinity(0, cores - {max(cores)} or cores)

        def status() -> dict[str, float]:
            stdin.write("\n")
            stdin.flush()
            return dict(json.loads(stdout.readline()))

        return asyncio.run(_drive(ready, status))
    finally:
        os.sched_setaffinity(0, cores)
        server.terminate()
        server.communicate()


def memory() -> dict[str, Any]:
    """Run virtual time with orders and return the resident memory at every minute."""
    args = ["sleepless", str(VIRTUAL_SYMBOLS), str(VIRTUAL_MINUTES)]
    done = subprocess.run([sys.executable, LOAD, *args], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    found = under_load()
    alone, busy, acks, frames = found["alone"], found["busy"], found["acks"], found["frames"]
    wanted = SYMBOLS * FRAMES_PER_S * CONNECTIONS
    progress(f"venue: {busy['frames']:,.0f} frames/s of {wanted:,} asked for, {busy['cpu']:.0%} of a core")
    lines = [
        ("venue frames to 4 connections, 100 symbols", "frames/s", busy["frames"]),
        ("venue requests answered", "1/s", len(acks) / found["took_s"]),
        ("venue share of its core", "%", busy["cpu"] * 100),
        ("venue CPU per frame sent", "us", alone["cpu"] / alone["frames"] * 1e6),
        ("venue CPU per request", "us", (busy["cpu"] - alone["cpu"]) / ORDERS_PER_S * 1e6),
        ("venue order ack p50", "ms", statistics.median(acks)),
        ("venue order ack p99", "ms", _percentile(acks, 0.99)),
        ("venue frame p50", "ms", statistics.median(frames)),
        ("venue frame p99", "ms", _percentile(frames, 0.99)),
    ]
    kept = memory()
    seen = [resident / (1 << 20) for resident in kept["resident"]]
    progress(f"venue: resident {seen[0]:.0f} -> {seen[-1]:.0f} MiB over {VIRTUAL_MINUTES} virtual minutes")
    lines += [
        (f"venue memory after virtual minute {minute}", "MiB", each) for minute, each in enumerate(seen)
    ]
    # The first minutes fill what is bounded: orders of the history, remembered ids, texts of prices.
    lines.append(("venue memory grown, last half of 10 min", "MiB", seen[-1] - seen[len(seen) // 2]))
    return [Result(name, unit, value, None, None, 0.0) for name, unit, value in lines]
