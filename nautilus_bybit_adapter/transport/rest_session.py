"""Signed REST calls with the venue's clock, retries for reads, and none for orders.

Source: Bybit V5 "Integration Guidance" and "Rate Limit Rules".
"""

from __future__ import annotations

import asyncio
import random
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from nautilus_bybit_adapter.constants import RECV_WINDOW_MS
from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitConfigError,
    BybitConnectionError,
    BybitDecodeError,
    BybitError,
    BybitStatusError,
    BybitTransportError,
    Outcome,
    api_error,
)
from nautilus_bybit_adapter.ret_codes import TABLE, RetClass
from nautilus_bybit_adapter.state.clock import ClockOffset, ClockSample
from nautilus_bybit_adapter.state.session import Backoff, backoff_secs
from nautilus_bybit_adapter.transport.options import DEFAULT_LOG
from nautilus_bybit_adapter.transport.rest_call import (
    RestCall,
    exchange,
    query_string,
    sent_tracing,
    signed_headers,
)
from nautilus_bybit_adapter.transport.urls import rest_url
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.market import BybitServerTime
from nautilus_bybit_adapter.wire.requests import encode
from nautilus_bybit_adapter.wire.rows import decode_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nautilus_bybit_adapter.transport.options import Log
    from nautilus_bybit_adapter.transport.rest_call import RestAnswer
    from nautilus_bybit_adapter.wire.envelope import Envelope
    from nautilus_bybit_adapter.wire.signing import Credentials

