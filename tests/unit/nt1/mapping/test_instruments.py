from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from bybit_rows import LINEAR_ROW, SPOT_ROW
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import CryptoFuture, CryptoPerpetual, CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.mapping.instruments import instrument_of
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitProductType


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


def test_an_unknown_contract_type_is_refused_and_named() -> None:
    row = msgspec.structs.replace(LINEAR_ROW, contract_type="LinearMystery")
    with pytest.raises(BybitDecodeError, match=r"LinearMystery.*LinearPerpetual and LinearFutures"):
        instrument_of(row, None, 1)


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
