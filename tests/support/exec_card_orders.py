"""How the cards of orders are played: market, limit, conditional, amended, canceled, bracketed.

Source: NautilusTrader developer guide, "Execution Testing Spec", groups 1 to 7.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from exec_play import ACCEPTED, Play, names
from nautilus_trader.model.enums import OrderSide, OrderStatus, OrderType, PositionSide, TimeInForce
from nautilus_trader.model.orders import Order

GTD_SECS = 3.0
MOVE = 60

# -- group 1 -----------------------------------------------------------------------------------------------


async def opens_long(play: Play) -> None:
    low, high = play.best
    order = await play.filled()
    play.holds(order.side == OrderSide.BUY, "a buy")
    play.holds(
        play.price_of(low) <= order.avg_px <= float(play.price_of(high)), "a price between bid and ask"
    )
    await play.until(lambda: play.position is not None, "a position")
    play.holds(play.position.side == PositionSide.LONG, "a long position")
    account = play.tester.cache.account_for_venue(play.instrument_id.venue)
    await play.until(lambda: account.event_count > 1, "AccountState")


async def opens_short(play: Play) -> None:
    order = await play.filled()
    play.holds(order.side == OrderSide.SELL, "a sell")
    await play.until(lambda: play.position is not None, "a position")
    play.holds(play.position.side == PositionSide.SHORT, "a short position")


async def opens_with_ioc(play: Play) -> None:
    order = await play.filled()
    play.holds(order.time_in_force == TimeInForce.IOC and play.known(order).tif == "IOC", "IOC")


async def opens_with_quote_quantity(play: Play) -> None:
    order = (await play.until_orders(1))[0]
    await play.until(lambda: order.status == OrderStatus.FILLED or order.is_closed, "FILLED")
    play.holds(order.status == OrderStatus.FILLED, "FILLED")
    known = play.known(order)
    play.holds(known.budget is not None, "a quantity in quote coin")
    play.holds(order.filled_qty.as_decimal() == known.instrument.qty(known.filled), "fills in base coin")


async def closes_on_stop(play: Play) -> None:
    await opens_long(play)
    play.tester.stop()
    orders = await play.until_orders(2)
    await play.until(lambda: play.orders[-1].status == OrderStatus.FILLED, "the closing fill")
    play.holds(names(orders[-1])[:3] == ACCEPTED, "the events of the closing order")
    await play.until(lambda: play.position is None, "no position")
    play.holds(not play.live(), "nothing left at the venue")
    if play.category != "spot":
        play.holds(play.venue.exchange.account.position(play.symbol).size == 0, "no position at the venue")


async def closes_with_reduce_only(play: Play) -> None:
    await closes_on_stop(play)
    play.holds(play.orders[-1].is_reduce_only, "reduce_only")
    if play.category != "spot":
        play.holds(play.known(play.orders[-1]).reduce_only, "reduceOnly at the venue")


# -- group 2 -----------------------------------------------------------------------------------------------


async def rests(play: Play) -> None:
    """Demand that the tester's limit orders rest where they were put."""
    best_bid, best_ask = play.best
    count = play.tester.config.enable_limit_buys + play.tester.config.enable_limit_sells
    offset = play.tester.config.tob_offset_ticks
    for order in await play.accepted(count):
        known = play.known(order)
        is_buy = order.side == OrderSide.BUY
        play.holds(known.side == ("Buy" if is_buy else "Sell"), "the side")
        play.holds(known.ticks == (best_bid - offset if is_buy else best_ask + offset), "the price")
        play.holds(known.instrument.qty(known.lots) == play.quantity.as_decimal(), "the quantity")
        wanted = "PostOnly" if order.is_post_only else "GTC"
        play.holds(known.tif == wanted, wanted)
    play.holds(play.position is None, "no position")


async def rests_with_expiry(play: Play) -> None:
    await rests(play)
    (order,) = play.orders
    play.holds(order.time_in_force == TimeInForce.GTD, "GTD")
    left = order.expire_time - play.tester.clock.utc_now()
    play.holds(timedelta(minutes=59) < left <= timedelta(minutes=60), "the expiry")


