"""The order entry socket.

Source: Bybit V5 WebSocket Trade.
"""

from __future__ import annotations

import logging
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.instruments import CATEGORIES
from nautilus_bybit_adapter.sim.faults.kinds import TRADE

from .auth import DEFAULT_RECV_WINDOW_MS, check_login, check_time
from .connection import Connection, read_message
from .endpoint import Reply
from .idle import LOOK_S, IdleScan
from .keeping import kept
from .limits import Quota
from .trade_api import batch, batch_items, single

if TYPE_CHECKING:
    from aiohttp import web

    from .context import Context

OPERATIONS = {
    f"order.{verb}{suffix}": (verb, bool(suffix))
    for verb in ("create", "amend", "cancel")
    for suffix in ("", "-batch")
}
REQUEST_ID_LIMIT = 36
# A `reqId` may come again once so many others came after it.
REMEMBERED_IDS = 50_000
LOG = logging.getLogger(__name__)


class TradeSocket:
    """All order entry connections.

    Parameters
    ----------
    context : Context
        The exchange and its surroundings.
    """

    def __init__(self, context: Context) -> None:
        self.connections: set[Connection] = set()
        self._context = context
        self._idle = IdleScan(LOOK_S)

    def pump(self) -> None:
        """Cut idle connections."""
        self._idle.pump(self._context.wall_s(), self.connections, lambda connection: connection.idle_s)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        connection = Connection(f"{token_hex(10)}-{token_hex(1)}", self._context.wall_s)
        self.connections.add(connection)
        try:
            return await connection.serve(request, self._on_text)
        finally:
            self.connections.discard(connection)

    def _on_text(self, connection: Connection, text: str) -> None:
        message = read_message(text)
        if message is None:
            connection.send_json(
                {"retCode": 10001, "retMsg": "Params Error", "op": "", "connId": connection.conn_id}
            )
            return
        op = message.get("op")
        if op == "ping":
            now = str(self._context.exchange.now_ms())
            answer = {"retCode": 0, "retMsg": "OK", "op": "pong", "data": [now], "connId": connection.conn_id}
            connection.send_json(_with_id(message, answer))
        elif op == "auth":
            self._login(connection, message)
        else:
            self._order(connection, message)

    def _login(self, connection: Connection, message: dict[str, Any]) -> None:
        code, text = (20001, "Repeat auth") if connection.authenticated else (0, "OK")
        try:
            check_login(
                self._context.credentials,
                message.get("args"),
                self._context.exchange.now_ms(),
                self._context.shown_skew_ms,
            )
            connection.authenticated = True
        except VenueError as e:
            code, text = e.ret_code, e.ret_msg
        answer = {"retCode": code, "retMsg": text, "op": "auth", "connId": connection.conn_id}
        connection.send_json(_with_id(message, answer))

    def _order(self, connection: Connection, message: dict[str, Any]) -> None:
        now_ms = self._context.exchange.now_ms()
        quota = Quota(0, 0, now_ms, 0)
        code, text, reply = 0, "OK", Reply({})
        try:
            self._count(connection, now_ms)
            verb, is_batch, params = _checked(
                connection, message, now_ms, self._skew_ms(str(message.get("op")))
            )
            path = f"/v5/order/{verb}-batch" if is_batch else f"/v5/order/{verb}"
            units = len(batch_items(params)) if is_batch else 1
            quota = self._context.windows.take(path, str(params.get("category")), now_ms, units)
            if not is_batch:
                quota.require()
            with kept(self._context, "POST", path, params, quota.granted):
                reply = (
                    batch(self._context.exchange, verb, params, quota.granted)
                    if is_batch
                    else single(self._context.exchange, verb, params)
                )
        except VenueError as e:
            code, text = e.ret_code, e.ret_msg
        except Exception:
            LOG.exception("%s failed", message.get("op"))
            code, text = 10016, "Internal System Error."
        shown_ms = self._context.exchange.now_ms() + self._skew_ms(str(message.get("op")))
        trace = {"Traceid": token_hex(16), "Timenow": str(shown_ms)}
        answer = {
            "retCode": code,
            "retMsg": text,
            "op": message.get("op", ""),
            "data": reply.result,
            "retExtInfo": reply.ext,
            "header": quota.headers() | trace,
            "connId": connection.conn_id,
        }
        connection.send_json(_with_id(message, answer))

    def _skew_ms(self, op: str) -> int:
        return self._context.faults.skew_ms(TRADE, op)

    def _count(self, connection: Connection, now_ms: int) -> None:
        if not self._context.addresses.orders.allows(connection.address, now_ms):
            raise VenueError(10403, "Exceeded the request limit of the IP.")


def _checked(
    connection: Connection, message: dict[str, Any], now_ms: int, skew_ms: int
) -> tuple[str, bool, dict[str, Any]]:
    if message.get("op") not in OPERATIONS:
        raise VenueError(10404, "op type is not found")
    if not connection.authenticated:
        raise VenueError(10005, "Request not authorized")
    request_id = message.get("reqId")
    if request_id is not None:
        if len(str(request_id)) > REQUEST_ID_LIMIT:
            raise bad_param("params error: reqId invalid")
        if str(request_id) in connection.request_ids:
            raise VenueError(20006, "Duplicate reqId")
        connection.request_ids[str(request_id)] = None
        if len(connection.request_ids) > REMEMBERED_IDS:
            del connection.request_ids[next(iter(connection.request_ids))]
    header = message.get("header")
    if not isinstance(header, dict) or "X-BAPI-TIMESTAMP" not in header:
        raise bad_param("params error: X-BAPI-TIMESTAMP is required")
    recv_window = str(header.get("X-BAPI-RECV-WINDOW") or DEFAULT_RECV_WINDOW_MS)
    check_time(str(header["X-BAPI-TIMESTAMP"]), recv_window, now_ms, skew_ms)
    args = message.get("args")
    if not isinstance(args, list) or len(args) != 1 or not isinstance(args[0], dict):
        raise bad_param("params error: args must hold one object")
    if args[0].get("category") not in CATEGORIES:
        raise VenueError(10404, "category is not supported")
    return *OPERATIONS[message["op"]], args[0]


def _with_id(message: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {"reqId": message["reqId"], **answer} if "reqId" in message else answer
