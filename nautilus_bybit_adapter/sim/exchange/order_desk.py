"""The order requests: place, amend, cancel, cancel all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .auction import is_held_fast
from .errors import VenueError, bad_param
from .fields import Params, read_category, read_link_id, read_text
from .instruments import SPOT, Instrument
from .requests import OrderRequest, read_order
from .selection import is_filter_named, read_selection

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from .admission import Admission
    from .auction import Auctions
    from .engine import Engine
    from .floor import TradedMarket
    from .orders import Order
    from .position_settings import PositionSettings
    from .register import Register
    from .risk import Risk
    from .settlement import Settlement
    from .triggers import Triggers

MAX_OPEN_ORDERS = 500
MAX_CONDITIONALS = 10
MAX_SPOT_CONDITIONALS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDesk:
    """Carries out order requests.

    Parameters
    ----------
    register : Register
        Where orders are filed.
    markets : mapping
        Markets by category and symbol.
    market : callable
        Market that a request names.
    settlement : Settlement
        Publishes what changed.
    engine, triggers : Engine, Triggers
        Match orders, or hold them until a price comes.
    admission : Admission
        Checks new and amended orders.
    risk : Risk
        Knows the open orders of a symbol.
    settings : PositionSettings
        Knows which symbols are hedged.
    now_ms : callable
        The venue's clock, ms.
    rpi_maker : bool
        Whether the account may place retail price improvement orders.
    auctions : Auctions
        Knows what a contract takes before its launch.
    """

    register: Register
    markets: Mapping[tuple[str, str], TradedMarket]
    market: Callable[[Params], TradedMarket]
    settlement: Settlement
    engine: Engine
    triggers: Triggers
    admission: Admission
    risk: Risk
    settings: PositionSettings
    now_ms: Callable[[], int]
    rpi_maker: bool
    auctions: Auctions

    def place(self, params: Params) -> Order:
        """Accept a new order and match it, or hold it until its trigger price."""
        market = self.market(params)
        request = self._read(params, market)
        self._check_new(market.instrument, request)
        order = self.admission.new_order(market, request, self.now_ms())
        makes_room = order.trigger is None and order.close_on_trigger
        if not makes_room and (order.trigger is None or order.filter_kind == "tpslOrder"):
            self.admission.check_funds(market, order)
        with self.settlement.step():
            if makes_room:
                self.admission.make_room(market, order)
            for part in _parts(order):
                if part.trigger is None:
                    self.register.enter(part)
                    self.engine.submit(market, part)
                else:
                    self.triggers.hold(part)
        return order

    def _read(self, params: Params, market: TradedMarket) -> OrderRequest:
        hedged = self.settings.is_hedged(market.instrument)
        request = read_order(params, market, hedged=hedged, rpi_maker=self.rpi_maker)
        self.auctions.check_new(market, request)
        return request

    def rehearse(self, params: Params) -> Order:
        """Check a new order as `place` does and return it without accepting it."""
        market = self.market(params)
        request = self._read(params, market)
        self._check_new(market.instrument, request)
        order = self.admission.new_order(market, request, self.now_ms())
        self.admission.check_funds(market, order)
        return order

    def cancel_for(self, cancel_type: str, categories: Collection[str]) -> list[Order]:
        """Cancel every order of some categories; their frames carry `cancel_type`."""
        orders = [order for category in categories for order in self.register.live(category)]
        orders = [order for order in orders if not is_held_fast(self.markets[order.instrument.key])]
        with self.settlement.step():
            for order in orders:
                market = self.markets[order.instrument.key]
                if order.is_open:
                    self.engine.withdraw(market, order, cancel_type=cancel_type, reason="EC_PerCancelRequest")
                elif order.is_live:
                    self.triggers.withdraw(order, cancel_type)
        return orders

    def amend(self, params: Params) -> Order:
        """Change an order that has not ended.

        The place in the queue is kept unless the price changes or the quantity rises.
        """
        market = self.market(params)
        order = self._live_order(params, "replace")
        self.auctions.check_amend(market)
        with self.settlement.step():
            if order.is_waiting:
                self.triggers.amend(market, order, params)
                return order
            ticks, lots, order.protection = self.admission.amended(market, order, params)
            if ticks == order.ticks and lots <= order.lots:
                order.lots = lots
                market.next_seq()
                market.touched(self.now_ms())
                self.settlement.told(order)
            else:
                market.book.home(order).remove(order)
                market.next_seq()
                market.touched(self.now_ms())
                order.ticks, order.lots = ticks, lots
                self.engine.submit(market, order)
        return order

    def cancel(self, params: Params) -> Order:
        """Cancel an order that has not ended."""
        market = self.market(params)
        order = self._live_order(params, "cancel")
        self.auctions.check_cancel(market)
        with self.settlement.step():
            self._withdraw(market, order)
        return order

    def cancel_all(self, params: Params) -> list[Order]:
        """Cancel the orders that `symbol`, `baseCoin` or `settleCoin` and `orderFilter` select."""
        wanted = read_selection(params)
        if wanted.symbol:
            self.auctions.check_cancel(self.market(params))
        orders = [order for order in self.register.live(wanted.category) if wanted.takes(order)]
        orders = [order for order in orders if not is_held_fast(self.markets[order.instrument.key])]
        with self.settlement.step():
            for order in orders:
                if order.is_live:
                    self._withdraw(self.markets[order.instrument.key], order)
        return orders

    def _withdraw(self, market: TradedMarket, order: Order) -> None:
        if order.is_open:
            self.engine.withdraw(market, order, cancel_type="CancelByUser", reason="EC_PerCancelRequest")
            return
        self.triggers.withdraw(order, "CancelByUser")
        sibling = self.register.orders.get(order.sibling_id)
        if sibling is not None and sibling.is_waiting and order.instrument.is_spot:
            self.triggers.withdraw(sibling, "CancelByUser")

    def _check_new(self, it: Instrument, request: OrderRequest) -> None:
        if request.link_id and self.register.is_spent(it.category, request.link_id):
            if it.is_spot:
                raise VenueError(170141, "Duplicate clientOrderId.")
            raise VenueError(110072, "OrderLinkedID is duplicate")
        if request.trigger is not None:
            kinds = [order.stop_kind for order in self.register.waiting_of(it.key)]
            most = MAX_SPOT_CONDITIONALS if it.is_spot else MAX_CONDITIONALS
            if kinds.count(request.stop_kind) >= most:
                code = 170810 if it.is_spot else 110009
                raise VenueError(code, f"The number of stop orders exceeds the limit of {most}.")
        elif len(self.risk.open_of(it.category, it.symbol)) >= MAX_OPEN_ORDERS:
            code = 170810 if it.is_spot else 110020
            raise VenueError(code, "Active orders exceed the limit of 500.")

    def _live_order(self, params: Params, verb: str) -> Order:
        category, order_id = read_category(params), read_text(params, "orderId")
        link_id = read_link_id(params)
        if not order_id and not link_id:
            raise bad_param("params error: OrderId or orderLinkId is required")
        order = self.register.find(category, order_id, link_id)
        named = order is not None and order.instrument.symbol == params.get("symbol")
        if order is not None and order.is_live and named and is_filter_named(order, params, verb):
            return order
        if category != SPOT:
            raise VenueError(110001, f"order not exists or too late to {verb}")
        if order is None or order.is_live:
            raise VenueError(170213, "Order does not exist.")
        if order.status == "Filled":
            raise VenueError(170139, "Order has been filled.")
        raise VenueError(170142, "Order has been canceled.")


def _parts(order: Order) -> list[Order]:
    """Return a reduce-only order that is larger than an order may be as several, the first of them `order` itself."""
    it = order.instrument
    most = it.to_lots(it.max_market_qty if order.order_type == "Market" else it.max_qty) or order.lots
    if not order.reduce_only or order.trigger is not None or order.lots <= most:
        return [order]
    parts, left = [order], order.lots - most
    order.lots = most
    while left > 0:
        parts.append(replace(order, lots=min(left, most), link_id="", fees={}))
        left -= most
    return parts
