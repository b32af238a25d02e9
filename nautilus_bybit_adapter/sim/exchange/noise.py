"""Repeatable figures for what nobody trades here: the same seed and name give the same number."""

from __future__ import annotations

from decimal import Decimal
from hashlib import blake2b

_SCALE = 10**6


def noise(seed: int, *name: object) -> Decimal:
    """Return a number from -1 to 1 with 6 decimals."""
    text = "/".join(str(part) for part in (seed, *name))
    drawn = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    return Decimal(drawn % (2 * _SCALE + 1) - _SCALE) / _SCALE
