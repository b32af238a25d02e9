from __future__ import annotations

import re
from decimal import Decimal

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, OPTION_ROW, SPOT_ROW
from nautilus_trader.model.enums import OptionKind
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import CryptoFuture, CryptoOption, CryptoPerpetual, CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.mapping.instruments import (
    category_of,
    instrument_of,
    is_known_kind,
    is_tradable,
)
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.instruments import BybitInstrument, BybitInstrumentLinear, LeverageFilter


def test_a_linear_perpetual(perpetual: CryptoPerpetual) -> None:
    assert perpetual.id == InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
    assert perpetual.raw_symbol.value == "BTCUSDT"
    assert perpetual.price_increment == Price.from_str("0.1")
    assert perpetual.size_increment == Quantity.from_str("0.001")
    assert perpetual.min_notional == Money.from_str("5 USDT")
    assert perpetual.max_quantity == Quantity.from_str("1190.000")
    assert perpetual.settlement_currency.code == "USDT"
    assert (perpetual.maker_fee, perpetual.taker_fee) == (Decimal("0.0002"), Decimal("0.00055"))
    assert perpetual.margin_init == Decimal(1) / 150
    assert perpetual.info["riskParameters"] == {"priceLimitRatioX": "", "priceLimitRatioY": ""}


def test_a_spot_pair(pair: CurrencyPair) -> None:
    assert pair.id == InstrumentId.from_str("BTCUSDT-SPOT.BYBIT")
    assert pair.size_increment == Quantity.from_str("0.000001")
    assert pair.min_notional == Money.from_str("5 USDT")
    assert (pair.base_currency.code, pair.quote_currency.code) == ("BTC", "USDT")


def test_the_accounts_own_fees_win() -> None:
    rate = BybitFeeRate(symbol="BTCUSDT", maker_fee_rate="-0.00005", taker_fee_rate="0.0004")
    instrument = instrument_of(LINEAR_ROW, rate, 1)
    assert (instrument.maker_fee, instrument.taker_fee) == (Decimal("-0.00005"), Decimal("0.0004"))


def test_a_dated_future() -> None:
    row = msgspec.structs.replace(
        LINEAR_ROW, symbol="BTCUSDT-30OCT26", contract_type="LinearFutures", delivery_time="1793347200000"
    )
    future = instrument_of(row, None, 1)
    assert isinstance(future, CryptoFuture)
    assert future.id == InstrumentId.from_str("BTCUSDT-30OCT26-LINEAR.BYBIT")
    assert future.expiration_ns == 1_793_347_200_000 * 1_000_000


def test_an_inverse_perpetual_is_worth_a_dollar_and_settles_in_its_coin() -> None:
    perpetual = instrument_of(INVERSE_ROW, None, 7)
    assert isinstance(perpetual, CryptoPerpetual)
    assert perpetual.id == InstrumentId.from_str("BTCUSD-INVERSE.BYBIT")
    assert perpetual.is_inverse
    assert (perpetual.quote_currency.code, perpetual.settlement_currency.code) == ("USD", "BTC")
    assert perpetual.multiplier == Quantity.from_int(1)
    assert perpetual.size_increment == perpetual.lot_size == Quantity.from_int(1)
    assert perpetual.notional_value(Quantity.from_int(100), Price.from_str("50000.0")) == Money.from_str(
        "0.002 BTC"
    )
    assert perpetual.min_notional is None
    assert (perpetual.margin_init, perpetual.margin_maint) == (Decimal("0.01"), Decimal("0.005"))
    assert perpetual.ts_event == perpetual.ts_init == 7


def test_an_inverse_future() -> None:
    row = msgspec.structs.replace(
        INVERSE_ROW, symbol="BTCUSDZ26", contract_type="InverseFutures", delivery_time="1798185600000"
    )
    future = instrument_of(row, None, 1)
    assert isinstance(future, CryptoFuture)
    assert future.id == InstrumentId.from_str("BTCUSDZ26-INVERSE.BYBIT")
    assert future.is_inverse
    assert future.activation_ns == 1_542_240_000_000 * 1_000_000


