"""Bybit's public archives, and several recordings at once."""

from __future__ import annotations

import asyncio
import gzip
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import ConfigError, ReplayError, SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import VirtualClock
from nautilus_bybit_adapter.sim.market.archive import BookArchive, TradeArchive
from nautilus_bybit_adapter.sim.market.recordings import read_recordings
from tests.unit.sim.test_sim_recording import DATA, SNAPSHOT, T0, book, record, trade

CONTRACT = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
SPOT = "id,timestamp,price,volume,side,rpi"
XRP = DATA / "2024-12-01_XRPUSDT_ob500.data.zip"


def zipped(tmp_path: Path, *frames: Any, name: str = "2023-11-14_BTCUSDT_ob500.data.zip") -> Path:
    path = tmp_path / name
    lines = [frame if isinstance(frame, str) else json.dumps(frame) for frame in frames]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(name.removesuffix(".zip"), "\n".join(lines))
    return path


def table(tmp_path: Path, *rows: str, name: str = "BTCUSDT2023-11-14.csv.gz") -> Path:
    path = tmp_path / name
    text = "\n".join(rows).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def contract_row(ms: int, side: str, price: str, size: str) -> str:
    return f"{(T0 + ms) / 1000:.4f},BTCUSDT,{side},{size},{price},PlusTick,id,1,1,1"


def archive_book(
    ms: int, bids: list[list[str]], asks: list[list[str]], kind: str = "delta"
) -> dict[str, Any]:
    return book(ms, bids, asks, depth=500, kind=kind)


FIRST = archive_book(0, SNAPSHOT["data"]["b"], SNAPSHOT["data"]["a"], "snapshot")


def replayed(*paths: Path, **fields: Any) -> SimVenue:
    config = SimConfig(replay=paths, market="quiet", clock=VirtualClock(T0), **fields)
    return SimVenue(config)


def test_trades_shorten_the_book_before_the_archive_says_so(tmp_path: Path) -> None:
    delta = archive_book(100, [], [["86000.1", "0.6"]])
    rows = [contract_row(50, "Buy", "86000.1", "0.4"), contract_row(60, "Sell", "86000.0", "0.1")]
    for order in (rows, rows[::-1]):
        venue = replayed(zipped(tmp_path, FIRST, delta), table(tmp_path, CONTRACT, *order))
        market = venue.exchange.markets["linear", "BTCUSDT"]
        assert market.book.asks.top(1) == {860001: 1000}
        venue.step(55)
        assert market.book.asks.top(1) == {860001: 600}
        venue.step(60)
        assert market.book.asks.top(1) == {860001: 600}
        assert [(t.side, t.lots) for t in market.tape] == [("Buy", 400), ("Sell", 100)]


def test_spot_trades_name_the_symbol_in_the_file_name(tmp_path: Path) -> None:
    rows = [f"{i},{T0 + i},86000.1,0.000{i},{side}" for i, side in ((1, "buy"), (2, "sell"))]
    for name in ("BTCUSDT_2023-11-14.csv", "BTCUSDT-2023-11.csv.gz"):
        archive = TradeArchive(table(tmp_path, SPOT, *rows, name=name))
        assert archive.head() == (False, "BTCUSDT")
        frames = list(archive.frames())
        assert [f.exchange_ms for f in frames] == [T0 + 1, T0 + 2]
        assert frames[0].data == [{"S": "Buy", "p": "86000.1", "v": "0.0001"}]


@pytest.mark.parametrize(
    ("name", "category", "expected"),
    [
        ("2023-11-14_BTCUSDT_ob500.data.zip", None, "linear"),
        ("2023-11-14_BTCUSD_ob500.data.zip", None, "inverse"),
        ("2023-11-14_BTCUSDZ26_ob500.data.zip", None, "inverse"),
        ("2023-11-14_BTCUSDT_ob200.data.zip", "spot", "spot"),
        ("spot_2023-11-14_BTCUSDT_ob200.data.zip", None, "spot"),
    ],
)
def test_the_category_of_a_book_archive(
    tmp_path: Path, name: str, category: str | None, expected: str
) -> None:
    symbol = name.split("_")[-2]
    frame = FIRST | {"topic": f"orderbook.500.{symbol}", "data": FIRST["data"] | {"s": symbol}}
    (found,) = read_recordings([zipped(tmp_path, frame, name=name)], category)
    assert (found.head.category, found.head.symbol) == (expected, symbol)


