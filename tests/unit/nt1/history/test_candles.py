"""Tables of candles as bars."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import plan_of
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.nt1.history import load_file

HEADER = "start_at,open,high,low,close,volume,turnover"
ROWS = [f"{1_672_531_200 + 60 * number},1.5,2.25,0.5,1.{number},10.1234,99" for number in range(5)]
BAR_TYPE = "BTCUSDT-LINEAR.BYBIT-1-MINUTE-LAST-EXTERNAL"


def bars_of(path: Path, catalog: Path, **options: object) -> list[str]:
    load_file(plan_of(path, catalog, **options))
    return list(map(str, ParquetDataCatalog(str(catalog)).bars()))


def expected(numbers: list[int]) -> list[str]:
    return [
        f"{BAR_TYPE},1.50,2.25,0.50,1.{number}0,10.1234,{(1_672_531_260 + 60 * number) * 10**9}"
        for number in numbers
    ]


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]])
def test_candles_become_bars_at_their_end(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "linear_BTCUSDT_2023-01-01.csv"
    path.write_text("\n".join([HEADER, *rows]))
    assert bars_of(path, tmp_path / "cat", interval="1") == expected(list(range(5)))


def test_milliseconds_and_dates_are_times_too(tmp_path: Path) -> None:
    millis = tmp_path / "linear_BTCUSDT_1_2023-01-01.csv"
    millis.write_text(f"startTime,open,high,low,close,volume\n{ROWS[0].replace(',', '000,', 1)}\n")
    dated = tmp_path / "linear_BTCUSDT_1_2023-01-01_2023-01-31.csv"
    dated.write_text("2023.01.01 00:00,1.5,2.25,0.5,1.0,10.1234\r\n")
    parted = tmp_path / "linear_BTCUSDT_1_2023-01-01_2023-02-28.csv"
    parted.write_text("2023.01.01,00:00,1.5,2.25,0.5,1.0,10.1234\n")
    for number, path in enumerate((millis, dated, parted)):
        assert bars_of(path, tmp_path / str(number)) == expected([0])


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("linear_BTCUSDT_2023-01-01.csv", ROWS[0], "its interval is not known"),
        ("linear_BTCUSDT_7_2023-01-01.csv", ROWS[0], "interval '7' is not known"),
        ("linear_BTCUSDT_1_2023-01-01.csv", "1672531200,1,2", "line 2: a candle has more than 3 cells"),
        (
            "linear_BTCUSDT_1_2023-01-01.csv",
            "1672531200,1,2,0.5,1.005,1,1",
            "line 2: no candle: price '1.005'",
        ),
        ("linear_BTCUSDT_1_2023-01-01.csv", "soon,1,2,0.5,1,1,1", "line 2: no candle"),
    ],
)
def test_what_is_no_candle_is_said(tmp_path: Path, name: str, row: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(BybitHistoryError, match=reason):
        load_file(plan_of(path, tmp_path / "cat"))
    assert not list((tmp_path / "cat").rglob("*.parquet*"))
