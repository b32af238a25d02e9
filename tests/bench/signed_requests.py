"""Signed requests of both clients to a server of prebuilt answers in another process.

The framework's client holds itself to ten requests a second whatever it is told, so flat out the two cannot be
compared: each burst is as long as that limit lets through at once, after a pause in which it fills up again.
This package's client is made without limits. Both run in the event loop that the framework's node chooses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import edge
import load
import msgspec
import uvloop
from nautilus_trader.core import nautilus_pyo3

from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.signing import Credentials

BURST = 8
PAUSE_SECS = 1.3
ROUNDS = 15
SUSTAINED = 2_000
SUSTAINED_PEER = 40
ROUNDS_SUSTAINED = 5
KEY, SECRET = "k" * 18, "s" * 36
PATH = "/v5/user/query-api"
# The framework's client reads more of it than it says.
INFO = {
    "id": "2208369",
    "note": "bench",
    "apiKey": KEY,
    "readOnly": 0,
    "secret": "",
    "permissions": {
        name: []
        for name in (
            "ContractTrade",
            "Spot",
            "Wallet",
            "Options",
            "Derivatives",
            "CopyTrading",
            "BlockTrade",
            "Exchange",
            "NFT",
            "Affiliate",
            "Earn",
        )
    },
    "ips": ["*"],
    "type": 1,
    "deadlineDay": 83,
    "expiredAt": "2027-01-01T00:00:00Z",
    "createdAt": "2025-10-13T03:20:45Z",
    "unified": 0,
    "uta": 1,
    "userID": 1448939,
    "inviterID": 0,
    "vipLevel": "No VIP",
    "mktMakerLevel": "0",
    "affiliateID": 0,
    "rsaPublicKey": "",
    "isMaster": True,
    "parentUid": "0",
    "kycLevel": "LEVEL_1",
    "kycRegion": "MYS",
}

Call = Callable[[], Awaitable[object]]


async def drive(call: Call, count: int, side_by_side: int) -> tuple[float, float]:
    """Make `count` calls, some side by side; return calls a second and CPU microseconds a call."""
    left = count

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await call()

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(side_by_side)))
    return count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1e6


async def _measure(url: str, progress: Callable[[str], None]) -> list[edge.Result]:
    peer = nautilus_pyo3.BybitHttpClient(api_key=KEY, api_secret=SECRET, base_url=url)
    ours = BybitHTTPClient(credentials=Credentials(KEY, SECRET), base_url=url, gate=RateGate(NO_LIMITS))
    await ours.open()
    calls: dict[str, Call] = {"ours": ours.get_api_key_info, "peer": peer.get_account_details}
    results = []
    try:
        for side_by_side in (1, BURST):
            figures = await _bursts(calls, side_by_side, progress)
            what = "one at a time" if side_by_side == 1 else f"{side_by_side} at a time"
            results.append(
                edge.result_of(f"signed requests, {what}", "req/s", figures, 0, more_is_better=True)
            )
            results.append(
                edge.result_of(f"CPU a signed request, {what}", "us", figures, 1, more_is_better=False)
            )
        figures = {"ours": [], "peer": []}
        for number in range(ROUNDS_SUSTAINED):
            for who, call in calls.items():
                figures[who].append(await drive(call, SUSTAINED if who == "ours" else SUSTAINED_PEER, BURST))
                progress(f"sustained round {number + 1}, {who}: {figures[who][-1][0]:,.0f} req/s")
        results.append(
            edge.result_of(
                "signed requests, sustained (peer: own limit)", "req/s", figures, 0, more_is_better=True
            )
        )
    finally:
        await ours.close()
    return results


async def _bursts(
    calls: dict[str, Call], side_by_side: int, progress: Callable[[str], None]
) -> dict[str, list[tuple[float, float]]]:
    figures: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    for number in range(ROUNDS):
        for who, call in calls.items():
            await asyncio.sleep(PAUSE_SECS)
            await call()  # the connection may have been closed in the pause
            figures[who].append(await drive(call, BURST, side_by_side))
            progress(
                f"burst {number + 1} of {ROUNDS}, {side_by_side} at a time, {who}: {figures[who][-1][0]:,.0f} req/s"
            )
    return figures


def run(progress: Callable[[str], None]) -> list[edge.Result]:
    """Return the lines of this bench."""
    body = {"retCode": 0, "retMsg": "", "result": INFO, "retExtInfo": {}, "time": load.STARTED_MS}
    with load.served({PATH: msgspec.json.encode(body).decode()}) as url:
        return uvloop.run(_measure(url, progress))