def test_the_folder_of_an_archive_tells_its_category(tmp_path: Path) -> None:
    folder = tmp_path / "spot" / "BTCUSDT"
    folder.mkdir(parents=True)
    (found,) = read_recordings([zipped(folder, FIRST, name="2023-11-14_BTCUSDT_ob200.data.zip")])
    assert found.head.category == "spot"
    with pytest.raises(ReplayError, match="--category"):
        read_recordings([zipped(tmp_path, FIRST, name="2023-11-14_BTCUSDT_ob200.data.zip")])


def test_recordings_of_several_markets_keep_their_distance(tmp_path: Path) -> None:
    late = book(300, [["85000", "1"]], [["85000.1", "1"]], kind="snapshot")
    late_spot = book(400, [["85001", "1"]], [["85001.1", "1"]], kind="snapshot")
    first = record(tmp_path, SNAPSHOT, book(100, [["86000", "5"]], []))
    second = record(tmp_path, late, late_spot, name="spot_BTCUSDT.frames.gz")
    venue = replayed(first, second)
    spot, linear = (venue.exchange.markets[c, "BTCUSDT"] for c in ("spot", "linear"))
    assert spot.book.bids.best == 850000
    venue.step(100)
    assert linear.book.bids.top(1) == {860000: 5000}
    venue.step(290)
    assert spot.book.bids.best == 850000
    venue.step(10)
    assert spot.book.bids.best == 850010
    assert venue.exchange.markets["inverse", "BTCUSD"].instrument.reference_price == Decimal("86000.05")


def test_recordings_of_other_days_begin_at_once(tmp_path: Path) -> None:
    other_day = book(5 * 86_400_000, [["85000", "1"]], [["85000.1", "1"]], kind="snapshot")
    second = record(tmp_path, other_day, name="spot_BTCUSDT.frames.gz")
    first = record(tmp_path, SNAPSHOT)
    assert [found.wait_ms for found in read_recordings([first, second])] == [0, 0]


def test_a_replayed_market_has_an_index_of_its_own(tmp_path: Path) -> None:
    jump = book(
        200,
        [["86000", "0"], ["85999.9", "0"], ["87000", "1"]],
        [["86000.1", "0"], ["86000.2", "0"], ["87000.1", "1"]],
    )
    venue = replayed(record(tmp_path, SNAPSHOT, jump))
    market = venue.exchange.markets["linear", "BTCUSDT"]
    venue.step(100)
    assert market.index == Decimal("86000.1")
    venue.step(1000)
    assert market.reference.middle_ticks == 870001
    assert Decimal(86000) < market.index < market.mark < Decimal(87000)


@pytest.mark.parametrize(
    ("frames", "line", "text"),
    [
        ([FIRST, "{"], 2, "not JSON"),
        ([FIRST, "[]"], 2, "a frame must be a JSON object"),
        ([FIRST, trade(1, "Buy", "1", "1")], 2, "no order book topic"),
        ([FIRST, FIRST | {"topic": "orderbook.500.ETHUSDT"}], 2, "in a recording of orderbook.500.BTCUSDT"),
        ([archive_book(50, [], []), FIRST], 2, "is before the line above"),
        ([{"topic": "orderbook.500.BTCUSDT"}], 1, "not a public frame"),
        ([archive_book(50, [["1", "1"]], [])], 0, "no order book snapshot"),
    ],
)
def test_damaged_book_archives(tmp_path: Path, frames: list[Any], line: int, text: str) -> None:
    path = zipped(tmp_path, *frames)
    with pytest.raises(ReplayError, match=text) as found:
        read_recordings([path]) if line == 0 else list(BookArchive(path).frames())
    assert (found.value.path, found.value.line) == (path, line)


def test_a_cut_book_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path, FIRST, *(archive_book(i, [[f"{80000 + i}", "1"]], []) for i in range(2000)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReplayError, match="damaged"):
        list(BookArchive(path).frames())
    broken = bytearray(whole)
    broken[300:340] = bytes(40)
    path.write_bytes(bytes(broken))
    with pytest.raises(ReplayError, match="damaged"):
        list(BookArchive(path).frames())


