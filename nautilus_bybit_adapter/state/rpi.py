"""The levels of a book with retail-price-improvement orders.

Source: Bybit V5 "Public: RPI Orderbook".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

type RpiLevel = tuple[str, str, str]


class RpiLadder:
    """Both sides of one `orderbook.rpi.{symbol}` topic; prices are binary floats for sorting only."""

    __slots__ = ("_asks", "_bids")

    def __init__(self) -> None:
        self._bids: dict[float, RpiLevel] = {}
        self._asks: dict[float, RpiLevel] = {}

    @property
    def bids(self) -> list[RpiLevel]:
        """Highest first."""
        return [self._bids[price] for price in sorted(self._bids, reverse=True)]

    @property
    def asks(self) -> list[RpiLevel]:
        """Lowest first."""
        return [self._asks[price] for price in sorted(self._asks)]

    def replace(self, bids: Iterable[RpiLevel], asks: Iterable[RpiLevel]) -> None:
        """Take a snapshot."""
        self._bids.clear()
        self._asks.clear()
        self.apply(bids, asks)

    def apply(self, bids: Iterable[RpiLevel], asks: Iterable[RpiLevel]) -> None:
        """Take changes; a level goes when both its sizes are zero.

        Raises
        ------
        ValueError
            If a price or size is no number.
        """
        for side, changes in ((self._bids, bids), (self._asks, asks)):
            for level in changes:
                if float(level[1]) or float(level[2]):
                    side[float(level[0])] = level
                else:
                    side.pop(float(level[0]), None)
