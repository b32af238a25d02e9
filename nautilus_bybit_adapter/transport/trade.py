"""Orders over the trade socket.

Source: Bybit V5 "WebSocket Trade Guideline".
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.constants import RECV_WINDOW_MS
from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitConnectionError,
    BybitTimeoutError,
    Outcome,
    api_error,
)
from nautilus_bybit_adapter.ret_codes import RATE_LIMIT_CODE
from nautilus_bybit_adapter.state.limiter import Demand
from nautilus_bybit_adapter.state.session import Announce, Authenticate, Input, Session, Subscribe
from nautilus_bybit_adapter.transport.auth import (
    auth_refusal,
    auth_request,
    local_time_ms,
    require_credentials,
)
from nautilus_bybit_adapter.transport.batches import Batch, BatchOutcome, send_in_parts
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG, SocketOptions
from nautilus_bybit_adapter.transport.urls import trade_url
from nautilus_bybit_adapter.transport.ws import WebSocketLink
from nautilus_bybit_adapter.wire.codec import decode_trade
from nautilus_bybit_adapter.wire.control import ControlKind, ControlMessage
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.messages import OrderAck

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nautilus_bybit_adapter.state.session import Recover
    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.urls import BaseUrl
    from nautilus_bybit_adapter.wire.orders import BybitOrderResponse
    from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder
    from nautilus_bybit_adapter.wire.signing import Credentials

    type _Request = PlaceOrder | AmendOrder | CancelOrder | Batch

# Requests given up on whose late ack is still recognised.
_REMEMBERED = 1_000
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _InFlight:
    op: str
    order_link_id: str
    demand: Demand
    answer: asyncio.Future[OrderAck]


def _path_of(op: str) -> str:
    """Return the REST sister of an operation, whose rate limits it shares."""
    return f"/v5/{op.replace('.', '/')}"


class BybitTradeWebSocket:
    """The socket that takes orders; see `OrderEntry` for what its answers and errors mean.

    Parameters
    ----------
    environment : BybitEnvironment, default BybitEnvironment.TESTNET
        Where to trade; `DEMO` has no such socket.
    credentials : Credentials or None
        Key and secret.
    base_url : str or callable or None
        Another address, such as `ws://127.0.0.1:8080/v5/trade`, or what gives the address
        for each connection.
    recv_window_ms : int
        How old a request may be when the venue reads it, in milliseconds.
    gate : RateGate or None
        The rate limits, where REST clients share them.
    order_wait_secs : float
        How long a request may wait for the rate limits before it is sent, in seconds.
    timeout_secs : float
        How long to wait for an ack, in seconds.
    on_late_ack : callable or None
        Called with an ack that came after its request was given up.
    on_live, on_stale : callable or None
        Called when the socket can take orders, and when its connection is gone.
    options : SocketOptions or None
        Waits and limits.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds.
    server_time_ms : callable
        The venue's time in epoch milliseconds, such as `BybitHTTPClient.server_time_ms`.

    Raises
    ------
    BybitConfigError
        If there are no credentials, or the environment or address has no such socket.
    """

    def __init__(
        self,
        *,
        environment: BybitEnvironment = BybitEnvironment.TESTNET,
        credentials: Credentials | None,
        base_url: BaseUrl = None,
        recv_window_ms: int = RECV_WINDOW_MS,
        gate: RateGate | None = None,
        order_wait_secs: float = 5.0,
        timeout_secs: float = 5.0,
        on_late_ack: Callable[[OrderAck], None] | None = None,
        on_live: Callable[[], None] | None = None,
        on_stale: Callable[[], None] | None = None,
        options: SocketOptions | None = None,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        server_time_ms: Callable[[], int] = local_time_ms,
    ) -> None:
        self._credentials = require_credentials(credentials, "trade")
        options = options or SocketOptions()
        self._recv_window_ms = recv_window_ms
        self._gate = gate or RateGate()
        self._order_wait_secs = order_wait_secs
        self._timeout_secs = timeout_secs
        self._on_late_ack = on_late_ack
        self._on_live = on_live
        self._on_stale = on_stale
        self._server_time_ms = server_time_ms
        # Unique across reconnects and processes: the venue refuses a repeated id.
        self._req_prefix = uuid.uuid4().hex[:12]
        self._req_count = itertools.count(1)
        self._demands: dict[tuple[str, str, int], Demand] = {}
        self._in_flight: dict[str, _InFlight] = {}
        self._given_up: OrderedDict[str, None] = OrderedDict()
        self._link = WebSocketLink(
            trade_url(environment, base_url),
            self,
            Session(needs_auth=True, backoff=options.backoff),
            name="trade",
            options=options,
            logger=logger or DEFAULT_LOG,
            clock_ns=clock_ns,
        )

    @property
    def url(self) -> str:
        """Where the socket connects."""
        return self._link.url

    @property
    def is_live(self) -> bool:
        """Whether the socket takes orders."""
        return self._link.is_live

    @property
    def in_flight_count(self) -> int:
        """Requests whose ack is awaited."""
        return len(self._in_flight)

    @property
    def connection_count(self) -> int:
        """How often a connection was opened."""
        return self._link.connection_count

    async def connect(self, timeout_secs: float = 30.0) -> None:
        """Connect, and return when the socket takes orders.

        Raises
        ------
        BybitAuthError
            If the venue refuses the credentials.
        BybitConnectionError
            If that takes more than `timeout_secs` seconds.
        """
        await self._link.connect(timeout_secs)

    async def disconnect(self) -> None:
        """Close the socket; requests in flight end with an unknown outcome."""
        await self._link.close()

    async def place_order(self, request: PlaceOrder) -> BybitOrderResponse:
        """Create an order.

        Where the rate limits leave room, the request is on the socket when this coroutine first yields.

        Raises
        ------
        BybitRateLimitError
            If they left none in time (`NOT_SENT`).
        BybitConnectionError
            If the socket is not live (`NOT_SENT`), or was lost before the ack (`UNKNOWN`).
        BybitTimeoutError
            If no ack came in time (`UNKNOWN`).
        BybitApiError
            If the venue answered with a `retCode` other than 0; its `outcome` says what that means.
        """
        return (await self._request("order.create", request.category, request)).data

    async def amend_order(self, request: AmendOrder) -> BybitOrderResponse:
        """Change an order; raises as `place_order` does."""
        return (await self._request("order.amend", request.category, request)).data

    async def cancel_order(self, request: CancelOrder) -> BybitOrderResponse:
        """Cancel an order; raises as `place_order` does."""
        return (await self._request("order.cancel", request.category, request)).data

    async def batch_place_orders(self, requests: Sequence[PlaceOrder]) -> list[BatchOutcome[PlaceOrder]]:
        """Create orders of one category in few requests, each with an outcome of its own.

        Raises
        ------
        BybitConfigError
            If they are not of one category; nothing was sent.
        """
        return await self._batch("order.create-batch", requests)

    async def batch_amend_orders(self, requests: Sequence[AmendOrder]) -> list[BatchOutcome[AmendOrder]]:
        """Change orders of one category, conditional ones excepted; see `batch_place_orders`."""
        return await self._batch("order.amend-batch", requests)

    async def batch_cancel_orders(self, requests: Sequence[CancelOrder]) -> list[BatchOutcome[CancelOrder]]:
        """Cancel orders of one category; see `batch_place_orders`."""
        return await self._batch("order.cancel-batch", requests)

    async def _batch[R: (PlaceOrder, AmendOrder, CancelOrder)](
        self, op: str, requests: Sequence[R]
    ) -> list[BatchOutcome[R]]:
        async def send(batch: Batch) -> tuple[msgspec.Raw, msgspec.Raw]:
            ack = await self._request(op, batch.category, batch, orders=len(batch.request))
            return ack.ids, ack.codes

        return await send_in_parts(_path_of(op), requests, self._gate.largest, send)

    async def _request(self, op: str, category: str, request: _Request, *, orders: int = 1) -> OrderAck:
        """Send a request when the rate limits let it through; one refused for its rate was not processed."""
        demand = self._demand(op, category, orders)
        send_by = time.monotonic() + self._order_wait_secs
        while True:
            self._require_live(op)
            ticket = await self._gate.enter(demand, send_by)
            try:
                response = await self._exchange(op, request, demand)
            except BaseException as exc:
                self._gate.release(ticket, exc)
                if not (isinstance(exc, BybitApiError) and exc.ret_code == RATE_LIMIT_CODE):
                    raise
            else:
                self._gate.settle(ticket)
                return response

    def _demand(self, op: str, category: str, orders: int) -> Demand:
        demand = self._demands.get((op, category, orders))
        if demand is None:
            path, account = _path_of(op), self._credentials.label
            demand = Demand(path, category, orders, is_rest=False, account=account)
            self._demands[op, category, orders] = demand
        return demand

    async def _exchange(self, op: str, request: _Request, demand: Demand) -> OrderAck:
        req_id = f"{self._req_prefix}-{next(self._req_count)}"
        payload = _encode(
            {
                "reqId": req_id,
                "header": {
                    "X-BAPI-TIMESTAMP": str(self._server_time_ms()),
                    "X-BAPI-RECV-WINDOW": str(self._recv_window_ms),
                },
                "op": op,
                "args": [request],
            }
        )
        self._require_live(op)
        self._link.send(payload)
        answer: asyncio.Future[OrderAck] = asyncio.get_running_loop().create_future()
        link_id = "" if isinstance(request, Batch) else request.order_link_id or ""
        self._in_flight[req_id] = _InFlight(op, link_id, demand, answer)
        try:
            async with asyncio.timeout(self._timeout_secs):
                ack = await answer
        except TimeoutError:
            raise BybitTimeoutError(
                f"The venue did not acknowledge {op} within {self._timeout_secs:g} s.", Outcome.UNKNOWN
            ) from None
        finally:
            if self._in_flight.pop(req_id, None) is not None:
                self._remember(req_id)
        if ack.ret_code != 0:
            raise api_error(op, ack.ret_code, ack.ret_msg)
        return ack

    def _require_live(self, op: str) -> None:
        if not self._link.is_live:
            raise BybitConnectionError(
                f"The trade socket is not live, so {op} was not sent.", Outcome.NOT_SENT
            )

    def on_step(self, step: Authenticate | Subscribe | Recover | Announce) -> None:
        """Do a step of the session (for the link)."""
        match step:
            case Authenticate():
                self._link.send(auth_request(self._credentials, self._server_time_ms()))
            case Subscribe():
                self._link.feed(Input.SUBSCRIBED)
            case Announce() if self._on_live is not None:
                self._on_live()
            case _:
                pass

    def on_payload(self, payload: bytes, ts_init: int) -> None:  # noqa: ARG002 - an ack needs no stamp
        """Take a frame (for the link)."""
        message = decode_trade(payload)
        if isinstance(message, OrderAck):
            self._on_ack(message)
            return
        match message.kind:
            case ControlKind.PONG:
                self._link.on_pong()
            case ControlKind.AUTH if message.success:
                self._link.feed(Input.AUTH_OK)
            case ControlKind.AUTH:
                refusal = auth_refusal(message)
                self._link.give_up(refusal)
                self._link.feed(Input.AUTH_FAILED, str(refusal).rstrip("."))
            case _:
                self._on_error_frame(message)

    def on_lost(self, reason: str) -> None:
        """Learn that the connection is gone (for the link)."""
        for req_id, request in list(self._in_flight.items()):
            del self._in_flight[req_id]
            if not request.answer.done():
                request.answer.set_exception(
                    BybitConnectionError(
                        f"The trade socket was lost before {request.op} was acknowledged: {reason}.",
                        Outcome.UNKNOWN,
                    )
                )
        if self._on_stale is not None:
            self._on_stale()

    def on_tick(self, now: float) -> None:
        """Nothing is overdue here: each request has its own timeout (for the link)."""

    def _on_ack(self, ack: OrderAck) -> None:
        req_id = ack.req_id or self._match_without_id(ack)
        request = self._in_flight.pop(req_id, None)
        if request is not None:
            self._gate.on_answer(request.demand, ack.headers)
            self._heed_refusal(request, ack.ret_code, ack.headers)
            if not request.answer.done():
                request.answer.set_result(ack)
            return
        late = self._given_up.pop(req_id, "unknown") is None
        self._link.journal.warning(
            f"The venue acknowledged {ack.op} {'late' if late else 'that was not asked for'}: "
            f"retCode {ack.ret_code}, orderLinkId {ack.data.order_link_id!r}."
        )
        if self._on_late_ack is not None:
            self._on_late_ack(ack)

    def _match_without_id(self, ack: OrderAck) -> str:
        """Return whose an ack without `reqId` is: by `orderLinkId`, else the only request of its op."""
        same_op = [(req_id, request) for req_id, request in self._in_flight.items() if request.op == ack.op]
        link_id = ack.data.order_link_id
        if link_id:
            return next((req_id for req_id, request in same_op if request.order_link_id == link_id), "")
        return same_op[0][0] if len(same_op) == 1 else ""

    def _on_error_frame(self, message: ControlMessage) -> None:
        request = self._in_flight.pop(message.req_id, None) if message.req_id else None
        if request is None:
            self._link.journal.error(f"The trade socket reports {message.ret_code}: {message.message}.")
        else:
            self._heed_refusal(request, message.ret_code, {})
            if not request.answer.done():
                request.answer.set_exception(api_error(request.op, message.ret_code, message.message))

    def _heed_refusal(self, request: _InFlight, ret_code: int, headers: Mapping[str, str]) -> None:
        if ret_code == RATE_LIMIT_CODE:
            self._gate.on_refused(request.demand, headers, self._server_time_ms())

    def _remember(self, req_id: str) -> None:
        self._given_up[req_id] = None
        while len(self._given_up) > _REMEMBERED:
            self._given_up.popitem(last=False)
