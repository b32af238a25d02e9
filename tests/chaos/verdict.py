"""What a node believes, held against what the venue knows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from nautilus_trader.model.enums import OrderStatus
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, Venue
from nautilus_trader.model.objects import Currency
from nautilus_trader.model.orders import Order
from trading import Recorder

from nautilus_bybit_adapter.sim import SimVenue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What differs; each entry names one thing."""

    lost_fills: tuple[str, ...] = ()
    doubled_fills: tuple[str, ...] = ()
    stuck_orders: tuple[str, ...] = ()
    wrong_orders: tuple[str, ...] = ()
    wrong_positions: tuple[str, ...] = ()
    wrong_balances: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs."""
        return not any(getattr(self, field.name) for field in fields(self))


def judge(venue: SimVenue, trader: Recorder, instrument_id: InstrumentId) -> Verdict:
    """Compare orders, fills, positions and balances; see `Verdict`."""
    lost, doubled = _fills(venue, trader)
    stuck, wrong = _orders(venue, trader)
    return Verdict(
        lost, doubled, stuck, wrong, _positions(venue, trader, instrument_id), _balances(venue, trader)
    )


def _fills(venue: SimVenue, trader: Recorder) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is missing and what is too much.

    A fill is lost when its quantity is missing from its order; which id it was booked under is not asked,
    since the framework may infer a fill from an order's report.
    """
    filled: dict[str, Decimal] = {}
    due: dict[str, Decimal] = {}
    links = {row.order.order_id: row.order.link_id for row in venue.exchange.account.executions}
    for row in venue.exchange.account.executions:
        due[row.order.order_id] = due.get(row.order.order_id, Decimal(0)) + row.order.instrument.qty(row.lots)
    seen: set[tuple[str, str]] = set()
    doubled = []
    for fill in trader.of(OrderFilled):
        key = fill.client_order_id.value, fill.trade_id.value
        if key in seen:
            doubled.append(fill.trade_id.value)
        seen.add(key)
    for order in trader.cache.orders():
        if order.venue_order_id is not None:
            name = order.venue_order_id.value
            filled[name] = filled.get(name, Decimal(0)) + order.filled_qty.as_decimal()
    lost = [
        f"{name} ({_belief(trader, name, links[name])}): {filled.get(name, Decimal(0))} of {quantity}"
        for name, quantity in due.items()
        if filled.get(name, Decimal(0)) < quantity
    ]
    doubled += [name for name, quantity in filled.items() if quantity > due.get(name, Decimal(0))]
    return tuple(lost), tuple(doubled)


def _belief(trader: Recorder, order_id: str, link_id: str) -> str:
    for order in trader.cache.orders():
        venue_id = order.venue_order_id
        if order.client_order_id.value == link_id or (venue_id is not None and venue_id.value == order_id):
            events = [type(event).__name__ for event in order.events]
            return f"{order.client_order_id} {order.status_string()}: {', '.join(events)}"
    return f"{link_id or 'made elsewhere'}, not known"


def _orders(venue: SimVenue, trader: Recorder) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return orders that one side has open and the other has not, and open orders whose terms differ."""
    theirs = {order.order_id: order for order in venue.exchange.orders.values() if order.is_live}
    names = {order.link_id: order.order_id for order in theirs.values() if order.link_id}
    ours = {
        _name(order, names): order
        for order in trader.cache.orders()
        if not order.is_closed and not _waits_for_its_entry(trader, order)
    }
    stuck = [
        f"{name}: {ours[name].status_string()} here, closed or unknown there"
        for name in ours.keys() - theirs.keys()
    ]
    stuck += [f"{name}: open there, not here" for name in theirs.keys() - ours.keys()]
    wrong = []
    for name in ours.keys() & theirs.keys():
        order, row = ours[name], theirs[name]
        terms = [("quantity", order.quantity.as_decimal(), row.instrument.qty(row.lots))]
        if order.has_price:
            terms.append(("price", order.price.as_decimal(), row.instrument.price(row.ticks)))
        wrong += [
            f"{name}: {what} {here} here, {there} there" for what, here, there in terms if here != there
        ]
    return tuple(stuck), tuple(wrong)


def _name(order: Order, names: dict[str, str]) -> str:
    """Return the venue's id of an order, or ours where the venue has no such order."""
    link_id = order.client_order_id.value
    return order.venue_order_id.value if order.venue_order_id is not None else names.get(link_id, link_id)


def _waits_for_its_entry(trader: Recorder, order: Order) -> bool:
    if order.status != OrderStatus.INITIALIZED or order.parent_order_id is None:
        return False
    entry = trader.cache.order(order.parent_order_id)
    return not entry.is_closed and entry.filled_qty == 0


def _positions(venue: SimVenue, trader: Recorder, instrument_id: InstrumentId) -> tuple[str, ...]:
    symbol, _, product = instrument_id.symbol.value.rpartition("-")
    if product == "SPOT":
        return ()  # the balance of the coin is the position
    here = Decimal(str(trader.portfolio.net_position(instrument_id)))
    there = sum((leg.size for leg in venue.exchange.account.legs(symbol)), Decimal(0))
    wrong = [] if here == there else [f"{instrument_id}: {here} here, {there} there"]
    for index, suffix in ((1, "LONG"), (2, "SHORT")):
        positions = trader.cache.positions_open(instrument_id=instrument_id)
        ours = sum(each.quantity.as_decimal() for each in positions if each.id.value.endswith(f"-{suffix}"))
        theirs = sum(abs(leg.size) for leg in venue.exchange.account.legs(symbol) if leg.index == index)
        if ours != theirs:
            wrong.append(f"{instrument_id} {suffix}: {ours} here, {theirs} there")
    return tuple(wrong)


def _balances(venue: SimVenue, trader: Recorder) -> tuple[str, ...]:
    account = trader.portfolio.account(Venue("BYBIT"))
    wrong = []
    for coin, amount in venue.exchange.account.balances.items():
        total = account.balance_total(Currency.from_str(coin))
        here = total.as_decimal() if total is not None else Decimal(0)
        if here != amount:
            wrong.append(f"{coin}: {here} here, {amount} there")
    return tuple(wrong)
