"""Small archives and recordings, as Bybit and collectors write them."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history.catalog import LoadPlan
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.wire.enums import BybitProductType

START_MS = 1_733_011_200_000
CONTRACT_HEADER = (
    "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
)
SPOT_HEADER = "id,timestamp,price,volume,side"

type Levels = Sequence[tuple[str, str]]


def book_frame(
    u: int,
    ts: int,
    bids: Levels,
    asks: Levels,
    *,
    snapshot: bool = False,
    symbol: str = "BTCUSDT",
    depth: int = 500,
) -> str:
    """Return a frame of an order-book topic; `ts` is in ms after the start."""
    return json.dumps(
        {
            "topic": f"orderbook.{depth}.{symbol}",
            "type": "snapshot" if snapshot else "delta",
            "ts": START_MS + ts,
            "data": {"s": symbol, "b": bids, "a": asks, "u": u, "seq": 1000 + u},
            "cts": START_MS + ts - 2,
        },
        separators=(",", ":"),
    )


def trade_frame(ts: int, price: str, size: str, trade_id: str, symbol: str = "BTCUSDT") -> str:
    """Return a frame of a trade topic."""
    trade = {
        "T": START_MS + ts,
        "s": symbol,
        "S": "Buy",
        "v": size,
        "p": price,
        "L": "PlusTick",
        "i": trade_id,
    }
    trade |= {"BT": False, "RPI": False, "seq": 7}
    return json.dumps(
        {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": START_MS + ts, "data": [trade]},
        separators=(",", ":"),
    )


def book_lines(count: int, first_u: int = 5) -> list[str]:
    """Return a snapshot and `count` deltas that follow it."""
    bids = [("100.50", "1.000"), ("100.40", "2.500")]
    lines = [book_frame(first_u, 0, bids, [("100.60", "3.000")], snapshot=True)]
    for number in range(1, count + 1):
        size = f"{number % 7 + 1}.{number % 1000:03}"
        lines.append(book_frame(first_u + number, 100 * number, [("100.50", size)], [("100.70", size)]))
    return lines


def write_zip(path: Path, lines: Iterable[str], end: str = "\r\n") -> Path:
    """Write an order-book archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(path.name.removesuffix(".zip"), "".join(line + end for line in lines))
    return path


def write_gz(path: Path, lines: Iterable[str]) -> Path:
    """Write a packed text."""
    path.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
    return path


def contract_row(ts: str, number: int) -> str:
    """Return a row of a contract's trades."""
    side = "Buy" if number % 2 else "Sell"
    return f"{ts},BTCUSDT,{side},0.{number % 999 + 1:03},9{number % 1000:03}.50,PlusTick,id-{number},1,0.1,1"


def plan_of(path: Path, catalog: Path, **options: object) -> LoadPlan:
    """Return the plan to load a file of BTCUSDT with 2 and 3 decimals."""
    source = source_of(path)
    market = HistoryMarket.named(source.symbol, BybitProductType(source.category), 2, 3)
    return LoadPlan(source, market, catalog, **options)  # type: ignore[arg-type]
