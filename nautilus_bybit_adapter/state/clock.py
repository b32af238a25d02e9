"""How far the venue's clock is from ours.

Source: Bybit V5 "Integration Guidance: Timestamp".
"""

from __future__ import annotations

from typing import NamedTuple


class ClockSample(NamedTuple):
    """One reading of the venue's clock; all in epoch milliseconds, `server_ms` by the venue's clock."""

    sent_ms: float
    server_ms: float
    received_ms: float

    @property
    def round_trip_ms(self) -> float:
        """Milliseconds from sending to receiving."""
        return self.received_ms - self.sent_ms

    @property
    def offset_ms(self) -> float:
        """Milliseconds the venue is ahead, if both ways take equally long."""
        return self.server_ms - (self.sent_ms + self.received_ms) / 2


class ClockOffset:
    """The offset from the sample with the shortest round trip, which knows it best.

    The error of a sample is at most half of its round trip.
    """

    __slots__ = ("_best",)

    def __init__(self) -> None:
        self._best: ClockSample | None = None

    @property
    def offset_ms(self) -> float:
        """Milliseconds the venue's clock is ahead of ours; 0 before the first sample."""
        return self._best.offset_ms if self._best else 0.0

    @property
    def error_ms(self) -> float | None:
        """The most the offset can be wrong by, in milliseconds; `None` before the first sample."""
        return self._best.round_trip_ms / 2 if self._best else None

    def add(self, sample: ClockSample) -> None:
        """Take a sample; one whose answer arrived before it was sent is ignored (our clock was set back)."""
        if sample.round_trip_ms < 0:
            return
        if self._best is None or sample.round_trip_ms < self._best.round_trip_ms:
            self._best = sample

    def reset(self) -> None:
        """Forget all samples, because the clocks have drifted."""
        self._best = None

    def to_server_ms(self, local_ms: float) -> int:
        """Return our time in epoch milliseconds as the venue's."""
        return int(local_ms + self.offset_ms)
