"""Funding: what holders of perpetual positions pay each other.

A long pays `mark * size * rate` while the rate is positive. A rate is shown for two years. Source: Bybit V5 Get
Funding Rate History and the funding rows of the execution stream.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .amounts import coin_amount
from .retention import FILLS_KEPT_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from .floor import TradedMarket
    from .isolated import IsolatedMargin
    from .position_settings import PositionSettings
    from .settlement import Settlement

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class FundingRate:
    """Rate that was settled at a time, ms."""

    at_ms: int
    rate: Decimal


class Funding:
    """Settles funding of all perpetual markets.

    Parameters
    ----------
    settlement : Settlement
        Books the payments.
    settings : PositionSettings
        Knows the slots of a market.
    markets : mapping
        Markets by category and symbol.
    now_ms : callable
        The venue's clock, ms.
    isolated : IsolatedMargin
        Lets an isolated position pay what its coin lacks.

    Attributes
    ----------
    history : dict
        Settled rates of the last two years by category and symbol, oldest first.
    """

    def __init__(
        self,
        settlement: Settlement,
        settings: PositionSettings,
        markets: Mapping[tuple[str, str], TradedMarket],
        now_ms: Callable[[], int],
        isolated: IsolatedMargin,
    ) -> None:
        self.history: dict[tuple[str, str], deque[FundingRate]] = {}
        self._isolated = isolated
        self._settlement = settlement
        self._settings = settings
        self._markets = markets
        self._due = {m.instrument.funding_minutes: 0 for m in markets.values()}
        self._due.pop(0, None)
        for minutes in self._due:
            self._due[minutes] = _next(now_ms(), minutes)
        self._first_ms = min(self._due.values(), default=0)

    def is_due(self, now_ms: int) -> bool:
        """Whether the time of a funding has come by `now_ms`."""
        return bool(self._due) and self._first_ms <= now_ms

    def advance(self, now_ms: int) -> None:
        """Settle every funding whose time has come by `now_ms`."""
        while self.is_due(now_ms):
            at_ms = self._first_ms
            for minutes, due_ms in self._due.items():
                if due_ms == at_ms:
                    self._due[minutes] = due_ms + minutes * _MINUTE_MS
                    self._settle_all(minutes, at_ms)
            self._first_ms = min(self._due.values())

    def settle(self, market: TradedMarket, at_ms: int, rate: Decimal | None = None) -> None:
        """Settle the funding of one market now, at its present rate unless another is given."""
        rate = market.funding_rate() if rate is None else rate
        settled = self.history.setdefault(market.instrument.key, deque())
        settled.append(FundingRate(at_ms, rate))
        while settled[0].at_ms < at_ms - FILLS_KEPT_MS:
            settled.popleft()
        open_slots = [slot for slot in self._settings.slots(market.instrument) if slot.size]
        if not open_slots:
            return
        with self._settlement.step():
            market.next_seq()
            for slot in open_slots:
                paid = coin_amount(slot.value(market.mark) * rate)
                self._settlement.pay_funding(market, slot, paid if slot.size > 0 else -paid, rate, at_ms)
                self._isolated.absorb(market, slot)

    def _settle_all(self, minutes: int, at_ms: int) -> None:
        for market in self._markets.values():
            if market.instrument.funding_minutes == minutes and not market.is_silent:
                self.settle(market, at_ms)


def _next(now_ms: int, minutes: int) -> int:
    interval = minutes * _MINUTE_MS
    return (now_ms // interval + 1) * interval
