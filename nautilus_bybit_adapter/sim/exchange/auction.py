"""The call auction before a contract's launch: what it takes, its price, its clock and its one match.

Rules where a simulation has to choose:

- The better prices of both sides go first, then the earlier orders; all trade at the price of the auction.
- Orders of one account may meet each other: nobody is a taker.
- A contract that skips its auction takes post-only orders until it trades.
- From `ContinuousTrading` on the contract is `Trading`.

Source: Bybit V5 Get Instruments Info, the rules of pre-market perpetuals and the error codes 110095 to 110103.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .book import BUY, Front
from .errors import VenueError
from .pre_listing import (
    CALL_AUCTION,
    CONTINUOUS,
    CROSS_MATCHING,
    NO_CANCEL,
    NOT_STARTED,
    PRE_LAUNCH,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .book import BookSide
    from .floor import TradedMarket
    from .market import Market
    from .requests import OrderRequest
    from .risk import Risk
    from .settlement import Settlement

NOT_LIVE, PRICE, HELD_FAST, NO_PORTFOLIO = 110074, 110003, 110095, 110096
ONLY_GTC, NO_STOPS, ONLY_POST_ONLY = 110098, 110099, 110103
TRADING = "Trading"


class Auctions:
    """Contracts before their launch.

    Parameters
    ----------
    markets : mapping
        Markets by category and symbol.
    settlement : Settlement
        Books the fills.
    risk : Risk
        Knows the margin mode.
    now_ms : callable
        The venue's clock, ms.
    """

    def __init__(
        self,
        markets: Mapping[tuple[str, str], TradedMarket],
        settlement: Settlement,
        risk: Risk,
        now_ms: Callable[[], int],
    ) -> None:
        self._now_ms = now_ms
        self._settlement = settlement
        self._risk = risk
        self._markets = {key: m for key, m in markets.items() if m.instrument.listing.pre_listing}
        self._next_ms = 0 if self._markets else None

    def is_due(self, now_ms: int) -> bool:
        """Whether a phase begins by `now_ms`."""
        return self._next_ms is not None and self._next_ms <= now_ms

    def advance(self, now_ms: int) -> None:
        """Begin every phase whose time has come by `now_ms`."""
        due: list[int] = []
        for market in self._markets.values():
            plan = market.instrument.listing.pre_listing
            while plan is not None:
                at_ms = plan.next_ms(market.phase)
                if at_ms is None or at_ms > now_ms:
                    due += [] if at_ms is None else [at_ms]
                    break
                self._begin(market, plan.at(at_ms))
        self._next_ms = min(due, default=None)

    def _begin(self, market: TradedMarket, phase: str) -> None:
        market.enter_phase(phase)
        if phase == CROSS_MATCHING and market.gathers:
            self._match(market)
        if phase == CONTINUOUS:
            market.status = TRADING

    def _match(self, market: TradedMarket) -> None:
        crossing, book = market.crossing(), market.book
        left = crossing.lots
        with self._settlement.step():
            while left:
                bid, ask = book.bids.front(crossing.ticks), book.asks.front(crossing.ticks)
                if bid is None or ask is None:
                    break
                lots = min(left, bid.lots, ask.lots)
                market.next_seq()
                trade = market.print_trade(BUY, crossing.ticks, lots, self._now_ms())
                self._settlement.printed(market, trade)
                self._take(market, book.bids, bid, lots, crossing.ticks)
                self._take(market, book.asks, ask, lots, crossing.ticks)
                left -= lots
            market.touched(self._now_ms())

    def _take(self, market: Market, side: BookSide, front: Front, lots: int, ticks: int) -> None:
        if front.order is None:
            side.take_anonymous(front.ticks, lots)
            return
        self._settlement.fill(market, front.order, ticks, lots, is_maker=False)
        if not front.order.is_open:
            side.remove(front.order)

    def check_new(self, market: Market, request: OrderRequest) -> None:
        """Refuse an order that the phase does not take.

        Raises
        ------
        VenueError
            110074 before the first phase, 110095 while orders are matched, 110096 in portfolio margin, 110098 for
            anything but a GTC limit order, 110099 with a trigger or a stop, 110103 where only post-only orders are
            taken, 110003 beyond the prices of the phase.
        """
        if market.status != PRE_LAUNCH:
            return
        plan = market.instrument.listing.pre_listing
        if market.phase == NOT_STARTED or plan is None:
            raise VenueError(NOT_LIVE, "This contract is not live")
        if self._risk.is_portfolio:
            raise VenueError(
                NO_PORTFOLIO, "Pre-Market Perpetual Trading does not support Portfolio Margin mode."
            )
        if plan.skips_auction:
            if request.tif != "PostOnly" or request.trigger or request.protection:
                raise VenueError(ONLY_POST_ONLY, "Only Post-Only orders are available at this stage.")
            return
        if market.phase == CROSS_MATCHING:
            raise held_fast()
        if request.trigger or request.protection:
            raise VenueError(
                NO_STOPS, "TP/SL and conditional orders are not supported during the Call Auction."
            )
        if request.order_type != "Limit" or request.tif != "GTC":
            raise VenueError(ONLY_GTC, "Only GTC limit orders are supported during the Call Auction.")
        least, most = auction_band(market, request.side)
        if not least <= request.ticks <= most:
            raise VenueError(PRICE, "Order price is out of permissible range")

    def check_amend(self, market: Market) -> None:
        """Refuse to change an order before the contract trades, with 110095."""
        if market.status == PRE_LAUNCH:
            raise held_fast()

    def check_cancel(self, market: Market) -> None:
        """Refuse to cancel what is held fast, with 110095."""
        if is_held_fast(market):
            raise held_fast()

    def check_stop(self, market: Market) -> None:
        """Refuse stops of a position before the contract trades, with 110099."""
        if market.status == PRE_LAUNCH:
            raise VenueError(
                NO_STOPS, "TP/SL and conditional orders are not supported during the Call Auction."
            )


def is_held_fast(market: Market) -> bool:
    """Whether orders of a market can be neither changed nor cancelled."""
    plan = market.instrument.listing.pre_listing
    held = market.status == PRE_LAUNCH and market.phase in {NO_CANCEL, CROSS_MATCHING}
    return held and plan is not None and not plan.skips_auction


def held_fast() -> VenueError:
    """Return the error of a request that the phase does not allow."""
    return VenueError(
        HELD_FAST, "You cannot create, modify or cancel Pre-Market Perpetual orders during the Call Auction."
    )


def auction_band(market: Market, side: str) -> tuple[int, int]:
    """Lowest and highest price of an order in the present phase, ticks.

    From half the price the auction would have now to the highest one; once orders are held fast a buy from half the
    last price to a tenth above the mark, and a sell from a tenth below the mark.
    """
    most = market.instrument.max_ticks
    if market.phase == CALL_AUCTION:
        return -(-market.crossing().ticks // 2), most
    if side == BUY:
        return -(-market.last_ticks // 2), market.mark_ticks * 11 // 10
    return -(-market.mark_ticks * 9 // 10), most
