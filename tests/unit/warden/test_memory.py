"""A warden's memory: time never runs backwards, trades must be trades, and state is restored or refused."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from warden_twin import ID, feed_warden, flow_of

from nautilus_bybit_adapter.warden import FastWarden, Side


def played(seed: int, events: int) -> FastWarden:
    warden = FastWarden()
    for event in flow_of(seed, events):
        feed_warden(warden, event)
    return warden


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": 0.0}, r"price is 0; it must be above 0 and at most 17014118346046"),
        ({"price": -1.5}, "price is -1.5; it must be above 0"),
        ({"price": math.nan}, "price is nan; it must be above 0"),
        ({"price": math.inf}, "price is inf; it must be above 0"),
        ({"quantity": 0.0}, "quantity is 0; it must be above 0"),
        ({"quantity": math.nan}, "quantity is nan; it must be above 0"),
        ({"quantity": 1e300}, "quantity is 1.*e.300; it must be above 0"),
        ({"ts_ns": -1}, "ts_ns is -1; it must be at least 0 ns"),
    ],
)
def test_what_is_no_trade_is_refused(changes: dict[str, Any], message: str) -> None:
    warden = FastWarden()
    trade = {"instrument_id": ID, "is_buy": True, "price": 1.0, "quantity": 1.0, "ts_ns": 1}
    with pytest.raises(ValueError, match=message):
        warden.apply_trade(**{**trade, **changes})
    assert warden.instruments() == []


@pytest.mark.parametrize("multiplier", [0.0, -1.0, math.nan, math.inf])
def test_a_contract_is_worth_something(multiplier: float) -> None:
    with pytest.raises(ValueError, match=r"multiplier is .*; it must be above 0"):
        FastWarden().set_contract(ID, multiplier)


@pytest.mark.parametrize("ask", ["features", "topology"])
def test_questions_need_a_quantity_a_time_and_a_book(ask: str) -> None:
    warden = played(1, 10)
    with pytest.raises(ValueError, match="quantity is nan"):
        getattr(warden, ask)(ID, Side.BUY, math.nan)
    with pytest.raises(ValueError, match="now_ns is -5; it must be at least 0 ns"):
        getattr(warden, ask)(ID, Side.BUY, 1.0, -5)
    with pytest.raises(KeyError, match="no book for X"):
        getattr(warden, ask)("X", Side.BUY, 1.0)


def test_an_event_from_the_past_counts_as_the_latest() -> None:
    late, straight = played(2, 50), played(2, 50)
    latest = late.last_update_ns(ID)
    late.apply_trade(ID, True, 1000.0, 0.5, 1)
    straight.apply_trade(ID, True, 1000.0, 0.5, latest)
    assert late.features(ID, Side.BUY, 0.5).tolist() == straight.features(ID, Side.BUY, 0.5).tolist()
    first = late.features(ID, Side.BUY, 0.5, now_ns=1).tolist()
    assert first == late.features(ID, Side.BUY, 0.5).tolist()


def test_a_snapshot_of_a_restored_warden_is_the_same() -> None:
    warden = played(3, 80)
    warden.set_contract("OTHER.BYBIT", 0.1, is_inverse=True)
    state = warden.snapshot()
    restored = FastWarden.restore(state)
    assert restored.snapshot() == state
    assert restored.instruments() == warden.instruments()
    assert restored.raw_levels(ID) == warden.raw_levels(ID)
    assert restored.last_update_ns(ID) == warden.last_update_ns(ID)
    assert restored.depth_surface_curvature(ID, Side.BUY) == pytest.approx(
        warden.depth_surface_curvature(ID, Side.BUY), nan_ok=True
    )
    assert FastWarden.restore(FastWarden().snapshot()).instruments() == []


STATE = played(4, 30).snapshot()


@pytest.mark.parametrize("kept", [0, 7, 8, 31, 32, 33, 200, len(STATE) - 1])
def test_state_cut_short_is_refused(kept: int) -> None:
    with pytest.raises(ValueError, match=r"state (of|holds) \d+ bytes .*; it must"):
        FastWarden.restore(STATE[:kept])


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (b"PK\x03\x04" + bytes(100), "state of 104 bytes does not begin as one; it must be what snapshot"),
        (STATE + b"x", r"state holds \d+ bytes after its head; it must hold"),
        (STATE[:-1] + bytes([STATE[-1] ^ 1]), "state holds bytes that were changed"),
        (STATE[:8] + struct.pack("<I", 99) + STATE[12:], "state is of version 99; it must be of version"),
        (STATE[:12] + struct.pack(">I", 0x01020304) + STATE[16:], "numbers in another byte order"),
    ],
)
def test_foreign_state_is_refused(state: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FastWarden.restore(state)


def test_state_is_bytes() -> None:
    with pytest.raises(TypeError):
        FastWarden.restore("text")  # type: ignore[arg-type]
