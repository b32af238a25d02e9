"""Orders that wait for a price: held, changed, withdrawn and released.

Rules where a simulation has to choose:

- Every print is looked at, in the order of the tape; mark and index are looked at whenever they have moved, after
  a step of their market.
- Of several orders released by one price the oldest goes first.
- A released order that the account cannot afford, or that has nothing to close, is cancelled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .conditions import FALLING, Trigger, check_not_passed, price_ticks, read_protection, read_ticks
from .errors import VenueError, bad_param
from .fields import Params, is_given
from .orders import WAITING
from .requests import read_price, read_qty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .admission import Admission
    from .engine import Engine
    from .floor import TradedMarket
    from .orders import Order, PublicTrade
    from .register import Register
    from .settlement import Settlement

NOTHING_TO_CLOSE = 110017


class Triggers:
    """Orders that wait for a price.

    Parameters
    ----------
    register : Register
        Where orders are filed.
    markets : mapping
        Markets by category and symbol.
    settlement : Settlement
        Publishes what changed.
    engine : Engine
        Takes released orders.
    admission : Admission
        Prices them and asks for funds.
    """

    def __init__(
        self,
        register: Register,
        markets: Mapping[tuple[str, str], TradedMarket],
        settlement: Settlement,
        engine: Engine,
        admission: Admission,
    ) -> None:
        self._register = register
        self._markets = markets
        self._settlement = settlement
        self._engine = engine
        self._admission = admission
        # What a print has released, until its turn comes, with the trigger it met.
        self._met: dict[str, tuple[Order, Trigger]] = {}

    def hold(self, order: Order) -> None:
        """File a new order that waits for its price."""
        order.status = WAITING
        self._register.enter(order)
        self._settlement.told(order)

    def withdraw(self, order: Order, cancel_type: str) -> None:
        """End a waiting order."""
        order.status, order.cancel_type = "Deactivated", cancel_type
        self._register.file(order)
        self._settlement.told(order)

    def amend(self, market: TradedMarket, order: Order, params: Params) -> None:
        """Change trigger price, price, quantity, take profit or stop loss of a waiting order.

        Raises
        ------
        VenueError
            When nothing would change, a value is wrong, the new trigger price has been passed, or the funds that the
            order is to hold are not there.
        """
        it, trigger = order.instrument, order.trigger
        if trigger is None:
            raise bad_param("order not modified")
        ticks, lots, budget = order.ticks, order.lots, order.budget
        if is_given(params, "triggerPrice"):
            trigger = replace(trigger, ticks=read_ticks(params, "triggerPrice", it))
        if is_given(params, "triggerBy") and params["triggerBy"] != trigger.by and it.is_derivative:
            trigger = replace(trigger, by=str(params["triggerBy"]))
        if is_given(params, "price") and order.order_type == "Limit":
            ticks = read_price(params, it)
        if is_given(params, "qty") and not order.closes_all and budget is None:
            lots = read_qty(params, it, is_market=order.order_type == "Market", clip=order.reduce_only)
        protection = read_protection(params, it, order.protection) or None
        old = (order.trigger, order.ticks, order.lots, order.protection)
        if (trigger, ticks, lots, protection) == old:
            raise bad_param("order not modified")
        if trigger != order.trigger:
            check_not_passed(trigger, market)
        if order.filter_kind == "tpslOrder":  # the only kind that holds funds while it waits
            changed = replace(order, trigger=trigger, ticks=ticks, lots=lots, fees={})
            self._admission.check_funds(market, changed, replaced=order)
        order.trigger, order.ticks, order.lots, order.protection = trigger, ticks, lots, protection
        self._settlement.told(order)

    def see(self, trades: Mapping[tuple[str, str], list[PublicTrade]]) -> None:
        """Note what the prints of a step release, in the order of the prints."""
        if not self._register.waiting:
            return
        for key, prints in trades.items():
            waiting = [o for o in self._register.waiting_of(key) if o.order_id not in self._met]
            for trade in prints if waiting else ():
                for order in waiting:
                    _follow(order, trade.ticks)
                    trigger = order.trigger
                    meets = trigger is not None and trigger.by == "LastPrice" and trigger.reached(trade.ticks)
                    if trigger is not None and meets:
                        self._met.setdefault(order.order_id, (order, trigger))

    def due(self) -> Order | None:
        """Return the oldest order of a market whose price has come."""
        for key, orders in self._register.waiting.items():
            market = self._markets[key]
            for order in orders.values():
                if _is_due(order, market):
                    return order
        return None

    def release_due(self) -> bool:
        """Release an order whose price has come; return whether there was one."""
        order = self._next_met() or self.due()
        if order is not None:
            self._release(self._markets[order.instrument.key], order)
        return order is not None

    def _next_met(self) -> Order | None:
        """Return the first order that a print has met and that nothing has changed since."""
        while self._met:
            order, trigger = self._met.pop(next(iter(self._met)))
            if order.is_waiting and (order.trail is not None or order.trigger == trigger):
                return order
        return None

    def _release(self, market: TradedMarket, order: Order) -> None:
        with self._settlement.step():
            order.status = "Triggered"
            self._register.file(order)
            self._settlement.told(order)
            self._withdraw_sibling(order)
        with self._settlement.step():
            try:
                self._admission.price(market, order)
                if order.close_on_trigger:
                    self._admission.make_room(market, order)
                else:
                    self._admission.check_funds(market, order)
            except VenueError as e:
                order.status = "Cancelled"
                order.reject_reason = "EC_Others"
                if e.ret_code == NOTHING_TO_CLOSE:
                    order.cancel_type = "CancelByReduceOnly"
                self._settlement.told(order)
                return
            order.status = "New"
            self._register.file(order)
            self._engine.submit(market, order)

    def _withdraw_sibling(self, order: Order) -> None:
        sibling = self._register.orders.get(order.sibling_id)
        if sibling is None or not sibling.is_waiting:
            return
        cancel = "CancelByTpSlTsClear"
        if order.stop_kind == "BidirectionalTpslOrder":
            rises = order.trigger is not None and order.trigger.direction != FALLING
            takes = rises != order.is_buy
            cancel = "CancelByOCOSlCanceledByTpTriggered" if takes else "CancelByOCOTpCanceledBySlTriggered"
        self.withdraw(sibling, cancel)


def _follow(order: Order, ticks: int) -> None:
    if order.trail is not None:
        order.trigger = order.trail.follow(ticks, falling=not order.is_buy)


def _is_due(order: Order, market: TradedMarket) -> bool:
    _follow(order, market.last_ticks)
    trigger: Trigger | None = order.trigger
    return trigger is not None and trigger.reached(price_ticks(market, trigger.by))
