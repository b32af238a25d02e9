"""One REST request on its way: past the rate limits, past the breaker, to the host in use.

Source: Bybit V5 "Integration Guidance" and "Rate Limit Rules".
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from nautilus_bybit_adapter.errors import (
    BybitConnectionError,
    BybitError,
    BybitStatusError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.ret_codes import HOST_TROUBLE_CODES, RATE_LIMIT_CODE
from nautilus_bybit_adapter.state.limiter import purpose_of
from nautilus_bybit_adapter.state.metrics import RequestLog
from nautilus_bybit_adapter.transport.rest_call import exchange, is_unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nautilus_bybit_adapter.state.limiter import Demand
    from nautilus_bybit_adapter.transport.exchange import HttpTransport
    from nautilus_bybit_adapter.transport.gate import RateGate
    from nautilus_bybit_adapter.transport.hosts import HostGate, Passage
    from nautilus_bybit_adapter.transport.rest_call import RestAnswer, RestCall


class Deadline(NamedTuple):
    """By when a call must be sent and answered, in monotonic seconds."""

    send_by: float
    answer_by: float


class Dispatcher:
    """Sends calls, and tells limits, breaker and metrics what became of them.

    Parameters
    ----------
    hosts : HostGate
        The hosts.
    gate : RateGate
        The rate limits.
    account : str
        Whose calls they are; `""` for nobody's.
    timeout_secs : float
        For one exchange, in seconds.
    server_time_ms : callable
        The venue's time in epoch milliseconds.
    monotonic : callable
        Monotonic time in seconds.

    Attributes
    ----------
    log : RequestLog
        What became of the calls.
    """

    def __init__(
        self,
        hosts: HostGate,
        gate: RateGate,
        *,
        account: str,
        timeout_secs: float,
        server_time_ms: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log = RequestLog()
        self._hosts = hosts
        self._gate = gate
        self._account = account
        self._timeout_secs = timeout_secs
        self._server_time_ms = server_time_ms
        self._monotonic = monotonic

    async def send(
        self,
        transport: HttpTransport,
        call: RestCall,
        sign: Callable[[RestCall], Mapping[str, str]],
        deadline: Deadline,
    ) -> RestAnswer:
        """Send a call once when it may go, and return the answer whatever its `retCode`.

        Parameters
        ----------
        transport : HttpTransport
            What carries it.
        call : RestCall
            What to send.
        sign : callable
            Returns the call's own headers; called when it may go, so that the time stamp is fresh.
        deadline : Deadline
            By when it must be sent and answered.

        Raises
        ------
        BybitRateLimitError, BybitUnavailableError
            If it may not go before the deadline.
        BybitTransportError, BybitDecodeError
            As `exchange` does.
        """
        purpose, demand, send_by = purpose_of(call.path), call.demand(self._account), deadline.send_by
        while True:
            if not self._hosts.is_clear:
                await self._hosts.ready(purpose, send_by)
            ticket = await self._gate.enter(demand, send_by)
            try:
                passage = self._hosts.admit(purpose, send_by)
            except BybitError:
                self._gate.give_back(ticket)
                raise
            if passage is not None:
                break
            self._gate.give_back(ticket)
        try:
            answer = await self._exchange(transport, call, demand, sign, passage, deadline)
        except BaseException as exc:
            # A cancelled call says nothing about the host; what is judged already is not judged twice.
            self._hosts.on_abandoned(passage)
            self._gate.release(ticket, exc)
            raise
        self._gate.settle(ticket)
        return answer

    async def _exchange(
        self,
        transport: HttpTransport,
        call: RestCall,
        demand: Demand,
        sign: Callable[[RestCall], Mapping[str, str]],
        passage: Passage,
        deadline: Deadline,
    ) -> RestAnswer:
        started = self._monotonic()
        secs = deadline.answer_by - started
        if secs <= 0 or started > deadline.send_by:
            raise BybitTimeoutError(f"{call.name} was not sent: its deadline has come.", Outcome.NOT_SENT)
        had_time = secs >= self._timeout_secs
        try:
            answer = await exchange(
                transport,
                passage.host.endpoint.rest,
                call,
                sign(call),
                self._timeout_secs if had_time else secs,
            )
        except BybitError as exc:
            self._on_failure(call, passage, exc, had_time=had_time)
            raise
        self._on_answer(call, demand, passage, answer, self._monotonic() - started)
        return answer

    def _on_answer(
        self, call: RestCall, demand: Demand, passage: Passage, answer: RestAnswer, secs: float
    ) -> None:
        code = answer.envelope.ret_code
        self.log.on_answer(call.path, secs, code)
        if code in HOST_TROUBLE_CODES:
            self._hosts.on_failure(passage, f"{call.name} was answered with {code}.")
        else:
            self._hosts.on_answer(passage)
        if call.is_private:
            self._gate.on_answer(demand, answer.headers)
        if code == RATE_LIMIT_CODE:
            self._gate.on_refused(demand, answer.headers, self._server_time_ms())

    def _on_failure(self, call: RestCall, passage: Passage, error: BybitError, *, had_time: bool) -> None:
        if isinstance(error, BybitStatusError):
            self.log.on_failure(call.path, f"HTTP {error.status}")
            if error.status == HTTPStatus.FORBIDDEN:
                self._hosts.on_banned(passage)
            elif error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self._hosts.on_failure(passage, str(error))
            else:
                self._hosts.on_answer(passage)
        elif isinstance(error, BybitTimeoutError):
            self.log.on_failure(call.path, "timeout")
            # A deadline shorter than the timeout is the caller's own, and no fault of the host.
            if had_time:
                self._hosts.on_failure(passage, str(error))
        elif isinstance(error, BybitConnectionError):
            self.log.on_failure(call.path, "connection")
            self._hosts.on_failure(passage, str(error), is_unreachable=is_unreachable(error))
        else:
            self.log.on_failure(call.path, "unreadable")
            self._hosts.on_failure(passage, str(error))