_CLOCK_SAMPLES = 3
_CLOCK_CODE = 10002
_RATE_LIMIT_CODE = 10006
_LONGEST_RATE_LIMIT_WAIT_SECS = 5.0


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
    recv_window_ms : int
        How old a request may be when the venue reads it, in milliseconds.
    timeout_secs : float
        For one exchange, in seconds.
    proxy_url : str or None
        An HTTP proxy.
    max_retries : int
        How often a read is repeated after a failure that may pass. Orders are never repeated.
    backoff : Backoff or None
        Waits between the attempts of a read.
    logger : Log or None
        Where to report.
    clock_ns : callable
        Epoch nanoseconds.

    Raises
    ------
    BybitConfigError
        If the address cannot be used.
    """

    def __init__(
        self,
        *,
        environment: BybitEnvironment = BybitEnvironment.TESTNET,
        credentials: Credentials | None = None,
        base_url: str | None = None,
        recv_window_ms: int = RECV_WINDOW_MS,
        timeout_secs: float = 10.0,
        proxy_url: str | None = None,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        logger: Log | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.base_url = rest_url(environment, base_url)
        self.journal = logger or DEFAULT_LOG
        self._credentials = credentials
        self._recv_window_ms = recv_window_ms
        self._timeout_secs = timeout_secs
        self._proxy_url = proxy_url
        self._max_retries = max_retries
        self._backoff = backoff or Backoff(base_secs=0.25, cap_secs=5.0)
        self._clock_ns = clock_ns
        self._clock = ClockOffset()
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls can be made."""
        return self._session is not None

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

    async def open(self) -> None:
        """Open the connection pool and, where there are credentials, learn the venue's clock.

        Does nothing when open already; works again after `close`.

        Raises
        ------
        BybitError
            If the venue's clock cannot be read.
        """
        if self._session is not None:
            return
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout_secs), trace_configs=[sent_tracing()]
        )
        if self._credentials is None:
            return
        try:
            await self.learn_clock()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection pool; does nothing when closed already."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def learn_clock(self) -> None:
        """Read the venue's clock a few times and keep the offset of the quickest answer."""
        self._clock.reset()
        for _ in range(_CLOCK_SAMPLES):
            sent_ms = self._clock_ns() / 1_000_000
            raw = await self.read("/v5/market/time", {})
            received_ms = self._clock_ns() / 1_000_000
            nanos = decode_result(raw, BybitServerTime, "GET /v5/market/time").time_nano
            if not nanos.isdigit():
                raise BybitDecodeError(f"The venue's clock must be a number; it is {nanos!r}.", topic="time")
            self._clock.add(ClockSample(sent_ms, int(nanos) / 1_000_000, received_ms))

    async def read(
        self,
        path: str,
        parameters: Mapping[str, str | int | None],
        *,
        cursor: str = "",
        is_private: bool = False,
    ) -> msgspec.Raw:
        """Return the `result` of a GET, trying again after a failure that may pass.

        Raises
        ------
        BybitError
            The last failure.
        """
        call = RestCall("GET", path, query_string(parameters, cursor), is_private)
        attempt = 0
        while True:
            try:
                answer = await self._exchange(call)
            except (BybitTransportError, BybitDecodeError) as exc:
                wait_secs = self._wait_after(exc, attempt)
                failure: BybitError = exc
            else:
                code = answer.envelope.ret_code
                if code == 0:
                    return answer.envelope.result
                failure = api_error(call.name, code, answer.envelope.ret_msg)
                wait_secs = self._wait_after(failure, attempt, answer)
            if wait_secs is None or attempt >= self._max_retries:
                raise failure
            attempt += 1
            self.journal.warning(f"{failure} Attempt {attempt} of {self._max_retries} more follows.")
            if isinstance(failure, BybitApiError) and failure.ret_code == _CLOCK_CODE and is_private:
                await self.learn_clock()
            await asyncio.sleep(wait_secs)

    async def write(self, path: str, request: msgspec.Struct) -> msgspec.Raw:
        """Return the `result` of a POST, which is sent once; see `write_for_envelope`."""
        return (await self.write_for_envelope(path, request)).result

    async def write_for_envelope(self, path: str, request: msgspec.Struct) -> Envelope:
        """Return the answer to a POST, which is sent once, with what stands beside its `result`.

        A request that the venue refuses for its timestamp was not processed: it is signed anew with a
        fresh reading of the venue's clock and sent once more.

        Raises
        ------
        BybitError
            The failure; its `outcome` says what it means for an order.
        """
        call = RestCall("POST", path, encode(request).decode(), is_private=True)
        answer = await self._exchange(call)
        if answer.envelope.ret_code == _CLOCK_CODE:
            refused = api_error(call.name, _CLOCK_CODE, answer.envelope.ret_msg)
            try:
                await self.learn_clock()
            except BybitError:
                raise refused from None
            answer = await self._exchange(call)
        if answer.envelope.ret_code != 0:
            raise api_error(call.name, answer.envelope.ret_code, answer.envelope.ret_msg)
        return answer.envelope

    async def _exchange(self, call: RestCall) -> RestAnswer:
        session = self._session
        if session is None:
            raise BybitConnectionError(f"{call.name} needs an open client.", Outcome.NOT_SENT)
        headers: dict[str, str] = {}
        if call.is_private:
            if self._credentials is None:
                raise BybitConfigError(f"{call.name} needs credentials, and none were given.")
            headers = signed_headers(self._credentials, call, self.server_time_ms(), self._recv_window_ms)
        return await exchange(session, self.base_url, call, headers, self._proxy_url)

    def _wait_after(
        self, failure: BybitError, attempt: int, answer: RestAnswer | None = None
    ) -> float | None:
        """Return the seconds to wait before a read is tried again, or `None` if that is no use."""
        if isinstance(failure, BybitStatusError):
            may_pass = (
                failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                or failure.status == HTTPStatus.TOO_MANY_REQUESTS
            )
        elif isinstance(failure, BybitApiError):
            may_pass = failure.ret_code in TABLE and failure.ret_class in {RetClass.RETRY, RetClass.UNKNOWN}
        else:
            # A client that is not open stays so.
            may_pass = self.is_open
        if not may_pass:
            return None
        if isinstance(failure, BybitApiError):
            if failure.ret_code == _CLOCK_CODE:
                return 0.0
            reset_ms = answer.headers.get("x-bapi-limit-reset-timestamp", "") if answer else ""
            if failure.ret_code == _RATE_LIMIT_CODE and reset_ms.isdigit():
                secs = (int(reset_ms) - self.server_time_ms()) / 1000
                return min(max(secs, 0.0), _LONGEST_RATE_LIMIT_WAIT_SECS)
        return backoff_secs(attempt, random.random(), self._backoff)  # noqa: S311 - spreads retries


def decode_result[T](raw: msgspec.Raw, result_type: type[T], name: str) -> T:
    """Return a `result` as its type, or raise `BybitDecodeError`."""
    try:
        return decode_row(raw, result_type)
    except msgspec.DecodeError as exc:
        excerpt = bytes(raw)[:80]
        raise BybitDecodeError(
            f"Cannot read the result of {name} ({exc}): {excerpt!r}", topic=name, excerpt=excerpt
        ) from exc
