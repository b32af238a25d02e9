"""Matching by price and time, and what the recorded or synthetic flow does to resting orders.

Rules where a simulation has to choose:

- A client order rests behind all size shown at its price. Trades at the price shorten the queue before it; of
  a reduction without a trade it gets its proportional share, rounded down.
- A recorded trade at a price beyond a client order reaches the client order first, up to the trade's size.
- Recorded size that appears at or through a client order's price trades with it, up to that size.
- A client taker consumes what the book shows; consumed size stays away until the flow adds size there.
- Retail price improvement orders stand in a book of their own, behind normal orders of the same price; only retail
  flow and takers with access meet them.
- Own orders trade with each other unless `smpType` of the taker says otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .book import RPI, Front

if TYPE_CHECKING:
    from collections.abc import Callable

    from .market import Market
    from .orders import Order
    from .settlement import Settlement

SMP_CANCEL = "CancelBySmp"
SMP_REASON = "EC_BySelfMatch"
NOTHING_TO_FILL = "EC_NoImmediateQtyToFill"
# How an order ends that gives its margin to one that closes on its trigger; Bybit names no type of its own.
MADE_ROOM = "CancelByAdmin"
WOULD_TAKE = "EC_PostOnlyWillTakeLiquidity"
NOT_ENOUGH = "EC_NoEnoughQtyToFill"


class Engine:
    """Matching of all markets.

    Parameters
    ----------
    settlement : Settlement
        Books fills and collects what has to be told.
    now_ms : callable
        The venue's clock, ms.
    """

    def __init__(self, settlement: Settlement, now_ms: Callable[[], int]) -> None:
        self._settlement = settlement
        self._now_ms = now_ms

    def submit(self, market: Market, order: Order) -> None:
        """Match a new or moved client order and let the rest stand or lapse; in an auction it only stands."""
        if market.gathers:
            self._rest(market, order)
            return
        if order.tif in {"PostOnly", RPI} and self._crosses(market, order):
            self._end(order, "Rejected" if not order.instrument.is_derivative else "Cancelled", WOULD_TAKE)
            return
        if order.tif == "FOK" and self._reachable(market, order) < order.lots:
            self._end(order, "Cancelled", NOT_ENOUGH)
            return
        self._take(market, order)
        if not order.is_open:
            return
        if order.budget is not None or order.tif in {"IOC", "FOK"}:
            self._end_immediate(market, order)
        else:
            self._rest(market, order)

    def _rest(self, market: Market, order: Order) -> None:
        order.status = "PartiallyFilled" if order.filled else "New"
        market.book.home(order).rest(order)
        market.touched(self._now_ms())
        self._settlement.told(order)

    def withdraw(
        self, market: Market, order: Order, *, cancel_type: str, reason: str, other: str = ""
    ) -> None:
        """Take a resting order off the book and end it."""
        market.book.home(order).remove(order)
        market.next_seq()
        market.touched(self._now_ms())
        order.cancel_type, order.smp_order_id = cancel_type, other
        self._end(order, "Cancelled", reason)

    def shrink(self, market: Market, order: Order, lots: int) -> None:
        """Take lots off a resting order that makes room for another, all of it when nothing is left."""
        if lots >= order.leaves:
            self.withdraw(market, order, cancel_type=MADE_ROOM, reason="EC_Others")
            return
        order.lots -= lots
        market.next_seq()
        market.touched(self._now_ms())
        self._settlement.told(order)

    def take_anonymous(
        self, market: Market, side: str, lots: int, limit: int | None = None, *, retail: bool = False
    ) -> int:
        """Let somebody else, perhaps a retail trader, take up to `lots`; return what is left of it."""
        book = market.book
        if market.gathers:
            return lots
        if lots and book.front_for(side, limit, retail=retail) is not None:
            market.next_seq()
        while lots and (front := book.front_for(side, limit, retail=retail)) is not None:
            traded = min(lots, front.lots)
            self._hit(market, front, side, traded)
            lots -= traded
        market.touched(self._now_ms())
        return lots

    def print_recorded(self, market: Market, side: str, ticks: int, lots: int) -> int:
        """Apply a recorded trade: better client orders first, then the queue at its price.

        Returns
        -------
        int
            Lots the trade took from the anonymous size of its level.
        """
        if market.gathers:
            return 0
        against = market.book.against(side)
        market.next_seq()
        lots = self._trade_through(market, side, ticks, lots, inclusive=False)
        anonymous = 0
        while lots and (front := against.front_at(ticks)) is not None:
            traded = min(lots, front.lots)
            self._hit(market, front, side, traded)
            anonymous += traded if front.order is None else 0
            lots -= traded
        if lots:
            self._settlement.printed(market, market.print_trade(side, ticks, lots, self._now_ms()))
        market.touched(self._now_ms())
        return anonymous

    def state_level(self, market: Market, side: str, ticks: int, lots: int) -> None:
        """State the anonymous size of a level; what locks or crosses client orders trades with them first."""
        own, against = market.book.side(side), market.book.against(side)
        nearest = against.best_own
        crosses = nearest is not None and not market.gathers
        if (
            crosses
            and nearest is not None
            and against.reaches(nearest, ticks)
            and lots > own.anonymous_at(ticks)
        ):
            market.next_seq()
            lots = self._trade_through(market, side, ticks, lots, inclusive=True)
        own.set_anonymous(ticks, lots)
        market.touched(self._now_ms())

    def _trade_through(self, market: Market, side: str, ticks: int, lots: int, *, inclusive: bool) -> int:
        against = market.book.against(side)
        for order in list(against.orders()):
            reached = against.reaches(order.ticks, ticks) and (inclusive or order.ticks != ticks)
            if not lots or not reached:
                break
            if not order.is_open:
                continue
            traded = min(lots, order.leaves)
            self._hit(market, Front(order.ticks, order, order.leaves), side, traded)
            lots -= traded
        return lots

    def _take(self, market: Market, order: Order) -> None:
        book, retail = market.book, order.rpi_taker_access
        first = True
        while order.is_open and (front := book.front_for(order.side, order.ticks, retail=retail)) is not None:
            lots = min(front.lots, self._wanted(order, front.ticks))
            if not lots:
                break
            if front.order is not None and order.smp_type != "None":
                self._prevent_self_match(market, order, front.order)
                continue
            if first:
                market.next_seq()
                first = False
            self._hit(market, front, order.side, lots, taker=order)
            market.touched(self._now_ms())

    def _hit(self, market: Market, front: Front, side: str, lots: int, taker: Order | None = None) -> None:
        now_ms, maker, book = self._now_ms(), front.order, market.book
        against = book.rpi_against(side) if front.is_rpi else book.against(side)
        if maker is None:
            against.take_anonymous(front.ticks, lots)
        trade = market.print_trade(side, front.ticks, lots, now_ms, is_rpi=front.is_rpi)
        self._settlement.printed(market, trade)
        if taker is not None:
            taker.rpi_matched += lots if front.is_rpi else 0
            self._settlement.fill(market, taker, front.ticks, lots, is_maker=False)
        if maker is not None:
            self._settlement.fill(market, maker, front.ticks, lots, is_maker=True)
            if not maker.is_open:
                against.remove(maker)
        if market.instrument.is_derivative:
            self._guard_reduce_only(market)

    def _guard_reduce_only(self, market: Market) -> None:
        for resting in market.book.sides():
            for order in [order for order in resting.orders() if order.only_closes and order.is_open]:
                closable = self._settlement.closable_lots(order)
                if not closable:
                    self.withdraw(market, order, cancel_type="CancelByReduceOnly", reason="EC_Others")
                elif closable < order.leaves:
                    order.lots = order.filled + closable
                    self._settlement.told(order)

    def _prevent_self_match(self, market: Market, taker: Order, maker: Order) -> None:
        if taker.smp_type in {"CancelMaker", "CancelBoth"}:
            self.withdraw(market, maker, cancel_type=SMP_CANCEL, reason=SMP_REASON, other=taker.order_id)
        if taker.smp_type in {"CancelTaker", "CancelBoth"}:
            taker.cancel_type, taker.smp_order_id = SMP_CANCEL, maker.order_id
            self._end(taker, "Cancelled", SMP_REASON)

    def _wanted(self, order: Order, ticks: int) -> int:
        if order.budget is None:
            return order.leaves
        left = order.budget - order.value
        return int(left / order.instrument.value(ticks, 1))

    def sweep_cost(self, market: Market, order: Order) -> Decimal:
        """Quote value a taker `order` would trade now."""
        against, wanted, cost = market.book.against(order.side), order.lots, Decimal(0)
        for ticks, lots in against.top(len(against)).items():
            if not wanted or not against.reaches(ticks, order.ticks):
                break
            cost += order.instrument.value(ticks, min(lots, wanted))
            wanted -= min(lots, wanted)
        return cost

    def _reachable(self, market: Market, order: Order) -> int:
        book, total = market.book, 0
        sides = [book.against(order.side)]
        if order.rpi_taker_access:
            sides.append(book.rpi_against(order.side))
        for against in sides:
            for ticks, lots in against.top(len(against)).items():
                if not against.reaches(ticks, order.ticks):
                    break
                total += lots
        return total

    def _crosses(self, market: Market, order: Order) -> bool:
        return market.book.against(order.side).front(order.ticks) is not None

    def _end_immediate(self, market: Market, order: Order) -> None:
        if order.budget is not None:
            against = market.book.against(order.side).front(order.ticks)
            left = order.budget - order.value
            least = Decimal(0) if against is None else order.instrument.value(against.ticks, 1)
            if order.filled and left < least:
                order.lots = order.filled
                self._end(order, "Filled", "EC_NoError")
                return
        self._end(order, "Cancelled", NOTHING_TO_FILL)

    def _end(self, order: Order, status: str, reason: str) -> None:
        if status == "Cancelled" and order.filled and not order.instrument.is_derivative:
            status = "PartiallyFilledCanceled"
        order.status, order.reject_reason = status, reason
        self._settlement.told(order)