def test_an_option() -> None:
    rate = BybitFeeRate(base_coin="BTC", maker_fee_rate="0.0001", taker_fee_rate="0.0002")
    option = instrument_of(OPTION_ROW, rate, 1)
    assert isinstance(option, CryptoOption)
    assert option.id == InstrumentId.from_str("BTC-27MAR26-70000-P-USDT-OPTION.BYBIT")
    assert (option.strike_price, option.option_kind) == (Price.from_str("70000"), OptionKind.PUT)
    assert option.underlying.code == "BTC"
    assert option.settlement_currency.code == "USDT"
    assert option.expiration_ns == 1_774_598_400_000 * 1_000_000
    assert option.price_increment == Price.from_str("5")
    assert (option.maker_fee, option.taker_fee) == (Decimal("0.0001"), Decimal("0.0002"))


def test_an_option_settled_in_usdc_with_a_strike_of_decimals() -> None:
    row = msgspec.structs.replace(
        OPTION_ROW, symbol="XRP-28FEB25-2.15-C", options_type="Call", base_coin="XRP", settle_coin="USDC"
    )
    option = instrument_of(row, None, 1)
    assert (option.strike_price, option.option_kind) == (Price.from_str("2.15"), OptionKind.CALL)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"contract_type": "LinearMystery"}, CryptoPerpetual),
        ({"contract_type": "LinearMystery", "delivery_time": "1793347200000"}, CryptoFuture),
        (
            {"contract_type": "LinearMystery", "delivery_time": "1793347200000", "funding_interval": 480},
            CryptoPerpetual,
        ),
        ({"contract_type": "Mystery"}, CryptoPerpetual),
    ],
)
def test_an_unknown_contract_type_is_taken_by_its_other_fields(changes: dict[str, str], kind: type) -> None:
    row = msgspec.structs.replace(LINEAR_ROW, **changes)
    assert not is_known_kind(row)
    assert type(instrument_of(row, None, 1)) is kind


def test_an_unknown_kind_of_option_is_read_from_its_symbol() -> None:
    row = msgspec.structs.replace(OPTION_ROW, options_type="Binary")
    assert not is_known_kind(row)
    assert instrument_of(row, None, 1).option_kind == OptionKind.PUT


@pytest.mark.parametrize(
    ("row", "category"),
    [
        (SPOT_ROW, BybitProductType.SPOT),
        (LINEAR_ROW, BybitProductType.LINEAR),
        (INVERSE_ROW, BybitProductType.INVERSE),
        (OPTION_ROW, BybitProductType.OPTION),
        (msgspec.structs.replace(INVERSE_ROW, contract_type="Mystery"), BybitProductType.INVERSE),
        (msgspec.structs.replace(LINEAR_ROW, contract_type="Mystery"), BybitProductType.LINEAR),
    ],
)
def test_a_row_tells_its_category(row: BybitInstrument, category: BybitProductType) -> None:
    assert category_of(row) is category


@pytest.mark.parametrize("status", ["PreLaunch", "Trading", "Delivering", "Closed", "Halted"])
@pytest.mark.parametrize("row", [SPOT_ROW, LINEAR_ROW, INVERSE_ROW, OPTION_ROW])
def test_every_status_makes_an_instrument_and_only_trading_takes_orders(
    row: BybitInstrument, status: str
) -> None:
    instrument = instrument_of(msgspec.structs.replace(row, status=status), None, 1)
    assert instrument.info["status"] == status
    assert is_tradable(instrument) is (status == "Trading")


def with_price(row: BybitInstrumentLinear, **changes: str) -> BybitInstrumentLinear:
    return msgspec.structs.replace(row, price_filter=msgspec.structs.replace(row.price_filter, **changes))


