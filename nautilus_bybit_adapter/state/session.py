"""The life of one socket, as a table.

Nothing here waits, sends or reads a clock: an input returns what is to be done, and `now` and the jitter
come from outside.

Source: Bybit V5 "Connect".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Row(Enum):
    """Where a session stands."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    SUBSCRIBING = "subscribing"
    RECOVERING = "recovering"
    LIVE = "live"
    BACKOFF = "backoff"


class Input(Enum):
    """What can happen to a session."""

    START = "start"
    OPENED = "opened"
    AUTH_OK = "auth ok"
    AUTH_FAILED = "auth failed"
    SUBSCRIBED = "subscribed"
    RECOVERED = "recovered"
    LOST = "lost"
    TIMER = "timer"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Open:
    """Open the connection."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Send the `auth` request."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Send every wanted topic."""


@dataclass(frozen=True, slots=True)
class Recover:
    """Fetch what was missed."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell that the session is live."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection, if there is one."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back with `TIMER` after `secs` seconds."""

    secs: float


type Output = Open | Authenticate | Subscribe | Recover | Announce | Close | Wait

_STEPS = (Row.CONNECTING, Row.AUTHENTICATING, Row.SUBSCRIBING, Row.RECOVERING)

# (row, input) -> row; a pair that is not here changes nothing, as an answer that comes too late must.
# A timer that ends in a step means that the step took too long.
TABLE: dict[tuple[Row, Input], Row] = {
    (Row.CLOSED, Input.START): Row.CONNECTING,
    (Row.CONNECTING, Input.OPENED): Row.AUTHENTICATING,
    (Row.AUTHENTICATING, Input.AUTH_OK): Row.SUBSCRIBING,
    (Row.AUTHENTICATING, Input.AUTH_FAILED): Row.BACKOFF,
    (Row.SUBSCRIBING, Input.SUBSCRIBED): Row.RECOVERING,
    (Row.RECOVERING, Input.RECOVERED): Row.LIVE,
    (Row.BACKOFF, Input.TIMER): Row.CONNECTING,
    **{(row, Input.LOST): Row.BACKOFF for row in (*_STEPS, Row.LIVE)},
    **{(row, Input.TIMER): Row.BACKOFF for row in _STEPS},
    **{(row, Input.STOP): Row.CLOSED for row in Row if row is not Row.CLOSED},
}

# What ends a step that a session may do without.
_DONE = {Row.AUTHENTICATING: Input.AUTH_OK, Row.RECOVERING: Input.RECOVERED}

_ON_ENTRY: dict[Row, tuple[Output, ...]] = {
    Row.CLOSED: (Close(),),
    Row.CONNECTING: (Open(),),
    Row.AUTHENTICATING: (Authenticate(),),
    Row.SUBSCRIBING: (Subscribe(),),
    Row.RECOVERING: (Recover(),),
    Row.LIVE: (Announce(),),
}


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the next attempt.

    Parameters
    ----------
    base_secs : float
        The longest first wait, in seconds.
    cap_secs : float
        The longest wait of all, in seconds.
    stable_secs : float
        A session that was live for this long starts again at the first wait, in seconds.
    """

    base_secs: float = 0.5
    cap_secs: float = 30.0
    stable_secs: float = 30.0


def backoff_secs(attempt: int, jitter: float, backoff: Backoff) -> float:
    """Return the wait before attempt number `attempt` (from 0), in seconds.

    Parameters
    ----------
    attempt : int
        How many attempts failed before in a row.
    jitter : float
        Chance in [0, 1): the wait lies between half of the step and the whole.
    backoff : Backoff
        The first and the longest step.
    """
    # 2**64 steps past any cap: keeps a long outage from overflowing.
    step = min(backoff.cap_secs, backoff.base_secs * 2.0 ** min(attempt, 64))
    return step * (0.5 + 0.5 * jitter)


class Session:
    """One socket's session.

    Parameters
    ----------
    needs_auth : bool
        Whether to authenticate after opening.
    needs_recovery : bool
        Whether to recover after subscribing.
    backoff : Backoff
        The waits between attempts.
    """

    def __init__(
        self, *, needs_auth: bool = False, needs_recovery: bool = False, backoff: Backoff | None = None
    ) -> None:
        self._backoff = backoff or Backoff()
        self._skipped = {
            row
            for row, needed in ((Row.AUTHENTICATING, needs_auth), (Row.RECOVERING, needs_recovery))
            if not needed
        }
        self._live_since: float | None = None
        self.row = Row.CLOSED
        self.failures = 0

    @property
    def is_live(self) -> bool:
        """Whether the session is in its `LIVE` row."""
        return self.row is Row.LIVE

    def on(self, event: Input, now: float, jitter: float = 0.5) -> tuple[Output, ...]:
        """Take an input and return what is to be done, in order.

        Parameters
        ----------
        event : Input
            What happened.
        now : float
            Monotonic time in seconds.
        jitter : float
            Chance in [0, 1) for the wait of a lost session.
        """
        following = TABLE.get((self.row, event))
        if following is None:
            return ()
        while following in self._skipped:
            following = TABLE[following, _DONE[following]]
        outputs = self._lose(now, jitter) if following is Row.BACKOFF else _ON_ENTRY[following]
        self._live_since = now if following is Row.LIVE else None
        if following is Row.CLOSED:
            self.failures = 0
        self.row = following
        return outputs

    def _lose(self, now: float, jitter: float) -> tuple[Output, ...]:
        if self._live_since is not None and now - self._live_since >= self._backoff.stable_secs:
            self.failures = 0
        secs = backoff_secs(self.failures, jitter, self._backoff)
        self.failures += 1
        return (Close(), Wait(secs))
