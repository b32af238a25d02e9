"""Order flow of a thin, slow market, as events and as a recording: wide spreads, few levels, seconds of silence."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nautilus_bybit_adapter.warden.calibration.events import BookEvent, Event, TradeEvent

START_NS = 1_700_000_000_000_000_000
_LEAST_LEVELS = 8


@dataclass(frozen=True)
class Thin:
    """What the market is like; `lean` is how trades follow the imbalance of the touch: with it (1) or against (-1)."""

    seed: int = 0
    secs: float = 150.0
    rate: float = 4.0
    tick: float = 0.001
    middle: int = 2000
    lean: float = 0.0
    jump: float = 0.02


@dataclass
class _Flow:
    setting: Thin
    chance: np.random.Generator
    bids: dict[int, float]
    asks: dict[int, float]

    def size(self) -> float:
        return round(float(self.chance.lognormal(7.0, 1.2)) + 0.1, 1)

    def trade(self) -> tuple[bool, int, float]:
        bid, ask = max(self.bids), min(self.asks)
        lean = (self.bids[bid] - self.asks[ask]) / (self.bids[bid] + self.asks[ask])
        is_buy = bool(self.chance.random() < 0.5 + 0.4 * self.setting.lean * lean)
        side, best = (self.asks, ask) if is_buy else (self.bids, bid)
        taken = min(self.size(), side[best])
        side[best] = round(side[best] - taken, 1)
        if side[best] <= 0:
            del side[best]
        if self.chance.random() < self.setting.jump:
            for _ in range(3):
                self.cancel(side, min(side) if is_buy else max(side))
        return is_buy, best, taken

    def cancel(self, side: dict[int, float], price: int) -> None:
        if len(side) > _LEAST_LEVELS // 2:
            del side[price]

    def quote(self) -> None:
        is_bid = self.chance.random() < 0.5
        bid, ask = max(self.bids), min(self.asks)
        step = int(self.chance.integers(-1, 10))
        price = bid - step if is_bid else ask + step
        if (is_bid and price < ask) or (not is_bid and price > bid):
            (self.bids if is_bid else self.asks)[price] = self.size()

    def refill(self) -> None:
        while len(self.bids) < _LEAST_LEVELS:
            self.bids[min(self.bids) - int(self.chance.integers(1, 4))] = self.size()
        while len(self.asks) < _LEAST_LEVELS:
            self.asks[max(self.asks) + int(self.chance.integers(1, 4))] = self.size()

    def book(self, now: int) -> BookEvent:
        tick = self.setting.tick
        bids, asks = sorted(self.bids.items(), reverse=True), sorted(self.asks.items())
        levels = [[(round(price * tick, 8), size) for price, size in side] for side in (bids, asks)]
        return BookEvent(now, now, *levels)


def thin_events(setting: Thin) -> list[Event]:
    """Return the events of a market, the same for the same setting."""
    chance = np.random.default_rng(setting.seed)
    flow = _Flow(setting, chance, {setting.middle - 1: 900.0}, {setting.middle + 1: 900.0})
    now, end = START_NS, START_NS + int(setting.secs * 1e9)
    flow.refill()
    events: list[Event] = [flow.book(now)]
    while now < end:
        now += int(chance.exponential(1 / setting.rate) * 1e3) * 1_000_000
        what = chance.random()
        if what < 0.2:
            is_buy, price, size = flow.trade()
            events.append(TradeEvent(now, now, is_buy, round(price * setting.tick, 8), size))
        elif what < 0.6:
            flow.quote()
        else:
            side = flow.bids if chance.random() < 0.5 else flow.asks
            flow.cancel(side, list(side)[int(chance.integers(len(side)))])
        flow.refill()
        events.append(flow.book(now))
    return events


def write_recording(path: Path, events: list[Event], symbol: str) -> Path:
    """Write events as Bybit V5 public frames, every book as a snapshot."""
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for number, event in enumerate(events):
            ts = event.ts_ns // 1_000_000
            if isinstance(event, BookEvent):
                rows = [[[f"{p:.8f}", f"{s:.1f}"] for p, s in side] for side in (event.bids, event.asks)]
                data = {"s": symbol, "b": rows[0], "a": rows[1], "u": number, "seq": number}
                frame = {
                    "topic": f"orderbook.50.{symbol}",
                    "type": "snapshot",
                    "ts": ts,
                    "data": data,
                    "cts": ts,
                }
            else:
                row = {
                    "T": ts,
                    "s": symbol,
                    "S": "Buy" if event.is_buy else "Sell",
                    "p": f"{event.price:.8f}",
                    "v": f"{event.size:.1f}",
                }
                frame = {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": ts, "data": [row]}
            lines.write(f"{event.received_ns} {json.dumps(frame)}\n")
    return path
