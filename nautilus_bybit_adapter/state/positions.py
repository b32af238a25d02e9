"""Position pushes against the fills that are known, and against the venue's ranks for deleveraging.

Source: Bybit V5 websocket/private/position ("seq: used to associate each fill and each position update").
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.orders import BybitExecution
    from nautilus_bybit_adapter.wire.positions import BybitPosition

type SlotKey = tuple[str, str, int]

# Pushes of one fill follow each other within milliseconds.
LONGEST_DIFFERENCE_MS = 5_000
# Of five lights, those at which the venue may soon close a part of the position.
DANGEROUS_RANK = 4


@dataclass(slots=True)
class _Slot:
    told: Decimal
    told_seq: int
    known: Decimal
    base_seq: int
    fill_seq: int = -1
    differs_since_ms: int = 0


def signed_size(position: BybitPosition) -> Decimal:
    """Return a slot's size, negative where it is short."""
    size = Decimal(position.size or "0")
    return -size if position.side == "Sell" else size


def slot_of(position: BybitPosition) -> SlotKey:
    """Return what names a position slot."""
    return position.category, position.symbol, position.position_idx


class PositionSizes:
    """
    Notices that the venue's position is another than the fills that have arrived add up to.

    The first word about a slot is where its sum starts; fills up to that word's sequence number are in it. Once all
    open positions have been told, a slot nobody told of starts at nothing.
    """

    def __init__(self) -> None:
        self._slots: dict[SlotKey, _Slot] = {}
        self._is_whole = False

    def on_whole(self) -> None:
        """Take that every open position has been told of."""
        self._is_whole = True

    def on_position(self, position: BybitPosition) -> None:
        """Take a slot of a push or of REST; an older one than the last is passed over."""
        size, key = signed_size(position), slot_of(position)
        slot = self._slot(key)
        if slot is None:
            self._slots[key] = _Slot(size, position.seq, size, position.seq)
        elif position.seq >= slot.told_seq:
            slot.told, slot.told_seq = size, position.seq

    def on_fill(self, execution: BybitExecution, position_idx: int) -> None:
        """Take a fill that was not seen before."""
        slot = self._slot((execution.category, execution.symbol, position_idx))
        if slot is None or execution.seq <= slot.base_seq:
            return
        quantity = Decimal(execution.exec_qty)
        slot.known += quantity if execution.side == "Buy" else -quantity
        slot.fill_seq = max(slot.fill_seq, execution.seq)

    def overdue(self, now_ms: int) -> list[SlotKey]:
        """
        Return the slots whose size has differed from their fills for too long; each is named once.

        From then on what the venue says is where the sum starts, since the venue is asked for the fills themselves.

        Parameters
        ----------
        now_ms : int
            Epoch milliseconds.

        """
        found = []
        for key, slot in self._slots.items():
            # A position older than the newest fill is about to be told anew.
            if slot.told == slot.known or slot.told_seq < slot.fill_seq:
                slot.differs_since_ms = 0
            elif not slot.differs_since_ms:
                slot.differs_since_ms = now_ms
            elif now_ms - slot.differs_since_ms >= LONGEST_DIFFERENCE_MS:
                slot.known, slot.base_seq, slot.differs_since_ms = slot.told, slot.told_seq, 0
                found.append(key)
        return found

    def _slot(self, key: SlotKey) -> _Slot | None:
        if key not in self._slots and self._is_whole:
            self._slots[key] = _Slot(Decimal(0), -1, Decimal(0), -1)
        return self._slots.get(key)


class AdlRanks:
    """Tells once of each change of a position's rank that is, or was, dangerous."""

    def __init__(self) -> None:
        self._ranks: dict[SlotKey, int] = {}

    def on_position(self, position: BybitPosition) -> int | None:
        """Return the rank where it has changed to, within or from the dangerous ones, else ``None``."""
        key, rank = slot_of(position), position.adl_rank_indicator
        before = self._ranks.get(key, 0)
        self._ranks[key] = rank
        return rank if rank != before and max(rank, before) >= DANGEROUS_RANK else None
