"""What a recording holds, before anything is sampled: its symbols, spans and depths."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nautilus_bybit_adapter.warden.calibration.events import BookEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nautilus_bybit_adapter.warden.calibration.events import Event

LARGE = (
    1_000_000.0,
    500_000.0,
    300_000.0,
    200_000.0,
    100_000.0,
    50_000.0,
    20_000.0,
    10_000.0,
    5_000.0,
    2_000.0,
)
"""Candidates for a market's large size, quote units."""
_LARGE_SHARE = 0.02
_EVERY = 20
_INVERSE = re.compile(r"[A-Z0-9]+USD([FGHJKMNQUVXZ]\d{2})?")


@dataclass(slots=True)
class Survey:
    """What a market's events hold.

    Parameters
    ----------
    books, trades : int
    first_ns, last_ns : int
        Receive times, UNIX nanoseconds.
    depths : list of float
        Of every twentieth book, the smaller side's whole size in quote units.

    """

    books: int = 0
    trades: int = 0
    first_ns: int = 0
    last_ns: int = 0
    depths: list[float] = field(default_factory=list)

    def large_notional(self) -> float:
        """Return the largest candidate that 98 % of the books fill on both sides, else the smallest one."""
        if not self.depths:
            return LARGE[-1]
        held = float(np.quantile(self.depths, _LARGE_SHARE))
        return next((notional for notional in LARGE if notional <= held), LARGE[-1])


def is_inverse_symbol(symbol: str) -> bool:
    """Return whether a Bybit symbol is an inverse contract's, whose sizes are in US dollars."""
    return _INVERSE.fullmatch(symbol) is not None


def survey(events: Iterable[Event], *, multiplier: float = 1.0, is_inverse: bool = False) -> Survey:
    """Read a market's events once.

    Parameters
    ----------
    events : Iterable[Event]
    multiplier, is_inverse
        As of `FeatureState`.

    """
    found = Survey()
    for event in events:
        found.first_ns = found.first_ns or event.received_ns
        found.last_ns = event.received_ns
        if not isinstance(event, BookEvent):
            found.trades += 1
            continue
        if found.books % _EVERY == 0:
            sides = [
                multiplier * sum(size * (1.0 if is_inverse else price) for price, size in side)
                for side in (event.bids, event.asks)
            ]
            found.depths.append(min(sides))
        found.books += 1
    return found
