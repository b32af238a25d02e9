"""Faults of one WebSocket connection, on the way in and on the way out."""

from __future__ import annotations

import asyncio
from collections import deque
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import msgspec

from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.faults.damage import CHANGES, cut, is_delta
from nautilus_bybit_adapter.sim.faults.kinds import TRADE

from .auth import DEFAULT_RECV_WINDOW_MS, check_time
from .codec import dumps, encoded

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.faults.engine import Fault

    from .connection import Connection
    from .context import Context

_ANY_FRAME = frozenset({"drop", "stall"})
_SENT_FRAME = _ANY_FRAME | {"delay", "corrupt"}
_PUSH = _SENT_FRAME | {"lose", "duplicate", "reorder", "gap", *CHANGES}
_ACK = _SENT_FRAME | {"lose_ack", "cut_after_taken", "ret_code", "server_error"}
_REFUSALS = frozenset({"ret_code", "rate_limit", "server_error", "clock_skew"})
_TEXTS = {10006: "Too many visits. Exceeded the API Rate Limit.", 10016: "Internal System Error."}
# A push sent after the next one is sent anyway when no next one comes in this time.
LONGEST_HOLD_S = 0.5


class FaultGate:
    """What every frame of one connection passes.

    Parameters
    ----------
    context : Context
        Holds the faults and the clock.
    family : str
        `public`, `private` or `trade`.
    connection : Connection
        Where frames are queued.

    Attributes
    ----------
    is_stalled : bool
        Whether the connection has fallen silent.
    """

    def __init__(self, context: Context, family: str, connection: Connection) -> None:
        self.is_stalled = False
        self._faults = context.faults
        self._context = context
        self._family = family
        self._connection = connection
        self._held: list[str] = []
        self._late: deque[tuple[float, str]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._holding: asyncio.TimerHandle | None = None
        self._stalled_by = ""

    @property
    def is_armed(self) -> bool:
        """Whether frames have to pass here."""
        return self._faults.is_armed or self.is_stalled or bool(self._held) or bool(self._late)

    def is_armed_with_stall(self) -> bool:
        """Whether the fault that stalled the connection is still set."""
        return self._faults.has(self._stalled_by)

    def close(self) -> None:
        """Forget what is still late."""
        for timer in (self._timer, self._holding):
            if timer is not None:
                timer.cancel()
        self._late.clear()

    def incoming(self, text: str) -> bool:
        """Whether a frame of the client reaches the venue."""
        if not self._faults.is_armed:
            return True
        message = _decoded(text)
        op = str(message.get("op", ""))
        for fault in self._faults.find(_ANY_FRAME, self._family, op):
            if self._faults.hits(fault, self._family, op):
                self._end(fault)
                return False
        return self._family != TRADE or not op.startswith("order.") or not self._refused(op, message)

    def outgoing(self, text: str) -> None:
        """Queue a frame, or what faults make of it."""
        if self.is_stalled:
            return
        message = _decoded(text)
        is_push = "topic" in message
        subject = str(message["topic"] if is_push else message.get("op", ""))
        held, self._held = self._held, []
        if is_push and self._holding is not None:
            self._holding.cancel()
        if is_push:
            kinds = _PUSH - {"reorder"} if held else _PUSH
            frames, late_s = self._through(kinds, subject, message, text)
        elif self._family == TRADE and subject.startswith("order."):
            frames, late_s = self._through(_ACK, subject, message, text)
        else:
            frames, late_s = self._through(_SENT_FRAME, subject, message, text)
        if held and not is_push:
            self._held, held = held + self._held, []
        for frame in (*frames, *held):
            self._queue(frame, late_s)

    def _queue(self, text: str, late_s: float) -> None:
        """Queue a frame, later when it is late and never before one that is."""
        if not late_s and not self._late:
            self._connection.queue(text.encode())
            return
        loop = asyncio.get_running_loop()
        due = loop.time() + late_s
        self._late.append((max(due, self._late[-1][0]) if self._late else due, text))
        if self._timer is None:
            self._timer = loop.call_at(self._late[0][0], self._release)

    def _hold(self, frames: list[str]) -> None:
        """Keep frames until the next push, or for a while when none comes."""
        self._held += frames
        self._holding = asyncio.get_running_loop().call_later(LONGEST_HOLD_S, self._let_go)

    def _let_go(self) -> None:
        held, self._held = self._held, []
        for frame in held:
            self._queue(frame, 0.0)

    def _release(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._late and self._late[0][0] <= loop.time():
            self._connection.queue(self._late.popleft()[1].encode())
        if self._late:
            self._timer = loop.call_at(self._late[0][0], self._release)

    def _through(
        self, kinds: frozenset[str], subject: str, message: dict[str, Any], text: str
    ) -> tuple[list[str], float]:
        late_s, copies = 0.0, 1
        for fault in self._faults.find(kinds, self._family, subject):
            kind = fault.spec.kind
            changed = self._changed(fault, message)
            if changed is None or not self._faults.hits(fault, self._family, subject, _detail(message)):
                continue
            if kind in _ANY_FRAME or kind == "cut_after_taken":
                self._end(fault)
                return [], 0.0
            if kind in {"lose", "gap", "lose_ack"}:
                return [], 0.0
            if kind == "delay":
                late_s += delay_s(fault)
            elif kind == "duplicate":
                copies += 1
            elif kind == "reorder":
                self._hold([text] * copies)
                return [], late_s
            elif kind == "corrupt":
                text = cut(text, fault)
            else:
                message, text = changed, dumps(changed)
        return [text] * copies, late_s

    def _changed(self, fault: Fault, message: dict[str, Any]) -> dict[str, Any] | None:
        """Message after the fault, None when the fault finds nothing to change in it."""
        kind = fault.spec.kind
        if kind in CHANGES:
            return CHANGES[kind](message, fault)
        if kind == "gap":
            return message if is_delta(message) else None
        if kind in {"ret_code", "server_error"}:
            if fault.spec.text("when") != "after":
                return None
            code, text = code_and_text(fault)
            return message | {"retCode": code, "retMsg": text, "data": {}}
        return message

    def _end(self, fault: Fault) -> None:
        if fault.spec.kind == "stall":
            self.is_stalled, self._stalled_by = True, fault.ident
        else:
            self._connection.drop()

    def _refused(self, op: str, message: dict[str, Any]) -> bool:
        for fault in self._faults.find(_REFUSALS, self._family, op):
            kind = fault.spec.kind
            code, text = 0, ""
            if kind == "clock_skew":
                code, text = self._out_of_time(fault, message)
            elif kind == "rate_limit" or fault.spec.text("when") == "before":
                code, text = code_and_text(fault)
            if code and self._faults.hits(fault, self._family, op, str(message.get("reqId", ""))):
                self._refuse(op, message, code, text)
                return True
        return False

    def _out_of_time(self, fault: Fault, message: dict[str, Any]) -> tuple[int, str]:
        header = message.get("header")
        if not isinstance(header, dict):
            return 0, ""
        recv_window = str(header.get("X-BAPI-RECV-WINDOW") or DEFAULT_RECV_WINDOW_MS)
        skewed_ms = self._context.exchange.now_ms() + fault.spec.number("ms")
        try:
            check_time(str(header.get("X-BAPI-TIMESTAMP", "")), recv_window, skewed_ms)
        except VenueError as e:
            return e.ret_code, e.ret_msg
        return 0, ""

    def _refuse(self, op: str, message: dict[str, Any], code: int, text: str) -> None:
        now = str(self._context.exchange.now_ms() + self._faults.skew_ms(self._family, op))
        answer = {
            "retCode": code,
            "retMsg": text,
            "op": op,
            "data": {},
            "retExtInfo": {},
            "header": {"X-Bapi-Limit-Reset-Timestamp": now, "Traceid": token_hex(16), "Timenow": now},
            "connId": self._connection.conn_id,
        }
        head = {"reqId": message["reqId"]} if "reqId" in message else {}
        self._connection.queue(encoded(head | answer))


def _decoded(text: str) -> dict[str, Any]:
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _detail(message: dict[str, Any]) -> str:
    """Return what tells one frame of a subject from another."""
    for name in ("reqId", "req_id", "id"):
        if message.get(name):
            return str(message[name])
    data = message.get("data")
    return f"u={data['u']}" if isinstance(data, dict) and "u" in data else ""


def delay_s(fault: Fault) -> float:
    """Draw how late a fault makes something, seconds."""
    jitter = fault.random.uniform(0, fault.spec.number("jitter_ms"))
    return (fault.spec.number("ms") + jitter) / 1000


def code_and_text(fault: Fault) -> tuple[int, str]:
    """Return code and text of the business error a fault answers with."""
    if fault.spec.kind == "rate_limit":
        return 10006, _TEXTS[10006]
    if fault.spec.kind == "server_error":
        return 10016, _TEXTS[10016]
    code = fault.spec.number("code")
    return code, fault.spec.text("text") or _TEXTS.get(code, "fault")
