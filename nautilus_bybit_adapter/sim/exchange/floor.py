"""A market open for trading: the hands through which flows, recordings and tests move it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from .book import BUY, SELL
from .inputs import Inputs, taken
from .instruments import INVERSE, LINEAR
from .market import Market

if TYPE_CHECKING:
    from .engine import Engine
    from .identity import Identity
    from .instruments import Instrument
    from .settlement import Settlement

Levels = Iterable[tuple[str | Decimal, str | Decimal]]


def link_underlying(market: TradedMarket, markets: Mapping[tuple[str, str], TradedMarket]) -> None:
    """Give an option or a dated future the perpetual of its coin whose index it follows."""
    it = market.instrument
    if it.is_derivative and not it.is_perpetual:
        keys = ((LINEAR, it.base + "USDT"), (LINEAR, it.base + "PERP"), (INVERSE, it.base + "USD"))
        market.underlying = next((markets[key] for key in keys if key in markets), None)


class GridError(ValueError):
    """A price or size that is no multiple of the instrument's step."""


class TradedMarket(Market):
    """A market whose book and tape can be moved from outside the account.

    Parameters
    ----------
    instrument : Instrument
        What is traded.
    identity : Identity
        Source of trade ids.
    engine : Engine
        Matches what is moved.
    settlement : Settlement
        Publishes each movement as one step.
    inputs : Inputs
        Gives the time and keeps what moves the market.
    """

    def __init__(
        self,
        instrument: Instrument,
        identity: Identity,
        engine: Engine,
        settlement: Settlement,
        inputs: Inputs,
    ) -> None:
        super().__init__(instrument, identity, inputs.now_ms)
        self.inputs = inputs
        self._engine = engine
        self._settlement = settlement

    @property
    def input_target(self) -> str:
        """What its inputs are told apart by."""
        return f"{self.instrument.category}/{self.instrument.symbol}"

    def set_book(self, bids: Levels, asks: Levels) -> None:
        """Replace all anonymous size by `(price, size)` levels.

        Raises
        ------
        GridError
            When a price or size is off the instrument's grid.
        """
        self.set_levels(self.grid(bids), self.grid(asks), replace=True)

    @taken
    def set_levels(self, bids: Mapping[int, int], asks: Mapping[int, int], *, replace: bool = False) -> None:
        """State anonymous lots by ticks; with `replace` every level not named goes away.

        Falling sizes are applied before rising ones, so an uncrossed statement does not cross on the way.
        """
        if replace:
            bids = dict.fromkeys(self.book.bids.anonymous(), 0) | dict(bids)
            asks = dict.fromkeys(self.book.asks.anonymous(), 0) | dict(asks)
        rises: list[tuple[str, int, int]] = []
        with self._settlement.step():
            self.next_seq()
            for side, own, levels in ((BUY, self.book.bids, bids), (SELL, self.book.asks, asks)):
                for ticks, lots in levels.items():
                    shown = own.anonymous_at(ticks)
                    if lots < shown:
                        own.set_anonymous(ticks, lots)
                        self.touched(self._now_ms())
                    elif lots > shown:
                        rises.append((side, ticks, lots))
            for side, ticks, lots in rises:
                self._engine.state_level(self, side, ticks, lots)

    @taken
    def follow_index(self, index: float | None) -> None:
        """Take the outside index in ticks, or the own middle when it is None, and average mark and premium."""
        with self._settlement.step():
            self.reference.follow(index, self._now_ms())

    @taken
    def quote(self, index: float | None, lots: int) -> None:
        """Show one quote per side at the mark of a market that stands still; `index` as in `follow_index`."""
        if index is not None:
            self.reference.jump(index, self._now_ms())
        middle = self.mark_ticks
        self.lay({middle: lots}, {middle + 1: lots})

    @taken
    def lay(self, bids: Mapping[int, int], asks: Mapping[int, int]) -> None:
        """Replace all anonymous lots by ticks; quick where the client has no order in the book."""
        if any(side.has_orders for side in (self.book.bids, self.book.asks)):
            self.set_levels(bids, asks, replace=True)
            return
        with self._settlement.step():
            self.next_seq()
            self.book.replace_anonymous(bids, asks)
            self.changed_ms = self._now_ms()

    def trade(self, side: str, price: str | Decimal, qty: str | Decimal) -> None:
        """Print a trade between others at `price`; `side` is the taker's.

        It shortens the queue at its price and fills the client orders it reaches.
        """
        self.trade_lots(side, self._ticks(price), self._lots(qty))

    @taken
    def trade_lots(self, side: str, ticks: int, lots: int) -> int:
        """Print a trade in ticks and lots; return the lots it took from anonymous size at its price."""
        with self._settlement.step():
            return self._engine.print_recorded(self, side, ticks, lots)

    @taken
    def add(self, side: str, ticks: int, lots: int) -> None:
        """Somebody else places a limit order: it takes what it reaches and the rest stands."""
        with self._settlement.step():
            left = self._engine.take_anonymous(self, side, lots, ticks)
            if left:
                self.next_seq()
                own = self.book.side(side)
                own.set_anonymous(ticks, own.anonymous_at(ticks) + left)

    @taken
    def take(self, side: str, lots: int, limit: int | None = None) -> int:
        """Somebody else takes up to `lots`; return what found nothing."""
        with self._settlement.step():
            return self._engine.take_anonymous(self, side, lots, limit)

    @taken
    def take_retail(self, side: str, lots: int, limit: int | None = None) -> int:
        """Let a retail trader take up to `lots`, of either book; return what found nothing."""
        with self._settlement.step():
            return self._engine.take_anonymous(self, side, lots, limit, retail=True)

    @taken
    def lay_rpi(self, bids: Mapping[int, int], asks: Mapping[int, int]) -> None:
        """State all anonymous lots of retail price improvement orders by ticks."""
        for side, wanted in ((self.book.rpi_bids, bids), (self.book.rpi_asks, asks)):
            for ticks in side.anonymous():
                if ticks not in wanted:
                    side.set_anonymous(ticks, 0)
            for ticks, lots in wanted.items():
                side.set_anonymous(ticks, lots)
        self.touched(self._now_ms())

    def reduce(self, side: str, ticks: int, lots: int) -> None:
        """Somebody else cancels up to `lots` at `ticks`."""
        own = self.book.side(side)
        self.set_levels(
            *({ticks: max(0, own.anonymous_at(ticks) - lots)} if s == side else {} for s in ("Buy", "Sell"))
        )

    def grid(self, levels: Levels) -> dict[int, int]:
        """Levels as lots by ticks."""
        return {self._ticks(price): self._lots(size) for price, size in levels}

    def _ticks(self, price: str | Decimal) -> int:
        ticks = self.instrument.to_ticks(Decimal(price))
        if ticks is None:
            raise GridError(f"price {price} is no multiple of the tick {self.instrument.tick}")
        return ticks

    def _lots(self, size: str | Decimal) -> int:
        lots = self.instrument.to_lots(Decimal(size))
        if lots is None:
            raise GridError(f"size {size} is no multiple of the step {self.instrument.lot}")
        return lots
