"""Where every row about an order or an execution comes in, whatever brought it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.nt1.execution.events import OrderEventPublisher, record_of
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.state.orders import OrderLifecycles
from nautilus_bybit_adapter.state.trade_ids import TradeIds
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder


class RowIntake:
    """
    Feeds rows of pushes and of REST answers to the lifecycles and publishes what comes of them.

    Parameters
    ----------
    lifecycles : OrderLifecycles
        The machine that is fed.
    cache : Cache
        Knows the orders of earlier runs.
    venue : VenueState
        Knows which instruments are loaded.
    events : OrderEventPublisher
        Takes the events.
    ask : Callable[[Order, str], None]
        Starts an inquiry for an order, with the reason.
    log : Any
        The framework's logger.
    legs : PositionLegs
        Learns which position each order belongs to.
    trade_ids : TradeIds
        Learns the fills of earlier runs.
    quiet_about_unloaded : bool
        Whether rows of instruments that are not loaded are taken in silence.

    """

    def __init__(
        self,
        lifecycles: OrderLifecycles,
        cache: Cache,
        venue: VenueState,
        events: OrderEventPublisher,
        ask: Callable[[Order, str], None],
        log: Any,
        legs: PositionLegs,
        trade_ids: TradeIds,
        *,
        quiet_about_unloaded: bool,
    ) -> None:
        self._lifecycles = lifecycles
        self._cache = cache
        self._venue = venue
        self._events = events
        self._ask = ask
        self._log = log
        self._legs = legs
        self._trade_ids = trade_ids
        self._quiet_about_unloaded = quiet_about_unloaded

    def take_execution(self, execution: BybitExecution) -> None:
        """Take an execution."""
        self.adopt(execution.order_link_id, execution.order_id)
        if not self._is_foreign_and_unloaded(execution):
            self._events.publish(self._lifecycles.on_execution(execution))

    def take_order(self, order: BybitOrder) -> None:
        """Take an order row."""
        self._legs.on_order(order)
        self.adopt(order.order_link_id, order.order_id)
        if not self._is_foreign_and_unloaded(order):
            self._events.publish(self._lifecycles.on_order(order))

    def open_order_ids(self) -> dict[str, str]:
        """Return the orders that are thought open: the venue's id, where it is known, by client order id."""
        for orders in (self._cache.orders_open, self._cache.orders_inflight):
            for order in orders(venue=BYBIT_VENUE):
                self.adopt(order.client_order_id.value)
        return self._lifecycles.open_ids()

    def counted_fills(self) -> int:
        """Return how many executions were taken so far."""
        return self._lifecycles.counted_fills

    def recall_fills(self) -> None:
        """Learn which ids the fills of earlier runs were booked under, before any fill is named."""
        for order in self._cache.orders(venue=BYBIT_VENUE):
            if order.venue_order_id is not None:
                for trade_id in order.trade_ids:
                    self._trade_ids.on_booked(trade_id.value, order.venue_order_id.value)

    def ask_for(self, client_order_id: str, reason: str) -> None:
        """Start an inquiry for one order."""
        order = self._cache.order(ClientOrderId(client_order_id))
        if order is not None:
            self._ask(order, reason)

    def adopt(self, client_order_id: str, venue_order_id: str = "") -> None:
        """Take over an order of an earlier run of this trader, once."""
        if not client_order_id or self._lifecycles.knows(client_order_id, venue_order_id):
            return
        order = self._cache.order(ClientOrderId(client_order_id))
        if order is not None and not self._events.is_collecting(order):
            self._lifecycles.adopt(*record_of(order))

    def knows(self, client_order_id: str) -> bool:
        """Tell whether an order is this trader's; takes it over from the cache if need be."""
        self.adopt(client_order_id)
        return self._lifecycles.knows(client_order_id, "")

    def _is_foreign_and_unloaded(self, row: BybitOrder | BybitExecution) -> bool:
        known = self._lifecycles.knows(row.order_link_id, row.order_id)
        if known or self._venue.is_loaded(row.category, row.symbol):
            return False
        if not self._quiet_about_unloaded:
            self._log.error(f"A push of {row.symbol} ({row.category}) is not taken: it is not loaded")
        return True
