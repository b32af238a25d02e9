"""When a socket that nobody uses is cut off.

The private and the trade socket end after ten minutes, or what `max_active_time` asks for, without a frame in
either direction; a look every 30 seconds makes it that much later. A public socket without a topic ends after
a minute. Measured in real time, as clients send their pings. Source: Bybit V5 WebSocket Connect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .connection import Connection

DEFAULT_S, SHORTEST_S, LONGEST_S = 600, 30, 600
LOOK_S = 30.0
BARE_PUBLIC_S, BARE_LOOK_S = 61, 1.0
_ACTIVE_TIME = re.compile(r"(\d{1,4})(s|m)")


def read_active_time(text: str) -> int:
    """Return the seconds that `max_active_time` allows, e.g. `1m` or `90s`; the default for anything else."""
    found = _ACTIVE_TIME.fullmatch(text)
    if found is None:
        return DEFAULT_S
    seconds = int(found.group(1)) * (60 if found.group(2) == "m" else 1)
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else DEFAULT_S


class IdleScan:
    """Looks for idle connections every so often and cuts them.

    Parameters
    ----------
    every_s : float
        Time between two looks, s.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._looked_s = 0.0

    def pump(
        self, now_s: float, connections: Iterable[Connection], longest_s: Callable[[Connection], float]
    ) -> None:
        """Cut whoever was idle at `now_s`, real time in s, for the time that `longest_s` allows it."""
        if now_s - self._looked_s < self._every_s:
            return
        self._looked_s = now_s
        for connection in list(connections):
            if now_s - connection.active_s >= longest_s(connection):
                connection.drop()
