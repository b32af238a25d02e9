"""Random trading: what a schedule's steps do to a node and to its venue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal

from nautilus_trader.model.enums import OrderSide, OrderType
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from schedules import Schedule, Step
from trading import Recorder

from nautilus_bybit_adapter.sim import SimVenue

# Ticks between the best price and what is meant to rest or to wait.
FAR_TICKS = 3_000
NEAR_TICKS = 40
DEAF_SECS = 0.15
BOOK_LOTS = 100_000


class ChaosTrader:
    """
    Carries out steps.

    Parameters
    ----------
    venue : SimVenue
        The venue, which the market's moves and the faults happen to.
    trader : Recorder
        The strategy, which the commands come from.
    instrument_id : InstrumentId
        What is traded.
    lots : int
        Size of an order in steps of the quantity.

    """

    def __init__(self, venue: SimVenue, trader: Recorder, instrument_id: InstrumentId, lots: int) -> None:
        symbol, _, product = instrument_id.symbol.value.rpartition("-")
        self._venue = venue
        self._trader = trader
        self._id = instrument_id
        self._instrument: Instrument = trader.cache.instrument(instrument_id)
        self._lots = lots
        self._symbol, self._category = symbol, product.lower()
        self._market = venue.exchange.markets[self._category, symbol]
        touch = self._market.touch_price("Sell")
        assert touch is not None
        self._bid = touch
        self._set_book()
        self._does: dict[str, Callable[[float], None]] = {
            "buy": lambda _: self._send(self._market_order(OrderSide.BUY)),
            "sell": lambda _: self._send(self._market_order(OrderSide.SELL)),
            "touch": self._touch,
            "rest": self._rest,
            "quote": self._quote,
            "bracket": self._bracket,
            "stop": self._stop,
            "stop_limit": self._stop_limit,
            "list": self._list,
            "amend": self._amend,
            "cancel": self._cancel,
            "cancel_side": self._cancel_side,
            "cancel_all": lambda _: self._trader.cancel_all_orders(self._id),
            "cancel_batch": self._cancel_batch,
            "market_up": lambda draw: self._move(int(NEAR_TICKS * (1 + draw))),
            "market_down": lambda draw: self._move(-int(NEAR_TICKS * (1 + draw))),
            "cancel_elsewhere": self._cancel_elsewhere,
            "order_elsewhere": self._order_elsewhere,
        }

    async def run(self, schedule: Schedule) -> None:
        """Carry out a schedule, and let the venue work again."""
        for step in schedule.steps:
            await self._carry_out(step)
            if step.pause_secs:
                await asyncio.sleep(step.pause_secs)
        self._venue.faults.clear()

    async def _carry_out(self, step: Step) -> None:
        if not step.is_fault:
            self._does[step.what](step.draw)
        elif step.what == "deaf":
            self._venue.hold_private(True)
            await asyncio.sleep(DEAF_SECS * step.draw)
            asyncio.get_running_loop().call_later(DEAF_SECS, self._hear_again)
        elif step.what == "freeze":
            time.sleep(step.draw)  # noqa: ASYNC251 - nothing else is to run meanwhile
        elif step.what.startswith("cut:"):
            where = step.what.removeprefix("cut:")
            for family in ("private", "trade") if where == "both" else (where,):
                self._venue.disconnect(family)
        else:
            self._venue.faults.add(step.what)

    def _hear_again(self) -> None:
        self._venue.disconnect("private")
        self._venue.hold_private(False)

    # -- commands ------------------------------------------------------------------------------------------

    def _send(self, order: Order) -> None:
        self._trader.submit_order(order)

    def _market_order(self, side: OrderSide) -> Order:
        return self._trader.order_factory.market(self._id, side, self._quantity())

    def _quote(self, draw: float) -> None:
        side = OrderSide.BUY if draw < 0.5 else OrderSide.SELL
        if self._category != "spot":
            self._send(self._market_order(side))
            return
        amount = self._quantity() * self._market.instrument.price(self._bid)
        whole = Quantity(int(amount), self._instrument.size_precision)
        self._send(self._trader.order_factory.market(self._id, side, whole, quote_quantity=True))

    def _bracket(self, draw: float) -> None:
        # On spot there is nothing a buying exit could reduce.
        side = OrderSide.BUY if draw < 0.5 or self._category == "spot" else OrderSide.SELL
        sign = 1 if side == OrderSide.BUY else -1
        ticks = self._bid if side == OrderSide.BUY else self._bid + 1
        waits = int(10 * draw) % 2 == 1
        orders = self._trader.order_factory.bracket(
            self._id,
            side,
            self._quantity(),
            entry_order_type=OrderType.LIMIT if waits else OrderType.MARKET,
            entry_price=self._price(ticks) if waits else None,
            tp_price=self._price(ticks + sign * int(NEAR_TICKS * (1 + draw))),
            sl_trigger_price=self._price(ticks - sign * int(NEAR_TICKS * (1 + draw))),
        )
        self._trader.submit_order_list(orders)
        if waits:
            asyncio.get_running_loop().call_later(0.03 * draw, self._trade_at, side, ticks)

    def _touch(self, draw: float) -> None:
        side = OrderSide.BUY if draw < 0.5 else OrderSide.SELL
        ticks = self._bid if side == OrderSide.BUY else self._bid + 1
        self._send(self._trader.order_factory.limit(self._id, side, self._quantity(), self._price(ticks)))
        asyncio.get_running_loop().call_later(0.03 * draw, self._trade_at, side, ticks)

    def _trade_at(self, side: OrderSide, ticks: int) -> None:
        # It is filled in parts: a little first, all of it with the rest of the level behind it.
        taker = "Sell" if side == OrderSide.BUY else "Buy"
        self._market.trade_lots(taker, ticks, BOOK_LOTS + max(1, self._lots // 2))
        self._market.trade_lots(taker, ticks, 10 * BOOK_LOTS)
        self._set_book()

    def _rest(self, draw: float) -> None:
        self._send(self._resting(draw))

    def _resting(self, draw: float) -> Order:
        side = OrderSide.BUY if draw < 0.5 else OrderSide.SELL
        away = FAR_TICKS + int(FAR_TICKS * draw)
        ticks = self._bid - away if side == OrderSide.BUY else self._bid + away
        return self._trader.order_factory.limit(self._id, side, self._quantity(), self._price(ticks))

    def _stop(self, draw: float) -> None:
        side, trigger = self._trigger(draw)
        self._send(
            self._trader.order_factory.stop_market(self._id, side, self._quantity(), self._price(trigger))
        )

    def _stop_limit(self, draw: float) -> None:
        side, trigger = self._trigger(draw)
        limit = trigger + NEAR_TICKS if side == OrderSide.BUY else trigger - NEAR_TICKS
        self._send(
            self._trader.order_factory.stop_limit(
                self._id, side, self._quantity(), self._price(limit), self._price(trigger)
            )
        )

    def _trigger(self, draw: float) -> tuple[OrderSide, int]:
        away = NEAR_TICKS + int(NEAR_TICKS * draw)
        return (OrderSide.BUY, self._bid + away) if draw < 0.5 else (OrderSide.SELL, self._bid - away)

    def _list(self, draw: float) -> None:
        orders = [self._resting((draw + part / 7) % 1) for part in range(2 + int(3 * draw))]
        self._trader.submit_order_list(self._trader.order_factory.create_list(orders))

    def _amend(self, draw: float) -> None:
        order = self._pick(draw)
        if order is None or not order.has_price:
            return
        if draw < 0.5:
            step = self._instrument.price_increment.as_decimal() * 10
            price = self._instrument.make_price(order.price.as_decimal() + step)
            self._trader.modify_order(order, price=price)
        else:
            self._trader.modify_order(order, quantity=self._quantity(self._lots + 1 + int(draw * 4)))

    def _cancel(self, draw: float) -> None:
        order = self._pick(draw)
        if order is not None:
            self._trader.cancel_order(order)

    def _cancel_side(self, draw: float) -> None:
        self._trader.cancel_all_orders(self._id, OrderSide.BUY if draw < 0.5 else OrderSide.SELL)

    def _cancel_batch(self, draw: float) -> None:
        orders = self._open()
        if len(orders) > 1:
            self._trader.cancel_orders(orders[: 2 + int(draw * len(orders))])

    # -- what others do ------------------------------------------------------------------------------------

    def _move(self, ticks: int) -> None:
        self._bid += ticks
        self._set_book()
        self._market.trade_lots("Buy" if ticks > 0 else "Sell", self._bid + (ticks > 0), 1)
        self._set_book()

    def _cancel_elsewhere(self, draw: float) -> None:
        rows = [row for row in self._venue.exchange.orders.values() if row.is_live]
        if rows:
            row = rows[int(draw * len(rows))]
            request = {"category": self._category, "symbol": self._symbol, "orderId": row.order_id}
            if row.is_waiting and self._category == "spot":
                request["orderFilter"] = row.filter_kind
            self._venue.exchange.cancel(request)

    def _order_elsewhere(self, draw: float) -> None:
        request = {
            "category": self._category,
            "symbol": self._symbol,
            "side": "Buy" if draw < 0.5 else "Sell",
            "orderType": "Market",
            "qty": str(self._quantity()),
            "marketUnit": "baseCoin",
        }
        if any(leg.index for leg in self._venue.exchange.account.legs(self._symbol)):
            request["positionIdx"] = 1 if draw < 0.5 else 2
        self._venue.exchange.place(request)

    # -- parts ---------------------------------------------------------------------------------------------

    def _open(self) -> list[Order]:
        return [
            order
            for order in self._trader.cache.orders_open(strategy_id=self._trader.id)
            if not order.is_pending_cancel
        ]

    def _pick(self, draw: float) -> Order | None:
        orders = self._open()
        return orders[int(draw * len(orders))] if orders else None

    def _set_book(self) -> None:
        self._market.set_levels({self._bid: BOOK_LOTS}, {self._bid + 1: BOOK_LOTS}, replace=True)

    def _quantity(self, lots: int | None = None) -> Quantity:
        step = Decimal(self._market.instrument.lot)
        return Quantity(step * (lots or self._lots), self._instrument.size_precision)

    def _price(self, ticks: int) -> Price:
        return self._instrument.make_price(self._market.instrument.price(ticks))
