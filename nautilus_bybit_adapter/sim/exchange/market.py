"""One market: its instrument, book, tape, statistics and counters."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .amounts import plain
from .auction_price import Crossing, find_crossing
from .black import YEAR_MS, OptionValue, implied_volatility, option_value
from .book import BUY, Book
from .candles import Candles
from .depth import FULL_DEPTH, FULL_INTERVAL_MS, DepthFeed, intervals
from .orders import OptionFigures, PublicTrade
from .pre_listing import GATHERING, NOT_STARTED, SILENT
from .reference import Reference
from .rpi import RpiFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .identity import Identity
    from .instruments import Instrument

TAPE_LENGTH = 1000
FIRST_SEQ = 9_688_000_000
_MINUTE_MS = 60_000
OPTION_BAND_OF_MARK, OPTION_BAND_OF_INDEX = Decimal("0.5"), Decimal("0.02")


class Market:
    """State of one symbol.

    Parameters
    ----------
    instrument : Instrument
        What is traded.
    identity : Identity
        Source of trade ids.
    now_ms : callable
        The venue's clock, ms.

    Attributes
    ----------
    underlying : Market or None
        Market whose index is this one's: the perpetual of an option's or a dated future's coin.
    status : str
        Bybit's `status` of the instrument now.
    phase : str
        Bybit's `curAuctionPhase` of a contract that has or had one, `""` of others.
    gathers : bool
        Whether orders rest beside each other until an auction matches them.
    watchers : int
        How many topics of this market are subscribed.
    asked_ms : int
        When a request last named this market.
    on_ask : callable, optional
        Called when a request or a subscription names this market.
    """

    def __init__(self, instrument: Instrument, identity: Identity, now_ms: Callable[[], int]) -> None:
        self.instrument = instrument
        self.book = Book()
        self.feeds = {depth: DepthFeed(self.book, depth, ms) for depth, ms in intervals(instrument.category)}
        self.full_feed = DepthFeed(self.book, FULL_DEPTH, FULL_INTERVAL_MS)
        self.rpi_feed = RpiFeed(self.book)
        self.tape: deque[PublicTrade] = deque(maxlen=TAPE_LENGTH)
        self.candles = Candles()
        self.seq = FIRST_SEQ + instrument.symbol_id * 1_000_000
        self.changed_ms = 0
        self.underlying: Market | None = None
        self.status = instrument.listing.status
        self.gathers = False
        self.phase = "" if instrument.listing.pre_listing is None else NOT_STARTED
        self._crossed: tuple[int, Crossing] | None = None
        self.watchers = 0
        self.asked_ms = 0
        self.on_ask: Callable[[], None] | None = None
        self._identity = identity
        self._now_ms = now_ms
        self._valued: tuple[tuple[int, Decimal], OptionValue] | None = None
        self.last_ticks = self.start_ticks = self._first_ticks()
        self.high_ticks = self.low_ticks = self.last_ticks
        self.volume_lots = 0
        self.turnover = 0
        self.reference = Reference(instrument, self.book, self.start_ticks)
        self._tick_direction = "ZeroPlusTick"

    def listed(self) -> dict[str, Any]:
        """Item of `/v5/market/instruments-info` as it is now."""
        plan = self.instrument.listing.pre_listing
        phase = {"preListingInfo": plan.wire(self.phase)} if plan is not None else {}
        return self.instrument.wire() | {"status": self.status} | phase

    def enter_phase(self, phase: str) -> None:
        """Begin a phase before or at the launch."""
        plan = self.instrument.listing.pre_listing
        self.phase = phase
        self.gathers = phase in GATHERING and plan is not None and not plan.skips_auction
        self.book.version += 1

    @property
    def is_silent(self) -> bool:
        """Whether the book and the trades are not shown yet."""
        return self.phase in SILENT

    def crossing(self) -> Crossing:
        """Where the auction would match now."""
        if self._crossed is None or self._crossed[0] != self.book.version:
            self._crossed = (self.book.version, find_crossing(self.book, self.last_ticks))
        return self._crossed[1]

    def reopen(self) -> None:
        """Start the streams anew, as after a restart of the venue: nobody is subscribed and `u` is 1 again."""
        self.feeds = {
            depth: DepthFeed(self.book, depth, ms) for depth, ms in intervals(self.instrument.category)
        }
        self.full_feed = DepthFeed(self.book, FULL_DEPTH, FULL_INTERVAL_MS)
        self.rpi_feed = RpiFeed(self.book)
        self.watchers = 0

    @property
    def index(self) -> Decimal:
        """Index price in quote coin."""
        if self.underlying is not None:
            return self.underlying.index
        if self.instrument.is_option:
            return self.instrument.index_price
        return self.instrument.price(self.reference.index_ticks)

    def delivery_index(self) -> Decimal:
        """Average of the index over the half hour before now, at which a contract is delivered."""
        source = self.underlying or self
        average = source.reference.average.at(self._now_ms())
        if average is None or (self.instrument.is_option and self.underlying is None):
            return self.index
        return Decimal(f"{average:.4f}") * source.instrument.tick

    @property
    def index_ticks(self) -> int:
        """Index price on this market's price grid, rounded down."""
        return int(self.index / self.instrument.tick)

    @property
    def mark(self) -> Decimal:
        """Mark price in quote coin; of an option the model's price with 4 decimals."""
        if self.instrument.is_option:
            return Decimal(f"{self.option_value().price:.4f}")
        return self.instrument.price(self.mark_ticks)

    @property
    def mark_ticks(self) -> int:
        """Mark price on the price grid, at least one tick."""
        if self.instrument.is_option:
            return max(1, round(self.mark / self.instrument.tick))
        return self.crossing().ticks if self.gathers else self.reference.mark_ticks

    @property
    def tick_direction(self) -> str:
        """Direction of the last trade, as `L` of public trades."""
        return self._tick_direction

    def years(self) -> float:
        """Time to delivery in years, not negative."""
        return max(0, self.instrument.delivery_ms - self._now_ms()) / YEAR_MS

    def option_value(self) -> OptionValue:
        """Model price and greeks of an option now; time moves in steps of a minute."""
        it, index = self.instrument, self.index
        key = (self._now_ms() // _MINUTE_MS, index)
        if self._valued is None or self._valued[0] != key:
            value = option_value(
                forward=float(index),
                strike=float(it.strike),
                volatility=float(it.volatility),
                years=self.years(),
                is_call=it.contract == "Call",
            )
            self._valued = (key, value)
        return self._valued[1]

    def iv(self, price: Decimal) -> Decimal:
        """Volatility at which the model gives an option's `price`, with 4 decimals."""
        it = self.instrument
        found = implied_volatility(
            price=float(price),
            forward=float(self.index),
            strike=float(it.strike),
            years=self.years(),
            is_call=it.contract == "Call",
        )
        return Decimal(f"{found:.4f}")

    def option_figures(self, ticks: int) -> OptionFigures:
        """Return what a trade of an option at `ticks` tells besides its price."""
        index = plain(self.index)
        return OptionFigures(
            trade_iv=plain(self.iv(self.instrument.price(ticks))),
            mark_iv=plain(self.instrument.volatility),
            index_price=index,
            underlying_price=index,
        )

    def funding_rate(self) -> Decimal:
        """Rate of the next funding; 0 on markets without funding."""
        return self.reference.funding_rate()

    def next_funding_ms(self) -> int:
        """Time of the next funding, ms; 0 on markets without funding."""
        interval = self.instrument.funding_minutes * _MINUTE_MS
        return (self._now_ms() // interval + 1) * interval if interval else 0

    def asked(self) -> None:
        """Note that a request or a subscription names this market."""
        self.asked_ms = self._now_ms()
        if self.on_ask is not None:
            self.on_ask()

    def next_seq(self) -> int:
        """Advance the cross sequence shared by books, trades and executions."""
        self.seq += 1
        return self.seq

    def touched(self, now_ms: int) -> None:
        """Note that the book changed at `now_ms`."""
        self.book.version += 1
        self.changed_ms = now_ms

    def band(self) -> tuple[int, int]:
        """Highest buy and lowest sell price in ticks that the price limit allows.

        Source: Bybit V5 Get Order Price Limit; spot is measured from the index and its premium over two minutes,
        whichever its sign. That of options is the
        venue's own: half the mark or a fiftieth of the index beyond the mark, whichever is more.
        """
        it, tick, x, y = (
            self.instrument,
            self.instrument.tick,
            self.instrument.ratio_x,
            self.instrument.ratio_y,
        )
        index = self.index
        if it.is_option:
            away = max(self.mark * OPTION_BAND_OF_MARK, index * OPTION_BAND_OF_INDEX)
            return int((self.mark + away) / tick), max(1, -int(-(self.mark - away) // tick))
        zero = Decimal(0)
        if it.is_spot:
            premium = Decimal(f"{self.reference.spot_premium_ticks:.2f}") * tick
            mark, above, below = index, premium, premium
        else:
            premium = Decimal(f"{self.reference.premium_ticks:.2f}") * tick
            mark, above, below = self.mark, max(zero, premium), min(zero, premium)
        most = min(mark * (1 + y), max(index, mark * (1 + x) + above))
        least = max(mark * (1 - y), min(index, mark * (1 - x) + below))
        return int(most / tick), -int(-least // tick)

    def print_trade(
        self, side: str, ticks: int, lots: int, now_ms: int, *, is_rpi: bool = False
    ) -> PublicTrade:
        """Put a trade on the tape and into the statistics; `side` is the taker's."""
        if ticks > self.last_ticks:
            self._tick_direction = "PlusTick"
        elif ticks < self.last_ticks:
            self._tick_direction = "MinusTick"
        elif not self._tick_direction.startswith("Zero"):
            self._tick_direction = "Zero" + self._tick_direction
        units = self.instrument.turnover_units(ticks, lots)
        self.last_ticks = ticks
        self.high_ticks = max(self.high_ticks, ticks)
        self.low_ticks = min(self.low_ticks, ticks)
        self.volume_lots += lots
        self.turnover += units
        self.candles.add(now_ms, ticks, lots, units)
        trade = PublicTrade(
            trade_id=self._identity.trade_id(self.instrument.category),
            at_ms=now_ms,
            seq=self.seq,
            side=side,
            ticks=ticks,
            lots=lots,
            tick_direction=self._tick_direction,
            is_rpi=is_rpi,
        )
        self.tape.append(trade)
        return trade

    def touch_price(self, taker_side: str) -> int | None:
        """Best price a taker of `taker_side` meets, in ticks."""
        return self.book.asks.best if taker_side == BUY else self.book.bids.best

    def _first_ticks(self) -> int:
        it = self.instrument
        price = self.mark if it.is_option else it.reference_price
        return max(1, int(price / it.tick))
