"""The loader under its official name: the same call, a right book."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
from archives import book_frame, book_lines, write_zip
from nautilus_trader.core.nautilus_pyo3 import BybitProductType as OfficialProductType
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import OrderBookDelta
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.persistence.wranglers import OrderBookDeltaDataWrangler

from nautilus_bybit_adapter import BybitOrderBookDeltaDataLoader
from nautilus_bybit_adapter.errors import BybitHistoryError

NAME = "2024-12-01_BTCUSDT_ob500.data.zip"
AGAIN = book_frame(900, 9000, [("90.00", "1.000")], [("91.00", "2.000"), ("92.00", "3.000")], snapshot=True)


def levels(book: OrderBook) -> list[tuple[float, float]]:
    return [(float(level.price), level.size()) for level in (*book.bids(), *book.asks())]


def test_a_table_has_the_official_form(tmp_path: Path) -> None:
    path = write_zip(tmp_path / NAME, book_lines(3))
    table = BybitOrderBookDeltaDataLoader.load(path, product_type=OfficialProductType.LINEAR)
    assert list(table.columns) == [
        "instrument_id", "action", "side", "order_id", "flags", "price", "size", "sequence",
    ]  # fmt: skip
    assert table.index.name == "timestamp"
    assert isinstance(table.index, pd.DatetimeIndex)
    assert str(table.index.tz) == "UTC"
    assert set(table["instrument_id"]) == {"BTCUSDT-LINEAR.BYBIT"}
    assert list(table["action"]) == ["CLEAR", *["ADD"] * 3, *["UPDATE"] * 6]
    assert list(table["flags"]) == [32, 32, 32, 32 | 128, 0, 128, 0, 128, 0, 128]
    assert (table["price"].dtype, table["size"].dtype) == (float, float)


def test_only_the_first_frames_are_read_where_that_is_asked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / NAME, book_lines(3))
    assert len(BybitOrderBookDeltaDataLoader.load(str(path), nrows=2)) == 4 + 2


def test_the_wrangler_makes_of_the_table_what_we_make_of_the_file(
    tmp_path: Path, perpetual: CryptoPerpetual
) -> None:
    path = write_zip(tmp_path / NAME, [*book_lines(20), AGAIN])
    table = BybitOrderBookDeltaDataLoader.load(path)
    theirs = OrderBookDeltaDataWrangler(perpetual).process(table)
    ours = list(chain.from_iterable(BybitOrderBookDeltaDataLoader.deltas(path, perpetual)))
    books = []
    for deltas in (theirs, ours):
        book = OrderBook(perpetual.id, BookType.L2_MBP)
        for delta in deltas:
            book.apply_delta(delta)
        books.append(levels(book))
    assert books[0] == books[1] == [(90.0, 1.0), (91.0, 2.0), (92.0, 3.0)]


def test_frames_and_the_catalogue_hold_the_same(tmp_path: Path, perpetual: CryptoPerpetual) -> None:
    path = write_zip(tmp_path / NAME, [*book_lines(20), AGAIN])
    deltas = list(chain.from_iterable(BybitOrderBookDeltaDataLoader.deltas(path, perpetual)))
    frames = chain.from_iterable(BybitOrderBookDeltaDataLoader.frames(path, perpetual))
    assert [delta for frame in frames for delta in frame.deltas] == deltas
    report = BybitOrderBookDeltaDataLoader.to_catalog(path, perpetual, tmp_path / "cat")
    assert report.rows == {OrderBookDelta.__name__: len(deltas)}


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    plain = tmp_path / "a.zip"
    plain.write_text("no")
    with pytest.raises(BybitHistoryError, match="is no zip file"):
        BybitOrderBookDeltaDataLoader.load(plain)
    with pytest.raises(BybitHistoryError, match="line 2: no frame"):
        BybitOrderBookDeltaDataLoader.load(write_zip(tmp_path / NAME, [AGAIN, "{"]))
