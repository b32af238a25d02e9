"""Closes that the venue makes itself: liquidation, deleveraging and delivery.

Rules where a simulation has to choose:

- In cross margin a liquidated position is taken over at the price at which its maintenance margin is lost, or its
  share of what is left of the account when that is less; in isolated margin where its own margin is lost. The fee
  of the takeover is part of that loss.
- A deleveraged position is closed at the mark price and charged as a taker.
- A delivery takes place at the average of the index over the half hour before it.

Source: Bybit V5 execution types and cancel types; glossary of delivery and liquidation.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from .amounts import ZERO, plain
from .book import opposite
from .errors import VenueError, bad_param
from .orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .engine import Engine
    from .floor import TradedMarket
    from .isolated import IsolatedMargin
    from .market import Market
    from .position_settings import PositionSettings
    from .positions import Position
    from .register import Register
    from .risk import Risk
    from .settlement import Settlement
    from .triggers import Triggers

SYSTEM_REASON = "EC_Others"
CREATED_BY_SYSTEM = {
    "BustTrade": "CreateByTakeOver_PassThrough",
    "AdlTrade": "CreateByAdl_PassThrough",
    "Delivery": "CreateBySettle",
    "Settle": "CreateBySettle",
}
_ONE = Decimal(1)


class Delivered(NamedTuple):
    """Time in ms and price of a delivery; that of an option is the price of its underlying."""

    at_ms: int
    price: Decimal


class ForcedCloses:
    """Closes positions and withdraws orders without being asked by the client.

    Parameters
    ----------
    register : Register
        Orders to withdraw.
    engine, triggers : Engine, Triggers
        Withdraw them.
    settlement : Settlement
        Books the closes.
    risk : Risk
        Knows the margins.
    settings : PositionSettings
        Knows the slots of a market.
    markets : mapping
        Markets by category and symbol.
    now_ms : callable
        The venue's clock, ms.
    isolated : IsolatedMargin
        Knows the isolated positions that have lost their margin.

    Attributes
    ----------
    delivered : dict
        What was delivered when and at which price, by category and symbol.
    """

    def __init__(
        self,
        register: Register,
        engine: Engine,
        triggers: Triggers,
        settlement: Settlement,
        risk: Risk,
        settings: PositionSettings,
        markets: Mapping[tuple[str, str], TradedMarket],
        now_ms: Callable[[], int],
        isolated: IsolatedMargin,
    ) -> None:
        self._isolated = isolated
        self.delivered: dict[tuple[str, str], Delivered] = {}
        self._register = register
        self._engine = engine
        self._triggers = triggers
        self._settlement = settlement
        self._risk = risk
        self._settings = settings
        self._markets = markets
        self._now_ms = now_ms

    def liquidate(self, market: TradedMarket) -> None:
        """Take over every position of a market after its orders are withdrawn.

        Raises
        ------
        VenueError
            110034 when there is no position.
        """
        slots = self._open_slots(market)
        self._prepare(market, slots, "Liq", "CancelAllBeforeLiq")
        self._take_over(market, slots)

    def _take_over(self, market: TradedMarket, slots: list[Position]) -> None:
        with self._settlement.step():
            for slot in [slot for slot in slots if slot.size]:
                ticks = self._bust_ticks(market, slot)
                self._close(market, slot, abs(slot.size), ticks, "BustTrade")

    def deleverage(self, market: TradedMarket, qty: Decimal) -> None:
        """Close up to `qty` of a market's position against a bankrupt one at the mark price.

        Raises
        ------
        VenueError
            110034 when there is no position, 10001 when `qty` is no multiple of the step.
        """
        slot = max(self._open_slots(market), key=lambda slot: abs(slot.size))
        qty = min(qty, abs(slot.size))
        if not market.instrument.to_lots(qty):
            raise bad_param("Qty invalid")
        self._prepare(market, [slot], "Adl", "CancelAllBeforeAdl")
        with self._settlement.step():
            self._close(market, slot, qty, market.mark_ticks, "AdlTrade")

    def deliver(self, market: TradedMarket) -> None:
        """Close everything of a dated contract at its average index, an option at what it is worth there.

        Raises
        ------
        VenueError
            10001 for a contract that is never delivered.
        """
        it = market.instrument
        if not it.delivery_ms:
            raise bad_param(f"params error: {it.symbol} is never delivered")
        with self._settlement.step():
            self._withdraw(market, "CancelByDelivery" if it.is_option else "CancelBySettle")
            for slot in [slot for slot in self._settings.slots(it) if slot.size]:
                kind = "Settle" if it.is_inverse else "Delivery"
                self._close(market, slot, abs(slot.size), _delivery_ticks(market), kind)
        price = market.delivery_index() if it.is_option else it.price(_delivery_ticks(market))
        self.delivered[it.key] = Delivered(min(self._now_ms(), it.delivery_ms), price)
        market.status = "Delivering"
        market.lay({}, {})

    def is_due(self) -> bool:
        """Whether something does not cover its maintenance margin: the account, or an isolated position."""
        if self._risk.is_isolated:
            return next(self._isolated.lost(), None) is not None
        if not self._liquidable():
            return False
        total = self._risk.totals(self._risk.positions_sheet())
        return total.backing <= total.maintenance

    def liquidate_next(self) -> None:
        """Liquidate what is due first: an isolated position without margin, or the largest of the account."""
        if not self._risk.is_isolated:
            self._liquidate_largest()
            return
        lost, slot = next(self._isolated.lost())
        market = self._markets[lost.instrument.key]
        if not self._isolated.top_up(market, slot):
            self._prepare(market, [slot], "Liq", "CancelAllBeforeLiq")
            self._take_over(market, [slot])

    def _liquidate_largest(self) -> None:
        """Withdraw all orders of derivatives and take over the position of the largest maintenance margin."""
        with self._settlement.step():
            for key in {order.instrument.key: None for order in self._register.open_orders.values()}:
                if self._markets[key].instrument.is_derivative:
                    self._withdraw(self._markets[key], "CancelAllBeforeLiq")
        largest = max(self._liquidable(), key=lambda pair: self._maintenance_usd(*pair))[0]
        self.liquidate(self._markets[largest.instrument.key])

    def _liquidable(self) -> list[tuple[Market, Position]]:
        return [(m, p) for m, p in self._risk.held() if not m.instrument.is_option]

    def _maintenance_usd(self, market: Market, position: Position) -> Decimal:
        return self._risk.usd_value(
            market.instrument.settle, self._risk.position_margins(market, position)[1]
        )

    def _prepare(self, market: TradedMarket, slots: list[Position], status: str, cancel_type: str) -> None:
        """Show the positions in `status` until they are closed, and withdraw the orders of their market."""
        with self._settlement.step():
            for slot in slots:
                slot.status = status
            self._settlement.touched(market)
            self._withdraw(market, cancel_type)

    def _open_slots(self, market: TradedMarket) -> list[Position]:
        slots = [slot for slot in self._settings.slots(market.instrument) if slot.size]
        if not slots:
            raise VenueError(110034, "There is no net position")
        return slots

    def _withdraw(self, market: TradedMarket, cancel_type: str) -> None:
        for order in self._register.live(market.instrument.category):
            if order.instrument.symbol != market.instrument.symbol:
                continue
            if order.is_open:
                self._engine.withdraw(market, order, cancel_type=cancel_type, reason=SYSTEM_REASON)
            elif not order.tpsl_mode:
                self._triggers.withdraw(order, cancel_type)

    def _bust_ticks(self, market: TradedMarket, slot: Position) -> int:
        it, sign = market.instrument, 1 if slot.size > 0 else -1
        if self._risk.is_isolated:
            price = self._price_losing(
                market, slot, slot.entry_price, self._risk.position_margins(market, slot)[0]
            )
        else:
            total, mark = self._risk.totals(), market.mark
            share = total.backing / total.maintenance if total.maintenance else _ONE
            loss = self._risk.position_margins(market, slot)[1] * max(ZERO, min(_ONE, share))
            price = self._price_losing(market, slot, mark, loss)
            price = min(price, mark) if sign > 0 else max(price, mark)
        rounding = ROUND_UP if sign > 0 else ROUND_DOWN
        return max(1, int((price / it.tick).to_integral_value(rounding)))

    def _price_losing(self, market: TradedMarket, slot: Position, start: Decimal, loss: Decimal) -> Decimal:
        """Price at which the result since `start` and the fee of the close together are `loss`."""
        size, sign = abs(slot.size), 1 if slot.size > 0 else -1
        fee = sign * self._risk.taker_rate
        if market.instrument.is_inverse:
            return size * (1 + fee) / max(size / start + sign * loss, size / start / 1000)
        return max(ZERO, start - sign * loss / size) / (1 - fee)

    def _close(self, market: TradedMarket, slot: Position, qty: Decimal, ticks: int, exec_type: str) -> None:
        it, now_ms = market.instrument, self._now_ms()
        lots = it.to_lots(min(qty, abs(slot.size))) or 0
        slot.status = "Normal"
        if not lots:  # a stop of its own came first
            return
        order = Order(
            instrument=it,
            order_id="",
            link_id="",
            side=opposite(slot.side),
            order_type="Market",
            tif="IOC",
            ticks=ticks,
            lots=lots,
            created_ms=now_ms,
            updated_ms=now_ms,
            last_price=plain(it.price(market.last_ticks)),
            create_type=CREATED_BY_SYSTEM[exec_type],
            exec_type=exec_type,
            position_idx=slot.index,
        )
        self._register.enter(order)
        market.next_seq()
        self._settlement.fill(market, order, ticks, lots, is_maker=False)


def _delivery_ticks(market: TradedMarket) -> int:
    it = market.instrument
    price = market.delivery_index()
    if it.is_option:
        gain = price - it.strike if it.contract == "Call" else it.strike - price
        price = max(ZERO, gain)
    return round(price / it.tick)
