"""The lifecycle of the account's own orders: frames in, framework-shaped events out.

Every channel that speaks of an order (acknowledgement, order push, execution push, REST row) feeds the same
machine, in any interleaving, with losses and repetitions, and each fill comes out once and each event in an
order the framework's own state machine accepts. The rules:

- an acknowledgement only binds the venue's id: received is not accepted;
- executions are the only source of fills, each ``execId`` of an order counts once;
- fills wait until the quantity they are measured against is known: those of an order over an amount of the quote
  coin until it is done, those beyond an order's quantity until the amendment that allowed them is known;
- a terminal status waits until the fills it speaks of have arrived; when they have not, a query is asked for;
- an outcome nobody knows stays open until the venue has answered for the order's ``orderLinkId``;
- an order that was given up and lives is handed on as one made elsewhere: what it fills is still the account's.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.state.order_events import (
    Accepted,
    Canceled,
    Filled,
    ForeignFill,
    ForeignOrder,
    NotAFill,
    OrderEvent,
    OrderRecord,
    Phase,
    Query,
    Rejected,
    Sized,
    Triggered,
    Updated,
)
from nautilus_bybit_adapter.state.order_records import OrderRecords
from nautilus_bybit_adapter.state.trade_ids import CountedFills, TradeIds
from nautilus_bybit_adapter.wire.enums import ExecType

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder

OPEN_STATUSES = frozenset({"New", "PartiallyFilled", "Untriggered", "Triggered", "Created"})
CANCELED_STATUSES = frozenset({"Cancelled", "PartiallyFilledCanceled", "Deactivated"})
# Those that move a position; `Funding` moves cash only, and what is not known here is never booked as a fill.
FILL_TYPES = frozenset(
    {"Trade", "AdlTrade", "BustTrade", "Delivery", "Settle", "BlockTrade", "MovePosition", "FutureSpread"}
)
_KNOWN_TYPES = frozenset(ExecType)
POST_ONLY_CROSSED = "EC_PostOnlyWillTakeLiquidity"
# An order the venue made longer than this before ours was sent is another one that used the same link id.
CLOCK_TOLERANCE_MS = 60_000
# Pushes follow an acknowledgement within milliseconds.
LONGEST_WAIT_MS = 5_000


def decimal_or_none(text: str) -> Decimal | None:
    """Bybit's absent decimals are ``""``, and ``"0"`` where an order has no such price."""
    return Decimal(text or "0") or None


def _updated(record: OrderRecord, ts_ms: int) -> Updated:
    terms = record.quantity, record.price, record.trigger_price
    return Updated(record.client_order_id, record.venue_order_id, *terms, ts_ms)


def _made_before(order: BybitOrder, record: OrderRecord) -> bool:
    created_ms = int(order.created_time or "0")
    return 0 < created_ms < record.submitted_ms - CLOCK_TOLERANCE_MS