async def expires(play: Play) -> None:
    at = play.tester.clock.utc_now() + timedelta(seconds=GTD_SECS)
    order = play.limit(
        OrderSide.BUY,
        play.best[0] - play.tester.config.tob_offset_ticks,
        time_in_force=TimeInForce.GTD,
        expire_time=at,
    )
    await play.accepted()
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(order.status in {OrderStatus.CANCELED, OrderStatus.EXPIRED}, "CANCELED or EXPIRED")
    play.holds(play.tester.clock.utc_now() >= at, "not before its time")
    play.holds(not play.live(), "nothing left at the venue")


async def ioc_fills(play: Play) -> None:
    order = play.limit(OrderSide.BUY, play.best[1] + 5, time_in_force=TimeInForce.IOC)
    await play.filled()
    play.holds(play.known(order).tif == "IOC", "IOC")
    await play.until(lambda: play.position is not None, "a position")


async def fok_fills(play: Play) -> None:
    order = play.limit(OrderSide.BUY, play.best[1] + 5, time_in_force=TimeInForce.FOK)
    await play.filled()
    play.holds(play.known(order).tif == "FOK", "FOK")
    play.holds(names(order).count("Filled") == 1, "one fill")


async def ioc_ends(play: Play) -> None:
    await _ends_unfilled(play, TimeInForce.IOC)


async def fok_ends(play: Play) -> None:
    await _ends_unfilled(play, TimeInForce.FOK)


async def _ends_unfilled(play: Play, time_in_force: TimeInForce) -> None:
    order = play.limit(
        OrderSide.BUY, play.best[0] - play.tester.config.tob_offset_ticks, time_in_force=time_in_force
    )
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(names(order) == (*ACCEPTED, "Canceled"), "the events of the order")


async def fok_option(play: Play) -> None:
    """Demand that one fills whole and another one ends without a fill."""
    await fok_fills(play)
    order = play.limit(OrderSide.BUY, play.best[0] - 10, time_in_force=TimeInForce.FOK)
    await play.until(lambda: order.is_closed, "the end of the order")
    play.holds(order.status == OrderStatus.CANCELED and order.filled_qty == 0, "no fill")


# -- group 3 -----------------------------------------------------------------------------------------------


async def waits_for_trigger(play: Play) -> None:
    config = play.tester.config
    best_bid, best_ask = play.best
    (order,) = await play.accepted()
    known = play.known(order)
    play.holds(order.order_type == config.stop_order_type, "the type")
    play.holds(known.status == "Untriggered", "Untriggered")
    touched = order.order_type in {OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED}
    is_buy = order.side == OrderSide.BUY
    above = is_buy != touched
    wanted = best_ask + config.stop_offset_ticks if above else best_bid - config.stop_offset_ticks
    play.holds(known.trigger is not None and known.trigger.ticks == wanted, "the trigger price")
    play.holds(known.side == ("Buy" if is_buy else "Sell"), "the side")
    if order.has_price:
        offset = config.stop_limit_offset_ticks * (1 if above else -1)
        play.holds(known.ticks == wanted + offset, "the limit price")
        play.holds(known.order_type == "Limit", "a limit order")


# -- group 4 -----------------------------------------------------------------------------------------------


async def is_amended(play: Play) -> None:
    (order,) = await play.accepted()
    before = order.trigger_price if order.has_trigger_price else order.price
    play.move(MOVE if order.side == OrderSide.BUY else -MOVE)
    await play.until(lambda: "Updated" in names(order), "OrderUpdated")
    await play.until_status(order, OrderStatus.ACCEPTED)
    play.holds(names(order)[:5] == (*ACCEPTED, "PendingUpdate", "Updated"), "the events of the order")
    after = order.trigger_price if order.has_trigger_price else order.price
    known = play.known(order)
    ticks = known.trigger.ticks if known.trigger is not None else known.ticks
    play.holds(after != before and after == play.price_of(ticks), "the new price, here and at the venue")


async def is_replaced(play: Play) -> None:
    (first,) = await play.accepted()
    play.move(MOVE if first.side == OrderSide.BUY else -MOVE)
    _, second = await play.until_orders(2)
    await play.until_status(first, OrderStatus.CANCELED)
    await play.until_status(second, OrderStatus.ACCEPTED)
    play.holds(names(first) == (*ACCEPTED, "PendingCancel", "Canceled"), "the events of the first order")
    play.holds(names(second) == ACCEPTED, "the events of the second order")
    (left,) = play.live()
    play.holds(left.order_id == second.venue_order_id.value, "one order at the venue")


