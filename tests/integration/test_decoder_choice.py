"""Whichever decoder the config chooses, a TradingNode receives the same objects of the same frames."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from nautilus_trader.model.data import (
    Bar,
    BarType,
    DataType,
    FundingRateUpdate,
    IndexPriceUpdate,
    MarkPriceUpdate,
    OrderBookDeltas,
    QuoteTick,
    TradeTick,
)
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.identifiers import InstrumentId
from scripted_venue import Socket, answer, scripted_venue
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import BybitOpenInterest
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport import public
from nautilus_bybit_adapter.wire.codec import decode_public

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
KINDS = (
    OrderBookDeltas,
    QuoteTick,
    TradeTick,
    Bar,
    MarkPriceUpdate,
    IndexPriceUpdate,
    FundingRateUpdate,
    BybitOpenInterest,
)
BOOK, TOUCH, TRADES, TICKER, CANDLES = TOPICS = (
    "orderbook.50.BTCUSDT",
    "orderbook.1.BTCUSDT",
    "publicTrade.BTCUSDT",
    "tickers.BTCUSDT",
    "kline.1.BTCUSDT",
)
START_MS = 1_672_324_800_000


def _book(topic: str, kind: str, bids: list[list[str]], asks: list[list[str]], update: int) -> dict[str, Any]:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": update, "seq": update}
    return {"topic": topic, "type": kind, "ts": START_MS + update, "data": data, "cts": START_MS + update}


def _ticker(kind: str, at: int, **fields: str) -> dict[str, Any]:
    return {
        "topic": TICKER,
        "type": kind,
        "ts": START_MS + at,
        "data": {"symbol": "BTCUSDT"} | fields,
        "cs": at,
    }


def _candle(minute: int, *, closed: bool) -> dict[str, Any]:
    start = START_MS + minute * 60_000
    prices = {"open": "60000.5", "high": "60100", "low": "59999.5", "close": "60001"}
    row = prices | {"start": start, "end": start + 59_999, "interval": "1", "volume": "2.081"}
    row |= {"turnover": "34666.4005", "confirm": closed, "timestamp": start + 5}
    return {"topic": CANDLES, "type": "snapshot", "ts": start + 5, "data": [row]}


def _trade(number: int, side: str) -> dict[str, Any]:
    return {
        "T": START_MS + number,
        "s": "BTCUSDT",
        "S": side,
        "v": "0.004",
        "p": "60000.10",
        "i": f"id-{number}",
    }


FRAMES = (
    _book(BOOK, "snapshot", [["60000.00", "1.5"]], [["60000.10", "2"], ["60000.50", "1"]], 5),
    _book(TOUCH, "snapshot", [["60000.00", "1.5"]], [["60000.10", "2"]], 5),
    _ticker(
        "snapshot",
        1,
        markPrice="60000.05",
        indexPrice="60001.1234",
        fundingRate="0.0001",
        nextFundingTime="1672329600000",
        fundingIntervalHour="8",
        openInterest="10.5",
        openInterestValue="630000",
    ),
    _candle(0, closed=False),
    _book(BOOK, "delta", [["60000.00", "0"], ["59999.90", "3"]], [], 6),
    {"topic": TRADES, "type": "snapshot", "ts": START_MS + 9, "data": [_trade(1, "Buy"), _trade(2, "Sell")]},
    _ticker("delta", 2, bid1Price="60000.00", lastPrice="60000.10"),
    _candle(0, closed=True),
    _ticker("delta", 3, markPrice="60000.06"),
    _book(TOUCH, "snapshot", [["59999.90", "3"]], [["60000.10", "2"]], 6),
    _ticker("delta", 4, fundingRate="0.0002", indexPrice="60001.2"),
    _book(BOOK, "delta", [], [["60000.50", "0.001"]], 7),
    _ticker("delta", 5, openInterest="11.5", markPrice="60000.06"),
    _candle(1, closed=False),
    _candle(1, closed=True),
)


def subscribe(watcher: Watcher) -> None:
    watcher.subscribe_order_book_deltas(LINEAR, BookType.L2_MBP)
    watcher.subscribe_quote_ticks(LINEAR)
    watcher.subscribe_trade_ticks(LINEAR)
    watcher.subscribe_mark_prices(LINEAR)
    watcher.subscribe_index_prices(LINEAR)
    watcher.subscribe_funding_rates(LINEAR)
    watcher.subscribe_data(DataType(BybitOpenInterest, {"instrument_id": LINEAR}), client_id=CLIENT_ID)
    watcher.subscribe_bars(BarType.from_str(f"{LINEAR}-1-MINUTE-LAST-EXTERNAL"))


async def replay(decoder: str) -> list[tuple[str, Any]]:
    """Return what a node receives of the frames, in its order, without when it was received."""
    asked: set[str] = set()

    async def send_all(socket: Socket, message: dict[str, Any]) -> bool:
        await answer(socket, message)
        if message.get("op") == "subscribe":
            asked.update(message["args"])
            if asked == set(TOPICS):
                for frame in FRAMES:
                    await socket.send(frame)
        return True

    async with SimVenue(SimConfig(market="quiet")) as venue, scripted_venue() as script:
        script.reply = send_all
        async with watching(
            venue, LINEAR, decoder=decoder, base_url_ws_public=script.ws_url("/v5/public")
        ) as watcher:
            subscribe(watcher)
            await watcher.until(lambda: len(watcher.of(Bar)) == 2, "the last frame")
            return [told(item) for item in watcher.of(*KINDS)]


def told(item: Any) -> tuple[str, Any]:
    fields = repr(item) if isinstance(item, FundingRateUpdate) else type(item).to_dict(item)
    return type(item).__name__, without_receipt(fields)


def without_receipt(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_receipt(each) for name, each in value.items() if name != "ts_init"}
    if isinstance(value, list):
        return [without_receipt(each) for each in value]
    if isinstance(value, str) and "ts_init=" in value:
        return value.partition(", ts_init=")[0]
    return value


def test_both_decoders_give_a_node_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    in_python: Counter[str] = Counter()
    decode = decode_public

    def count(payload: bytes, category: str) -> Any:
        message = decode(payload, category)
        in_python[getattr(message, "topic", "")] += 1
        return message

    monkeypatch.setattr(public, "decode_public", count)
    # The config wins over the environment.
    monkeypatch.setenv(native.DECODER_VARIABLE, "python")
    from_cpp = asyncio.run(replay("native"))
    left = {topic: in_python[topic] for topic in TOPICS}
    in_python.clear()
    monkeypatch.setenv(native.DECODER_VARIABLE, "native")
    from_python = asyncio.run(replay("python"))
    assert from_cpp == from_python
    assert Counter(name for name, _ in from_cpp) == {
        "OrderBookDeltas": 3,
        "QuoteTick": 2,
        "TradeTick": 2,
        "Bar": 2,
        "MarkPriceUpdate": 2,
        "IndexPriceUpdate": 2,
        "FundingRateUpdate": 2,
        "BybitOpenInterest": 2,
    }
    # C++ leaves closed candles, and tickers that change funding or open interest: the first and two more.
    assert left == {BOOK: 0, TOUCH: 0, TRADES: 0, TICKER: 3, CANDLES: 2}
    assert {topic: in_python[topic] for topic in TOPICS} == Counter(frame["topic"] for frame in FRAMES)


@pytest.mark.parametrize("decoder", ["fast", ""])
def test_another_decoder_stops_the_build_with_its_name(decoder: str) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, watching(venue, LINEAR, decoder=decoder):
            raise AssertionError("built")

    with pytest.raises(BybitConfigError, match=rf"decoder is '{decoder}'; it must be auto, native or python"):
        asyncio.run(run())
