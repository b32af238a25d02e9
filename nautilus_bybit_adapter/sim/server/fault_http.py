"""Faults of REST requests and of the beginnings of sockets, as a middleware around the venue's own answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.faults.damage import CHANGES, cut
from nautilus_bybit_adapter.sim.faults.kinds import REST

from .auth import DEFAULT_RECV_WINDOW_MS, check_time
from .codec import dumps
from .context import CONTEXT, Context
from .fault_gate import code_and_text, delay_s

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nautilus_bybit_adapter.sim.faults.engine import Fault

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BEFORE = frozenset(
    {"refuse", "ban", "delay", "http_error", "hang", "ret_code", "server_error", "rate_limit", "clock_skew"}
)
_AFTER = frozenset(
    {
        "lose_ack",
        "cut_after_taken",
        "http_error",
        "hang",
        "ret_code",
        "server_error",
        "truncate",
        "corrupt",
        *CHANGES,
    }
)
_EITHER = frozenset({"http_error", "hang", "ret_code", "server_error"})
_ONLY_POST = frozenset({"lose_ack", "cut_after_taken"})
_LOOK_S = 0.02
_NS_PER_MS = 1_000_000


@web.middleware
async def fault_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let faults act before and after a request is carried out."""
    context = request.app[CONTEXT]
    if not context.faults.is_armed:
        return await handler(request)
    family = _family(request.path)
    if family != REST:
        if context.faults.first({"refuse"}, family, request.path) is not None:
            return _cut(request)
        return await handler(request)
    for fault in context.faults.find(_BEFORE, REST, request.path):
        answer = await _before(context, request, fault)
        if answer is not None:
            return answer
    response = await handler(request)
    if not isinstance(response, web.Response):
        return response
    skewed = _skewed(context, request, response)
    return await _after(context, request, skewed)


async def _before(context: Context, request: web.Request, fault: Fault) -> web.StreamResponse | None:
    kind = fault.spec.kind
    if kind in _EITHER and fault.spec.text("when") != "before":
        return None
    late = _out_of_time(context, request, fault) if kind == "clock_skew" else None
    if kind == "clock_skew" and late is None:
        return None
    if not context.faults.hits(fault, REST, request.path, request.method):
        return None
    if kind == "delay":
        await asyncio.sleep(delay_s(fault))
        return None
    if late is not None:
        return _business_error(context, late.ret_code, late.ret_msg)
    return await _instead(context, request, fault)


async def _instead(context: Context, request: web.Request, fault: Fault) -> web.StreamResponse:
    """Answer, or fail to, in place of the venue."""
    kind = fault.spec.kind
    if kind in {"refuse", "cut_after_taken"}:
        return _cut(request)
    if kind == "ban":
        return web.Response(status=403, text="access too frequent")
    if kind == "http_error":
        return web.Response(status=fault.spec.number("status"), text="<html>upstream error</html>")
    if kind in {"hang", "lose_ack"}:
        return await _hang(context, request, fault)
    return _business_error(context, *code_and_text(fault))


async def _after(context: Context, request: web.Request, response: web.Response) -> web.StreamResponse:
    for fault in context.faults.find(_AFTER, REST, request.path):
        kind = fault.spec.kind
        if kind in _EITHER and fault.spec.text("when") != "after":
            continue
        if kind in _ONLY_POST and request.method != "POST":
            continue
        changed = _changed(response, fault) if kind in CHANGES else ""
        if changed is None or not context.faults.hits(fault, REST, request.path, request.method):
            continue
        if kind in CHANGES:
            response.text = changed
        elif kind == "corrupt":
            response.text = cut(response.text or "{}", fault)
        elif kind == "truncate":
            return await _truncated(request, response)
        else:
            return await _instead(context, request, fault)
    return response


def _changed(response: web.Response, fault: Fault) -> str | None:
    message = _json(response)
    changed = CHANGES[fault.spec.kind](message, fault) if message else None
    return None if changed is None else dumps(changed)


def _json(response: web.Response) -> dict[str, Any]:
    if response.content_type != "application/json":
        return {}
    try:
        message = msgspec.json.decode(response.text or "")
    except msgspec.DecodeError:
        return {}
    return message if isinstance(message, dict) else {}


def _out_of_time(context: Context, request: web.Request, fault: Fault) -> VenueError | None:
    stamp = request.headers.get("X-BAPI-TIMESTAMP")
    if stamp is None or request.path.startswith("/v5/market/"):
        return None
    recv_window = request.headers.get("X-BAPI-RECV-WINDOW") or str(DEFAULT_RECV_WINDOW_MS)
    try:
        check_time(stamp, recv_window, context.exchange.now_ms() + fault.spec.number("ms"))
    except VenueError as e:
        return e
    return None


def _skewed(context: Context, request: web.Request, response: web.Response) -> web.Response:
    """Show the skewed clock in the answer, and as the answer of the clock's own endpoint."""
    skew_ms = context.faults.skew_ms(REST, request.path)
    message = _json(response) if skew_ms else {}
    if not message or "time" not in message:
        return response
    message["time"] += skew_ms
    if request.path == "/v5/market/time":
        now_ns = message["time"] * _NS_PER_MS
        message["result"] = {"timeSecond": str(message["time"] // 1000), "timeNano": str(now_ns)}
    response.text = dumps(message)
    return response


def _business_error(context: Context, code: int, text: str) -> web.Response:
    now_ms = context.exchange.now_ms()
    answer = {"retCode": code, "retMsg": text, "result": {}, "retExtInfo": {}, "time": now_ms}
    headers = {"X-Bapi-Limit-Reset-Timestamp": str(now_ms)}
    return web.Response(text=dumps(answer), content_type="application/json", headers=headers)


async def _hang(context: Context, request: web.Request, fault: Fault) -> web.StreamResponse:
    """Keep the connection open and silent until the client goes away or the fault is taken back."""
    transport = request.transport
    # Neither the loss of a client nor the end of a fault announces itself.
    while transport is not None and not transport.is_closing() and context.faults.has(fault.ident):  # noqa: ASYNC110 - see above
        await asyncio.sleep(_LOOK_S)
    return _cut(request)


async def _truncated(request: web.Request, response: web.Response) -> web.StreamResponse:
    body = (response.text or "").encode()
    short = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    short.content_length = len(body)
    await short.prepare(request)
    await short.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return short


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


def _family(path: str) -> str:
    parts = path.split("/")
    is_socket = len(parts) > 2 and parts[2] in {"public", "private", "trade"}  # noqa: PLR2004 - /v5/family
    return parts[2] if is_socket else REST
