from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from nautilus_trader.model.data import CustomData, DataType
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.persistence.catalog import ParquetDataCatalog
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from nautilus_bybit_adapter.nt1 import custom_data
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlAlert,
    BybitAdlRank,
    BybitBookStatus,
    BybitData,
    BybitForcedFill,
    BybitFunding,
    BybitInsurance,
    BybitLiquidation,
    BybitLongShortRatio,
    BybitMarginBorrowResult,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
    BybitOpenInterest,
    BybitPositionUpdate,
    BybitPriceLimit,
    BybitRequestFailed,
    BybitRpiBook,
    BybitTicker,
)

ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
EXACT = Decimal("0.1234567890123456789012345")
DATA: list[BybitData] = [
    BybitTicker(
        instrument_id=ID, last_price=Decimal("1.50"), next_funding_ns=5, delta=EXACT, ts_event=1, ts_init=2
    ),
    BybitOpenInterest(instrument_id=ID, open_interest=EXACT, value=None, ts_event=1, ts_init=2),
    BybitLongShortRatio(
        instrument_id=ID, period="1h", buy_ratio=EXACT, sell_ratio=1 - EXACT, ts_event=1, ts_init=2
    ),
    BybitLiquidation(
        instrument_id=ID, position_side="LONG", size=EXACT, price=Decimal("1E+3"), ts_event=1, ts_init=2
    ),
    BybitPriceLimit(instrument_id=ID, highest_bid=EXACT, lowest_ask=EXACT, ts_event=1, ts_init=2),
    BybitInsurance(pool="USDT", coin="USDT", symbols="A,B", balance=EXACT, ts_event=1, ts_init=2),
    BybitAdlAlert(
        pool="USDT", coin="USDT", symbol="A", balance=EXACT, stop_ratio=EXACT, ts_event=1, ts_init=2
    ),
    BybitRpiBook(
        instrument_id=ID,
        bids=((EXACT, Decimal(2), Decimal(0)),),
        asks=(),
        update_id=7,
        sequence=8,
        ts_event=1,
        ts_init=2,
    ),
    BybitBookStatus(
        instrument_id=ID,
        depth=50,
        status="STALE",
        reason="gap",
        gap_count=1,
        crossed_count=0,
        unreadable_count=0,
        ts_event=1,
        ts_init=1_800_000_000_000_000_000,
    ),
    BybitRequestFailed(request_id="1", request="RequestBars", reason="no", ts_event=1, ts_init=2),
    BybitFunding(
        instrument_id=ID,
        execution_id="e-1",
        position_side="LONG",
        size=EXACT,
        rate=None,
        amount=-EXACT,
        currency="USDT",
        mark_price=EXACT,
        ts_event=1,
        ts_init=2,
    ),
    BybitForcedFill(
        instrument_id=ID,
        execution_id="e-1",
        order_id="v-1",
        kind="ADL",
        side="SELL",
        quantity=EXACT,
        price=EXACT,
        fee=EXACT,
        currency="USDT",
        ts_event=1,
        ts_init=2,
    ),
    BybitPositionUpdate(
        instrument_id=ID,
        position_id=None,
        position_side="FLAT",
        size=Decimal(0),
        entry_price=None,
        mark_price=EXACT,
        liquidation_price=None,
        break_even_price=None,
        leverage=Decimal(10),
        value=None,
        initial_margin=None,
        maintenance_margin=None,
        unrealized_pnl=-EXACT,
        realized_pnl=None,
        cumulative_realized_pnl=None,
        take_profit=None,
        stop_loss=None,
        trailing_stop=None,
        adl_rank=5,
        status="Normal",
        sequence=9_688_587_638,
        ts_event=1,
        ts_init=2,
    ),
    BybitAdlRank(instrument_id=ID, position_id=f"{ID}-LONG", rank=5, ts_event=1, ts_init=2),
    BybitMarginBorrowResult(coin="USDT", amount=EXACT, success=True, message="", ts_event=1, ts_init=2),
    BybitMarginRepayResult(
        coin="USDT", amount=None, success=False, result_status="FA", message="no", ts_event=1, ts_init=2
    ),
    BybitMarginStatusResult(coin="USDT", borrow_amount=EXACT, ts_event=1, ts_init=2),
]
named = pytest.mark.parametrize("datum", DATA, ids=lambda each: type(each).__name__)


def test_every_type_is_tried() -> None:
    assert {type(datum).__name__ for datum in DATA} == {*custom_data.__all__} - {"BybitData"}


@named
def test_a_dictionary_holds_all_of_it(datum: BybitData) -> None:
    row = datum.to_dict()
    assert type(datum).from_dict(row) == datum
    assert msgspec.json.decode(msgspec.json.encode(row)) == row


@named
def test_it_goes_over_the_message_bus(datum: BybitData) -> None:
    serializer = MsgSpecSerializer(msgspec.msgpack)
    assert serializer.deserialize(serializer.serialize(datum)) == datum


@named
def test_it_comes_back_from_a_catalogue(datum: BybitData, tmp_path: Path) -> None:
    catalogue = ParquetDataCatalog(tmp_path)
    # The one after it has another receipt, so that both can be told apart.
    later = dataclasses.replace(datum, ts_event=datum.ts_event + 5, ts_init=datum.ts_init + 5)
    catalogue.write_data([datum, later])
    found = [each.data if isinstance(each, CustomData) else each for each in catalogue.query(type(datum))]
    assert found == [datum, later]
    assert catalogue.query(type(datum), start=datum.ts_init + 1) != []


def test_what_has_happened_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DATA[0].ts_event = 5


def test_it_can_be_subscribed() -> None:
    assert DataType(BybitTicker, {"instrument_id": ID}).topic == f"BybitTicker.instrument_id={ID}"
