"""One HTTP/1.1 connection.

Source: RFC 9112.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from nautilus_bybit_adapter.transport.exchange import ExchangeLost
from nautilus_bybit_adapter.transport.http1.body_coding import BadAnswer
from nautilus_bybit_adapter.transport.http1.reader import AnswerReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.transport.exchange import HttpAnswer


# Timers are this early at most.
_TIMER_SECS = 0.002


class Connection(asyncio.Protocol):
    """One connection, which carries one exchange at a time.

    Parameters
    ----------
    on_lost : callable
        Called with it once it is closed.

    Attributes
    ----------
    idle_until : float
        Until when it is worth using again, in the loop's seconds.
    """

    __slots__ = (
        "_deadline",
        "_loop",
        "_on_lost",
        "_reader",
        "_timer",
        "_transport",
        "_waiting",
        "idle_until",
    )

    def __init__(self, on_lost: Callable[[Connection], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_lost = on_lost
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.idle_until = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def keep_secs(self) -> float | None:
        """How long the other side keeps it while it is idle, where it tells; 0 for not at all."""
        return self._reader.keep_secs if self._reader.can_continue and self.is_usable else 0.0

    async def exchange(self, request: bytes, deadline: float) -> HttpAnswer:
        """Send a request and return the answer; whatever goes wrong, the connection is closed.

        Parameters
        ----------
        request : bytes
            All of it.
        deadline : float
            By when the answer must be whole, in the loop's seconds.

        Raises
        ------
        ExchangeLost
            If there is no whole answer in time.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise ExchangeLost("the connection is closed", is_sent=False)
        waiting = self._waiting = self._loop.create_future()
        self._deadline = deadline
        timer = self._timer
        if timer is None or timer.when() > deadline:
            self._arm(deadline)
        reader = self._reader
        reader.begin()
        try:
            transport.write(request)
            await waiting
            return reader.answer()
        except BadAnswer as exc:
            self.abort()
            raise ExchangeLost(str(exc), is_sent=True) from exc
        except BaseException:
            self.abort()
            raise
        finally:
            self._waiting = None

    def abort(self) -> None:
        """Close at once; an exchange under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    # -- what the event loop calls -----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes; those that nobody waits for end the connection."""
        waiting = self._waiting
        if waiting is None or waiting.done():
            self.abort()
            return
        try:
            if self._reader.feed(data):
                waiting.set_result(None)
        except BadAnswer as exc:
            self._lose(ExchangeLost(str(exc), is_sent=True))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            if exc is None and self._reader.feed_eof():
                waiting.set_result(None)
            else:
                has_begun = self._reader.has_begun
                what = str(exc or "") or (
                    "the answer was cut short" if has_begun else "the connection closed"
                )
                self._lose(ExchangeLost(what, is_sent=True, is_stale=not has_begun))
        self._on_lost(self)

    def _arm(self, at: float) -> None:
        """Look at the deadline then; the same look serves later exchanges, for few of them come to their deadline."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._waiting is None or self._waiting.done():
            return
        if self._loop.time() < self._deadline - _TIMER_SECS:
            self._arm(self._deadline)
            return
        self._lose(ExchangeLost("the time is over", is_sent=True, is_timeout=True))

    def _lose(self, lost: ExchangeLost) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(lost)
        self.abort()
