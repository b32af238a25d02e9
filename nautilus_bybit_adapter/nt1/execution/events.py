"""What the lifecycles say, as the framework's order events: one match, no rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal

from nautilus_trader.cache.cache import Cache
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.enums import OrderStatus
from nautilus_trader.model.identifiers import ClientOrderId, TradeId, VenueOrderId
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.execution.borrowing import SpotBorrowing
from nautilus_bybit_adapter.nt1.execution.exits import HeldExits
from nautilus_bybit_adapter.nt1.execution.foreign import ForeignOrders
from nautilus_bybit_adapter.nt1.execution.positions import PositionFeed
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.mapping.fixed import price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.reports import commission_of, liquidity_of
from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    ForeignFill,
    ForeignOrder,
    NotAFill,
    OrderEvent,
    OrderRecord,
    OwnOrderEvent,
    Phase,
    Query,
    Rejected,
    Sized,
    Triggered,
    Updated,
)
from nautilus_bybit_adapter.state.orders import OrderLifecycles

GIVEN_UP = frozenset({OrderStatus.REJECTED, OrderStatus.DENIED})


def record_of(order: Order) -> tuple[OrderRecord, list[str]]:
    """Return what the lifecycles need to take over an order of the cache: its record and the ids of its fills."""
    filled = order.filled_qty.as_decimal()
    record = OrderRecord(
        client_order_id=order.client_order_id.value,
        quantity=order.quantity.as_decimal(),
        price=order.price.as_decimal() if order.has_price else None,
        trigger_price=order.trigger_price.as_decimal() if order.has_trigger_price else None,
        quote_quantity=order.is_quote_quantity,
        awaits_trigger=order.has_price and order.has_trigger_price and not order.is_triggered,
        venue_order_id=order.venue_order_id.value if order.venue_order_id is not None else "",
        phase=_phase_of(order),
        refused=is_given_up(order),
        filled=filled,
        reported=filled,
        submitted_ms=order.ts_init // MS_TO_NS,
    )
    return record, [trade_id.value for trade_id in order.trade_ids]


def is_given_up(order: Order | None) -> bool:
    """Tell whether the framework takes nothing for an order any more, or holds one for canceled that never worked."""
    if order is None:
        return False
    never_worked = order.status == OrderStatus.CANCELED and order.venue_order_id is None
    return order.status in GIVEN_UP or never_worked


def _phase_of(order: Order) -> Phase:
    if order.is_closed:
        return Phase.CLOSED
    return Phase.SUBMITTED if order.is_inflight and order.venue_order_id is None else Phase.ACCEPTED


class OrderEventPublisher:
    """
    Turns lifecycle events into calls of the client's ``generate_*`` methods.

    Parameters
    ----------
    client : LiveExecutionClient
        Publishes the framework's events.
    cache : Cache
        Knows the orders.
    lifecycles : OrderLifecycles
        Learns what could not be published.
    venue : VenueState
        Knows which position a fill moves.
    positions : PositionFeed
        Takes every first-seen execution.
    borrowing : SpotBorrowing
        Takes the fills of own orders.
    foreign : ForeignOrders
        Takes the rows of orders that are not this node's.
    query : Callable[[Order, str], None]
        Starts an inquiry for an order, with the reason.
    catch_up : Callable[[], Awaitable[None]]
        Reads everything that was missed, as often as it takes.

    """

    def __init__(
        self,
        client: LiveExecutionClient,
        cache: Cache,
        lifecycles: OrderLifecycles,
        venue: VenueState,
        positions: PositionFeed,
        borrowing: SpotBorrowing,
        foreign: ForeignOrders,
        query: Callable[[Order, str], None],
        catch_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._log = client._log  # noqa: SLF001 - the framework gives its components no other way
        self._cache = cache
        self._lifecycles = lifecycles
        self._venue = venue
        self._positions = positions
        self._borrowing = borrowing
        self._foreign = foreign
        self._query = query
        self._exits = HeldExits(client, cache, self._book, catch_up)

    def is_collecting(self, order: Order) -> bool:
        """Tell whether fills of an order wait for the rest of what was said of it."""
        venue_order_id = order.venue_order_id
        return venue_order_id is not None and self._foreign.is_collecting(venue_order_id.value)

    def publish(self, events: Iterable[OrderEvent]) -> None:
        """Publish events in their order."""
        for event in events:
            match event:
                case ForeignOrder() | ForeignFill() | NotAFill():
                    self._publish_foreign(event)
                case _:
                    order = self._cache.order(ClientOrderId(event.client_order_id))
                    if order is None:
                        self._log.error(f"No order {event.client_order_id} in the cache for {event}")
                    elif is_given_up(order) and not isinstance(event, Query | Rejected):
                        self._hand_on(event, order)
                    else:
                        self._publish_own(event, order)

    def _hand_on(
        self, event: Accepted | Triggered | Sized | Updated | Canceled | Filled, order: Order
    ) -> None:
        """
        Let an order that the framework holds for refused be one made elsewhere.

        Its engine refuses an order by itself that has been in flight for long, whether or not the venue could be
        asked meanwhile.
        """
        name = event.client_order_id
        self._log.error(
            f"Order {name} has status {order.status_string()} here and lives at the venue: it is taken for an order "
            "made elsewhere, with every fill. The engine's `inflight_check_retries` decides when it gives up an order"
        )
        self._lifecycles.on_given_up(name)
        if isinstance(event, Filled):
            self._publish_foreign(ForeignFill(event.execution))
        else:
            self._foreign.ask_for(event.venue_order_id, order.instrument_id)

    def _publish_own(self, event: OwnOrderEvent, order: Order) -> None:
        ids = (order.strategy_id, order.instrument_id, order.client_order_id)
        match event:
            case Filled():
                if not self._exits.takes(event, order):
                    self._book(event, order)
            case Accepted(_, venue_order_id, ts_ms):
                self._client.generate_order_accepted(*ids, VenueOrderId(venue_order_id), ts_ms * MS_TO_NS)
            case Rejected(_, reason, due_post_only, ts_ms):
                self._client.generate_order_rejected(*ids, reason, ts_ms * MS_TO_NS, due_post_only)
            case Triggered(_, venue_order_id, ts_ms):
                self._client.generate_order_triggered(*ids, VenueOrderId(venue_order_id), ts_ms * MS_TO_NS)
            case Sized(_, venue_order_id, quantity, ts_ms):
                self._publish_sized(order, venue_order_id, quantity, ts_ms)
            case Updated(_, venue_order_id, quantity, price, trigger_price, ts_ms):
                self._publish_updated(order, venue_order_id, quantity, price, trigger_price, ts_ms)
            case Canceled(_, venue_order_id, ts_ms):
                self._client.generate_order_canceled(*ids, VenueOrderId(venue_order_id), ts_ms * MS_TO_NS)
            case Query(_, reason):
                self._query(order, reason)

    def _publish_updated(
        self,
        order: Order,
        venue_order_id: str,
        quantity: Decimal,
        price: Decimal | None,
        trigger_price: Decimal | None,
        ts_ms: int,
    ) -> None:
        instrument = self._cache.instrument(order.instrument_id)
        precision = instrument.price_precision
        self._client.generate_order_updated(
            order.strategy_id,
            order.instrument_id,
            order.client_order_id,
            VenueOrderId(venue_order_id),
            quantity_of(quantity, instrument.size_precision),
            price_of(price, precision) if price is not None and order.has_price else None,
            price_of(trigger_price, precision) if trigger_price is not None else None,
            ts_ms * MS_TO_NS,
        )

    def _publish_sized(self, order: Order, venue_order_id: str, quantity: Decimal, ts_ms: int) -> None:
        instrument = self._cache.instrument(order.instrument_id)
        self._client.generate_order_updated(
            order.strategy_id,
            order.instrument_id,
            order.client_order_id,
            VenueOrderId(venue_order_id),
            quantity_of(quantity, instrument.size_precision),
            None,
            None,
            ts_ms * MS_TO_NS,
            is_quote_quantity=False,
        )

    def _book(self, event: Filled, order: Order) -> None:
        try:
            self._publish_filled(event, order)
        except BybitDecodeError as e:
            self._log.error(f"A fill of order {event.client_order_id} was not booked: {e}")
            self._lifecycles.on_unbookable(event)

    def _publish_filled(self, event: Filled, order: Order) -> None:
        execution = event.execution
        instrument = self._cache.instrument(order.instrument_id)
        self._client.generate_order_filled(
            order.strategy_id,
            order.instrument_id,
            order.client_order_id,
            VenueOrderId(execution.order_id),
            self._venue.position_id(execution),
            TradeId(event.trade_id),
            order.side,  # an order's fills are on its side, whatever a damaged row says
            order.order_type,
            quantity_of(execution.exec_qty, instrument.size_precision),
            price_of(execution.exec_price, instrument.price_precision),
            instrument.quote_currency,
            commission_of(execution, instrument),
            liquidity_of(execution),
            int(execution.exec_time) * MS_TO_NS,
        )
        self._exits.on_booked(event, order)
        self._positions.on_fill(execution)
        self._borrowing.on_fill(order, execution, instrument)

    def _publish_foreign(self, event: ForeignOrder | ForeignFill | NotAFill) -> None:
        match event:
            case ForeignOrder(row):
                self._foreign.on_order(row)
            case ForeignFill(row):
                self._foreign.on_fill(row)
                self._positions.on_fill(row)
            case NotAFill(row):
                self._positions.on_no_fill(row)
