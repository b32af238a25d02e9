"""Every feature of the C++ is the Python reference's: on recordings, on made flow and on whatever Hypothesis finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_data import FOLDER, frames_of, needs_recordings
from warden_twin import ID, Message, Trade, Twin, flow_of

from nautilus_bybit_adapter._ext import FEATURE_COUNT
from nautilus_bybit_adapter.warden import FastWarden, Side
from nautilus_bybit_adapter.warden.features import FEATURES

SECOND = 1_000_000_000
# Standing still, within a sample, over one, and far beyond every memory; and back.
STEPS = st.sampled_from([0, 1, 999, 40_000_000, 50_000_000, 250_000_000, SECOND, 500 * SECOND, -SECOND])
LEVELS = st.lists(
    st.tuples(st.integers(1, 80), st.one_of(st.just(0), st.integers(1, 9), st.integers(1, 10**7))),
    max_size=70,
)
BOOKS = st.tuples(st.just("book"), STEPS, st.booleans(), LEVELS, LEVELS)
TRADES = st.tuples(st.just("trade"), STEPS, st.booleans(), st.integers(1, 80), st.integers(1, 10**7))
ASKS = st.tuples(
    st.just("ask"),
    STEPS,
    st.sampled_from(Side),
    st.floats(1e-9, 2e7),
    st.sampled_from([0, 1, SECOND // 4, 9 * SECOND]),
)
EVENTS = st.lists(st.one_of(BOOKS, BOOKS, TRADES, ASKS, ASKS), min_size=2, max_size=40)


def play(twin: Twin, event: tuple[Any, ...], now: int) -> None:
    match event:
        case "book", _, is_snapshot, bids, asks:
            twin.on_event(Message(now, is_snapshot, bids, asks))
        case "trade", _, is_buy, price, size:
            twin.on_event(Trade(now, is_buy, price, size))
        case _, _, side, quantity, later:
            if ID in twin.warden:
                twin.compare(side, quantity, now + later if later else 0)


@given(
    events=EVENTS,
    precisions=st.tuples(st.integers(0, 6), st.integers(0, 8)),
    multiplier=st.sampled_from([1.0, 0.001, 100.0]),
    is_inverse=st.booleans(),
)
@settings(deadline=None)
def test_any_events_give_the_features_of_the_reference(
    events: list[tuple[Any, ...]], precisions: tuple[int, int], multiplier: float, is_inverse: bool
) -> None:
    twin = Twin(precisions, multiplier, is_inverse)
    now = 1_000 * SECOND
    for event in events:
        now += event[1]
        play(twin, event, now)
    for quantity in (1e-6, 0.5, 3.0, 1e4):
        for side in Side:
            twin.compare(side, quantity)


@pytest.mark.parametrize("seed", range(4))
def test_made_flow_gives_the_features_of_the_reference(seed: int) -> None:
    twin = Twin((1, 3))
    for count, event in enumerate(flow_of(seed, 600)):
        twin.on_event(event)
        if count % 3 == 0:
            side = Side.BUY if count % 2 else Side.SELL
            twin.compare(side, (0.05, 0.9, 4.0)[count // 3 % 3], event.ts_ns + count % 5 * 90_000_000)
    assert twin.compared > 150


def mantissas(rows: list[list[str]], precisions: tuple[int, int]) -> list[tuple[int, int]]:
    return [(int(Decimal(p).scaleb(precisions[0])), int(Decimal(s).scaleb(precisions[1]))) for p, s in rows]


@needs_recordings
@pytest.mark.parametrize(
    ("name", "precisions", "quantities", "inverse"),
    [
        ("linear_BTCUSDT_2024-08-08.frames.gz", (1, 3), (0.162, 1.62, 16.2), False),
        ("spot_ETHUSDT_2024-08-08.frames.gz", (2, 8), (3.7, 37.0, 185.0), False),
        ("inverse_BTCUSD_2024-08-08.frames.gz", (1, 0), (1e4, 1e5, 5e5), True),
    ],
)
def test_recordings_give_the_features_of_the_reference(
    name: str, precisions: tuple[int, int], quantities: tuple[float, ...], inverse: bool
) -> None:
    twin = Twin(precisions, 1.0, inverse)
    frames = [frame for frame in frames_of(FOLDER / name) if "orderbook.1." not in frame.message["topic"]]
    for count, frame in enumerate(frames[:1_500]):
        message = frame.message
        if message["topic"].startswith("publicTrade"):
            for row in message["data"]:
                ((price, size),) = mantissas([[row["p"], row["v"]]], precisions)
                twin.on_event(Trade(row["T"] * 1_000_000, row["S"] == "Buy", price, size))
        else:
            data, now = message["data"], message.get("cts", message["ts"]) * 1_000_000
            bids, asks = mantissas(data["b"], precisions), mantissas(data["a"], precisions)
            twin.on_event(Message(now, message["type"] == "snapshot", bids, asks))
        if count % 5 == 0:
            twin.compare(Side.BUY if count % 2 else Side.SELL, quantities[count // 5 % 3])
    assert twin.compared > 200


def test_the_vector_has_the_names_of_the_reference() -> None:
    assert len(FEATURES) == FEATURE_COUNT


def test_a_restored_warden_goes_on_as_the_first_would_have() -> None:
    twin = Twin((1, 3))
    for count, event in enumerate(flow_of(9, 300)):
        if count == 150:
            twin.warden = FastWarden.restore(twin.warden.snapshot())
        twin.on_event(event)
        if count > 145:
            twin.compare(Side.BUY, 0.7)
            twin.compare(Side.SELL, 0.7)
    assert twin.compared > 200
