from __future__ import annotations

import asyncio
import gzip
import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import ConfigError, ReplayError, SimConfig, SimVenue
from nautilus_bybit_adapter.sim.market.recording import Recording
from nautilus_bybit_adapter.sim.market.replay import ReplayFlow

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

T0 = 1_700_000_000_000
ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("BYBIT_NT_DATA", ROOT.parent / "shared" / "data"))


def book(
    ms: int, bids: list[list[str]], asks: list[list[str]], *, depth: int = 200, kind: str = "delta"
) -> dict[str, Any]:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": 1, "seq": 1}
    return {"topic": f"orderbook.{depth}.BTCUSDT", "type": kind, "ts": T0 + ms, "data": data, "cts": T0 + ms}


def trade(ms: int, side: str, price: str, size: str) -> dict[str, Any]:
    row = {"T": T0 + ms, "s": "BTCUSDT", "S": side, "v": size, "p": price, "i": "1", "BT": False, "seq": 1}
    return {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": T0 + ms, "data": [row]}


SNAPSHOT = book(
    0,
    [["86000", "1"], ["85999.9", "2"]],
    [["86000.1", "1"], ["86000.2", "2"]],
    kind="snapshot",
)


def record(tmp_path: Path, *frames: Any, name: str = "linear_BTCUSDT.frames.gz") -> Path:
    """Write frames received 5 ms after one another."""
    path = tmp_path / name
    lines = [
        frame if isinstance(frame, str) else f"{(T0 + 5 * i) * 1_000_000} {json.dumps(frame)}"
        for i, frame in enumerate(frames)
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def flow(desk: Desk, path: Path, speed: float = 1.0) -> ReplayFlow:
    return ReplayFlow(desk.market, Recording(path).head(), speed, desk.now_ms)


def test_the_book_is_the_recorded_one(desk: Desk, tmp_path: Path) -> None:
    path = record(tmp_path, SNAPSHOT, book(100, [["86000", "0"], ["85999.8", "4"]], [["86000.1", "3"]]))
    replay = flow(desk, path)
    assert desk.market.book.bids.top(5) == {860000: 1000, 859999: 2000}
    replay.advance(desk.now_ms + 99)
    assert desk.market.book.bids.best == 860000
    replay.advance(desk.now_ms + 100)
    assert desk.market.book.bids.top(5) == {859999: 2000, 859998: 4000}
    assert desk.market.book.asks.top(5) == {860001: 3000, 860002: 2000}
    assert replay.ended


def test_speed_divides_recorded_time(desk: Desk, tmp_path: Path) -> None:
    replay = flow(desk, record(tmp_path, SNAPSHOT, book(100, [["86000", "0"]], [])), speed=10.0)
    replay.advance(desk.now_ms + 9)
    assert not replay.ended
    replay.advance(desk.now_ms + 10)
    assert replay.ended


def test_a_trade_and_the_delta_that_shows_it_count_once(desk: Desk, tmp_path: Path) -> None:
    """The book frame is received first, as in real recordings, and the trade is in it."""
    after = book(50, [["86000", "0.6"]], [])
    path = record(tmp_path, SNAPSHOT, after, trade(49, "Sell", "86000", "0.4"))
    replay = flow(desk, path)
    mine = desk.place(price="86000", qty="0.5")
    assert mine.ahead == 1000
    replay.advance(desk.now_ms + 50)
    assert (mine.ahead, mine.filled) == (600, 0)
    assert desk.market.book.bids.anonymous_at(860000) == 600


def test_a_recorded_trade_beyond_the_queue_fills(desk: Desk, tmp_path: Path) -> None:
    replay = flow(desk, record(tmp_path, SNAPSHOT, trade(10, "Sell", "86000", "1.2")))
    mine = desk.place(price="86000", qty="0.5")
    replay.advance(desk.now_ms + 10)
    assert mine.filled == 200
    desk.exchange.check()


def test_the_touch_removes_better_levels_and_the_deep_book_corrects_it(desk: Desk, tmp_path: Path) -> None:
    touch = book(10, [["85999.9", "1.5"]], [["86000.2", "1"]], depth=1, kind="snapshot")
    path = record(tmp_path, SNAPSHOT, touch, book(20, [["85999.7", "1"]], []))
    replay = flow(desk, path)
    replay.advance(desk.now_ms + 10)
    assert desk.market.book.bids.top(5) == {859999: 1500}
    assert desk.market.book.asks.top(5) == {860002: 1000}
    replay.advance(desk.now_ms + 20)
    assert desk.market.book.bids.top(5) == {860000: 1000, 859999: 2000, 859997: 1000}
    assert desk.market.book.asks.top(5) == {860001: 1000, 860002: 2000}


def test_consumed_size_comes_back_only_as_it_is_added(desk: Desk, tmp_path: Path) -> None:
    frames = [book(10, [], [["86000.1", "0.9"]]), book(20, [], [["86000.1", "1.2"]])]
    replay = flow(desk, record(tmp_path, SNAPSHOT, *frames))
    desk.place(orderType="Market", qty="1")
    replay.advance(desk.now_ms + 10)
    assert desk.market.book.asks.best == 860002
    replay.advance(desk.now_ms + 20)
    assert desk.market.book.asks.top(1) == {860001: 300}


def good_line(ms: int) -> str:
    return f"{(T0 + ms) * 1_000_000} {json.dumps(book(ms, [], []))}"


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (["x {}"], 2, "receive time expected"),
        ([good_line(9), good_line(8)], 3, "is before the line above"),
        ([f"{T0 + 9}000000 {{"], 2, "not JSON"),
        ([f"{T0 + 9}000000 []"], 2, "must be a JSON object"),
        ([f'{T0 + 9}000000 {{"topic":"order"}}'], 2, "no public market topic"),
        ([f'{T0 + 9}000000 {{"topic":"orderbook.50.ETHUSDT"}}'], 2, "in a recording of BTCUSDT"),
        ([f'{T0 + 9}000000 {{"topic":"orderbook.50.BTCUSDT"}}'], 2, "not a public frame"),
        (
            [f'{T0 + 9}000000 {{"topic":"publicTrade.BTCUSDT","type":"snapshot","data":[]}}'],
            2,
            "not a public",
        ),
        ([f"{T0 + 9}000000 {json.dumps(book(9, [['86000.05', '1']], []))}"], 2, "no multiple of the tick"),
        ([f"{T0 + 9}000000 {json.dumps(book(9, [['x', '1']], []))}"], 2, "InvalidOperation"),
        ([f"{T0 + 9}000000 {json.dumps(book(9, [['86000']], []))}"], 2, "ValueError"),
        ([f"{T0 + 9}000000 {json.dumps(trade(9, 'Hold', '86000', '1'))}"], 2, "side 'Hold'"),
    ],
)
def test_damage_names_file_and_line(
    desk: Desk, tmp_path: Path, lines: list[str], line: int, reason: str
) -> None:
    path = record(tmp_path, SNAPSHOT, *lines)
    with pytest.raises(ReplayError) as damaged:
        flow(desk, path).advance(desk.now_ms + 1000)
    assert (damaged.value.path, damaged.value.line) == (path, line)
    assert reason in damaged.value.reason
    assert str(damaged.value).startswith(f"{path}, line {line}: ")


