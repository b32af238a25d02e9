"""Ids in Bybit's shapes, reproducible for a seed and a start time."""

from __future__ import annotations

from random import Random
from uuid import UUID

from .instruments import SPOT

_SPOT_BASE = 2_100_000_000_000_000_000


class Identity:
    """Source of order, execution and trade ids.

    Parameters
    ----------
    seed : int
        Seed of the venue.
    start_ms : int
        Start of the venue, so that two runs with one seed do not share ids.
    """

    def __init__(self, seed: int, start_ms: int) -> None:
        self._random = Random(f"{seed}/{start_ms}")  # noqa: S311 - ids, not secrets
        self._spot = _SPOT_BASE + start_ms * 1000 % 10**15 * 100

    def order_id(self, category: str) -> str:
        """UUID on derivatives, 19 digits on spot."""
        return self._number() if category == SPOT else self._uuid(4)

    def exec_id(self, category: str) -> str:
        """UUID of version 5 on derivatives, 19 digits on spot."""
        return self._number() if category == SPOT else self._uuid(5)

    trade_id = exec_id

    def _uuid(self, version: int) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=version))

    def _number(self) -> str:
        self._spot += 1
        return str(self._spot)
