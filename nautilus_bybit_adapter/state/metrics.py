"""Counts and latencies of requests, in bounded memory.

Nothing here reads a clock; durations come from outside, in seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_bybit_adapter.state.limiter import WindowUse

# Buckets grow by a twentieth: a quantile is off by 5 % at most.
_FIRST_MS = 0.05
_GROWTH = math.log(1.05)
_BUCKETS = 300
# The venue's paths and codes are fewer; what comes beyond is counted together.
_MOST_NAMES = 256
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Latency:
    """Durations in milliseconds, from sending to the whole answer.

    Attributes
    ----------
    count : int
        How many.
    p50_ms, p90_ms, p99_ms : float
        Quantiles, exact to 5 %; 0 without any.
    max_ms : float
        The longest.
    """

    count: int = 0
    p50_ms: float = 0.0
    p90_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0


class LatencyHistogram:
    """Collects durations; its size does not depend on their number."""

    __slots__ = ("_buckets", "_count", "_max_ms")

    def __init__(self) -> None:
        self._buckets = [0] * _BUCKETS
        self._count = 0
        self._max_ms = 0.0

    def add(self, secs: float) -> None:
        """Take a duration in seconds."""
        ms = secs * 1000
        at = int(math.log(ms / _FIRST_MS) / _GROWTH) + 1 if ms > _FIRST_MS else 0
        self._buckets[at if at < _BUCKETS else -1] += 1
        self._count += 1
        self._max_ms = max(self._max_ms, ms)

    def merge(self, other: LatencyHistogram) -> None:
        """Take what another has collected, too."""
        self._buckets = [mine + more for mine, more in zip(self._buckets, other._buckets, strict=True)]
        self._count += other._count
        self._max_ms = max(self._max_ms, other._max_ms)

    def snapshot(self) -> Latency:
        """Return the quantiles."""
        p50, p90, p99 = map(self._quantile, (0.5, 0.9, 0.99))
        return Latency(self._count, p50, p90, p99, self._max_ms)

    def _quantile(self, share: float) -> float:
        rank = math.ceil(share * self._count)
        seen = 0
        for at, count in enumerate(self._buckets):
            seen += count
            if count and seen >= rank:
                return min(_FIRST_MS * math.exp(_GROWTH * at), self._max_ms)
        return 0.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Time spent waiting for a free unit of a rate limit.

    Attributes
    ----------
    count : int
        Requests that had to wait.
    given_up : int
        Of these, the ones whose deadline came first.
    total_secs, longest_secs : float
        All together, and the longest, in seconds.
    """

    count: int = 0
    given_up: int = 0
    total_secs: float = 0.0
    longest_secs: float = 0.0

    def plus(self, secs: float, *, is_given_up: bool) -> Waits:
        """Return these and one more, of `secs` seconds."""
        return Waits(
            self.count + 1,
            self.given_up + is_given_up,
            self.total_secs + secs,
            max(self.longest_secs, secs),
        )


@dataclass(frozen=True, slots=True)
class PathMetrics:
    """What became of the requests of one path.

    Attributes
    ----------
    requests : int
        How many were sent.
    failures : int
        Of these, how many had no readable answer.
    refusals : int
        Of these, how many were answered with a `retCode` other than 0.
    latency : Latency
        Of those that were answered.
    """

    requests: int
    failures: int
    refusals: int
    latency: Latency


@dataclass(frozen=True, slots=True)
class HostMetrics:
    """How a host fares.

    Attributes
    ----------
    name : str
        Such as `api.bybit.com`.
    is_current : bool
        Whether it is the one in use.
    breaker : str
        `closed`, `open` or `half-open`.
    failures : int
        Failures in a row.
    opened_count : int
        How often its breaker opened.
    retry_in_secs : float
        Until the next request is let through, in seconds; 0 where it may be asked now.
    is_banned : bool
        Whether it answered HTTP 403 and is left alone.
    """

    name: str
    is_current: bool
    breaker: str
    failures: int
    opened_count: int
    retry_in_secs: float
    is_banned: bool


@dataclass(frozen=True, slots=True)
class RestMetrics:
    """The REST client as it stands, since it was made.

    Attributes
    ----------
    requests : int
        Requests sent, repetitions included.
    retries : int
        Of these, repetitions.
    latency : Latency
        Of those that were answered.
    ret_codes : Mapping of int to int
        Answers by `retCode`, 0 among them.
    failures : Mapping of str to int
        Requests without a readable answer, by kind: `timeout`, `connection`, `unreadable`, `HTTP 503`.
    paths : Mapping of str to PathMetrics
        The same by path.
    waits : Waits
        Time spent waiting for rate limits, by all that uses the account.
    waiting : int
        Requests that wait for a rate limit now, by all that uses the account.
    windows : Mapping of str to WindowUse
        Rate limits by name: units in use, and how many there are.
    hosts : tuple of HostMetrics
        The hosts, the first first.
    switches : int
        How often another host was chosen.
    clock_offset_ms : float
        How far the venue's clock is ahead of ours, in milliseconds.
    clock_error_ms : float or None
        The most the offset can be wrong by, in milliseconds; `None` where it is not known yet.
    """

    requests: int
    retries: int
    latency: Latency
    ret_codes: Mapping[int, int]
    failures: Mapping[str, int]
    paths: Mapping[str, PathMetrics]
    waits: Waits
    waiting: int
    windows: Mapping[str, WindowUse]
    hosts: tuple[HostMetrics, ...]
    switches: int
    clock_offset_ms: float
    clock_error_ms: float | None


class _PathCounts:
    __slots__ = ("failures", "histogram", "refusals", "requests")

    def __init__(self) -> None:
        self.requests = self.failures = self.refusals = 0
        self.histogram = LatencyHistogram()

    def snapshot(self) -> PathMetrics:
        return PathMetrics(self.requests, self.failures, self.refusals, self.histogram.snapshot())


class RequestLog:
    """Collects what becomes of requests."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self._ret_codes: Counter[int] = Counter()
        self._failures: Counter[str] = Counter()
        self._paths: dict[str, _PathCounts] = {}

    def on_answer(self, path: str, secs: float, ret_code: int) -> None:
        """Take an answer that came `secs` seconds after the request."""
        counts = self._of(path)
        counts.histogram.add(secs)
        counts.refusals += ret_code != 0
        if ret_code in self._ret_codes or len(self._ret_codes) < _MOST_NAMES:
            self._ret_codes[ret_code] += 1

    def on_failure(self, path: str, kind: str) -> None:
        """Take a request without a readable answer."""
        self._of(path).failures += 1
        self._failures[kind] += 1

    def latency(self) -> Latency:
        """Return the quantiles of all answers."""
        whole = LatencyHistogram()
        for counts in self._paths.values():
            whole.merge(counts.histogram)
        return whole.snapshot()

    def ret_codes(self) -> Mapping[int, int]:
        """Return the answers by `retCode`."""
        return MappingProxyType(dict(self._ret_codes))

    def failures(self) -> Mapping[str, int]:
        """Return the requests without a readable answer by kind."""
        return MappingProxyType(dict(self._failures))

    def paths(self) -> Mapping[str, PathMetrics]:
        """Return what became of requests by path."""
        return MappingProxyType({path: counts.snapshot() for path, counts in self._paths.items()})

    def _of(self, path: str) -> _PathCounts:
        counts = self._paths.get(path)
        if counts is None:
            name = path if len(self._paths) < _MOST_NAMES else OTHER
            counts = self._paths.setdefault(name, _PathCounts())
        counts.requests += 1
        self.requests += 1
        return counts
