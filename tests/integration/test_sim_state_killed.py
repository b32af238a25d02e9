"""A venue process killed in the middle of trading: what it acknowledged is there when it is started again."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from raw_client import BTC, LIMIT, RawClient, order_request

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

COMMAND = [sys.executable, "-m", "nautilus_bybit_adapter.sim", "--no-rate-limits", "--state"]


async def started(path: Path, *args: str) -> tuple[asyncio.subprocess.Process, Any]:
    process = await asyncio.create_subprocess_exec(*COMMAND, str(path), *args, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = await process.stdout.readline()
    return process, SimpleNamespace(**json.loads(line))


async def killed(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL


class Witness:
    """Remembers what it was told: acknowledged orders, cancels, pushed executions."""

    def __init__(self, ready: Any) -> None:
        self.ready = ready
        self.acked: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.executions: set[str] = set()

    async def trade_until_killed(self, process: asyncio.subprocess.Process, acks: int, start: int) -> None:
        async with aiohttp.ClientSession() as session:
            client = RawClient(session, self.ready, self.ready.api_key, self.ready.api_secret)
            private = await client.private("execution")
            trade = await client.trade()
            tasks = [
                asyncio.create_task(self._send(trade, start)),
                asyncio.create_task(self._listen(private)),
                asyncio.create_task(self._rest(client, start)),
            ]
            try:
                while len(self.acked) < acks:
                    self._note(await trade.receive_json(timeout=20))
                await killed(process)
                async for message in trade:
                    self._note(json.loads(message.data))
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _note(self, answer: dict[str, Any]) -> None:
        if answer.get("op") == "order.create" and answer["retCode"] == 0:
            self.acked[answer["data"]["orderId"]] = answer["data"]["orderLinkId"]
        elif answer.get("op") == "order.cancel" and answer["retCode"] == 0:
            self.cancelled.add(answer["data"]["orderId"])

    async def _send(self, trade: aiohttp.ClientWebSocketResponse, start: int) -> None:
        number = start
        while True:
            number += 1
            price = str(80_000 + number % 500)
            order: dict[str, Any] = LIMIT | {"qty": "0.01", "orderLinkId": f"k{number}", "price": price}
            if number % 3 == 0:
                order |= {"orderType": "Market", "side": ("Buy", "Sell")[number % 2]}
            if number % 7 == 0:
                order = order | {"triggerPrice": "90000", "triggerDirection": 1}
            await trade.send_json(order_request("order.create", f"r{number}", **order))
            if number % 3 == 1:
                cancel = BTC | {"orderLinkId": f"k{number}"}
                await trade.send_json(order_request("order.cancel", f"c{number}", **cancel))
            await asyncio.sleep(0)

    async def _rest(self, client: RawClient, start: int) -> None:
        number = start
        while True:
            number += 1
            order = {
                "category": "spot",
                "symbol": "BTCUSDT",
                "side": "Buy",
                "orderType": "Market",
                "qty": "50",
            }
            answer = await client.post("/v5/order/create", order | {"orderLinkId": f"s{number}"})
            if answer["retCode"] == 0:
                self.acked[answer["result"]["orderId"]] = answer["result"]["orderLinkId"]

    async def _listen(self, private: aiohttp.ClientWebSocketResponse) -> None:
        async for message in private:
            self.executions.update(row["execId"] for row in json.loads(message.data)["data"])


def remembered(path: Path) -> SimVenue:
    """Open the state in this process, to look at it from inside."""
    venue = SimVenue(SimConfig(market="quiet", state=path))
    assert venue._journal is not None
    venue._journal.abandon()
    return venue


@pytest.mark.parametrize(("market", "turns"), [("synthetic", 2), ("quiet", 3)])
def test_nothing_acknowledged_is_lost_however_often_it_is_killed(
    tmp_path: Path, market: str, turns: int
) -> None:
    path = tmp_path / "state.db"
    acked: dict[str, str] = {}
    executions: set[str] = set()
    cancelled: set[str] = set()

    async def main() -> None:
        for turn in range(turns):
            process, ready = await started(path, "--market", market)
            witness = Witness(ready)
            await witness.trade_until_killed(process, 80, turn * 100_000)
            acked.update(witness.acked)
            executions.update(witness.executions)
            cancelled.update(witness.cancelled)

            venue = remembered(path)
            exchange = venue.exchange
            exchange.check()
            assert (
                acked.items() <= {order.order_id: order.link_id for order in exchange.orders.values()}.items()
            )
            assert executions <= {fill.exec_id for fill in exchange.account.executions}
            assert {exchange.orders[each].status for each in cancelled} <= {
                "Cancelled",
                "Filled",
                "Deactivated",
            }
            assert len(exchange.account.executions) > 15 * (turn + 1)

        process, ready = await started(path, "--market", market)
        async with aiohttp.ClientSession() as session:
            client = RawClient(session, ready, ready.api_key, ready.api_secret)
            for link_id in list(acked.values())[:5]:
                again = await client.post("/v5/order/create", LIMIT | {"orderLinkId": link_id})
                assert again["retCode"] in {110072, 0 if link_id.startswith("s") else 110072}
            wallet = await client.get("/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT")
            (coin,) = wallet["result"]["list"][0]["coin"]
        if market == "quiet":
            assert coin["walletBalance"] == f"{exchange.account.balances['USDT'].normalize():f}"
        process.terminate()
        assert await process.wait() == 0

    asyncio.run(main())