def with_lot(row: BybitInstrumentLinear, **changes: str) -> BybitInstrumentLinear:
    return msgspec.structs.replace(
        row, lot_size_filter=msgspec.structs.replace(row.lot_size_filter, **changes)
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (with_price(LINEAR_ROW, tick_size=""), "tickSize '' is not a decimal"),
        (with_price(LINEAR_ROW, tick_size="0"), "tickSize '0' is not above 0"),
        (
            with_price(LINEAR_ROW, tick_size="1e-17"),
            "tickSize '1e-17' is not above 0 with at most 16 decimals",
        ),
        (with_price(LINEAR_ROW, max_price="much"), "maxPrice 'much' is not a decimal"),
        (with_lot(LINEAR_ROW, qty_step="-1"), "qtyStep '-1' is not above 0"),
        (with_lot(LINEAR_ROW, min_order_qty="-0.001"), "quantity"),
        (with_lot(LINEAR_ROW, min_notional_value="x"), "minNotionalValue 'x'"),
        (
            msgspec.structs.replace(LINEAR_ROW, leverage_filter=LeverageFilter(max_leverage="0")),
            "maxLeverage '0' is not above 0",
        ),
        (msgspec.structs.replace(LINEAR_ROW, symbol="BTC USDT"), "'BTC USDT' is not made of printable ASCII"),
        (msgspec.structs.replace(LINEAR_ROW, base_coin=""), "coin '' is not made of"),
        (
            msgspec.structs.replace(LINEAR_ROW, contract_type="LinearFutures", delivery_time="soon"),
            "deliveryTime 'soon' is not a time",
        ),
        (msgspec.structs.replace(LINEAR_ROW, contract_type="LinearFutures"), "this contract delivers"),
        (msgspec.structs.replace(OPTION_ROW, symbol="BTC-27MAR26"), "COIN-DAY-STRIKE-KIND"),
        (msgspec.structs.replace(OPTION_ROW, symbol="BTC-27MAR26-MANY-P"), "strike 'MANY'"),
        (
            msgspec.structs.replace(OPTION_ROW, symbol="BTC-27MAR26-7-X", options_type="X"),
            "optionsType 'X'",
        ),
    ],
)
def test_an_odd_row_is_refused_and_its_field_named(row: BybitInstrument, said: str) -> None:
    with pytest.raises(BybitDecodeError, match=re.escape(said)):
        instrument_of(row, None, 1)


def test_bounds_that_are_no_multiple_of_the_increment_are_drawn_in() -> None:
    row = with_lot(with_price(LINEAR_ROW, min_price="0.11", max_price="99.99"), max_order_qty="10.0005")
    instrument = instrument_of(row, None, 1)
    assert (instrument.min_price, instrument.max_price) == (Price.from_str("0.2"), Price.from_str("99.9"))
    assert instrument.max_quantity == Quantity.from_str("10.000")


def test_bounds_beyond_what_the_framework_holds_bound_nothing() -> None:
    row = with_lot(with_price(LINEAR_ROW, max_price="1e30"), max_order_qty="1e30", min_order_qty="0")
    instrument = instrument_of(row, None, 1)
    assert instrument.max_price is instrument.max_quantity is instrument.min_quantity is None


def test_a_spot_row_without_optional_filters() -> None:
    lot = msgspec.structs.replace(SPOT_ROW.lot_size_filter, min_order_amt="", max_limit_order_qty="")
    instrument = instrument_of(msgspec.structs.replace(SPOT_ROW, lot_size_filter=lot), None, 1)
    assert instrument.min_notional is None
    assert instrument.max_quantity is None


@pytest.mark.parametrize(
    ("name", "symbol", "category"),
    [
        ("BTCUSDT-LINEAR.BYBIT", "BTCUSDT", BybitProductType.LINEAR),
        ("BTCUSDT-30OCT26-LINEAR.BYBIT", "BTCUSDT-30OCT26", BybitProductType.LINEAR),
        ("BTC-27MAR26-70000-P-USDT-OPTION.BYBIT", "BTC-27MAR26-70000-P-USDT", BybitProductType.OPTION),
        ("BTCUSD-INVERSE.BYBIT", "BTCUSD", BybitProductType.INVERSE),
        ("ETHUSDT-SPOT.BYBIT", "ETHUSDT", BybitProductType.SPOT),
    ],
)
def test_an_instrument_id_is_symbol_and_category(name: str, symbol: str, category: BybitProductType) -> None:
    assert symbol_of(InstrumentId.from_str(name)) == (symbol, category)
    assert instrument_id_of(symbol, category) == InstrumentId.from_str(name)


@pytest.mark.parametrize("name", ["BTCUSDT.BYBIT", "BTCUSDT-PERP.BYBIT", "-LINEAR.BYBIT"])
def test_an_id_without_a_category_is_refused(name: str) -> None:
    with pytest.raises(BybitConfigError, match="-SPOT, -LINEAR, -INVERSE, -OPTION"):
        symbol_of(InstrumentId.from_str(name))
