from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.wire.codec import decode_private
from nautilus_bybit_adapter.wire.messages import ExecutionMessage, OrderMessage
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
from nautilus_bybit_adapter.wire.soundness import _odd_value, defect_of, sound_rows

ORDER = BybitOrder(
    category="linear",
    symbol="BTCUSDT",
    order_id="o-1",
    order_link_id="c-1",
    order_status="Filled",
    side="Buy",
    order_type="Market",
    qty="0.010",
    price="86000.5",
    cum_exec_qty="0.010",
    created_time="1700000000000",
    updated_time="1700000000001",
)
EXECUTION = BybitExecution(
    category="linear",
    symbol="BTCUSDT",
    order_id="o-1",
    order_link_id="c-1",
    exec_id="e-1",
    side="Buy",
    exec_type="Trade",
    exec_price="86000.5",
    exec_qty="0.010",
    exec_fee="-0.00000123",
    exec_time="1700000000001",
)


@pytest.mark.parametrize(
    ("row", "changes", "said"),
    [
        (ORDER, {}, ""),
        (ORDER, {"price": "", "avg_price": "", "trigger_price": "0.00", "leaves_qty": "0"}, ""),
        (EXECUTION, {}, ""),
        (EXECUTION, {"exec_fee": "", "order_qty": "1e-7", "exec_time": ""}, ""),
        (ORDER, {"category": ""}, "category is ''; it must be one of inverse, linear, option, spot"),
        (EXECUTION, {"category": "Unheard"}, "category is 'Unheard'; it must be one of"),
        (ORDER, {"cum_exec_qty": "Unheard"}, "cum_exec_qty is 'Unheard'; it must be a number"),
        (ORDER, {"qty": ""}, "qty is empty; it must be a number"),
        (ORDER, {"updated_time": "today"}, "updated_time is 'today'; it must be epoch milliseconds"),
        (ORDER, {"created_time": "-1"}, "created_time is '-1'; it must be epoch milliseconds"),
        (EXECUTION, {"exec_qty": "NaN"}, "exec_qty is 'NaN'; it must be a number"),
        (EXECUTION, {"exec_qty": ""}, "exec_qty is empty; it must be a number"),
        (EXECUTION, {"exec_price": "1 000"}, "exec_price is '1 000'; it must be a number"),
        (EXECUTION, {"exec_time": "1.5"}, "exec_time is '1.5'; it must be epoch milliseconds"),
    ],
)
def test_what_is_wrong_with_a_row(
    row: BybitOrder | BybitExecution, changes: dict[str, Any], said: str
) -> None:
    defect = defect_of(msgspec.structs.replace(row, **changes))
    assert defect.startswith(said)
    assert bool(defect) == bool(said)


def test_one_odd_row_costs_that_row() -> None:
    odd = msgspec.structs.replace(EXECUTION, exec_qty="?")
    rows, bad = sound_rows([EXECUTION, odd, EXECUTION])
    assert rows == [EXECUTION, EXECUTION]
    assert [each.error for each in bad] == ["exec_qty is '?'; it must be a number"]
    assert b"BTCUSDT" in bad[0].excerpt


@given(number=st.decimals(allow_nan=False, allow_infinity=False))
def test_whatever_is_a_number_passes(number: Any) -> None:
    exponent = abs(number.as_tuple().exponent + len(number.as_tuple().digits))
    if exponent < 999:
        assert not defect_of(msgspec.structs.replace(ORDER, cum_exec_qty=str(number)))


@pytest.mark.parametrize(
    ("topic", "row", "field"), [("order", ORDER, "cumExecQty"), ("execution", EXECUTION, "execPrice")]
)
def test_a_push_sets_an_odd_row_apart(topic: str, row: BybitOrder | BybitExecution, field: str) -> None:
    whole = msgspec.to_builtins(row)
    frame = {"id": "1", "topic": topic, "creationTime": 1, "data": [whole, whole | {field: "Unheard"}]}
    message = decode_private(json.dumps(frame).encode())
    assert isinstance(message, OrderMessage | ExecutionMessage)
    assert list(message.data) == [row]
    assert [each.error[-16:] for each in message.bad] == ["must be a number"]


@given(st.text("0123456789.-+eE ,_n\u0663", max_size=20), st.booleans())
def test_the_look_at_all_values_finds_what_the_look_at_each_does(text: str, is_time: bool) -> None:
    fee, time = ("0", text) if is_time else (text, "1")
    row = msgspec.structs.replace(EXECUTION, exec_fee=fee, exec_time=time)
    values = ("1", "1", fee, "", "", "", time)
    try:
        expected = _odd_value(BybitExecution, values)
    except AssertionError:
        expected = ""
    assert defect_of(row) == expected
