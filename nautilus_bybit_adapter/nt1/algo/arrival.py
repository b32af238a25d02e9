"""The market and the decision an execution began with: what its report needs and a restart would lose."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from nautilus_bybit_adapter.warden.policy import Decision, Outlook

type Sides = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What was known when the route was chosen.

    Parameters
    ----------
    mid : Decimal or None
    bids, asks : tuple of (price, size)
        Best first.
    outlook : Outlook or None
        The forecast; None without a book.
    decision : Decision or None
        None before there was one.
    params : dict, optional
        What the strategy handed to the venue's client with the order.

    """

    mid: Decimal | None = None
    bids: Sides = ()
    asks: Sides = ()
    outlook: Outlook | None = None
    decision: Decision | None = None
    params: dict[str, Any] | None = None

    def to_bytes(self) -> bytes:
        """Return it as the cache keeps it."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def from_bytes(cls, packed: bytes | None) -> Arrival:
        """Return what `to_bytes` packed; of nothing, or of what cannot be read, an empty arrival."""
        if not packed:
            return cls()
        try:
            return msgspec.msgpack.decode(packed, type=cls)
        except msgspec.DecodeError:
            return cls()


def arrival_key(client_order_id: str) -> str:
    """Return where the cache keeps the arrival of a parent."""
    return f"smart-limit.arrival.{client_order_id}"
