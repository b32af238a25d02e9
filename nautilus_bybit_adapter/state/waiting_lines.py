"""Requests that wait for rate limits, in lines: whoever needs the same windows stands in the same one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter.state.limiter import Demand

type Line = OrderedDict[int, Demand]


class WaitingLines:
    """Who waits, by ticket; tickets grow with time.

    In a line only the first can be next, so that looking for the next one takes a step for each line, however
    many stand in it. Demands that differ in nothing but their number of orders share a line.
    """

    def __init__(self) -> None:
        self._lines: dict[Demand, Line] = {}
        self._line_of: dict[int, Line] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._line_of)

    def add(self, ticket: int, demand: Demand) -> None:
        """Let a request wait behind those of its kind."""
        kind = demand._replace(orders=0)
        line = self._lines.get(kind)
        if line is None:
            line = self._lines[kind] = OrderedDict()
        line[ticket] = demand
        self._line_of[ticket] = line

    def leave(self, ticket: int) -> tuple[int, Demand] | None:
        """Let go of one that waits, wherever it stands; return who is first in its line then.

        One that does not wait is passed over.
        """
        line = self._line_of.pop(ticket, None)
        if line is None:
            return None
        del line[ticket]
        return _first(line) if line else None

    def firsts(self) -> list[tuple[int, Demand]]:
        """Return the first of each line, oldest first."""
        return sorted(_first(line) for line in self._lines.values() if line)


def _first(line: Line) -> tuple[int, Demand]:
    return next(iter(line.items()))