class OrderLifecycles:
    """
    Every own order's lifecycle; see the module's rules.

    Parameters
    ----------
    trade_ids : TradeIds, optional
        Names the fills.

    """

    def __init__(self, trade_ids: TradeIds | None = None) -> None:
        self._trade_ids = trade_ids or TradeIds()
        self._records = OrderRecords()
        self._counted = CountedFills(self._is_open)

    def record(self, client_order_id: str) -> OrderRecord | None:
        """Return what is known of an order."""
        return self._records.get(client_order_id)

    def knows(self, client_order_id: str, venue_order_id: str) -> bool:
        """Tell whether an order was submitted or adopted here."""
        return self._records.find(client_order_id, venue_order_id) is not None

    @property
    def counted_fills(self) -> int:
        """How many executions were counted so far; the newest `REMEMBERED_FILLS` are known again."""
        return self._counted.total

    def open_ids(self) -> dict[str, str]:
        """Return every order that is not closed: the venue's id, `""` while it is unknown, by client order id."""
        return {
            record.client_order_id: record.venue_order_id
            for record in self._records.all()
            if record.phase is not Phase.CLOSED
        }

    # -- what we did ---------------------------------------------------------------------------------------

    def on_submitted(
        self,
        client_order_id: str,
        quantity: Decimal,
        price: Decimal | None = None,
        trigger_price: Decimal | None = None,
        *,
        quote_quantity: bool = False,
        submitted_ms: int = 0,
    ) -> None:
        """Take note of an order that is about to be sent; a price and a trigger make a limit behind a trigger."""
        record = OrderRecord(
            client_order_id,
            quantity,
            price,
            trigger_price,
            quote_quantity,
            awaits_trigger=price is not None and trigger_price is not None,
            submitted_ms=submitted_ms,
        )
        self._records.add(record)

    def adopt(self, record: OrderRecord, trade_ids: list[str]) -> None:
        """Take over an order of an earlier run, with the ids of the fills that are already booked."""
        self._records.add(record)
        for trade_id in trade_ids:
            self._trade_ids.on_booked(trade_id, record.venue_order_id)
            self._counted.add((trade_id, record.venue_order_id))

    def on_acknowledged(self, client_order_id: str, venue_order_id: str) -> None:
        """Bind the venue's id: the gateway received the order, which is not acceptance."""
        record = self._records.get(client_order_id)
        if record is not None and venue_order_id:
            self._records.bind(record, venue_order_id)

    def on_refused(
        self, client_order_id: str, reason: str, ts_ms: int, *, due_post_only: bool = False
    ) -> list[OrderEvent]:
        """Take a refusal that is certain."""
        record = self._records.get(client_order_id)
        if record is None or record.phase is not Phase.SUBMITTED:
            # It was seen working: what a push says outweighs an error answer. Ask.
            return [Query(client_order_id, f"refused ({reason}) after it was seen working")] if record else []
        return [self._refuse(record, reason, ts_ms, due_post_only=due_post_only)]

    def on_unknown(self, client_order_id: str, reason: str) -> list[OrderEvent]:
        """Nobody knows whether a request arrived."""
        record = self._records.get(client_order_id)
        if record is None or record.phase is Phase.CLOSED:
            return []
        return [Query(client_order_id, reason)]

    def on_absent(self, client_order_id: str, reason: str, ts_ms: int) -> list[OrderEvent]:
        """Take the answer that there is no such order, when no request for it can arrive any more."""
        record = self._records.get(client_order_id)
        if record is None or record.phase is Phase.CLOSED:
            return []
        if record.phase is Phase.SUBMITTED:
            return [self._refuse(record, reason, ts_ms)]
        # It was accepted once and the venue keeps cancelled orders for a day only.
        self._records.close(record)
        return [Canceled(client_order_id, record.venue_order_id, ts_ms)]

    def on_given_up(self, client_order_id: str) -> None:
        """Take that the framework holds an order for refused: from now on it is one made elsewhere."""
        record = self._records.get(client_order_id)
        if record is not None:
            record.refused = True
            self._records.close(record)

    def on_unbookable(self, fill: Filled) -> None:
        """Take back a fill that could not be booked, so that it counts when it comes again."""
        self._counted.discard((fill.trade_id, fill.execution.order_id))
        record = self._records.get(fill.client_order_id)
        if record is not None:
            record.filled -= Decimal(fill.execution.exec_qty)

    def overdue(self, now_ms: int) -> list[OrderEvent]:
        """Return a query for each order that something is missing of for too long: a push may have been lost.

        Parameters
        ----------
        now_ms : int
            The time in epoch milliseconds, on the clock of `on_submitted`.
        """
        events: list[OrderEvent] = []
        for record in self._records.all():
            reason = record.missing
            if not reason:
                record.waiting_since_ms = 0
            elif not record.waiting_since_ms:
                record.waiting_since_ms = now_ms
            elif now_ms - record.waiting_since_ms >= LONGEST_WAIT_MS:
                record.waiting_since_ms = now_ms
                events.append(Query(record.client_order_id, reason))
        return events

    # -- what the venue said -------------------------------------------------------------------------------

    def on_order(self, order: BybitOrder) -> list[OrderEvent]:
        """Take an order push or a REST order row."""
        record = self._records.find(order.order_link_id, order.order_id)
        if record is None:
            return [ForeignOrder(order)]
        if record.refused:
            lives = order.order_status in OPEN_STATUSES or Decimal(order.cum_exec_qty or "0")
            return [ForeignOrder(order)] if lives and not _made_before(order, record) else []
        if record.phase is Phase.SUBMITTED and _made_before(order, record):
            reason = f"orderLinkId {record.client_order_id!r} was used before, by order {order.order_id}"
            return [self._refuse(record, reason, record.submitted_ms)]
        if order.order_id:
            self._records.bind(record, order.order_id)
        cumulative = Decimal(order.cum_exec_qty or "0")
        record.reported = max(record.reported, cumulative)
        updated_ms = int(order.updated_time or "0")
        if record.phase in {Phase.CLOSED, Phase.CLOSING}:
            return self._ask_for_missing_fills(record)
        if order.order_status in OPEN_STATUSES:
            return self._on_open(record, order, updated_ms)
        record.updated_ms = max(record.updated_ms, updated_ms)
        return self._on_terminal(record, order, cumulative)

    def on_execution(self, execution: BybitExecution) -> list[OrderEvent]:
        """Take an execution push or a REST execution row; a repeated ``execId`` gives nothing."""
        key = self._trade_ids.of(execution.exec_id, execution.order_id), execution.order_id
        if key in self._counted:
            return []
        if execution.exec_type not in FILL_TYPES:
            return self._on_no_fill(execution, key)
        # What cannot be read raises before the execution counts as seen.
        quantity, ts_ms = Decimal(execution.exec_qty), int(execution.exec_time or "0")
        told = Decimal(execution.order_qty or "0") if execution.order_type == "Limit" else Decimal(0)
        self._counted.add(key)
        record = self._records.find(execution.order_link_id, execution.order_id)
        if record is None:
            return [ForeignFill(execution)]
        if record.refused:
            return [ForeignFill(execution)] if ts_ms >= record.submitted_ms - CLOCK_TOLERANCE_MS else []
        self._records.bind(record, execution.order_id)
        events = self._accept(record, ts_ms) + self._trigger(record, ts_ms)
        fill = Filled(record.client_order_id, execution, key[0])
        record.filled += quantity
        events += self._learn_quantity(record, told, ts_ms)
        if record.quote_quantity:
            record.held.append(fill)
        elif record.filled > record.quantity:
            record.held.append(fill)
            reason = (
                f"{record.filled} is filled of {record.quantity}: it was amended and no push has told of it"
            )
            events.append(Query(record.client_order_id, reason))
        else:
            events.append(fill)
        return events + self._finish_if_complete(record, ts_ms)

    def _on_no_fill(self, execution: BybitExecution, key: tuple[str, str]) -> list[OrderEvent]:
        if execution.exec_type in _KNOWN_TYPES:
            self._counted.add(key)
            return [NotAFill(execution)]
        # A word nobody knows may be a damaged one: the same execution can still come with its true type.
        record = self._records.find(execution.order_link_id, execution.order_id)
        reason = f"execution type {execution.exec_type!r} is not known"
        return [NotAFill(execution), *([Query(record.client_order_id, reason)] if record else [])]

    # -- rows ----------------------------------------------------------------------------------------------

    def _on_open(self, record: OrderRecord, order: BybitOrder, updated_ms: int) -> list[OrderEvent]:
        events = self._accept(record, updated_ms)
        if order.order_status not in {"Untriggered", "Created"}:
            events += self._trigger(record, updated_ms)
        if updated_ms < record.updated_ms:
            return events  # an older row that came late says nothing new about price or quantity
        record.updated_ms = updated_ms
        quantity = record.quantity if record.quote_quantity else Decimal(order.qty or "0")
        # The price of a market order is its protection price, which is the venue's own business.
        price = decimal_or_none(order.price) if order.order_type == "Limit" else record.price
        # A plain order's row can hold a trigger, such as that of its own stop loss.
        named = decimal_or_none(order.trigger_price) if record.trigger_price is not None else None
        trigger = named if named is not None else record.trigger_price
        if (quantity, price, trigger) != (record.quantity, record.price, record.trigger_price):
            record.quantity, record.price, record.trigger_price = quantity, price, trigger
            events.append(_updated(record, updated_ms))
        if not record.quote_quantity and record.filled <= record.quantity:
            events += self._release(record, updated_ms)
        return events

    def _learn_quantity(self, record: OrderRecord, told: Decimal, ts_ms: int) -> list[OrderEvent]:
        """Take the quantity an execution names, where the push of an amendment is late or lost and it matters."""
        if record.quote_quantity or record.phase is Phase.CLOSED or record.filled < record.quantity:
            return []
        is_old = record.filled == record.quantity and ts_ms < record.updated_ms
        if told <= record.quantity or is_old:
            return []
        record.updated_ms = max(record.updated_ms, ts_ms)
        return self._resize(record, told, ts_ms)

    def _resize(self, record: OrderRecord, quantity: Decimal, ts_ms: int) -> list[OrderEvent]:
        if record.quote_quantity or quantity == record.quantity:
            return []
        record.quantity = quantity
        return [_updated(record, ts_ms)]

    def _on_terminal(self, record: OrderRecord, order: BybitOrder, cumulative: Decimal) -> list[OrderEvent]:
        if order.order_status == "Filled":
            return self._on_filled(record, order, cumulative)
        if order.order_status == "Rejected" or order.order_status in CANCELED_STATUSES:
            return self._on_ended(record, order, cumulative)
        return [Query(record.client_order_id, f"status {order.order_status!r} is not known")]

    def _on_filled(self, record: OrderRecord, order: BybitOrder, cumulative: Decimal) -> list[OrderEvent]:
        ts_ms = int(order.updated_time or "0")
        events = self._accept(record, ts_ms) + self._trigger(record, ts_ms)
        record.phase = Phase.CLOSING
        if cumulative:  # of an amended order, whose push may have been lost
            events += self._resize(record, cumulative, ts_ms)
            if events and isinstance(events[-1], Updated) and record.filled == cumulative and not record.held:
                # No fill is left that could end it.
                record.closing = Canceled(record.client_order_id, record.venue_order_id, ts_ms)
        return events + (self._finish_if_complete(record, ts_ms) or self._ask_for_missing_fills(record))

    def _on_ended(self, record: OrderRecord, order: BybitOrder, cumulative: Decimal) -> list[OrderEvent]:
        ts_ms = int(order.updated_time or "0")
        post_only = order.reject_reason == POST_ONLY_CROSSED
        never_worked = record.phase is Phase.SUBMITTED and not cumulative and not record.filled
        if never_worked and (order.order_status == "Rejected" or post_only):
            return [self._refuse(record, order.reject_reason, ts_ms, due_post_only=post_only)]
        events = self._accept(record, ts_ms)
        if cumulative > record.quantity:
            events += self._resize(record, max(cumulative, Decimal(order.qty or "0")), ts_ms)
        record.phase = Phase.CLOSING
        record.closing = Canceled(record.client_order_id, record.venue_order_id, ts_ms)
        return events + (self._finish_if_complete(record, ts_ms) or self._ask_for_missing_fills(record))

    # -- parts ---------------------------------------------------------------------------------------------

    def _is_open(self, venue_order_id: str) -> bool:
        record = self._records.find("", venue_order_id)
        return record is not None and record.phase is not Phase.CLOSED

    def _refuse(
        self, record: OrderRecord, reason: str, ts_ms: int, *, due_post_only: bool = False
    ) -> OrderEvent:
        record.refused = True
        self._records.close(record)
        return Rejected(record.client_order_id, reason, due_post_only, ts_ms)

    def _accept(self, record: OrderRecord, ts_ms: int) -> list[OrderEvent]:
        if record.phase is not Phase.SUBMITTED:
            return []
        record.phase = Phase.ACCEPTED
        return [Accepted(record.client_order_id, record.venue_order_id, ts_ms)]

    def _ask_for_missing_fills(self, record: OrderRecord) -> list[OrderEvent]:
        if record.filled >= record.reported:
            return []
        missing = record.reported - record.filled
        return [Query(record.client_order_id, f"fills over {missing} are reported and have not arrived")]

    def _trigger(self, record: OrderRecord, ts_ms: int) -> list[OrderEvent]:
        if not record.awaits_trigger:
            return []
        record.awaits_trigger = False
        return [Triggered(record.client_order_id, record.venue_order_id, ts_ms)]

    def _finish_if_complete(self, record: OrderRecord, ts_ms: int) -> list[OrderEvent]:
        if record.phase is Phase.CLOSING and record.filled >= record.reported:
            events = self._release(record, ts_ms)
            # An order over a quote amount is filled by what it bought, though a rest of the amount was canceled.
            if record.closing is not None and not (record.quote_quantity and events):
                events.append(record.closing)
            self._records.close(record)
            return events
        is_full = not record.quote_quantity and not record.held and record.filled >= record.quantity
        if record.phase is Phase.ACCEPTED and is_full:
            self._records.close(record)
        return []

    def _release(self, record: OrderRecord, ts_ms: int) -> list[OrderEvent]:
        """Hand over the fills that waited for the quantity they are measured against."""
        held, record.held = record.held, []
        if not held or not record.quote_quantity:
            return [*held]
        return [Sized(record.client_order_id, record.venue_order_id, record.filled, ts_ms), *held]
