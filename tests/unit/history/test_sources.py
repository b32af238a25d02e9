"""What a file of history is, from its name and its first lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import CONTRACT_HEADER, SPOT_HEADER, contract_row, write_gz, write_zip

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.sources import SourceKind, source_of


@pytest.mark.parametrize(
    ("name", "kind", "category", "symbol"),
    [
        ("2024-12-01_XRPUSDT_ob500.data.zip", SourceKind.BOOK, "linear", "XRPUSDT"),
        ("2024-12-01_BTCUSD_ob500.data.zip", SourceKind.BOOK, "inverse", "BTCUSD"),
        ("spot_2026-01-01_BTCUSDT_ob200.data.zip", SourceKind.BOOK, "spot", "BTCUSDT"),
        ("linear_BTCUSDT_2024-08-08.frames.gz", SourceKind.FRAMES, "linear", "BTCUSDT"),
        ("linear_BTC-26DEC25_20240808T000000Z.frames.gz", SourceKind.FRAMES, "linear", "BTC-26DEC25"),
        (
            "option_BTC-25DEC26-94500-C-USDT_x.frames.gz",
            SourceKind.FRAMES,
            "option",
            "BTC-25DEC26-94500-C-USDT",
        ),
    ],
)
def test_a_name_says_what_a_file_is(
    tmp_path: Path, name: str, kind: SourceKind, category: str, symbol: str
) -> None:
    path = tmp_path / name
    path.touch()
    source = source_of(path)
    assert (source.kind, source.category, source.symbol) == (kind, category, symbol)


def test_tables_are_told_by_their_columns(tmp_path: Path) -> None:
    contract = write_gz(
        tmp_path / "BTCUSD2024-12-01.csv.gz", [CONTRACT_HEADER, contract_row("1733011200.5", 1)]
    )
    spot = write_gz(
        tmp_path / "BTCUSDT_2025-05-19.csv.gz", [f"{SPOT_HEADER},rpi", "1,1747612800074,1,2,sell,0"]
    )
    oldest = write_gz(tmp_path / "BTCUSDT2019-10-01.csv.gz", [contract_row("1733011200.5", 1)] * 2)
    dated = tmp_path / "linear_BTCUSDT_15_2023-01-01_2023-01-31.csv"
    dated.write_text("2023.01.01 00:00,1,2,0.5,1.5,10\n")
    found = [source_of(path) for path in (contract, spot, oldest, dated)]
    assert [source.kind for source in found] == [*[SourceKind.TRADES] * 3, SourceKind.CANDLES]
    # The symbol in the rows counts, not the one in the name.
    assert [(source.category, source.symbol) for source in found] == [
        ("linear", "BTCUSDT"),
        ("spot", "BTCUSDT"),
        ("linear", "BTCUSDT"),
        ("linear", "BTCUSDT"),
    ]
    assert found[3].interval == "15"


def test_a_folder_or_the_caller_says_the_category(tmp_path: Path) -> None:
    folder = tmp_path / "spot" / "BTCUSDT"
    folder.mkdir(parents=True)
    path = write_zip(folder / "2026-01-01_BTCUSDT_ob200.data.zip", [])
    assert source_of(path).category == "spot"
    assert source_of(path, "linear").category == "linear"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("missing.zip", None, "no such file"),
        ("notes.txt", "", "no known kind"),
        ("2026-01-01_BTCUSDT_ob200.data.zip", "", "category is not known"),
        ("book.zip", "", "category is not known"),
        ("a.csv", "", "is empty"),
        ("a.csv", "price,when\n1,2\n", "columns 'price,when' are of no known table"),
        ("a.csv", "\xff\xfe\n", "columns"),
    ],
)
def test_what_is_not_known_is_said(tmp_path: Path, name: str, text: str | None, reason: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(BybitHistoryError, match=reason):
        source_of(path)
