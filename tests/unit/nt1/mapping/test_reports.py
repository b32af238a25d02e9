from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from nautilus_trader.model.enums import (
    LiquiditySide,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from nautilus_trader.model.identifiers import AccountId, PositionId
from nautilus_trader.model.instruments import CryptoPerpetual, CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.reports import (
    fill_report,
    order_report,
    position_report,
    spot_position_report,
)
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder, ExtraFee
from nautilus_bybit_adapter.wire.positions import BybitPosition

ACCOUNT = AccountId("BYBIT-UNIFIED")


def order(**changes: Any) -> BybitOrder:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "order_id": "v-1", "order_link_id": "c-1", "order_status": "New", "side": "Buy",
        "order_type": "Limit", "qty": "0.01", "price": "77392.3", "time_in_force": "GTC", "cum_exec_qty": "0",
        "created_time": "1791270738610", "updated_time": "1791270738615", "reject_reason": "EC_NoError",
    }  # fmt: skip
    return BybitOrder(**fields | changes)


def execution(**changes: Any) -> BybitExecution:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "order_id": "v-1", "order_link_id": "c-1", "exec_id": "e-1", "exec_type": "Trade",
        "side": "Buy", "exec_price": "86384", "exec_qty": "0.27", "exec_time": "1791270948650",
        "exec_fee": "0.01095836", "fee_currency": "USDT", "is_maker": False,
    }  # fmt: skip
    return BybitExecution(**fields | changes)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"order_status": "New"}, OrderStatus.ACCEPTED),
        ({"order_status": "PartiallyFilled", "cum_exec_qty": "0.004"}, OrderStatus.PARTIALLY_FILLED),
        ({"order_status": "Filled", "cum_exec_qty": "0.01"}, OrderStatus.FILLED),
        ({"order_status": "Cancelled", "cum_exec_qty": "0.004"}, OrderStatus.CANCELED),
        ({"order_status": "PartiallyFilledCanceled", "cum_exec_qty": "0.004"}, OrderStatus.CANCELED),
        ({"order_status": "Deactivated"}, OrderStatus.CANCELED),
        ({"order_status": "Rejected"}, OrderStatus.REJECTED),
        ({"order_status": "Rejected", "cum_exec_qty": "0.004"}, OrderStatus.CANCELED),
    ],
)
def test_an_order_row_has_this_status(
    perpetual: CryptoPerpetual, row: dict[str, str], status: OrderStatus
) -> None:
    report = order_report(order(**row), perpetual, ACCOUNT, 1)
    assert report.order_status == status
    assert report.filled_qty == Quantity.from_str(row.get("cum_exec_qty", "0")).as_decimal()


def test_a_plain_limit_order(perpetual: CryptoPerpetual) -> None:
    # A plain order may carry a trigger price, which means nothing.
    report = order_report(order(trigger_price="70000", stop_order_type="UNKNOWN"), perpetual, ACCOUNT, 1)
    assert (report.order_type, report.price, report.trigger_price) == (
        OrderType.LIMIT,
        Price.from_str("77392.3"),
        None,
    )
    assert report.quantity == Quantity.from_str("0.010")
    assert report.ts_accepted == 1_791_270_738_610_000_000
    assert report.avg_px is None


def test_post_only_and_market(perpetual: CryptoPerpetual) -> None:
    assert order_report(order(time_in_force="PostOnly"), perpetual, ACCOUNT, 1).post_only
    protected = order_report(
        order(order_type="Market", price="87229.5", time_in_force="IOC"), perpetual, ACCOUNT, 1
    )
    assert (protected.order_type, protected.price, protected.time_in_force) == (
        OrderType.MARKET,
        None,
        TimeInForce.IOC,
    )


@pytest.mark.parametrize(
    ("side", "direction", "kind", "expected"),
    [
        ("Buy", 1, "Market", OrderType.STOP_MARKET),
        ("Buy", 2, "Market", OrderType.MARKET_IF_TOUCHED),
        ("Sell", 2, "Limit", OrderType.STOP_LIMIT),
        ("Sell", 1, "Limit", OrderType.LIMIT_IF_TOUCHED),
    ],
)
def test_a_conditional_order_made_elsewhere(
    perpetual: CryptoPerpetual, side: str, direction: int, kind: str, expected: OrderType
) -> None:
    row = order(
        side=side, trigger_direction=direction, order_type=kind, trigger_price="80000", stop_order_type="Stop",
        order_status="Untriggered", trigger_by="MarkPrice",
    )  # fmt: skip
    report = order_report(row, perpetual, ACCOUNT, 1)
    assert (report.order_type, report.trigger_type) == (expected, TriggerType.MARK_PRICE)
    assert report.trigger_price == Price.from_str("80000.0")