def test_truncated_and_foreign_files(tmp_path: Path) -> None:
    path = record(tmp_path, SNAPSHOT, *[book(i, [["86000", f"{i}.5"]], []) for i in range(1, 400)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReplayError, match="truncated"):
        list(Recording(path).frames())
    path.write_bytes(whole[:20] + b"\x00" * 40 + whole[60:])
    with pytest.raises(ReplayError, match=r"damaged|not JSON|expected|truncated"):
        list(Recording(path).frames())
    path.write_bytes(b"no gzip at all")
    with pytest.raises(ReplayError, match="damaged gzip"):
        list(Recording(path).frames())


@pytest.mark.parametrize(
    ("name", "category", "reason"),
    [
        ("linear_nothing_here.frames.gz", None, "there is no such file"),
        ("mine.frames.gz", None, "name it with --category"),
    ],
)
def test_heads_that_cannot_be_read(tmp_path: Path, name: str, category: str | None, reason: str) -> None:
    if name == "mine.frames.gz":
        record(tmp_path, SNAPSHOT, name=name)
    with pytest.raises(ReplayError) as wrong:
        Recording(tmp_path / name).head(category)
    assert reason in wrong.value.reason


def test_a_recording_without_a_book(tmp_path: Path) -> None:
    path = record(tmp_path, trade(0, "Buy", "86000", "1"))
    with pytest.raises(ReplayError, match="no order book snapshot"):
        Recording(path).head()


def test_a_recording_of_one_side(tmp_path: Path) -> None:
    path = record(tmp_path, book(0, [["86000", "1"]], [], kind="snapshot"))
    with pytest.raises(ReplayError, match="line 1: not a two-sided book"):
        Recording(path).head()


def test_the_venue_takes_the_recordings_grid_and_refuses_foreign_symbols(tmp_path: Path) -> None:
    fine = book(0, [["86000.01", "1"]], [["86000.02", "1"]], kind="snapshot")
    venue = SimVenue(SimConfig(replay=record(tmp_path, fine, name="spot_x.frames.gz"), market="quiet"))
    instrument = venue.exchange.markets["spot", "BTCUSDT"].instrument
    assert (instrument.tick, instrument.wire()["priceFilter"]["tickSize"]) == (Decimal("0.01"), "0.01")
    assert venue.exchange.markets["spot", "BTCUSDT"].last_ticks == 8600001
    assert venue.exchange.markets["linear", "BTCUSDT"].last_ticks == 860000
    with pytest.raises(ConfigError, match="inverse BTCUSDT is not in the venue's catalogue"):
        SimVenue(SimConfig(replay=record(tmp_path, fine, name="inverse_x.frames.gz")))


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_real_recordings_keep_the_book_uncrossed_while_trading(desk: Desk, category: str) -> None:
    path = DATA / f"{category}_BTCUSDT_2024-08-08.frames.gz"
    if not path.exists():
        pytest.skip(f"recorded data not found at {path}")
    head = Recording(path).head()
    config = replace(
        desk.config,
        instruments=tuple(
            it.with_tick(min(it.tick, head.tick)) if it.category == category else it
            for it in desk.config.instruments
        ),
    )
    desk.config = config
    desk.__post_init__()
    market = desk.exchange.markets[category, "BTCUSDT"]
    replay = ReplayFlow(market, head, 1.0, desk.now_ms)
    fields = {"category": category, "symbol": "BTCUSDT", "orderType": "Limit", "qty": "0.1"}
    for second in range(40):
        bid, ask = market.book.bids.best, market.book.asks.best
        if bid is not None and ask is not None:
            for side, ticks in (("Buy", bid), ("Sell", ask)):
                desk.place(**fields, side=side, price=str(market.instrument.price(ticks)))
        for _ in range(50):
            desk.now_ms += 20
            replay.advance(desk.now_ms)
            bid, ask = market.book.bids.best, market.book.asks.best
            assert bid is None or ask is None or bid < ask
        if second % 10 == 9:
            desk.exchange.cancel_all({"category": category, "symbol": "BTCUSDT"})
            desk.exchange.check()
    assert any(fill.is_maker for fill in desk.exchange.account.executions)


def test_leaving_the_venue_tells_that_the_recording_broke(tmp_path: Path) -> None:
    path = record(tmp_path, SNAPSHOT, f"{T0 + 900}000000 {{")

    async def main() -> None:
        async with SimVenue(SimConfig(replay=path, market="quiet")) as venue:
            failure = await asyncio.wait_for(venue.failed(), 20)
            assert isinstance(failure, ReplayError)

    with pytest.raises(ReplayError, match="line 2: not JSON"):
        asyncio.run(main())
