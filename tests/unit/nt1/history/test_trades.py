"""Trade archives of every era: exact, by time, and the framework's own bytes."""

from __future__ import annotations

import random
from itertools import chain
from pathlib import Path

import pytest
from archives import CONTRACT_HEADER, SPOT_HEADER, contract_row, plan_of, write_gz
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AggressorSide
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history import HistoryMarket, load_file, trades_in
from nautilus_bybit_adapter.wire.enums import BybitProductType

NAME = "BTCUSDT2024-12-01.csv.gz"


def market_of(category: BybitProductType) -> HistoryMarket:
    return HistoryMarket.named("BTCUSDT", category, 2, 3)


def contract_lines(count: int) -> list[str]:
    return [
        CONTRACT_HEADER,
        *(contract_row(f"{1_733_011_200 + number // 3}.{number % 3}097", number) for number in range(count)),
    ]


def test_a_contract_trade_is_exact_to_its_last_digit(tmp_path: Path) -> None:
    row = "1735689600.0974,BTCUSDT,Sell,0.003,93530.00,ZeroMinusTick,e807-x,28059000000,0.003,280.59,1"
    path = write_gz(tmp_path / NAME, [f"{CONTRACT_HEADER},RPI", row])
    ((trade,),) = trades_in(source_of(path), market_of(BybitProductType.LINEAR))
    ts = 1_735_689_600_097_400_000
    market = market_of(BybitProductType.LINEAR)
    assert trade == TradeTick(
        market.id,
        Price.from_str("93530.00"),
        Quantity.from_str("0.003"),
        AggressorSide.SELLER,
        TradeId("e807-x"),
        ts,
        ts,
    )


def test_a_spot_trade_is_read_from_the_other_table(tmp_path: Path) -> None:
    path = write_gz(
        tmp_path / "BTCUSDT_2025-05-19.csv.gz", [SPOT_HEADER, "17,1747612800074,106453.8,0.003,buy"]
    )
    source = source_of(path)
    ((trade,),) = trades_in(source, market_of(BybitProductType.SPOT))
    assert str(trade) == "BTCUSDT-SPOT.BYBIT,106453.80,0.003,BUYER,17,1747612800074000000"


def test_a_table_without_a_header_loses_no_trade(tmp_path: Path) -> None:
    path = write_gz(tmp_path / NAME, contract_lines(10)[1:])
    trades = list(chain.from_iterable(trades_in(source_of(path), market_of(BybitProductType.LINEAR))))
    assert [trade.trade_id.value for trade in trades] == [f"id-{number}" for number in range(10)]


def test_the_catalogue_is_byte_for_byte_what_the_framework_writes(tmp_path: Path) -> None:
    path = write_gz(tmp_path / NAME, contract_lines(12_345))
    report = load_file(plan_of(path, tmp_path / "ours"))
    trades = list(chain.from_iterable(trades_in(source_of(path), market_of(BybitProductType.LINEAR))))
    (tmp_path / "theirs").mkdir()
    ParquetDataCatalog(str(tmp_path / "theirs")).write_data(trades)
    (name,) = report.files
    assert report.rows == {"TradeTick": 12_345}
    assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()
    found = ParquetDataCatalog(str(tmp_path / "ours")).trade_ticks()
    assert list(map(str, found)) == list(map(str, trades))


@pytest.mark.parametrize("order", ["backwards", "shuffled", "late"])
def test_rows_in_any_order_are_sorted_and_each_moment_keeps_its_own(tmp_path: Path, order: str) -> None:
    header, *rows = contract_lines(9_000)
    if order == "backwards":
        disordered = rows[::-1]
    elif order == "late":
        disordered = [*rows[:6000], rows[10], *rows[6000:]]
        rows = [*rows[:11], rows[10], *rows[11:]]
    else:
        disordered = random.Random(5).sample(rows, len(rows))  # noqa: S311 - not a secret
    sorted_path = write_gz(tmp_path / NAME, [header, *rows])
    (tmp_path / "other").mkdir()
    path = write_gz(tmp_path / "other" / NAME, [header, *disordered])
    with pytest.raises(BybitHistoryError, match="not sorted by time"):
        list(trades_in(source_of(path), market_of(BybitProductType.LINEAR)))
    # Small parts: some are in the catalogue before the disorder shows.
    load_file(plan_of(path, tmp_path / "ours", rows_per_part=2000))
    load_file(plan_of(sorted_path, tmp_path / "sorted", rows_per_part=2000))
    ours, expected = (ParquetDataCatalog(str(tmp_path / name)).trade_ticks() for name in ("ours", "sorted"))
    assert [trade.ts_init for trade in ours] == [trade.ts_init for trade in expected]
    assert sorted(map(str, ours)) == sorted(map(str, expected))
    if order != "shuffled":
        assert list(map(str, ours)) == list(map(str, expected))
    assert not list((tmp_path / "ours").rglob("sorting"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1733011201.5,BTCUSDT,Buy,0.001", "more than 4 cells"),
        ("yesterday,BTCUSDT,Buy,0.001,1.00,PlusTick,id", "time 'yesterday' is no number"),
        ("-5,BTCUSDT,Buy,0.001,1.00,PlusTick,id", "time '-5' is none of a trade's"),
        ("1733011201.5,BTCUSDT,Hold,0.001,1.00,PlusTick,id", "side 'Hold' is neither Buy nor Sell"),
        ("1733011201.5,BTCUSDT,Buy,0,1.00,PlusTick,id", "size '0' is not above 0"),
        (
            "1733011201.5,BTCUSDT,Buy,0.0001,1.00,PlusTick,id",
            "quantity '0.0001' has more than the 3 decimals",
        ),
        ("1733011201.5,BTCUSDT,Buy,0.001,one,PlusTick,id", "price 'one' is not a decimal"),
        ("1733011201.5,BTCUSDT,Buy,0.001,1.00,PlusTick,", "trade id '' is not"),
    ],
)
def test_a_row_that_is_no_trade_names_its_line_and_leaves_nothing(
    tmp_path: Path, row: str, reason: str
) -> None:
    path = write_gz(tmp_path / NAME, [*contract_lines(3), row])
    with pytest.raises(BybitHistoryError, match=reason) as caught:
        load_file(plan_of(path, tmp_path / "cat", rows_per_part=1))
    assert caught.value.line == 5
    assert not list((tmp_path / "cat").rglob("*.parquet*"))
