"""FastWarden and the Python reference, fed with the same events of one instrument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.feature_state import FeatureState
from nautilus_bybit_adapter.warden.features import FEATURES, feature_vector
from nautilus_bybit_adapter.warden.reference import SCALE, ReferenceBook

ID = "BTCUSDT-LINEAR.BYBIT"

type Mantissas = Sequence[tuple[int, int]]


def columns(levels: Mantissas) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return levels as the two arrays that a warden takes."""
    table = np.array(levels, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


class Message(NamedTuple):
    """A message of a book, as mantissas."""

    ts_ns: int
    is_snapshot: bool
    bids: Mantissas
    asks: Mantissas


class Trade(NamedTuple):
    """A trade, as mantissas."""

    ts_ns: int
    is_buy: bool
    price: int
    size: int


def feed_warden(warden: FastWarden, event: Message | Trade, precisions: tuple[int, int] = (1, 3)) -> None:
    """Feed an event to a warden alone."""
    if isinstance(event, Trade):
        price, size = event.price / 10 ** precisions[0], event.size / 10 ** precisions[1]
        warden.apply_trade(ID, event.is_buy, price, size, event.ts_ns)
        return
    apply = warden.apply_snapshot if event.is_snapshot else warden.apply_levels
    apply(ID, *columns(event.bids), *columns(event.asks), *precisions, event.ts_ns)


@dataclass
class Twin:
    """Both of them; `precisions` are the decimals of prices and sizes."""

    precisions: tuple[int, int]
    multiplier: float = 1.0
    is_inverse: bool = False
    warden: FastWarden = field(default_factory=FastWarden)
    book: ReferenceBook = field(default_factory=ReferenceBook)
    compared: int = 0

    def __post_init__(self) -> None:
        self.state = FeatureState(self.multiplier, self.is_inverse)
        self.warden.set_contract(ID, self.multiplier, self.is_inverse)

    def on_event(self, event: Message | Trade) -> None:
        """Feed both."""
        feed_warden(self.warden, event, self.precisions)
        if isinstance(event, Trade):
            price, size = event.price / 10 ** self.precisions[0], event.size / 10 ** self.precisions[1]
            self.state.on_trade(event.ts_ns, event.is_buy, price, size)
            return
        if event.is_snapshot:
            self.book.clear()
        self.book.set_levels(self.book.bids, event.bids, self.precisions)
        self.book.set_levels(self.book.asks, event.asks, self.precisions)
        bids, asks = self.book.raw_levels()
        floats = [[(price / SCALE, size / SCALE) for price, size in side] for side in (bids, asks)]
        self.state.on_book(event.ts_ns, floats[0], floats[1])

    def compare(self, side: Side, quantity: float, now_ns: int = 0) -> None:
        """Require every feature to be the reference's."""
        got = self.warden.features(ID, side, quantity, now_ns)
        assert got.shape == (len(FEATURES),)
        expected = feature_vector(self.state, 1 if side is Side.BUY else -1, quantity, now_ns)
        if expected is None:
            assert np.isnan(got).all()
            return
        pairs = zip(FEATURES, got.tolist(), expected.values, strict=True)
        wrong = [row for row in pairs if row[1] != pytest.approx(row[2], rel=1e-9, abs=1e-9)]
        assert wrong == []
        self.compared += 1


def flow_of(seed: int, messages: int) -> Iterator[Message | Trade]:
    """Yield a made flow of one book.

    Prices are whole ticks around 10,000, sizes whole lots; times stand still and jump as venues' do.
    """
    chance = Random(seed)  # noqa: S311 - the same flow each time
    now, best = 1_700_000_000_000_000_000, [9_999, 10_001]

    def lots() -> int:
        return chance.randrange(1, 900)

    yield Message(
        now, True, [(best[0] - i, lots()) for i in range(60)], [(best[1] + i, lots()) for i in range(60)]
    )
    for _ in range(messages):
        now += chance.choice([0, 1_000_000, 20_000_000, 60_000_000, 400_000_000, 3_000_000_000])
        if chance.random() < 0.4:
            is_buy = chance.random() < 0.5
            yield Trade(now, is_buy, best[is_buy], chance.randrange(1, 300))
            continue
        moved = chance.choice([-1, 0, 0, 0, 1])
        best = [best[0] + moved, best[1] + moved]
        changes: list[list[tuple[int, int]]] = [[], []]
        for side, sign in ((0, -1), (1, 1)):
            places = [best[side] + sign * chance.randrange(45) for _ in range(4)]
            changes[side] = [(place, chance.choice([0, 0, lots()])) for place in places]
            changes[side] += [(best[side] - sign * step, 0) for step in (1, 2, 3)]
            changes[side] += [(best[side], lots())]
        yield Message(now, False, changes[0], changes[1])
