"""Whether a host is worth asking.

A host that failed several times in a row is left alone for a while; then one request is let through, and its
answer decides. Nothing here waits or reads a clock; `now` is monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.limiter import Purpose


class BreakerState(Enum):
    """Where a breaker stands.

    Attributes
    ----------
    CLOSED
        Requests pass.
    OPEN
        No request passes.
    HALF_OPEN
        One request passes, and its answer decides.
    """

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Admission(Enum):
    """What a breaker says to a request.

    Attributes
    ----------
    SEND
        Send it.
    PROBE
        Send it; its answer decides.
    WAIT
        Ask again at `retry_at`, or when a probe has ended.
    REFUSE
        Fail it now.
    """

    SEND = "send"
    PROBE = "probe"
    WAIT = "wait"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens, and for how long.

    Parameters
    ----------
    failures : int
        Failures in a row that open it.
    open_secs : float
        How long it lets nothing pass, in seconds.

    Raises
    ------
    BybitConfigError
        If one of them is too small.
    """

    failures: int = 5
    open_secs: float = 60.0

    def __post_init__(self) -> None:
        if self.failures < 1:
            raise BybitConfigError(f"breaker_failures must be at least 1; it is {self.failures}.")
        if not self.open_secs > 0:
            raise BybitConfigError(f"breaker_open_secs must be above 0; it is {self.open_secs}.")


class CircuitBreaker:
    """The breaker of one host.

    A failure is a request that had no answer, or one that says the venue is in trouble; any other answer is
    a success, a refusal too. While it is not closed new orders fail at once; cancels, reads and
    reconciliation wait, and are what is let through first.

    Parameters
    ----------
    policy : BreakerPolicy or None
        When it opens, and for how long.

    Attributes
    ----------
    failures : int
        Failures in a row.
    opened_count : int
        How often it opened.
    """

    __slots__ = ("_is_open", "_is_probed", "_policy", "_retry_at", "failures", "opened_count")

    def __init__(self, policy: BreakerPolicy | None = None) -> None:
        self._policy = policy or BreakerPolicy()
        self._is_open = False
        self._is_probed = False
        self._retry_at = 0.0
        self.failures = 0
        self.opened_count = 0

    @property
    def retry_at(self) -> float:
        """When the next request is let through, while it is open."""
        return self._retry_at

    @property
    def is_closed(self) -> bool:
        """Whether requests pass."""
        return not self._is_open

    @property
    def is_probed(self) -> bool:
        """Whether a probe is under way."""
        return self._is_probed

    def state(self, now: float) -> BreakerState:
        """Return where it stands."""
        if not self._is_open:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if now >= self._retry_at else BreakerState.OPEN

    def look(self, now: float, purpose: Purpose) -> Admission:
        """Return what a request would be told now, without letting it through."""
        if not self._is_open:
            return Admission.SEND
        if purpose is Purpose.ORDER:
            return Admission.REFUSE
        return Admission.PROBE if now >= self._retry_at and not self._is_probed else Admission.WAIT

    def admit(self, now: float, purpose: Purpose) -> Admission:
        """Tell a request whether to go; one that is told `PROBE` must be followed by an `on_` call."""
        admission = self.look(now, purpose)
        if admission is Admission.PROBE:
            self._is_probed = True
        return admission

    def on_success(self, *, is_probe: bool) -> None:
        """Take an answer. While it is open only the probe's counts, since others were sent before."""
        if self._is_open and not is_probe:
            return
        self._is_open = self._is_probed = False
        self.failures = 0

    def on_failure(self, now: float, *, is_probe: bool) -> bool:
        """Take a failure, and return whether it opened the breaker."""
        if self._is_open:
            if is_probe:
                self._open(now)
            return is_probe
        self.failures += 1
        if self.failures < self._policy.failures:
            return False
        self._open(now)
        return True

    def on_abandoned(self, *, is_probe: bool) -> None:
        """Take a request that ended without saying anything about the host; another may probe."""
        if is_probe:
            self._is_probed = False

    def _open(self, now: float) -> None:
        self._is_open, self._is_probed = True, False
        self._retry_at = now + self._policy.open_secs
        self.opened_count += 1
