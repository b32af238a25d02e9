"""Positions that change hands at an agreed price, without an order in the book and without a fee.

The price lies within a tenth of the mark price, and what a leg opens has to find its margin. Source: Bybit V5
Move Position.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .amounts import plain
from .book import opposite
from .errors import VenueError, bad_param
from .orders import Order
from .requests import read_price, read_qty

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .fields import Params
    from .floor import TradedMarket
    from .position_settings import PositionSettings
    from .register import Register
    from .risk import Risk
    from .settlement import Settlement

BAND = Decimal("0.1")


class MovedLeg(NamedTuple):
    """What one leg did to this account."""

    category: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    order_id: str
    exec_id: str


class Moves:
    """Books moved positions.

    Parameters
    ----------
    register : Register
        Gives the legs their ids.
    settlement : Settlement
        Books them.
    settings : PositionSettings
        Knows which markets are in hedge mode, where nothing is moved.
    risk : Risk
        Knows what margin is left.
    now_ms : callable
        The venue's clock, ms.
    """

    def __init__(
        self,
        register: Register,
        settlement: Settlement,
        settings: PositionSettings,
        risk: Risk,
        now_ms: Callable[[], int],
    ) -> None:
        self._register = register
        self._settlement = settlement
        self._settings = settings
        self._risk = risk
        self._now_ms = now_ms

    def move(
        self, legs: Sequence[Params], market: Callable[[Params], TradedMarket], *, is_giver: bool
    ) -> list[MovedLeg]:
        """Book every leg; `is_giver` says whether the sides are those of this account.

        Raises
        ------
        VenueError
            When a leg is wrong or the account cannot carry it; nothing is moved then.
        """
        read = [self._read(leg, market(leg), is_giver=is_giver) for leg in legs]
        opened = sum((self._margin(*leg) for leg in read), Decimal(0))
        if opened > max(Decimal(0), self._risk.available()):
            raise VenueError(110007, "ab not enough for new order")
        with self._settlement.step():
            return [self._book(*leg) for leg in read]

    def _read(
        self, leg: Params, market: TradedMarket, *, is_giver: bool
    ) -> tuple[TradedMarket, str, int, int]:
        it, side = market.instrument, leg.get("side")
        if it.is_spot:
            raise bad_param("Illegal category")
        if side not in {"Buy", "Sell"}:
            raise bad_param("Side invalid")
        if self._settings.is_hedged(it):
            raise bad_param("params error: positions in hedge mode cannot be moved")
        ticks, lots = read_price(leg, it), read_qty(leg, it, is_market=False)
        if abs(it.price(ticks) - market.mark) > BAND * market.mark:
            raise VenueError(110003, "price is out of permissible range")
        return market, str(side) if is_giver else opposite(str(side)), ticks, lots

    def _margin(self, market: TradedMarket, side: str, ticks: int, lots: int) -> Decimal:
        """Dollars of initial margin for what a leg opens."""
        it = market.instrument
        (slot,) = self._settings.slots(it)
        opened = it.qty(lots) - slot.would_close(side, it.qty(lots))
        if opened <= 0:
            return Decimal(0)
        value = it.value(ticks, it.to_lots(opened) or 0)
        return self._risk.usd_value(it.settle, value / slot.leverage)

    def _book(self, market: TradedMarket, side: str, ticks: int, lots: int) -> MovedLeg:
        it, now_ms = market.instrument, self._now_ms()
        order = Order(
            instrument=it,
            order_id="",
            link_id="",
            side=side,
            order_type="Limit",
            tif="GTC",
            ticks=ticks,
            lots=lots,
            created_ms=now_ms,
            updated_ms=now_ms,
            last_price=plain(it.price(market.last_ticks)),
            create_type="CreateByMovePosition",
            exec_type="MovePosition",
        )
        self._register.enter(order)
        market.next_seq()
        execution = self._settlement.fill(market, order, ticks, lots, is_maker=False)
        return MovedLeg(
            it.category,
            it.symbol,
            side,
            it.qty(lots),
            it.price(ticks),
            order.order_id,
            execution.exec_id,
        )