def test_a_zip_of_two_files(tmp_path: Path) -> None:
    path = zipped(tmp_path, FIRST)
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("other", "")
    with pytest.raises(ReplayError, match="one file is expected in it, it has 2"):
        list(BookArchive(path).frames())


GOOD = contract_row(1, "Buy", "86000.1", "0.4")


@pytest.mark.parametrize(
    ("rows", "line", "text"),
    [
        ([], 0, "the file is empty"),
        (["a,b,c,d,e", GOOD], 1, "are no trades; expected timestamp, symbol, side, size, price or id"),
        ([CONTRACT, GOOD, "1,2"], 3, "not a trade: IndexError"),
        ([CONTRACT, GOOD.replace("Buy", "Up")], 2, "not a trade: side 'Up'"),
        ([CONTRACT, GOOD.replace("0.4", "-1")], 2, "not a trade: side 'Buy', price '86000.1', size '-1'"),
        ([CONTRACT, GOOD.replace("0.4", "x")], 2, "not a trade: InvalidOperation"),
        (
            [CONTRACT, GOOD, contract_row(900, "Buy", "1", "1"), GOOD, contract_row(901, "Buy", "1", "1")],
            4,
            "is before an earlier one",
        ),
    ],
)
def test_damaged_trade_archives(tmp_path: Path, rows: list[str], line: int, text: str) -> None:
    path = table(tmp_path, *rows, name="BTCUSDT2023-11-14.csv")
    with pytest.raises(ReplayError, match=text) as found:
        list(TradeArchive(path).frames())
    assert (found.value.path, found.value.line) == (path, line)


def test_a_cut_trade_archive(tmp_path: Path) -> None:
    path = table(tmp_path, CONTRACT, *(contract_row(i, "Buy", "1", f"{i}.{i}") for i in range(1, 5000)))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ReplayError, match="the file is truncated"):
        list(TradeArchive(path).frames())


def test_recordings_that_cannot_be_sorted(tmp_path: Path) -> None:
    trades = table(tmp_path, CONTRACT, GOOD)
    with pytest.raises(ReplayError, match="trades of linear BTCUSDT without a recording of its book"):
        read_recordings([trades])
    with pytest.raises(ReplayError, match="of no known kind"):
        read_recordings([table(tmp_path, "x", name="x.parquet")])
    with pytest.raises(ReplayError, match="there is no such file"):
        read_recordings([tmp_path / "none.zip"])
    with pytest.raises(ReplayError, match="there is no trade in it"):
        read_recordings([table(tmp_path, CONTRACT)])
    with pytest.raises(ReplayError, match="does not start with a symbol and a date"):
        read_recordings([table(tmp_path, SPOT, "1,1,1,1,buy", name="x.csv")])
    with pytest.raises(ConfigError, match="category must be one of"):
        SimConfig(category="swap")


@pytest.mark.skipif(not XRP.exists(), reason=f"no recorded data at {DATA}")
def test_bybits_own_archive_is_replayed_in_its_own_time() -> None:
    venue = replayed(XRP)
    market = venue.exchange.markets["linear", "XRPUSDT"]
    assert market.instrument.reference_price == Decimal("1.95315")
    frames = list(BookArchive(XRP).frames())
    assert len(frames) == 50
    assert [f.data["u"] - frames[0].data["u"] for f in frames] == list(range(50))

    async def main() -> None:
        async with venue:
            venue.step(frames[-1].exchange_ms - frames[0].exchange_ms)

    asyncio.run(main())
    wanted: dict[str, dict[str, str]] = {"b": {}, "a": {}}
    for frame in frames:
        for side, levels in wanted.items():
            levels.update(frame.data[side])
    for side, own in (("b", market.book.bids), ("a", market.book.asks)):
        known = {p: q for p, q in wanted[side].items() if q != "0"}
        shown = {str(market.instrument.price(t)): lots for t, lots in own.top(10_000).items()}
        assert shown == {
            str(Decimal(p).quantize(Decimal("0.0001"))): int(Decimal(q) * 10) for p, q in known.items()
        }
    venue.exchange.check()