def test_a_quote_quantity_is_reported_in_the_base(pair: CurrencyPair) -> None:
    row = order(market_unit="quoteCoin", order_type="Market", qty="1000", cum_exec_qty="0.011571", price="",
                order_status="Filled", time_in_force="IOC")  # fmt: skip
    assert order_report(row, pair, ACCOUNT, 1).quantity == Quantity.from_str("0.011571")
    nothing = order(
        market_unit="quoteCoin", order_type="Market", qty="1000", order_status="Cancelled", price=""
    )
    assert order_report(nothing, pair, ACCOUNT, 1).quantity == pair.size_increment


@pytest.mark.parametrize(
    "changes",
    [{"order_status": "Strange"}, {"side": "Both"}, {"qty": "0.0001"}],
)
def test_an_order_row_that_cannot_be_understood_is_refused(
    perpetual: CryptoPerpetual, changes: dict[str, str]
) -> None:
    with pytest.raises(BybitDecodeError):
        order_report(order(**changes), perpetual, ACCOUNT, 1)


def test_a_time_in_force_that_is_not_known_does_not_cost_an_order(perpetual: CryptoPerpetual) -> None:
    report = order_report(order(time_in_force="Sometimes"), perpetual, ACCOUNT, 1)
    assert report.time_in_force == TimeInForce.GTC
    assert not report.post_only


def test_a_fill(perpetual: CryptoPerpetual) -> None:
    report = fill_report(execution(), perpetual, ACCOUNT, 1)
    assert report.commission == Money.from_str("0.01095836 USDT")
    assert (report.last_px, report.last_qty) == (Price.from_str("86384.0"), Quantity.from_str("0.270"))
    assert (report.order_side, report.liquidity_side) == (OrderSide.BUY, LiquiditySide.TAKER)
    assert report.trade_id.value == "e-1"
    assert report.ts_event == 1_791_270_948_650_000_000


@pytest.mark.parametrize(
    ("changes", "currency"),
    [
        ({"side": "Buy"}, "BTC"),
        ({"side": "Sell"}, "USDT"),
        ({"side": "Buy", "is_maker": True, "exec_fee": "-0.001"}, "USDT"),
        ({"side": "Sell", "is_maker": True, "exec_fee": "-0.001"}, "BTC"),
        ({"side": "Buy", "is_maker": True, "exec_fee": "0.001"}, "BTC"),
        ({"side": "Buy", "is_maker": False, "fee_currency": "MNT"}, "MNT"),
    ],
)
def test_a_spot_fee_without_a_currency_follows_the_venues_rule(
    pair: CurrencyPair, changes: dict[str, Any], currency: str
) -> None:
    report = fill_report(execution(**{"fee_currency": "", **changes}), pair, ACCOUNT, 1)
    assert report.commission.currency.code == currency
    assert report.commission.as_decimal() == Decimal(changes.get("exec_fee", "0.01095836"))


GST = {
    "feeCoin": "USDT",
    "feeType": "GST",
    "subFeeType": "IND_GST",
    "feeRate": "0.000099",
    "fee": "0.004613796",
}


@pytest.mark.parametrize(
    ("extra_fees", "commission"),
    [
        ([msgspec.convert(GST, ExtraFee)], "0.01557216"),
        (msgspec.json.encode([GST]).decode(), "0.01557216"),
        ([msgspec.convert({**GST, "feeCoin": "EUR"}, ExtraFee)], "0.01095836"),
        ("[{", "0.01095836"),
        ([], "0.01095836"),
    ],
    ids=["pushed", "asked-for", "in-another-coin", "unreadable", "none"],
)
def test_a_tax_on_a_fee_is_part_of_the_commission(
    perpetual: CryptoPerpetual, extra_fees: object, commission: str
) -> None:
    report = fill_report(execution(extra_fees=extra_fees), perpetual, ACCOUNT, 1)
    assert report.commission == Money.from_str(f"{commission} USDT")