# -- group 5 -----------------------------------------------------------------------------------------------


async def canceled_on_stop(play: Play) -> None:
    count = play.tester.config.enable_limit_buys + play.tester.config.enable_limit_sells
    orders = await play.accepted(count)
    play.tester.stop()
    for order in orders:
        await play.until_status(order, OrderStatus.CANCELED)
        play.holds(names(order) == (*ACCEPTED, "PendingCancel", "Canceled"), f"the events of {order}")
    play.holds(not play.live(), "nothing left at the venue")


async def canceled_twice(play: Play) -> None:
    order = play.limit(OrderSide.BUY, play.best[0] - play.tester.config.tob_offset_ticks)
    await play.accepted()
    play.tester.cancel_order(order)
    await play.until_status(order, OrderStatus.CANCELED)
    play.cancel_past_the_strategy(order)
    other = play.limit(OrderSide.BUY, play.best[0] - play.tester.config.tob_offset_ticks)
    await play.until_status(other, OrderStatus.ACCEPTED)
    play.holds(order.status == OrderStatus.CANCELED, "CANCELED")
    play.holds(names(order).count("Canceled") == 1, "one OrderCanceled")


# -- group 6 -----------------------------------------------------------------------------------------------


async def bracket(play: Play) -> list[Order]:
    """Wait for the entry, let it fill, and wait for both exits; return entry, take profit and stop loss."""
    entry, *exits = await play.until_orders(3)
    exits.sort(key=lambda order: order.order_type != OrderType.LIMIT)
    take, stop = exits
    await play.until_status(entry, OrderStatus.ACCEPTED)
    play.holds(not take.is_closed and not stop.is_closed, "the exits stand")
    is_buy = entry.side == OrderSide.BUY
    low, high = (stop.trigger_price, take.price) if is_buy else (take.price, stop.trigger_price)
    play.holds(low < entry.price < high, "the exits on both sides of the entry")
    ticks = play.known(entry).ticks
    play.lay(ticks - 3 if is_buy else ticks + 3)
    await play.until_status(entry, OrderStatus.FILLED)
    for order in (take, stop):
        await play.until_status(order, OrderStatus.ACCEPTED)
    return [entry, take, stop]


async def brackets(play: Play) -> None:
    entry, take, stop = await bracket(play)
    play.holds(names(entry)[:4] == (*ACCEPTED, "Filled"), "the events of the entry")
    for order in (take, stop):
        play.holds({*ACCEPTED} <= set(names(order)), f"the events of {order}")
        play.holds(order.side != entry.side, "the side of an exit")


async def bracket_goes_live(play: Play) -> None:
    _, take, stop = await bracket(play)
    play.holds(play.known(take).status == "New", "the take profit rests at the venue")
    play.holds(play.known(stop).status == "Untriggered", "the stop loss waits at the venue")


async def post_only_bracket(play: Play) -> None:
    entry, take, stop = await bracket(play)
    play.holds(entry.is_post_only and play.known(entry).tif == "PostOnly", "a post-only entry")
    play.holds(take.is_post_only and play.known(take).tif == "PostOnly", "a post-only take profit")
    play.holds(not stop.is_post_only, "a stop loss that is not post-only")


# -- group 7 -----------------------------------------------------------------------------------------------


async def carries_params(play: Play) -> None:
    (order,) = await play.until_orders(1)
    await play.until_status(order, OrderStatus.ACCEPTED)
    # A price that the venue makes of a volatility comes with an update.
    play.holds(names(order)[:3] == ACCEPTED, "the events of the order")
    known = play.known(order)
    given = play.tester.config.order_params
    if "take_profit" in given:
        play.holds(known.protection is not None, "a protection at the venue")
    if "is_leverage" in given:
        play.holds(known.is_leverage == "1", "isLeverage at the venue")
    if "order_iv" in given:
        play.holds(Decimal(known.order_iv or 0) == Decimal(given["order_iv"]), "orderIv at the venue")
    if "mmp" in given:
        play.holds(known.mmp, "mmp at the venue")
