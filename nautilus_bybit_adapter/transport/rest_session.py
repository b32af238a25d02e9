"""Signed REST calls with the venue's clock, retries for reads, and none for orders.

Source: Bybit V5 "Integration Guidance" and "Rate Limit Rules".
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.constants import IP_BAN_SECS, RECV_WINDOW_MS
from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitConfigError,
    BybitConnectionError,
    BybitDecodeError,
    BybitError,
    BybitUnavailableError,
    Outcome,
    api_error,
)
from nautilus_bybit_adapter.ret_codes import RATE_LIMIT_CODE
from nautilus_bybit_adapter.state.clock import ClockOffset, ClockSample
from nautilus_bybit_adapter.state.endpoints import EndpointChoice
from nautilus_bybit_adapter.state.limiter import Purpose, purpose_of
from nautilus_bybit_adapter.state.metrics import RestMetrics
from nautilus_bybit_adapter.state.session import Backoff
from nautilus_bybit_adapter.transport.dispatch import Deadline, Dispatcher
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.hosts import HostGate
from nautilus_bybit_adapter.transport.http_transport import http_transport
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG, rest_proxy, tls_context
from nautilus_bybit_adapter.transport.rest_call import RestCall, signed_headers
from nautilus_bybit_adapter.transport.retries import ReadRetries, is_clock_refusal
from nautilus_bybit_adapter.transport.urls import BaseUrls, endpoints_of
from nautilus_bybit_adapter.wire.account import refusal_reasons
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.market import BybitServerTime
from nautilus_bybit_adapter.wire.rows import decode_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nautilus_bybit_adapter.state.breaker import BreakerPolicy
    from nautilus_bybit_adapter.state.endpoints import Endpoint
    from nautilus_bybit_adapter.transport.exchange import HttpTransport
    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.rest_call import RestAnswer
    from nautilus_bybit_adapter.wire.envelope import Envelope
    from nautilus_bybit_adapter.wire.signing import Credentials

_CLOCK_SAMPLES = 3


class RestSession:
    """The connection pool, the signature and the clock behind `BybitHTTPClient`.

    Parameters
    ----------
    environment : BybitEnvironment, default BybitEnvironment.TESTNET
        Whose REST interface to use.
    credentials : Credentials or None
        Key and secret; without them only market data can be read.
    base_url : str or None
        Another address, such as `http://127.0.0.1:8080`.
    endpoints : sequence of Endpoint or None
        The hosts to choose from, the first to be used first, such as `endpoints_of` returns; by default those
        of the environment.
    gate : RateGate or None
        The rate limits and what is known of the hosts, where other clients share them.
    breaker : BreakerPolicy or None
        When a host is left alone, and for how long. Clients of one gate with the same policy find that out for
        each other; one with another policy keeps to its own.
    ban_secs : float
        How long a host that answered HTTP 403 is left alone, in seconds.
    recv_window_ms : int
        How old a request may be when the venue reads it, in milliseconds.
    timeout_secs : float
        For one exchange, in seconds.
    deadline_secs : float
        For a call with all its waiting and repetitions, in seconds.
    order_wait_secs : float or None
        How long what creates, amends or cancels an order may wait before it is sent, in seconds; by default
        as long as any call.
    proxy_url : str or None
        An HTTP or SOCKS proxy.
    ca_file : str or None
        A PEM file with a private certificate authority, trusted besides the system's.
    max_retries : int
        How often a read is repeated after a failure that may pass. Orders are never repeated.
    backoff : Backoff or None
        Waits between the attempts of a read.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds.
    monotonic : callable
        Monotonic time in seconds.

    Attributes
    ----------
    environment : BybitEnvironment
        Whose REST interface it uses.

    Raises
    ------
    BybitConfigError
        If an address, the proxy or the certificate file cannot be used.
    """

    def __init__(
        self,
        *,
        environment: BybitEnvironment = BybitEnvironment.TESTNET,
        credentials: Credentials | None = None,
        base_url: str | None = None,
        endpoints: Sequence[Endpoint] | None = None,
        gate: RateGate | None = None,
        breaker: BreakerPolicy | None = None,
        ban_secs: float = IP_BAN_SECS,
        recv_window_ms: int = RECV_WINDOW_MS,
        timeout_secs: float = 10.0,
        deadline_secs: float = 30.0,
        order_wait_secs: float | None = None,
        proxy_url: str | None = None,
        ca_file: str | None = None,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.journal = logger or DEFAULT_LOG
        self.environment = environment
        self._credentials = credentials
        self._recv_window_ms = recv_window_ms
        self._deadline_secs = deadline_secs
        self._order_wait_secs = deadline_secs if order_wait_secs is None else order_wait_secs
        self._tls = tls_context(ca_file)
        self._proxy_url = rest_proxy(proxy_url)
        self._repeats = ReadRetries(
            max_retries,
            backoff or Backoff(base_secs=0.25, cap_secs=5.0),
            self.journal,
            monotonic=monotonic,
        )
        self._clock_ns = clock_ns
        self._monotonic = monotonic
        self._clock = ClockOffset()
        self._transport: HttpTransport | None = None
        self._probe: asyncio.Task[None] | None = None
        self.gate = gate or RateGate(monotonic=monotonic)
        choice = EndpointChoice(
            endpoints or endpoints_of(environment, base_urls=BaseUrls(http=base_url or None)),
            breaker,
            self.gate.bans,
            self.gate.breakers,
        )
        self._hosts = HostGate(
            choice, self.journal, ban_secs=ban_secs, changes=self.gate.hosts_changed, monotonic=monotonic
        )
        self._dispatcher = Dispatcher(
            self._hosts,
            self.gate,
            account=credentials.label if credentials is not None else "",
            timeout_secs=timeout_secs,
            server_time_ms=self.server_time_ms,
            monotonic=monotonic,
        )

    @property
    def is_open(self) -> bool:
        """Whether calls can be made."""
        return self._transport is not None

    @property
    def endpoint(self) -> Endpoint:
        """The host in use, with the addresses of its sockets."""
        return self._hosts.endpoint

    @property
    def base_url(self) -> str:
        """The address of the REST interface in use."""
        return self._hosts.endpoint.rest

    @property
    def clock_offset_ms(self) -> float:
        """Milliseconds the venue's clock is ahead of ours, as far as known."""
        return self._clock.offset_ms

    def server_time_ms(self) -> int:
        """Return the venue's time in epoch milliseconds, from our clock and the known offset."""
        return self._clock.to_server_ms(self._clock_ns() / 1_000_000)

    @property
    def has_credentials(self) -> bool:
        """Whether private endpoints can be asked."""
        return self._credentials is not None

    def metrics(self) -> RestMetrics:
        """Return what became of all requests so far, and how limits, hosts and clock stand."""
        log = self._dispatcher.log
        return RestMetrics(
            requests=log.requests,
            retries=self._repeats.count,
            latency=log.latency(),
            ret_codes=log.ret_codes(),
            failures=log.failures(),
            paths=log.paths(),
            waits=self.gate.waits,
            waiting=self.gate.waiting_count,
            windows=self.gate.use(),
            hosts=self._hosts.metrics(),
            switches=self._hosts.switch_count,
            clock_offset_ms=self._clock.offset_ms,
            clock_error_ms=self._clock.error_ms,
        )

    def switch_endpoint(self, name: str | None = None) -> bool:
        """Use another host from now on, and return whether there is one.

        Sockets that take their address from `endpoint` go there the next time they connect.

        Parameters
        ----------
        name : str or None
            Such as `api.bytick.com`; by default the next one.

        Raises
        ------
        BybitConfigError
            If no host has the name.
        """
        return self._hosts.switch_to(name)

    def largest_batch(self, path: str, category: str) -> int:
        """Return how many orders one request of a batch path may carry by the rate limits."""
        return self.gate.largest(path, category)

    async def open(self) -> None:
        """Open the connection pool and, where there are credentials, learn the venue's clock.

        Does nothing when open already; works again after `close`.

        Raises
        ------
        BybitError
            If the venue's clock cannot be read.
        """
        if self._transport is not None:
            return
        self._transport = http_transport(self._proxy_url, self._tls)
        if self._credentials is None:
            return
        try:
            await self.learn_clock()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection pool; does nothing when closed already."""
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probe
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()

    async def learn_clock(self) -> None:
        """Read the venue's clock a few times and keep the offset of the quickest answer."""
        for number in range(_CLOCK_SAMPLES):
            sent_ms = self._clock_ns() / 1_000_000
            raw = await self.read("/v5/market/time", {})
            received_ms = self._clock_ns() / 1_000_000
            nanos = decode_result(raw, BybitServerTime, "GET /v5/market/time").time_nano
            if not nanos.isdigit():
                raise BybitDecodeError(f"The venue's clock must be a number; it is {nanos!r}.", topic="time")
            if not number:
                self._clock.reset()  # not before: an old offset is better than none
            self._clock.add(ClockSample(sent_ms, int(nanos) / 1_000_000, received_ms))

    async def read(
        self,
        path: str,
        parameters: Mapping[str, str | int | None],
        *,
        cursor: str = "",
        is_private: bool = False,
        deadline_secs: float | None = None,
    ) -> msgspec.Raw:
        """Return the `result` of a GET, trying again after a failure that may pass.

        Raises
        ------
        BybitError
            The last failure.
        """
        call = RestCall.get(path, parameters, cursor, is_private=is_private)
        deadline = self._deadline(call, deadline_secs)
        # Most reads succeed at once, and need no machinery.
        try:
            return (await self._ask(call, deadline)).result
        except BybitError as exc:
            failure = exc
        envelope = await self._repeats.repeat(
            lambda: self._ask(call, deadline), deadline.answer_by, self.learn_clock, failure
        )
        return envelope.result

    async def write(
        self, path: str, request: msgspec.Struct, *, deadline_secs: float | None = None
    ) -> msgspec.Raw:
        """Return the `result` of a POST, which is sent once; see `write_for_envelope`."""
        return (await self.write_for_envelope(path, request, deadline_secs=deadline_secs)).result

    async def write_for_envelope(
        self, path: str, request: msgspec.Struct, *, deadline_secs: float | None = None
    ) -> Envelope:
        """Return the answer to a POST, which is sent once, with what stands beside its `result`.

        A request that the venue refuses for its timestamp or its rate was not processed. The first is signed
        anew with a fresh reading of the venue's clock and sent once more; the second is sent again when
        the limit allows, until the deadline.

        Raises
        ------
        BybitError
            The failure; its `outcome` says what it means for an order.
        """
        call = RestCall.post(path, request)
        deadline = self._deadline(call, deadline_secs)
        has_learned = False
        while True:
            try:
                return await self._ask(call, deadline)
            except BybitUnavailableError:
                self._probe_if_due()
                raise
            except BybitApiError as exc:
                if is_clock_refusal(exc) and not has_learned:
                    has_learned = True
                    try:
                        await self.learn_clock()
                    except BybitError:
                        raise exc from None
                elif exc.ret_code != RATE_LIMIT_CODE:
                    raise

    def _deadline(self, call: RestCall, secs: float | None = None) -> Deadline:
        secs = self._deadline_secs if secs is None else secs
        wait_secs = secs if purpose_of(call.path) is Purpose.READ else min(secs, self._order_wait_secs)
        now = self._monotonic()
        return Deadline(now + wait_secs, now + secs)

    async def _ask(self, call: RestCall, deadline: Deadline) -> Envelope:
        """Send a call once, and return its answer or raise what it says."""
        transport = self._transport
        if transport is None:
            raise BybitConnectionError(f"{call.name} needs an open client.", Outcome.NOT_SENT)
        if call.is_private and self._credentials is None:
            raise BybitConfigError(f"{call.name} needs credentials, and none were given.")
        answer: RestAnswer = await self._dispatcher.send(transport, call, self._sign, deadline)
        envelope = answer.envelope
        if envelope.ret_code != 0:
            reasons = refusal_reasons(envelope.result)
            raise api_error(call.name, envelope.ret_code, envelope.ret_msg, reasons)
        return envelope

    def _sign(self, call: RestCall) -> dict[str, str]:
        if not call.is_private or self._credentials is None:
            return {}
        return signed_headers(self._credentials, call, self.server_time_ms(), self._recv_window_ms)

    def _probe_if_due(self) -> None:
        """Ask a host that orders alone would never find out about."""
        if self._hosts.is_probe_due and (self._probe is None or self._probe.done()):
            self._probe = asyncio.create_task(self._probe_host(), name="host probe")

    async def _probe_host(self) -> None:
        with contextlib.suppress(BybitError):
            call = RestCall("GET", "/v5/market/time")
            await self._ask(call, self._deadline(call))


def decode_result[T](raw: msgspec.Raw, result_type: type[T], name: str) -> T:
    """Return a `result` as its type, or raise `BybitDecodeError`."""
    try:
        return decode_row(raw, result_type)
    except msgspec.DecodeError as exc:
        excerpt = bytes(raw)[:80]
        raise BybitDecodeError(
            f"Cannot read the result of {name} ({exc}): {excerpt!r}", topic=name, excerpt=excerpt
        ) from exc
