"""Dated contracts and options at their delivery time: settled, then closed, and the next one of their series listed.

From its delivery time on a contract is `Delivering` and takes no order; a minute later it is `Closed`. A contract
that the catalogue reckons from the present (so many Fridays or quarters ahead) belongs to a series: once it is
delivered the nearest one that is not listed yet takes its place, an option with its strike on the grid around the
index of that moment. Source: Bybit V5 Get Instruments Info and Get Delivery Price; the minute is chosen.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from .expiries import day_code, friday, quarter, quarter_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .floor import TradedMarket
    from .forced import ForcedCloses
    from .instruments import Instrument

CLOSED_AFTER_MS = 60_000
TRADING, DELIVERING, CLOSED = "Trading", "Delivering", "Closed"
MOST_AHEAD = 500


class Deliveries:
    """Delivers what is due by the clock.

    Parameters
    ----------
    forced : ForcedCloses
        Settles positions and withdraws orders.
    markets : mapping
        Markets by category and symbol.
    enlist : callable
        Opens a market for a new instrument.
    """

    def __init__(
        self,
        forced: ForcedCloses,
        markets: Mapping[tuple[str, str], TradedMarket],
        enlist: Callable[[Instrument], None],
    ) -> None:
        self._forced = forced
        self._markets = markets
        self._enlist = enlist
        self._next_ms: int | None = 0

    def is_due(self, now_ms: int) -> bool:
        """Whether a contract has to be delivered or closed by `now_ms`."""
        if self._next_ms == 0:
            self._next_ms = min(filter(None, map(self._due_ms, self._markets.values())), default=None)
        return self._next_ms is not None and self._next_ms <= now_ms

    def noticed(self) -> None:
        """Look anew when the next one is due: a contract was delivered before its time."""
        self._next_ms = 0

    def advance(self, now_ms: int) -> None:
        """Deliver and close what is due by `now_ms`."""
        while self.is_due(now_ms):
            for market in list(self._markets.values()):
                if self._due_ms(market) == self._next_ms:
                    self._move_on(market, now_ms)
            self._next_ms = 0

    def _due_ms(self, market: TradedMarket) -> int | None:
        it = market.instrument
        if market.status == CLOSED or not it.delivery_ms:
            return None
        done = self._forced.delivered.get(it.key)
        return it.delivery_ms if done is None else done.at_ms + CLOSED_AFTER_MS

    def _move_on(self, market: TradedMarket, now_ms: int) -> None:
        if market.instrument.key in self._forced.delivered:
            market.status = CLOSED
            return
        self._forced.deliver(market)
        following = next_of_series(market.instrument, now_ms, market.index, self._markets)
        if following is not None:
            self._enlist(following)


def next_of_series(
    it: Instrument, now_ms: int, index: Decimal, listed: Mapping[tuple[str, str], TradedMarket]
) -> Instrument | None:
    """Return the contract that takes the place of one that was delivered; None when it has no series."""
    series = it.listing.series
    if series is None:
        return None
    at, code = (friday, day_code) if series.by == "fridays" else (quarter, quarter_code)
    strike = it.strike
    if series.strike_step:
        steps = (index * series.moneyness / series.strike_step).to_integral_value()
        strike = max(steps, Decimal(1)) * series.strike_step
    for number in range(series.ahead, series.ahead + MOST_AHEAD):
        delivery = at(now_ms, number)
        symbol = series.symbol(code(delivery), strike)
        if (it.category, symbol) not in listed:
            basis = it.reference_price / it.index_price
            return replace(
                it,
                symbol=symbol,
                delivery_ms=delivery,
                strike=strike,
                reference_price=_on_grid(index * basis, it.tick),
                index_price=index,
                symbol_id=max(m.instrument.symbol_id for m in listed.values()) + 1,
                listing=replace(it.listing, status=TRADING, launch_time=str(now_ms), display_name=""),
            )
    return None


def _on_grid(price: Decimal, tick: Decimal) -> Decimal:
    return max(tick, (price / tick).to_integral_value() * tick)
