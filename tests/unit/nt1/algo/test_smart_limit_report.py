from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import CustomData, DataType
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.persistence.catalog import ParquetDataCatalog
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from nautilus_bybit_adapter import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo import Outcome, SmartLimitFill, SmartLimitStep
from nautilus_bybit_adapter.nt1.algo.course import Units, fee_bps, split_cost

if TYPE_CHECKING:
    from pathlib import Path

D = Decimal


def fill(price: str, quantity: str, mid: str | None = "100", **changes: object) -> SmartLimitFill:
    known = SmartLimitFill(
        ts_event=5,
        child_id="O-1-E1",
        trade_id="t1",
        price=D(price),
        quantity=D(quantity),
        is_maker=True,
        commission=D("0.02"),
        currency="USDT",
        mid=None if mid is None else D(mid),
    )
    return msgspec.structs.replace(known, **changes)


REPORT = SmartLimitReport(
    client_order_id=ClientOrderId("O-1"),
    strategy_id=StrategyId("S-001"),
    instrument_id=InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT"),
    side=OrderSide.SELL,
    quantity=Quantity.from_str("0.500"),
    filled_qty=Quantity.from_str("0.200"),
    notional=D("50.05"),
    urgency="normal",
    decision="peg",
    decision_reason="the cheapest",
    market_cost_bps=6.1,
    peg_cost_bps=2.5,
    arrival_mid=D("100.10"),
    q95_slippage_bps=1.25,
    sufficient_depth=True,
    bids=((D("100.0"), D("1.000")),),
    asks=((D("100.2"), D("2.000")), (D("100.3"), D("1.500"))),
    avg_px=D("100.25"),
    cost_bps=-1.5,
    fee_bps=2.0,
    maker_qty=D("0.200"),
    commissions=(Money.from_str("0.01000000 USDT"), Money(D(-1), USDT)),
    children=2,
    amends=1,
    fills=(fill("100.25", "0.200"), fill("1", "1", None)),
    steps=(SmartLimitStep(1, "O-1-E1", "peg", "sent", D("100.2"), D("0.500")),),
    outcome=Outcome.PARTIAL,
    reason="because",
    ts_start=1,
    ts_event=2,
    ts_init=2,
)


def test_a_report_survives_being_taken_apart() -> None:
    assert SmartLimitReport.from_dict(REPORT.to_dict()) == REPORT
    assert (REPORT.ts_event, REPORT.ts_end) == (2, 2)
    assert REPORT.total_cost_bps == 0.5


@pytest.mark.parametrize("encoding", [msgspec.json, msgspec.msgpack])
def test_a_report_survives_the_message_bus(encoding: object) -> None:
    serializer = MsgSpecSerializer(encoding=encoding, timestamps_as_str=True)
    assert serializer.deserialize(serializer.serialize(REPORT)) == REPORT


def test_a_report_survives_a_catalogue(tmp_path: Path) -> None:
    catalog = ParquetDataCatalog(str(tmp_path))
    catalog.write_data([CustomData(DataType(SmartLimitReport), REPORT)])
    (read,) = catalog.custom_data(SmartLimitReport)
    assert read.data == REPORT


def test_a_cost_is_what_the_spread_and_what_the_drift_took() -> None:
    # Bought one below the mid of its time, one above; the mid rose by 1 in between.
    fills = [fill("99.9", "1", "100"), fill("101.3", "1", "101")]
    split = split_cost(fills, D(100), is_buy=True)
    assert split is not None
    assert (split.total, split.spread, split.drift) == (D(60), D(10), D(50))
    mirrored = split_cost(fills, D(100), is_buy=False)
    assert mirrored is not None
    assert (mirrored.total, mirrored.spread, mirrored.drift) == (D(-60), D(-10), D(-50))
    unknown = split_cost([*fills, fill("100.6", "2", None)], D(100), is_buy=True)
    assert unknown is not None
    assert (unknown.total, unknown.spread, unknown.drift) == (D(60), None, None)
    assert split_cost([], D(100), is_buy=True) is None


def test_fees_are_counted_in_quote_whatever_they_were_paid_in() -> None:
    linear = Units("BTC", "USDT")
    assert fee_bps([fill("100", "1")], linear) == 2
    assert fee_bps([fill("100", "1", commission=D("0.0002"), currency="BTC")], linear) == 2
    inverse = Units("BTC", "USD", is_inverse=True)
    assert fee_bps([fill("100", "1000", commission=D("0.002"), currency="BTC")], inverse) == 2
    assert fee_bps([fill("100", "1", currency="MNT")], linear) is None
    assert fee_bps([fill("100", "1", commission=D(0), currency="MNT")], linear) == 0
    assert fee_bps([], linear) is None
