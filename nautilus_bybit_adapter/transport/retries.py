"""Repeating reads; what creates, amends or cancels an order is never repeated here.

Source: Bybit V5 "Rate Limit Rules" and "Error Codes".
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import stamina

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitDecodeError,
    BybitError,
    BybitRateLimitError,
    BybitStatusError,
    BybitTransportError,
    BybitUnavailableError,
)
from nautilus_bybit_adapter.ret_codes import CLOCK_CODE, RATE_LIMIT_CODE, TABLE, RetClass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nautilus_bybit_adapter.state.session import Backoff
    from nautilus_bybit_adapter.transport.options import Log


def is_clock_refusal(failure: BybitError) -> bool:
    """Return whether the venue refused a request for its time stamp."""
    return isinstance(failure, BybitApiError) and failure.ret_code == CLOCK_CODE


def retry_wait(failure: Exception) -> bool | float:
    """Return whether a read is worth another attempt after a failure, or the seconds to wait before it."""
    match failure:
        case BybitRateLimitError() | BybitUnavailableError():
            return False
        case BybitStatusError(status=status):
            return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
        case BybitApiError(ret_code=code):
            if code in {CLOCK_CODE, RATE_LIMIT_CODE}:
                return 0.0  # the clock is read anew, and the rate limit is waited for in the gate
            return code in TABLE and failure.ret_class in {RetClass.RETRY, RetClass.UNKNOWN}
        case BybitTransportError() | BybitDecodeError():
            return True
        case _:
            return False


class ReadRetries:
    """Repeats a read with growing, scattered waits.

    Parameters
    ----------
    max_retries : int
        How often at most.
    backoff : Backoff
        The waits.
    logger : Log
        Where to report.
    monotonic : callable
        Monotonic time in seconds.

    Attributes
    ----------
    count : int
        Repetitions so far.
    """

    def __init__(
        self,
        max_retries: int,
        backoff: Backoff,
        logger: Log,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.count = 0
        self._max_retries = max_retries
        self._backoff = backoff
        self._journal = logger
        self._monotonic = monotonic

    async def repeat[T](
        self,
        ask: Callable[[], Awaitable[T]],
        deadline: float,
        learn_clock: Callable[[], Awaitable[None]],
        failure: BybitError,
    ) -> T:
        """Return what `ask` returns, after a first attempt that failed.

        Parameters
        ----------
        ask : callable
            Makes one attempt.
        deadline : float
            Monotonic seconds until which to try.
        learn_clock : callable
            Called before the attempt that follows a refusal for the time stamp.
        failure : BybitError
            Of the first attempt.

        Raises
        ------
        BybitError
            The last failure.
        """
        if retry_wait(failure) is False:
            raise failure
        first = failure
        attempts = stamina.retry_context(
            on=retry_wait,
            attempts=self._max_retries + 1,
            timeout=None,
            wait_initial=self._backoff.base_secs,
            wait_max=self._backoff.cap_secs,
            wait_jitter=self._backoff.base_secs,
        )
        try:
            async with asyncio.timeout(max(0.0, deadline - self._monotonic())):
                async for attempt in attempts:
                    with attempt:
                        if attempt.num == 1:
                            raise first  # the attempt that was made before
                        self.count += 1
                        self._journal.warning(
                            f"{failure} Attempt {attempt.num - 1} of {self._max_retries} more follows."
                        )
                        try:
                            if is_clock_refusal(failure):
                                await learn_clock()
                            return await ask()
                        except BybitError as exc:
                            failure = exc
                            raise
        except TimeoutError:
            pass
        raise failure
