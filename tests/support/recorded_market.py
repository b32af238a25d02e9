"""Recorded markets as instruments and data of the framework, whatever the category."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from nautilus_trader.model.currencies import BTC, ETH, USD, USDT
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide, RecordFlag
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import CryptoPerpetual, CurrencyPair, Instrument
from nautilus_trader.model.objects import Price, Quantity

# Not BYBIT: a backtest tells the whole process to calculate the accounts of its venue, live ones included.
VENUE = Venue("BACKTEST")
SECOND = 1_000_000_000
MAKER_FEE, TAKER_FEE = Decimal("0.0002"), Decimal("0.00055")


@dataclass(frozen=True)
class Recording:
    """One recorded market.

    `name` is that of the file's start, `price_precision` and `size_precision` are decimals, `large` is the notional
    (quote units) of a large order there.
    """

    name: str
    price_precision: int
    size_precision: int
    large: int

    @property
    def is_inverse(self) -> bool:
        return self.name.startswith("inverse")

    @property
    def is_spot(self) -> bool:
        return self.name.startswith("spot")

    @property
    def path(self) -> Path:
        root = Path(
            os.environ.get("BYBIT_NT_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data")
        )
        return root / f"{self.name}_2024-08-08.frames.gz"

    @property
    def label(self) -> str:
        category, _, symbol = self.name.partition("_")
        return f"{symbol} {category}"


RECORDINGS = (
    Recording("linear_BTCUSDT", 1, 3, 1_000_000),
    Recording("spot_BTCUSDT", 2, 5, 1_000_000),
    Recording("spot_ETHUSDT", 2, 4, 500_000),
    Recording("inverse_BTCUSD", 1, 0, 500_000),
    Recording("inverse_ETHUSD", 2, 0, 300_000),
)


def instrument_of(recording: Recording) -> Instrument:
    """Return the instrument with the fees of an ordinary account on linear contracts, 5.5 and 2 bps."""
    symbol = recording.name.partition("_")[2]
    base = BTC if symbol.startswith("BTC") else ETH
    quote = USD if recording.is_inverse else USDT
    lot = Quantity(Decimal(1).scaleb(-recording.size_precision), recording.size_precision)
    common: dict[str, Any] = {
        "instrument_id": InstrumentId(Symbol(f"{symbol}-{recording.name[:3].upper()}"), VENUE),
        "raw_symbol": Symbol(symbol),
        "base_currency": base,
        "quote_currency": quote,
        "price_precision": recording.price_precision,
        "size_precision": recording.size_precision,
        "price_increment": Price(Decimal(1).scaleb(-recording.price_precision), recording.price_precision),
        "size_increment": lot,
        "min_quantity": lot,
        "maker_fee": MAKER_FEE,
        "taker_fee": TAKER_FEE,
        "ts_event": 0,
        "ts_init": 0,
    }
    if recording.is_spot:
        return CurrencyPair(**common)
    settlement = base if recording.is_inverse else quote
    return CryptoPerpetual(**common, settlement_currency=settlement, is_inverse=recording.is_inverse)


def frames(recording: Recording, seconds: float) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (receive time in UNIX ns, V5 frame) of the first seconds."""
    first = None
    with gzip.open(recording.path, "rt") as lines:
        for line in lines:
            stamp, _, text = line.partition(" ")
            first = first or int(stamp)
            if int(stamp) > first + seconds * SECOND:
                return
            yield int(stamp), json.loads(text)


def market_data(recording: Recording, instrument: Instrument, seconds: float) -> list[Any]:
    """Return book and trades of the first seconds, by receive time."""
    out: list[Any] = []
    for received, frame in frames(recording, seconds):
        topic = frame["topic"]
        if topic.startswith("publicTrade"):
            out += [_trade(instrument, row, received) for row in frame["data"]]
        elif topic.startswith("orderbook.200"):
            deltas = _deltas(instrument, frame, received)
            if deltas is not None:
                out.append(deltas)
    return out


def _trade(instrument: Instrument, row: dict[str, Any], received: int) -> TradeTick:
    side = AggressorSide.BUYER if row["S"] == "Buy" else AggressorSide.SELLER
    price = Price(Decimal(row["p"]), instrument.price_precision)
    size = Quantity(Decimal(row["v"]), instrument.size_precision)
    return TradeTick(instrument.id, price, size, side, TradeId(row["i"]), received, received)


def _deltas(instrument: Instrument, frame: dict[str, Any], received: int) -> OrderBookDeltas | None:
    is_snapshot, data = frame["type"] == "snapshot", frame["data"]
    rows = [(OrderSide.BUY, *level) for level in data["b"]] + [
        (OrderSide.SELL, *level) for level in data["a"]
    ]
    if not rows:
        return None
    deltas = [OrderBookDelta.clear(instrument.id, 0, received, received)] if is_snapshot else []
    for number, (side, price, size) in enumerate(rows, 1):
        amount = Decimal(size)
        action = BookAction.ADD if is_snapshot else BookAction.UPDATE if amount else BookAction.DELETE
        order = BookOrder(
            side,
            Price(Decimal(price), instrument.price_precision),
            Quantity(amount, instrument.size_precision),
            0,
        )
        flags = RecordFlag.F_LAST if number == len(rows) else 0
        deltas.append(OrderBookDelta(instrument.id, action, order, flags, 0, received, received))
    return OrderBookDeltas(instrument.id, deltas)
