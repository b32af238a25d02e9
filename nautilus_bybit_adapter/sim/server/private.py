"""The private socket: login, topics and pushes.

Source: Bybit V5 WebSocket Connect and the private topics.
"""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.errors import VenueError

from .auth import check_login
from .codec import encoded
from .connection import Connection, read_message, with_request_id
from .dcp import DCP_TOPICS, DisconnectionProtection
from .idle import LOOK_S, IdleScan

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from nautilus_bybit_adapter.sim.exchange.events import PrivateEvent

    from .context import Context

_CATEGORISED = {
    "order": ("spot", "linear", "inverse", "option"),
    "execution": ("spot", "linear", "inverse", "option"),
    "execution.fast": ("spot", "linear", "inverse", "option"),
    "position": ("linear", "inverse", "option"),
    "wallet": (),
    "greeks": (),
}
TOPICS = frozenset(_CATEGORISED) | {f"{topic}.{c}" for topic, found in _CATEGORISED.items() for c in found}
_DCP = frozenset(DCP_TOPICS)
_FAST_FIELDS = [
    "category",
    "symbol",
    "execId",
    "execPrice",
    "execQty",
    "orderId",
    "isMaker",
    "orderLinkId",
    "side",
    "execTime",
    "seq",
]


class PrivateSocket:
    """All private connections.

    Parameters
    ----------
    context : Context
        The exchange and its surroundings.
    """

    def __init__(self, context: Context) -> None:
        self.connections: set[Connection] = set()
        self._context = context
        self._dcp = DisconnectionProtection(context)
        self._idle = IdleScan(LOOK_S)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        connection = Connection(f"{token_hex(10)}-{token_hex(1)}", self._context.wall_s)
        self.connections.add(connection)
        try:
            return await connection.serve(request, self._on_text)
        finally:
            self.connections.discard(connection)
            self._dcp.left(connection.topics, self.connections)

    def pump(self, now_ms: int) -> None:
        """Do what time brings: cut idle connections, cancel the orders of whoever has been away for too long."""
        self._idle.pump(self._context.wall_s(), self.connections, lambda connection: connection.idle_s)
        self._dcp.pump(now_ms, self.connections)

    def push(self, event: PrivateEvent) -> None:
        """Push an event to whoever subscribed to its topic in either form; without them nothing is written."""
        self._push(event.topic, event.category, partial(_frame, event))
        if event.topic == "execution":
            self._push("execution.fast", event.category, partial(_fast_frame, event))

    def _push(self, topic: str, category: str, frame: Callable[[str], dict[str, Any] | None]) -> None:
        payloads: dict[str, bytes | None] = {}
        for connection in list(self.connections):
            form = _subscribed_form(connection.topics, topic, category) if connection.topics else ""
            if not form:
                continue
            if form not in payloads:
                made = frame(form)
                payloads[form] = None if made is None else encoded(made)
            payload = payloads[form]
            if payload is not None:
                connection.send(payload)

    def _on_text(self, connection: Connection, text: str) -> None:
        message = read_message(text)
        if message is None:
            _answer(connection, {}, "Params Error", success=False)
            return
        op = message.get("op")
        if op == "ping":
            now = str(self._context.exchange.now_ms())
            connection.send_json(
                with_request_id(message, {"op": "pong", "args": [now], "conn_id": connection.conn_id})
            )
        elif op == "auth":
            self._login(connection, message)
        elif op in {"subscribe", "unsubscribe"}:
            self._change(connection, message)
        else:
            _answer(connection, message, "error:invalid op", success=False)

    def _login(self, connection: Connection, message: dict[str, Any]) -> None:
        try:
            check_login(
                self._context.credentials,
                message.get("args"),
                self._context.exchange.now_ms(),
                self._context.shown_skew_ms,
            )
        except VenueError as e:
            _answer(connection, message, e.ret_msg, success=False)
            return
        connection.authenticated = True
        _answer(connection, message, "", success=True)

    def _change(self, connection: Connection, message: dict[str, Any]) -> None:
        args = message.get("args")
        topics = [str(arg) for arg in args] if isinstance(args, list) else []
        subscribes = message["op"] == "subscribe"
        refusal = _refusal(connection, topics, subscribes=subscribes)
        if not refusal and subscribes:
            connection.topics.update(topics)
        elif not refusal:
            connection.topics.difference_update(topics)
        _answer(connection, message, refusal, success=not refusal)


def _refusal(connection: Connection, topics: list[str], *, subscribes: bool) -> str:
    if not connection.authenticated:
        return "Request not authorized"
    if not topics:
        return "Params Error"
    unknown = [topic for topic in topics if topic not in TOPICS | _DCP]
    if unknown:
        return f"error:handler not found,topic:{unknown[0]}"
    return _subscribe_refusal(connection, topics) if subscribes else ""


def _subscribe_refusal(connection: Connection, topics: list[str]) -> str:
    present = [topic for topic in topics if topic in connection.topics]
    if present:
        return f"error:already subscribed,topic:{present[0]}"
    whole = {topic in _CATEGORISED for topic in topics if topic in TOPICS and _CATEGORISED.get(topic, ("",))}
    if len(whole) > 1:
        return "error:all-in-one and categorised topics cannot be mixed in one request"
    for topic in topics:
        if any(_conflicts(topic, present) for present in connection.topics):
            return f"error:subscription conflict,topic:{topic}"
    return ""


def _conflicts(one: str, other: str) -> bool:
    forms = [(one, other), (other, one)]
    return any(
        specific.rpartition(".")[0] == general and specific in TOPICS and specific != "execution.fast"
        for general, specific in forms
    )


def _frame(event: PrivateEvent, topic: str) -> dict[str, Any]:
    return {"id": event.ident, "topic": topic, "creationTime": event.at_ms, "data": event.rows}


def _fast_frame(event: PrivateEvent, topic: str) -> dict[str, Any] | None:
    rows = [
        {**{name: row[name] for name in _FAST_FIELDS}, **({"orderLinkId": ""} if row["isMaker"] else {})}
        for row in event.rows
        if row["execType"] == "Trade"
    ]
    return {"topic": topic, "creationTime": event.at_ms, "data": rows} if rows else None


def _subscribed_form(topics: set[str], topic: str, category: str) -> str:
    if topic in topics:
        return topic
    specific = f"{topic}.{category}"
    return specific if specific in topics else ""


def _answer(connection: Connection, message: dict[str, Any], text: str, *, success: bool) -> None:
    answer = {
        "success": success,
        "ret_msg": text,
        "op": message.get("op", ""),
        "conn_id": connection.conn_id,
    }
    connection.send_json(with_request_id(message, answer))
