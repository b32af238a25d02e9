"""Public frames for the benches: the same bytes each time, for any number of symbols."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

DEPTH = 50
LEVELS = 4  # of each side that a delta changes
PUSHES_A_CANDLE = 20
START_MS = 1_791_240_000_000


def _levels(chance: random.Random, start: float, step: float, count: int) -> list[list[str]]:
    return [
        [f"{start + step * chance.randrange(DEPTH):.2f}", f"{chance.randrange(1, 9000) / 1000:.3f}"]
        for _ in range(count)
    ]


def _book(topic: str, kind: str, bids: list[list[str]], asks: list[list[str]], update: int) -> bytes:
    return msgspec.json.encode(
        {
            "topic": topic,
            "type": kind,
            "ts": START_MS + update,
            "data": {
                "s": topic.rpartition(".")[2],
                "b": bids,
                "a": asks,
                "u": update,
                "seq": 9_688_000_000 + update,
            },
            "cts": START_MS + update,
        }
    )


def book_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol a snapshot and then deltas of eight levels, in turn."""
    chance = random.Random(5)  # noqa: S311 - the same frames each time
    bids, asks = (
        [[f"{start + step * n:.2f}", "1.5"] for n in range(DEPTH)]
        for start, step in ((60000.0, -0.1), (60000.1, 0.1))
    )
    for symbol in symbols:
        yield _book(f"orderbook.{DEPTH}.{symbol}", "snapshot", bids, asks, 1)
    for number in range(count - len(symbols)):
        topic = f"orderbook.{DEPTH}.{symbols[number % len(symbols)]}"
        yield _book(
            topic,
            "delta",
            _levels(chance, 60000.0, -0.1, LEVELS),
            _levels(chance, 60000.1, 0.1, LEVELS),
            2 + number // len(symbols),
        )


def touch_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol depth-1 snapshots, in turn."""
    chance = random.Random(6)  # noqa: S311 - the same frames each time
    for number in range(count):
        bid = 60000 + chance.randrange(100) / 10
        yield _book(
            f"orderbook.1.{symbols[number % len(symbols)]}",
            "snapshot",
            [[f"{bid:.2f}", f"{chance.randrange(1, 9000) / 1000:.3f}"]],
            [[f"{bid + 0.1:.2f}", f"{chance.randrange(1, 9000) / 1000:.3f}"]],
            1 + number // len(symbols),
        )


def ticker_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol ticker changes of the touch, in turn, after one of everything."""
    chance = random.Random(7)  # noqa: S311 - the same frames each time
    whole = {
        "tickDirection": "MinusTick",
        "price24hPcnt": "-0.029481",
        "lastPrice": "60000.10",
        "prevPrice24h": "58969.90",
        "highPrice24h": "61611.20",
        "lowPrice24h": "55600.00",
        "prevPrice1h": "57568.40",
        "markPrice": "60000.90",
        "indexPrice": "60002.54",
        "openInterest": "253961.911",
        "openInterestValue": "21928823732.93",
        "turnover24h": "97449674.1698",
        "volume24h": "683.0420",
        "nextFundingTime": "1791244800000",
        "fundingRate": "0.0001",
    }
    for number in range(count):
        symbol = symbols[number % len(symbols)]
        bid = 60000 + chance.randrange(100) / 10
        touch = {
            "symbol": symbol,
            "bid1Price": f"{bid:.2f}",
            "bid1Size": f"{chance.randrange(1, 9000) / 1000:.3f}",
            "ask1Price": f"{bid + 0.1:.2f}",
            "ask1Size": f"{chance.randrange(1, 9000) / 1000:.3f}",
        }
        first = number < len(symbols)
        frame: dict[str, Any] = {
            "topic": f"tickers.{symbol}",
            "type": "snapshot" if first else "delta",
            "data": whole | touch if first else touch,
            "cs": 9_688_000_000 + number,
            "ts": START_MS + number,
        }
        yield msgspec.json.encode(frame)


def trade_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol frames of one trade, in turn."""
    for number in range(count):
        symbol = symbols[number % len(symbols)]
        trade = {
            "T": START_MS + number,
            "s": symbol,
            "S": "Buy" if number % 2 else "Sell",
            "v": "0.004",
            "p": f"{60000 + number % 100 / 10:.2f}",
            "L": "ZeroMinusTick",
            "i": f"c9973f17-3657-54b1-b419-{number:012d}",
            "BT": False,
            "RPI": False,
            "seq": 9_688_000_000 + number,
        }
        yield msgspec.json.encode(
            {
                "topic": f"publicTrade.{symbol}",
                "type": "snapshot",
                "ts": START_MS + number,
                "data": [trade],
            }
        )


def price_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol ticker changes of the mark and index price, in turn, after one of everything."""
    yield from ticker_frames(len(symbols), symbols)
    for number in range(count - len(symbols)):
        symbol = symbols[number % len(symbols)]
        prices = {"markPrice": f"{60001 + number / 100:.2f}", "indexPrice": f"{60003 + number / 100:.2f}"}
        yield msgspec.json.encode(
            {
                "topic": f"tickers.{symbol}",
                "type": "delta",
                "data": {"symbol": symbol, "openInterestValue": f"{number}.93"} | prices,
                "cs": 9_689_000_000 + number,
                "ts": START_MS + len(symbols) + number,
            }
        )


def candle_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol candles that form, in turn."""
    for number in range(count):
        yield _candle(symbols[number % len(symbols)], number, 0, closed=False)


def minute_frames(count: int, symbols: Sequence[str]) -> Iterator[bytes]:
    """Give each symbol the pushes of one candle after the other, the last of each candle when it is closed."""
    for number in range(count):
        minute, push = divmod(number // len(symbols), PUSHES_A_CANDLE)
        yield _candle(symbols[number % len(symbols)], number, minute, closed=push == PUSHES_A_CANDLE - 1)


def _candle(symbol: str, number: int, minute: int, *, closed: bool) -> bytes:
    candle = {
        "start": START_MS + 60_000 * minute,
        "end": START_MS + 60_000 * minute + 59_999,
        "interval": "1",
        "open": "60000.50",
        "close": f"{60000 + number % 100 / 10:.2f}",
        "high": "60100.00",
        "low": "59999.50",
        "volume": "2.081",
        "turnover": "34666.4005",
        "confirm": closed,
        "timestamp": START_MS + number,
    }
    return msgspec.json.encode(
        {"topic": f"kline.1.{symbol}", "data": [candle], "ts": START_MS + number, "type": "snapshot"}
    )