def test_a_derivatives_fee_without_a_currency_is_in_the_settlement_coin(perpetual: CryptoPerpetual) -> None:
    assert fill_report(execution(fee_currency=""), perpetual, ACCOUNT, 1).commission.currency.code == "USDT"


@pytest.mark.parametrize(
    ("side", "size", "expected"),
    [
        ("Buy", "0.158", PositionSide.LONG),
        ("Sell", "0.158", PositionSide.SHORT),
        ("", "0", PositionSide.FLAT),
    ],
)
def test_a_position(perpetual: CryptoPerpetual, side: str, size: str, expected: PositionSide) -> None:
    row = BybitPosition(
        symbol="BTCUSDT", side=side, size=size, avg_price="86516.68797468" if size != "0" else "0"
    )
    report = position_report(row, perpetual, ACCOUNT, 1)
    assert (report.position_side, report.quantity.as_decimal()) == (expected, Decimal(size))
    assert report.avg_px_open == (Decimal("86516.68797468") if size != "0" else None)


def test_a_position_side_nobody_knows_is_refused(perpetual: CryptoPerpetual) -> None:
    with pytest.raises(BybitDecodeError, match="Diagonal"):
        position_report(BybitPosition(symbol="BTCUSDT", side="Diagonal", size="1"), perpetual, ACCOUNT, 1)


def test_edge_24_a_fee_without_its_coin_still_makes_a_fill(
    perpetual: CryptoPerpetual, pair: CurrencyPair
) -> None:
    bare = execution(fee_currency="", exec_fee="0.5")
    assert fill_report(bare, perpetual, ACCOUNT, 1).commission == Money.from_str("0.5 USDT")
    spot = {"exec_qty": "0.001", "exec_price": "86384"}
    bought = fill_report(execution(fee_currency="", exec_fee="0.000001", **spot), pair, ACCOUNT, 1)
    assert bought.commission == Money.from_str("0.000001 BTC")
    sold = fill_report(execution(fee_currency="", exec_fee="0.1", side="Sell", **spot), pair, ACCOUNT, 1)
    assert sold.commission == Money.from_str("0.1 USDT")


def test_edge_25_a_rebate_keeps_its_sign_and_coin(perpetual: CryptoPerpetual, pair: CurrencyPair) -> None:
    rebate = {"exec_fee": "-0.25", "is_maker": True}
    assert fill_report(execution(**rebate), perpetual, ACCOUNT, 1).commission == Money.from_str("-0.25 USDT")
    spot = execution(fee_currency="", exec_qty="0.001", **rebate)
    assert fill_report(spot, pair, ACCOUNT, 1).commission == Money.from_str("-0.25 USDT")


def test_edge_26_a_flat_slot_without_its_side_is_flat(perpetual: CryptoPerpetual) -> None:
    for side in ("", "None"):
        report = position_report(BybitPosition(symbol="BTCUSDT", side=side, size="0"), perpetual, ACCOUNT, 1)
        assert (report.position_side, report.quantity.as_decimal()) == (PositionSide.FLAT, Decimal(0))
        assert report.venue_position_id is None


def test_edge_28_rows_of_a_leg_name_its_position(perpetual: CryptoPerpetual) -> None:
    for index, leg in ((1, "LONG"), (2, "SHORT")):
        named = PositionId(f"{perpetual.id}-{leg}")
        slot = BybitPosition(symbol="BTCUSDT", side="Buy", size="0.1", position_idx=index)
        assert position_report(slot, perpetual, ACCOUNT, 1).venue_position_id == named
        assert fill_report(execution(), perpetual, ACCOUNT, 1, index).venue_position_id == named
        assert order_report(order(position_idx=index), perpetual, ACCOUNT, 1).venue_position_id == named
    assert fill_report(execution(), perpetual, ACCOUNT, 1).venue_position_id is None


def test_a_spot_balance_is_a_position_cut_to_what_can_be_traded(pair: CurrencyPair) -> None:
    for balance, side, size in (
        ("0.123456789", PositionSide.LONG, "0.123456"),
        ("-0.5", PositionSide.SHORT, "0.500000"),
        ("0.0000009", PositionSide.FLAT, "0.000000"),
        ("0", PositionSide.FLAT, "0.000000"),
    ):
        report = spot_position_report(Decimal(balance), pair, ACCOUNT, 1)
        assert (report.position_side, str(report.quantity)) == (side, size)
