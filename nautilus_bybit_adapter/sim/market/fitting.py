"""Fitting a catalogue to recordings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

    from nautilus_bybit_adapter.sim.exchange.instruments import Instrument

    from .recording import RecordingHead
    from .recordings import Recorded


class UnknownSymbolError(ValueError):
    """A recording of what the catalogue does not have."""

    def __init__(self, path: Path, category: str, symbol: str) -> None:
        super().__init__(f"{path}: {category} {symbol} is not in the venue's catalogue")


def fitted(instruments: tuple[Instrument, ...], recordings: Iterable[Recorded]) -> tuple[Instrument, ...]:
    """Fit the catalogue to recordings.

    A recorded symbol goes onto the recording's price grid where its own is coarser; everything else on its
    coin starts at the recorded price, in the distance it had, of the coin's first recording. Strikes stay.

    Raises
    ------
    UnknownSymbolError
        When a recording's symbol is not in the catalogue.
    """
    heads = [recorded.head for recorded in recordings]
    recorded_keys = {(head.category, head.symbol) for head in heads}
    fitted_coins: set[str] = set()
    for head in heads:
        known = next((it for it in instruments if it.key == (head.category, head.symbol)), None)
        if known is None:
            raise UnknownSymbolError(head.path, head.category, head.symbol)
        instruments = tuple(
            it
            if it.key != known.key and (it.key in recorded_keys or it.base in fitted_coins)
            else _fit(it, known, head)
            for it in instruments
        )
        fitted_coins.add(known.base)
    return instruments


def _fit(it: Instrument, known: Instrument, head: RecordingHead) -> Instrument:
    if it.key == known.key:
        if it.tick % head.tick == 0 and head.tick < it.tick:
            it = it.with_tick(head.tick)
        return replace(it, reference_price=head.middle, index_price=head.middle)
    if it.base != known.base:
        return it
    return replace(
        it,
        reference_price=_scaled(it.reference_price, known, head),
        index_price=_scaled(it.index_price, known, head),
    )


def _scaled(price: Decimal, known: Instrument, head: RecordingHead) -> Decimal:
    if price == known.reference_price:
        return head.middle
    return price * head.middle / known.reference_price if known.reference_price else ZERO
