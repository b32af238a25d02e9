from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.data import DataType, TradeTick
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlAlert,
    BybitInsurance,
    BybitLiquidation,
    BybitPriceLimit,
    BybitRpiBook,
)
from nautilus_bybit_adapter.nt1.streams import (
    LiquidationStream,
    OptionTradeStream,
    PoolStream,
    PriceLimitStream,
    RpiBookStream,
)
from nautilus_bybit_adapter.wire.market import PublicTrade, TradesMessage
from nautilus_bybit_adapter.wire.public_topics import (
    AdlAlert,
    AdlAlertMessage,
    InsuranceMessage,
    InsurancePool,
    Liquidation,
    LiquidationsMessage,
    PriceLimit,
    PriceLimitMessage,
    RpiBookData,
    RpiBookMessage,
)


def test_of_a_coins_options_only_those_wanted_are_published(perpetual: CryptoPerpetual) -> None:
    out: list[Any] = []
    stream = OptionTradeStream(out.append)
    assert not stream.is_wanted
    stream.instruments["BTC-1"] = perpetual
    trades = [PublicTrade(T=5, s=s, S="Buy", v="1", p="2.0", i=s) for s in ("BTC-1", "BTC-2", "BTC-1")]
    stream.on_message(TradesMessage("publicTrade.BTC", 6, trades), 9)
    assert [(type(each), each.trade_id.value) for each in out] == [(TradeTick, "BTC-1"), (TradeTick, "BTC-1")]


def test_a_frame_of_option_trades_is_published_whole_or_not_at_all(perpetual: CryptoPerpetual) -> None:
    out: list[Any] = []
    stream = OptionTradeStream(out.append)
    stream.instruments["BTC-1"] = perpetual
    good = PublicTrade(T=5, s="BTC-1", S="Buy", v="1", p="2.0", i="a")
    bad = PublicTrade(T=5, s="BTC-1", S="Buy", v="1", p="two", i="b")
    with pytest.raises(BybitDecodeError, match="'two'"):
        stream.on_message(TradesMessage("publicTrade.BTC", 6, [good, bad]), 9)
    assert not out
    of_others = PublicTrade(T=5, s="BTC-2", S="Buy", v="1", p="two", i="b")
    stream.on_message(TradesMessage("publicTrade.BTC", 6, [good, of_others]), 9)
    assert [each.trade_id.value for each in out] == ["a"]


def test_a_liquidation_tells_the_side_of_the_position(perpetual: CryptoPerpetual) -> None:
    out: list[Any] = []
    stream = LiquidationStream(perpetual.id, out.append)
    stream.outlet.add(DataType(BybitLiquidation, {"instrument_id": perpetual.id}))
    rows = [Liquidation(T=5, s="BTCUSDT", S=side, v="0.5", p="100.25") for side in ("Buy", "Sell")]
    stream.on_message(LiquidationsMessage("allLiquidation.BTCUSDT", 6, rows), 9)
    assert [each.data for each in out] == [
        BybitLiquidation(
            instrument_id=perpetual.id,
            position_side=side,
            size=Decimal("0.5"),
            price=Decimal("100.25"),
            ts_event=5_000_000,
            ts_init=9,
        )
        for side in ("LONG", "SHORT")
    ]


def test_price_limits_are_published_under_every_data_type_subscribed(perpetual: CryptoPerpetual) -> None:
    out: list[Any] = []
    stream = PriceLimitStream(perpetual.id, out.append)
    types = [DataType(BybitPriceLimit, {"instrument_id": perpetual.id}), DataType(BybitPriceLimit)]
    for data_type in (*types, types[0]):
        stream.outlet.add(data_type)
    row = PriceLimit(symbol="BTCUSDT", buy_lmt="110.00", sell_lmt="90.00")
    stream.on_message(PriceLimitMessage("priceLimit.BTCUSDT", 6, row), 9)
    assert [each.data_type for each in out] == types
    assert (out[0].data.highest_bid, out[0].data.lowest_ask) == (110, 90)


def test_rows_of_a_pool_reach_whom_they_concern() -> None:
    out: list[Any] = []
    stream = PoolStream("USDT", out.append)
    whole, one = DataType(BybitAdlAlert, {"pool": "USDT"}), DataType(BybitAdlAlert, {"instrument_id": "A"})
    stream.outlet_of().add(whole)
    stream.outlet_of("A").add(one)
    alerts = [
        AdlAlert(c="USDT", s=s, b="1.5", mb="", i_pr="", pr="-0.1", adl_tt="10000", adl_sr="-0.25")
        for s in "AB"
    ]
    stream.on_message(AdlAlertMessage("adlAlert.USDT", 6, alerts), 9)
    assert [(each.data_type, each.data.symbol) for each in out] == [(whole, "A"), (one, "A"), (whole, "B")]
    assert (out[0].data.pool_pnl_ratio, out[0].data.drawdown_ratio) == (None, Decimal("-0.1"))
    out.clear()
    pools = [InsurancePool(coin="USDT", symbols=symbols, balance="3") for symbols in ("A,C", "B", "")]
    stream.on_message(InsuranceMessage("insurance.USDT", 6, pools), 9)
    assert [(each.data_type, each.data.symbols) for each in out] == [
        (whole, "A,C"),
        (one, "A,C"),
        (whole, "B"),
        (whole, ""),
        (one, ""),
    ]
    assert {type(each.data) for each in out} == {BybitInsurance}
    stream.outlet_of().remove(whole)
    stream.outlet_of("A").remove(one)
    assert not stream.is_wanted


def test_a_book_with_retail_orders_is_whole_or_not_published(perpetual: CryptoPerpetual) -> None:
    out: list[Any] = []
    stream = RpiBookStream(perpetual.id, out.append)
    stream.outlet.add(DataType(BybitRpiBook))

    def frame(u: int, bids: list[tuple[str, str, str]], kind: str = "delta") -> bool:
        data = RpiBookData(s="BTCUSDT", b=bids, a=[("9", "1", "0")], u=u, seq=u)
        return stream.on_message(RpiBookMessage("orderbook.rpi.BTCUSDT", kind, 6, data, 5), 9)

    assert frame(4, [("3", "1", "0")])
    assert out == [], "a delta that nothing precedes"
    assert frame(5, [("3", "1", "0"), ("2", "0", "4")], "snapshot")
    assert frame(6, [("3", "0", "0")])
    assert out[-1].data.bids == ((Decimal(2), Decimal(0), Decimal(4)),)
    assert (out[-1].data.update_id, out[-1].data.ts_event) == (6, 5_000_000)
    assert not frame(8, [])
    assert not frame(9, [("x", "1", "1")], "snapshot")
    assert len(out) == 2
    stream.on_stale(1)
    assert frame(10, [])
    assert len(out) == 2
