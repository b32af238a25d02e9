"""How the cards of refusals, failures and restarts are played.

Source: NautilusTrader developer guide, "Execution Testing Spec", groups 8 to 10.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exec_play import ACCEPTED, QUANTITIES, Play, names, reason
from nautilus_trader.model.enums import OrderSide, OrderStatus, OrderType, PositionSide, TimeInForce

from nautilus_bybit_adapter.sim import SimVenue

CUT = "cut_after_taken:family=trade,count=1,match={op}"

# -- group 8 -----------------------------------------------------------------------------------------------


async def refused_as_maker(play: Play) -> None:
    order = (await play.until_orders(1))[0]
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(names(order)[-1] == "Rejected" and "Filled" not in names(order), "OrderRejected")
    play.holds(order.last_event.due_post_only, "due_post_only")


async def refused_as_reduction(play: Play) -> None:
    order = (await play.until_orders(1))[0]
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(names(order) == ("Initialized", "Submitted", "Rejected"), "OrderRejected")
    play.holds("reduce" in reason(order).lower() or "position" in reason(order).lower(), "the reason")


async def denies_type(play: Play) -> None:
    factory = play.tester.order_factory
    order = factory.market_to_limit(play.instrument_id, OrderSide.BUY, play.quantity)
    await _denied(play, order, "order_type")


async def denies_time_in_force(play: Play) -> None:
    price = play.price_of(play.best[0] - play.tester.config.tob_offset_ticks)
    order = play.tester.order_factory.limit(
        play.instrument_id, OrderSide.BUY, play.quantity, price, time_in_force=TimeInForce.DAY
    )
    await _denied(play, order, "time_in_force")


async def _denied(play: Play, order: Any, field: str) -> None:
    play.tester.submit_order(order)
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(names(order) == ("Initialized", "Denied"), "OrderDenied")
    plain = reason(order).lower().replace("_", "").replace(" ", "")
    play.holds(field.replace("_", "") in plain, "the reason")
    play.holds(not play.live(), "nothing at the venue")


async def option_denies_conditionals(play: Play) -> None:
    order = (await play.until_orders(1))[0]
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(names(order)[-1] in {"Denied", "Rejected"}, "OrderDenied or OrderRejected")
    play.holds(not play.live(), "nothing at the venue")


async def entry_is_open(play: Play) -> None:
    """Wait until the socket that the card before has cut stands again."""
    entries = play.venue._server.connections
    await play.until(lambda: any(each.authenticated for each in entries("trade")), "a socket for orders")


async def submit_fails(play: Play) -> None:
    await entry_is_open(play)
    play.venue.faults.add(CUT.format(op="order.create"))
    order = play.limit(OrderSide.BUY, play.best[0] - play.tester.config.tob_offset_ticks)
    await play.until_status(order, OrderStatus.ACCEPTED)
    play.holds(names(order) == ACCEPTED, "no OrderRejected")


async def cancel_fails(play: Play) -> None:
    await entry_is_open(play)
    order = await _resting(play)
    play.venue.faults.add(CUT.format(op="order.cancel"))
    play.tester.cancel_order(order)
    await play.until_status(order, OrderStatus.CANCELED)
    play.holds("CancelRejected" not in names(order), "no OrderCancelRejected")


async def modify_fails(play: Play) -> None:
    await entry_is_open(play)
    order = await _resting(play)
    play.venue.faults.add(CUT.format(op="order.amend"))
    price = play.price_of(play.known(order).ticks - 5)
    play.tester.modify_order(order, price=price)
    await play.until(lambda: order.price == price, "the new price")
    play.holds("ModifyRejected" not in names(order), "no OrderModifyRejected")


async def batch_fails(play: Play) -> None:
    ticks = play.best[0] - play.tester.config.tob_offset_ticks
    await entry_is_open(play)
    play.venue.faults.add(CUT.format(op="order.create*"))
    orders = _pair(play, ticks, ticks - 1)
    for order in orders:
        await play.until_status(order, OrderStatus.ACCEPTED)
    await entry_is_open(play)
    play.venue.faults.add(CUT.format(op="order.cancel*"))
    play.tester.cancel_orders(orders)
    for order in orders:
        await play.until_status(order, OrderStatus.CANCELED)
        play.holds(not {"Rejected", "CancelRejected"} & set(names(order)), "no rejection")


async def batch_is_refused_in_part(play: Play) -> None:
    ticks = play.best[0] - play.tester.config.tob_offset_ticks
    good, bad = _pair(play, ticks, ticks, bad_quantity=True)
    await play.until_status(good, OrderStatus.ACCEPTED)
    await play.until_status(bad, OrderStatus.REJECTED)
    play.holds(reason(bad), "the venue's reason")


async def _resting(play: Play) -> Any:
    order = play.limit(OrderSide.BUY, play.best[0] - play.tester.config.tob_offset_ticks)
    await play.accepted()
    return order


def _pair(play: Play, first: int, second: int, *, bad_quantity: bool = False) -> list[Any]:
    """Send two independent limit orders as one list."""
    factory, instrument = play.tester.order_factory, play.instrument
    # The venue has a largest quantity.
    too_much = instrument.make_qty(play.market.instrument.max_qty * 2)
    orders = [
        factory.limit(play.instrument_id, OrderSide.BUY, quantity, play.price_of(ticks))
        for quantity, ticks in (
            (play.quantity, first),
            (too_much if bad_quantity else play.quantity, second),
        )
    ]
    play.tester.submit_order_list(factory.create_list(orders))
    return orders


# -- group 9 -----------------------------------------------------------------------------------------------


async def opens_before_it_rests(play: Play) -> None:
    orders = await play.until_orders(3)
    first, *rest = orders
    await play.until_status(first, OrderStatus.FILLED)
    for order in rest:
        await play.until_status(order, OrderStatus.ACCEPTED)
    play.holds(first.order_type == OrderType.MARKET, "the market order comes first")
    play.holds(play.position is not None, "a position")


async def unsubscribes_on_stop(play: Play) -> None:
    def listened() -> set[str]:
        return {
            topic
            for connection in play.venue._server.connections("public")
            for topic in connection.topics
            if topic.endswith(f".{play.symbol}")
        }

    await play.accepted(2)
    await play.until(listened, "subscriptions")
    play.tester.stop()
    await play.until(lambda: not listened(), "no subscriptions")


def _place(venue: SimVenue, category: str, symbol: str, side: str, **fields: str) -> Any:
    return venue.exchange.place(
        {
            "category": category,
            "symbol": symbol,
            "side": side,
            "orderType": "Market",
            "qty": QUANTITIES[category],
            "orderLinkId": f"earlier-{symbol.replace('-', '')}-{category}",
            **({"marketUnit": "baseCoin"} if category == "spot" else {}),
            **fields,
        }
    )


def rest_earlier(venue: SimVenue, category: str, symbol: str) -> None:
    """Leave orders of an earlier session at the venue."""
    market = venue.exchange.markets[category, symbol]
    offset = 50 if category == "option" else 500
    price = market.instrument.price(market.mark_ticks - offset)
    _place(venue, category, symbol, "Buy", orderType="Limit", price=str(price))


def buy_earlier(venue: SimVenue, category: str, symbol: str) -> None:
    """Leave a fill, and a position, of an earlier session at the venue."""
    _place(venue, category, symbol, "Buy")


def sell_earlier(venue: SimVenue, category: str, symbol: str) -> None:
    _place(venue, category, symbol, "Sell")


async def finds_open_order(play: Play) -> None:
    (known,) = play.live()
    (order,) = await play.until_orders(1)
    play.holds(order.status == OrderStatus.ACCEPTED, "ACCEPTED")
    play.holds(order.venue_order_id.value == known.order_id, "the venue order id")
    play.holds(order.client_order_id.value == known.link_id, "the client order id")
    play.holds(order.order_type == OrderType.LIMIT and order.side == OrderSide.BUY, "a limit buy")
    play.holds(order.price == play.price_of(known.ticks), "the price")
    play.holds(order.quantity == play.quantity, "the quantity")


async def finds_filled_order(play: Play) -> None:
    mine = [
        each
        for each in play.venue.exchange.account.executions
        if each.order.instrument.symbol == play.symbol and each.order.instrument.category == play.category
    ]
    orders = await play.until_orders(1)
    known = mine[0].order
    (order,) = [each for each in orders if each.venue_order_id.value == known.order_id]
    play.holds(order.status == OrderStatus.FILLED, "FILLED")
    play.holds(order.filled_qty.as_decimal() == known.instrument.qty(known.filled), "the quantity")
    fills = [event for event in order.events if type(event).__name__ == "OrderFilled"]
    play.holds(len(fills) == len(mine), "each fill once")
    wanted = sum((each.fee for each in mine), Decimal(0))
    paid = sum((each.commission.as_decimal() for each in fills), Decimal(0))
    play.holds(abs(paid - wanted) <= Decimal("1E-8"), f"the commission {wanted}, not {paid}")
    play.holds(
        {each.last_px.as_decimal() for each in fills}
        == {known.instrument.price(each.ticks) for each in mine},
        "the price",
    )


async def finds_long(play: Play) -> None:
    await _finds(play, PositionSide.LONG)


async def finds_short(play: Play) -> None:
    await _finds(play, PositionSide.SHORT)


async def _finds(play: Play, side: PositionSide) -> None:
    await play.until(lambda: play.position is not None, "a position")
    there = play.venue.exchange.account.position(play.symbol)
    play.holds(play.position.side == side, side.name)
    play.holds(play.position.signed_decimal_qty() == there.size, f"{there.size}")
    (fill,) = [
        each for each in play.venue.exchange.account.executions if each.order.instrument.symbol == play.symbol
    ]
    wanted = fill.order.instrument.price(fill.ticks)
    play.holds(abs(Decimal(play.position.avg_px_open) - wanted) < Decimal("0.01"), f"entered at {wanted}")
    play.tester.close_position(play.position)
    await play.until(lambda: play.venue.exchange.account.position(play.symbol).size == 0, "the closing")


# -- group 10 ----------------------------------------------------------------------------------------------


async def option_is_canceled(play: Play) -> None:
    order = await _resting(play)
    play.tester.cancel_order(order)
    await play.until_status(order, OrderStatus.CANCELED)
    play.holds(names(order) == (*ACCEPTED, "PendingCancel", "Canceled"), "the events of the order")
    play.holds(not play.live(), "nothing left at the venue")
