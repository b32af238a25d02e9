"""The memory layout is proved against the framework's own objects, and a wrong one is not believed."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import pytest
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import OrderBookDelta, TradeTick
from nautilus_trader.model.enums import BookAction, OrderSide

from nautilus_bybit_adapter._ext import DeltaLayout, FastWarden, decode_deltas, first_instrument_id
from nautilus_bybit_adapter.nt1 import layout

TRUE = DeltaLayout.RAW128 if nautilus_pyo3.HIGH_PRECISION else DeltaLayout.RAW64
FALSE = DeltaLayout.RAW64 if nautilus_pyo3.HIGH_PRECISION else DeltaLayout.RAW128
ID = "BTCUSDT-LINEAR.BYBIT"


def test_the_installed_layout_is_proved() -> None:
    assert layout.LAYOUT is TRUE
    assert layout.LAYOUT_PROVED


def test_the_other_layout_is_not_believed() -> None:
    assert not layout.proves(FALSE, layout.known_deltas())


def test_known_deltas_cover_every_action_and_side() -> None:
    deltas = layout.known_deltas()
    assert {delta.action for delta in deltas} == set(BookAction)
    assert {delta.order.side for delta in deltas if delta.order is not None} >= {
        OrderSide.BUY,
        OrderSide.SELL,
    }


def test_decoding_gives_what_the_objects_say() -> None:
    deltas = layout.known_deltas()
    decoded = decode_deltas(OrderBookDelta.capsule_from_list(deltas), TRUE, 100)
    assert [row[2:] for row in decoded] == [layout.fields_of(delta) for delta in deltas]
    assert decoded[1][10] == 2**64 - 1
    assert decoded[1][4] == 17_014_118_346_046 * 10**16
    assert decoded[2][4] == -5 * 10**layout.DIGITS


@pytest.mark.parametrize("position", range(6))
def test_one_wrong_field_breaks_the_proof(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    true_fields = layout.fields_of

    def off_by_one(delta: OrderBookDelta) -> tuple[int, ...]:
        fields = [*true_fields(delta)]
        fields[position] += 1
        return tuple(fields)

    monkeypatch.setattr(layout, "fields_of", off_by_one)
    assert not layout.proves(TRUE, layout.known_deltas())


def test_without_a_proof_there_is_one_warning_and_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "fields_of", lambda _delta: ())
    with pytest.warns(RuntimeWarning, match="unknown memory layout") as warned:
        assert layout.prove_layout() is None
    assert len(warned) == 1


def test_the_capsule_keeps_its_memory() -> None:
    deltas = layout.known_deltas()[:1]
    capsule = OrderBookDelta.capsule_from_list(deltas)
    references = sys.getrefcount(capsule)
    warden = FastWarden()
    for _ in range(3):
        warden.apply_deltas_capsule(ID, capsule, layout=TRUE)
    assert sys.getrefcount(capsule) == references
    assert OrderBookDelta.list_from_capsule(capsule) == deltas
    assert first_instrument_id(capsule, TRUE) == ID


def test_reading_capsules_does_not_leak() -> None:
    warden = FastWarden()
    deltas = layout.known_deltas()[:1] * 1000

    def feed_often() -> None:
        for _ in range(20):
            warden.apply_deltas_capsule(ID, OrderBookDelta.capsule_from_list(deltas), layout=TRUE)

    feed_often()
    tracemalloc.start()
    try:
        feed_often()
        gc.collect()
        # A capsule of these deltas is some 190 kB, and the tracer sees the allocator it comes from.
        assert tracemalloc.get_traced_memory()[0] < 50_000
        assert tracemalloc.get_traced_memory()[1] > 100_000
    finally:
        tracemalloc.stop()


def test_an_empty_capsule_has_no_instrument() -> None:
    empty = OrderBookDelta.capsule_from_list([])
    assert decode_deltas(empty, TRUE, 5) == []
    with pytest.raises(ValueError, match="at least one"):
        first_instrument_id(empty, TRUE)


def test_what_is_no_capsule_is_refused() -> None:
    with pytest.raises(TypeError, match="capsule is of type list"):
        decode_deltas([], TRUE, 1)


def test_the_layout_of_trades_is_proved_with_that_of_deltas() -> None:
    assert layout.TRADE_LAYOUT is TRUE
    assert not layout.proves_trades(FALSE, layout.known_trades())
    assert layout.prove_trade_layout(None) is None


@pytest.mark.parametrize("position", range(7))
def test_one_wrong_field_of_a_trade_breaks_the_proof(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    true_fields = layout.trade_fields_of

    def off_by_one(trade: TradeTick) -> tuple[int, ...]:
        fields = [*true_fields(trade)]
        fields[position] += 1
        return tuple(fields)

    monkeypatch.setattr(layout, "trade_fields_of", off_by_one)
    assert layout.prove_trade_layout(TRUE) is None
