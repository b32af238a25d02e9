"""The account side of a venue, scripted, from a process of its own: orders are acknowledged and filled at once.

Everything but the private and the trade socket is the local venue's. It prints its addresses as a line of JSON. For
each line on its input it prints what happened since the line before, as JSON: when an order's bytes came, and when
its execution was written, both in `time.monotonic_ns`, by `orderLinkId`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

# The acknowledgement has been dealt with by then.
FILL_AFTER_SECS = 0.004
PRICE = "86000.1"
LIMIT = "100"


def compact(frame: dict[str, Any]) -> bytes:
    """Return a frame as the venue writes it."""
    return json.dumps(frame, separators=(",", ":")).encode()


class Desk:
    """Times by order, and who hears of executions."""

    def __init__(self) -> None:
        self.arrived: dict[str, int] = {}
        self.executed: dict[str, int] = {}
        self.listeners: set[WSTransport] = set()
        self.count = itertools.count(1)

    def take(self) -> dict[str, dict[str, int]]:
        """Return what happened, and forget it."""
        told = {"arrived": self.arrived, "executed": self.executed}
        self.arrived, self.executed = {}, {}
        return told

    def fill(self, order: dict[str, Any], order_id: str) -> None:
        """Tell everybody that an order was filled."""
        number, now_ms = next(self.count), time.time_ns() // 1_000_000
        row = execution_row(order, order_id, number, now_ms)
        frame = compact(
            {
                "id": f"386825804_BTCUSDT_{number}",
                "topic": "execution",
                "creationTime": now_ms,
                "data": [row],
            }
        )
        self.executed[order["orderLinkId"]] = time.monotonic_ns()
        for transport in self.listeners:
            transport.send(WSMsgType.TEXT, frame)


def execution_row(order: dict[str, Any], order_id: str, number: int, now_ms: int) -> dict[str, Any]:
    """Return the execution of a whole order.

    Source: Bybit V5 websocket/private/execution
    """
    return {
        "category": order["category"],
        "symbol": order["symbol"],
        "closedSize": "0",
        "execFee": "0.05",
        "execId": f"00000000-0000-0000-0000-{number:012d}",
        "execPrice": PRICE,
        "execQty": order["qty"],
        "execType": "Trade",
        "execValue": "86",
        "feeRate": "0.00055",
        "feeCurrency": "USDT",
        "tradeIv": "",
        "markIv": "",
        "blockTradeId": "",
        "markPrice": PRICE,
        "indexPrice": "",
        "underlyingPrice": "",
        "leavesQty": "0",
        "orderId": order_id,
        "orderLinkId": order["orderLinkId"],
        "orderPrice": PRICE,
        "orderQty": order["qty"],
        "orderType": order["orderType"],
        "stopOrderType": "UNKNOWN",
        "side": order["side"],
        "execTime": str(now_ms),
        "isLeverage": "0",
        "isMaker": False,
        "seq": number,
        "marketUnit": "",
        "execPnl": "0",
        "createType": "CreateByUser",
        "extraFees": [],
    }


class Account(WSListener):
    """One connection of either socket."""

    def __init__(self, desk: Desk, *, trades: bool) -> None:
        super().__init__()
        self._desk = desk
        self._trades = trades

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Forget a listener."""
        self._desk.listeners.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a request."""
        arrived = time.monotonic_ns()
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        if frame.msg_type != WSMsgType.TEXT:
            return
        request = json.loads(frame.get_payload_as_bytes())
        if request["op"] == "order.create":
            self._place(transport, request, arrived)
        else:
            transport.send(WSMsgType.TEXT, compact(self._answer(transport, request)))

    def _answer(self, transport: WSTransport, request: dict[str, Any]) -> dict[str, Any]:
        op = request["op"]
        if op == "subscribe":
            self._desk.listeners.add(transport)
        if self._trades:
            return {
                "retCode": 0,
                "retMsg": "OK",
                "op": "pong" if op == "ping" else op,
                "connId": "c-1",
                "reqId": request.get("reqId", ""),
                "data": [],
            }
        answer = {"success": True, "ret_msg": "", "op": op, "conn_id": "c-1"}
        if op == "ping":
            answer = {"op": "pong", "args": [str(time.time_ns() // 1_000_000)], "conn_id": "c-1"}
        return answer | ({"req_id": request["req_id"]} if "req_id" in request else {})

    def _place(self, transport: WSTransport, request: dict[str, Any], arrived: int) -> None:
        desk, order = self._desk, request["args"][0]
        desk.arrived[order["orderLinkId"]] = arrived
        order_id = f"10000000-0000-0000-0000-{next(desk.count):012d}"
        now_ms = str(time.time_ns() // 1_000_000)
        answer = {
            "reqId": request.get("reqId", ""),
            "retCode": 0,
            "retMsg": "OK",
            "op": "order.create",
            "data": {"orderId": order_id, "orderLinkId": order["orderLinkId"]},
            "retExtInfo": {},
            "header": {
                "X-Bapi-Limit": LIMIT,
                "X-Bapi-Limit-Status": LIMIT,
                "X-Bapi-Limit-Reset-Timestamp": now_ms,
                "Traceid": "t",
                "Timenow": now_ms,
            },
            "connId": "c-1",
        }
        transport.send(WSMsgType.TEXT, compact(answer))
        asyncio.get_running_loop().call_later(FILL_AFTER_SECS, desk.fill, order, order_id)


async def main() -> None:
    """Serve until the input ends."""
    desk = Desk()

    def listen(request: WSUpgradeRequest) -> WSListener:
        return Account(desk, trades=b"trade" in request.path)

    async with SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue:
        server = await ws_create_server(listen, "127.0.0.1", 0)
        base = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v5"
        print(
            json.dumps({
                "rest": venue.urls.rest,
                "ws_public": venue.urls.ws_public,
                "ws_private": f"{base}/private",
                "ws_trade": f"{base}/trade",
            }),
            flush=True,
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(desk.take()), flush=True)
        server.close()


if __name__ == "__main__":
    asyncio.run(main())
