"""A venue without sockets: the exchange, a clock that is set by hand and everything it told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim.exchange.events import Event, PrivateEvent, TradesEvent
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

START_MS = 1_791_270_000_000


@dataclass
class Desk:
    """An exchange with a hand-set clock; `told` collects its events."""

    config: ExchangeConfig = field(default_factory=ExchangeConfig)
    now_ms: int = START_MS
    told: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.config, lambda: self.now_ms, self._hear)

    @property
    def market(self) -> TradedMarket:
        return self.exchange.markets["linear", "BTCUSDT"]

    @property
    def spot(self) -> TradedMarket:
        return self.exchange.markets["spot", "BTCUSDT"]

    def place(self, **fields: Any) -> Any:
        defaults = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "orderType": "Limit",
            "qty": "1",
        }
        return self.exchange.place(defaults | fields)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PrivateEvent):
            assert event.rows
        self.told.append(event)

    def topics(self) -> list[str]:
        """Topics told since the last call, private ones only."""
        found = [event.topic for event in self.told if isinstance(event, PrivateEvent)]
        self.told.clear()
        return found

    def rows(self, topic: str) -> list[dict[str, Any]]:
        """Rows told of a topic since the last `topics()` or `clear`."""
        return [
            row
            for event in self.told
            if isinstance(event, PrivateEvent) and event.topic == topic
            for row in event.rows
        ]

    def trades(self) -> list[tuple[str, int, int]]:
        """Side, ticks and lots of public trades told."""
        return [
            (trade.side, trade.ticks, trade.lots)
            for event in self.told
            if isinstance(event, TradesEvent)
            for trade in event.trades
        ]


@pytest.fixture
def desk() -> Desk:
    """BTCUSDT linear and spot with two levels of one and two coins on each side of 86000.0/86000.1."""
    desk = Desk()
    for market in (desk.market, desk.spot):
        market.set_book([("86000.0", "1"), ("85999.9", "2")], [("86000.1", "1"), ("86000.2", "2")])
    desk.told.clear()
    return desk


@pytest.fixture(scope="session")
def captured() -> dict[str, Any]:
    """Frames and answers captured from the venue's public test network."""
    return dict(json.loads((Path(__file__).parent / "captured" / "samples.json").read_text()))
