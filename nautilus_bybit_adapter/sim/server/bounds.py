"""What one client may ask of the venue's memory."""

from __future__ import annotations

from dataclasses import dataclass, fields

MOST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Sizes beyond which a client is refused or cut off; none of them is one of Bybit's own limits.

    Parameters
    ----------
    request_bytes : int
        Longest body of a request; a longer one is answered with HTTP 413.
    frame_bytes : int
        Longest frame a client may send; a longer one ends the socket with code 1009.
    connections : int
        TCP connections at once; further ones are closed at once.
    topics : int
        Topics of one public connection.
    waiting_bytes : int
        Bytes of frames waiting for one client; who reads slower than that is cut off.

    Raises
    ------
    ValueError
        When one is below 1 or above 2^30.
    """

    request_bytes: int = 1 << 20
    frame_bytes: int = 1 << 20
    connections: int = 1000
    topics: int = 2000
    waiting_bytes: int = 8 << 20

    def __post_init__(self) -> None:
        for each in fields(self):
            if not 1 <= getattr(self, each.name) <= MOST:
                raise ValueError(f"{each.name} must be from 1 to {MOST}, got {getattr(self, each.name)}")
