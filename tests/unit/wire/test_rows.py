"""Rows as REST pages carry them, well-typed and not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nautilus_bybit_adapter.wire import (
    BybitApiKeyInfo,
    BybitExecution,
    BybitInstrumentLinear,
    BybitInstrumentSpot,
    BybitOrder,
    BybitPosition,
    BybitWallet,
    decode_row,
    decode_rows,
)
from nautilus_bybit_adapter.wire.envelope import even_page

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "wire"


def item(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def read[T](row: dict[str, Any], row_type: type[T]) -> T:
    return decode_row(json.dumps(row).encode(), row_type)


def test_a_linear_instrument() -> None:
    instrument = read(item("instrument_linear"), BybitInstrumentLinear)
    assert (instrument.symbol, instrument.contract_type) == ("BTCUSDT", "LinearPerpetual")
    assert (instrument.price_filter.tick_size, instrument.lot_size_filter.qty_step) == ("0.10", "0.001")
    assert (instrument.lot_size_filter.min_notional_value, instrument.funding_interval) == ("5", 480)
    assert instrument.risk_parameters.price_limit_ratio_y == "0.02"


def test_a_spot_instrument() -> None:
    instrument = read(item("instrument_spot"), BybitInstrumentSpot)
    assert instrument.lot_size_filter.base_precision == "0.000001"
    assert instrument.lot_size_filter.post_only_max_limit_order_size == "110"


def test_an_order() -> None:
    order = read(item("order_rest"), BybitOrder)
    assert (order.avg_price, order.category, order.leaves_qty) == ("", "", "0.001")


def test_an_execution() -> None:
    execution = read(item("execution_rest"), BybitExecution)
    assert (execution.exec_price, execution.exec_fee_v2) == ("2739.59", "0.01095836")


def test_a_position_and_a_flat_one() -> None:
    position = read(item("position_rest"), BybitPosition)
    assert (position.size, position.entry, position.seq) == ("0.158", "86516.68797468", 9688587638)
    flat = read({"symbol": "BTCUSDT", "side": "", "size": "0", "avgPrice": "0", "seq": -1}, BybitPosition)
    assert (flat.side, flat.is_reduce_only, flat.open_time) == ("", False, 0)


def test_a_wallet() -> None:
    (raw,) = item("wallet_rest")["list"]
    wallet = read(raw, BybitWallet)
    assert wallet.total_perp_upl == "0"
    assert (wallet.coins[0].wallet_balance, wallet.coins[0].total_position_mm) == ("20000", "0")


def test_an_api_key_is_not_kept() -> None:
    info = read(item("api_key"), BybitApiKeyInfo)
    assert info.permissions["ContractTrade"] == ["Order", "Position"]
    assert (info.user_id, info.read_only, info.is_master) == (1448939, 0, True)
    assert "XXXX" not in repr(info)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("smpGroup", 0, "smp_group", "0"),
        ("price", 77392.30, "price", "77392.3"),
        ("positionIdx", "1", "position_idx", 1),
        ("reduceOnly", "true", "reduce_only", True),
        ("triggerDirection", None, "trigger_direction", 0),
        ("triggerDirection", "", "trigger_direction", 0),
        ("cumFeeDetail", None, "cum_fee_detail", {}),
        ("cumFeeDetail", {"USDT": 5}, "cum_fee_detail", {"USDT": "5"}),
        ("stopLoss", None, "stop_loss", ""),
    ],
)
def test_the_venue_may_change_its_mind_about_types(
    name: str, value: object, field: str, expected: object
) -> None:
    order = read({**item("order_rest"), name: value}, BybitOrder)
    assert getattr(order, field) == expected


def test_a_number_keeps_its_digits() -> None:
    text = json.dumps({**item("order_rest"), "price": "@"}).replace('"@"', "0.1000000000000000055511151231")
    assert decode_row(text.encode(), BybitOrder).price == "0.1000000000000000055511151231"


def test_loose_reading_reaches_nested_structs() -> None:
    raw = item("instrument_linear")
    raw["priceFilter"]["tickSize"] = 1
    raw["fundingInterval"] = None
    instrument = read(raw, BybitInstrumentLinear)
    assert (instrument.price_filter.tick_size, instrument.funding_interval) == ("1", 0)
    (wallet,) = item("wallet_rest")["list"]
    wallet["coin"][0]["colRes"] = -1
    assert read(wallet, BybitWallet).coins[0].col_res == "-1"


def test_a_needed_field_stays_needed() -> None:
    for missing in ("orderId", "orderStatus", "symbol"):
        row = item("order_rest")
        del row[missing]
        with pytest.raises(msgspec.ValidationError, match=missing):
            read(row, BybitOrder)
    with pytest.raises(msgspec.ValidationError):
        read({**item("order_rest"), "orderId": None}, BybitOrder)


def test_one_bad_row_leaves_the_others() -> None:
    good = json.dumps(item("order_rest")).encode()
    rows, bad = decode_rows([good, b'{"symbol":"X"}', good], BybitOrder)
    assert len(rows) == 2
    assert len(bad) == 1
    assert bad[0].excerpt == b'{"symbol":"X"}'


def test_a_new_key_is_no_matter() -> None:
    assert read({**item("order_rest"), "neverSeen": {"a": [1]}}, BybitOrder).symbol == "BTCUSDT"


def test_a_row_that_is_not_utf_8_costs_that_row() -> None:
    good = json.dumps(item("instrument_linear")).encode()
    rows, bad = decode_rows([good, good.replace(b"BTCUSDT", b"\xff"), good], BybitInstrumentLinear)
    assert (len(rows), len(bad)) == (2, 1)


def test_a_page_of_even_rows_is_read_at_once_as_row_by_row() -> None:
    rows = [item("instrument_linear"), {**item("instrument_linear"), "symbol": "ETHUSDT"}]
    result = msgspec.Raw(json.dumps({"list": rows, "nextPageCursor": "a%3D"}).encode())
    page = even_page(result, BybitInstrumentLinear)
    assert page is not None
    assert (page.rows, page.next_page_cursor) == ([read(row, BybitInstrumentLinear) for row in rows], "a%3D")


@pytest.mark.parametrize(
    "result",
    [
        b'{"list":[{"symbol":"BTCUSDT"}]}',
        b'{"list":[{"symbol":7}]}',
        b'{"list":[{"symbol":"\xff"}]}',
        b'{"list":null}',
        b"null",
        b'{"list":[',
    ],
)
def test_a_page_that_takes_a_closer_look_is_left_to_it(result: bytes) -> None:
    assert even_page(msgspec.Raw(result), BybitInstrumentLinear) is None
