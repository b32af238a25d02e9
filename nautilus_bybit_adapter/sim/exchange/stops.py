"""Take profits, stop losses and trailing stops: the orders that protect positions.

`Full` legs belong to the position: there is one of each kind, it closes everything, and its quantity follows
the position. `Partial` legs belong to an order or to one request and keep their own quantity. All of them end
when the position they protect is closed or turned.

Source: Bybit V5 Place Order and Set Trading Stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .amounts import plain
from .book import opposite
from .conditions import FALLING, RISING, Leg, Protection, Trail, Trigger
from .orders import CREATED_BY, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .floor import TradedMarket
    from .positions import Position
    from .register import Register
    from .settlement import Settlement, Step
    from .triggers import Triggers

FULL_KINDS = {"take": "TakeProfit", "stop": "StopLoss"}
PARTIAL_KINDS = {"take": "PartialTakeProfit", "stop": "PartialStopLoss"}
TRAILING = "TrailingStop"
KINDS = frozenset((*FULL_KINDS.values(), *PARTIAL_KINDS.values(), TRAILING))
CLEARED = "CancelByTpSlTsClear"


@dataclass(frozen=True, slots=True)
class PositionStops:
    """What a position shows of its stops; `""` where there is none."""

    take_profit: str = ""
    stop_loss: str = ""
    trailing_stop: str = ""


class Stops:
    """The orders that protect positions.

    Parameters
    ----------
    register : Register
        Where orders are filed.
    triggers : Triggers
        Holds them until their price comes.
    settlement : Settlement
        Publishes what changed.
    markets : mapping
        Markets by category and symbol.
    position : callable
        Position of a market and a leg.
    now_ms : callable
        The venue's clock, ms.
    """

    def __init__(
        self,
        register: Register,
        triggers: Triggers,
        settlement: Settlement,
        markets: Mapping[tuple[str, str], TradedMarket],
        *,
        position: Callable[[TradedMarket, int], Position],
        now_ms: Callable[[], int],
    ) -> None:
        self._register = register
        self._triggers = triggers
        self._settlement = settlement
        self._markets = markets
        self._position = position
        self._now_ms = now_ms
        self._partials: dict[str, list[Order]] = {}

    def of(self, key: tuple[str, str], position_idx: int = 0) -> PositionStops:
        """Return what the position of a market shows of its stops."""
        found = {
            order.stop_kind: order
            for order in self._register.waiting.get(key, {}).values()
            if order.position_idx == position_idx
        }
        trailing = found.get(TRAILING)
        distance = trailing.trail.distance if trailing is not None and trailing.trail is not None else 0
        return PositionStops(
            _trigger_text(found.get("TakeProfit")),
            _trigger_text(found.get("StopLoss")),
            plain(self._markets[key].instrument.price(distance)) if distance else "",
        )

    def full(self, market: TradedMarket, position_idx: int, kind: str) -> Order | None:
        """Return the position's own stop of a kind, None when there is none."""
        for order in self._register.waiting_of(market.instrument.key):
            if (order.stop_kind, order.position_idx) == (kind, position_idx):
                return order
        return None

    def protection(self, market: TradedMarket, position_idx: int) -> Protection:
        """Return the position's own take profit and stop loss."""
        take, stop = (self.full(market, position_idx, kind) for kind in FULL_KINDS.values())
        return Protection(take=_leg(take), stop=_leg(stop))

    def partials(self, market: TradedMarket, position_idx: int) -> list[Order]:
        """Return the partial legs of a position."""
        return [
            order
            for order in self._register.waiting_of(market.instrument.key)
            if order.stop_kind in PARTIAL_KINDS.values() and order.position_idx == position_idx
        ]

    def set_full(self, market: TradedMarket, position_idx: int, protection: Protection) -> None:
        """Make `protection` the position's own take profit and stop loss."""
        for leg, kind, takes in (
            (protection.take, FULL_KINDS["take"], True),
            (protection.stop, FULL_KINDS["stop"], False),
        ):
            old = self.full(market, position_idx, kind)
            if old is not None and leg is None:
                self._triggers.withdraw(old, "CancelByUser")
            elif old is not None and leg is not None:
                trigger = self._trigger(market, position_idx, leg, takes=takes)
                if trigger != old.trigger:
                    old.trigger = trigger
                    self._settlement.told(old)
            elif leg is not None:
                trigger = self._trigger(market, position_idx, leg, takes=takes)
                self._hold(market, position_idx, kind, trigger=trigger)

    def set_trail(self, market: TradedMarket, position_idx: int, trail: Trail | None) -> None:
        """Make `trail` the position's trailing stop, None takes it away."""
        old = self.full(market, position_idx, TRAILING)
        if old is not None:
            self._triggers.withdraw(old, "CancelByUser")
        if trail is not None:
            falling = self._position(market, position_idx).size > 0
            self._hold(
                market,
                position_idx,
                TRAILING,
                trail=trail,
                trigger=trail.follow(market.last_ticks, falling=falling),
            )

    def add_partial(
        self, market: TradedMarket, position_idx: int, protection: Protection, lots: int, parent: str = ""
    ) -> list[Order]:
        """Hold partial legs of `lots`; the release of one ends the other."""
        made = []
        for leg, kind, takes in (
            (protection.take, PARTIAL_KINDS["take"], True),
            (protection.stop, PARTIAL_KINDS["stop"], False),
        ):
            if leg is not None:
                trigger = self._trigger(market, position_idx, leg, takes=takes)
                order = self._hold(
                    market,
                    position_idx,
                    kind,
                    trigger=trigger,
                    lots=lots,
                    limit=leg.limit_ticks,
                    parent=parent,
                )
                made.append(order)
        _pair(made)
        return made

    def after(self, step: Step) -> None:
        """Follow the fills of a step: protect what they opened, end the stops of what they closed."""
        with self._settlement.step():
            touched: dict[tuple[tuple[str, str], int], None] = {}
            for executions in step.executions.values():
                order = executions[0].order
                if order.instrument.is_derivative:
                    touched[order.instrument.key, order.position_idx] = None
                    self._clear_outdated(self._markets[order.instrument.key], order.position_idx)
                    self._protect(order)
                elif order.protection is not None and order.status == "Filled":
                    self._protect_spot(order)
            for key, position_idx in touched:
                self._follow_size(self._markets[key], position_idx)

    def _protect(self, order: Order) -> None:
        market = self._markets[order.instrument.key]
        position = self._position(market, order.position_idx)
        if order.protection is None or position.side != order.side:
            return
        first = order.order_id not in self._partials
        made = self._partials.setdefault(order.order_id, [])
        if order.protection.mode == "Full":
            if first:
                present = self.protection(market, order.position_idx)
                wanted = order.protection
                merged = Protection(take=wanted.take or present.take, stop=wanted.stop or present.stop)
                self.set_full(market, order.position_idx, merged)
        elif first:
            made += self.add_partial(
                market, order.position_idx, order.protection, order.filled, parent=order.link_id
            )
        else:
            for child in made:
                if child.is_waiting:
                    child.lots = order.filled
                    self._settlement.told(child)

    def _protect_spot(self, order: Order) -> None:
        legs = order.protection
        if legs is None or order.order_id in self._partials:
            return
        market = self._markets[order.instrument.key]
        both = legs.take is not None and legs.stop is not None
        made = []
        for leg, rises in ((legs.take, order.is_buy), (legs.stop, not order.is_buy)):
            if leg is not None:
                made.append(
                    self._hold_order(
                        market,
                        side=opposite(order.side),
                        kind="BidirectionalTpslOrder" if both else "tpslOrder",
                        trigger=Trigger(leg.ticks, RISING if rises else FALLING, leg.by),
                        lots=order.filled,
                        limit=leg.limit_ticks,
                        parent=order.link_id,
                    )
                )
        _pair(made)
        self._partials[order.order_id] = made

    def _clear_outdated(self, market: TradedMarket, position_idx: int) -> None:
        side = self._position(market, position_idx).side
        for order in self._register.waiting_of(market.instrument.key):
            protects = order.stop_kind in KINDS and order.position_idx == position_idx
            if protects and (not side or order.side == side):
                self._triggers.withdraw(order, CLEARED)

    def _follow_size(self, market: TradedMarket, position_idx: int) -> None:
        lots = market.instrument.to_lots(abs(self._position(market, position_idx).size)) or 0
        for kind in (*FULL_KINDS.values(), TRAILING):
            order = self.full(market, position_idx, kind)
            if order is not None and order.lots != lots:
                order.lots = lots
                self._settlement.told(order)

    def _trigger(self, market: TradedMarket, position_idx: int, leg: Leg, *, takes: bool) -> Trigger:
        rises = (self._position(market, position_idx).size > 0) == takes
        return Trigger(leg.ticks, RISING if rises else FALLING, leg.by)

    def _hold(
        self,
        market: TradedMarket,
        position_idx: int,
        kind: str,
        *,
        trigger: Trigger | None,
        trail: Trail | None = None,
        lots: int = 0,
        limit: int = 0,
        parent: str = "",
    ) -> Order:
        position = self._position(market, position_idx)
        return self._hold_order(
            market,
            side=opposite(position.side),
            kind=kind,
            trigger=trigger,
            lots=lots or market.instrument.to_lots(abs(position.size)) or 0,
            limit=limit,
            parent=parent,
            trail=trail,
            position_idx=position_idx,
        )

    def _hold_order(
        self,
        market: TradedMarket,
        *,
        side: str,
        kind: str,
        trigger: Trigger | None,
        lots: int,
        limit: int,
        parent: str,
        trail: Trail | None = None,
        position_idx: int = 0,
    ) -> Order:
        it, now_ms = market.instrument, self._now_ms()
        protects = kind in KINDS
        order = Order(
            instrument=it,
            order_id="",
            link_id="",
            side=side,
            order_type="Limit" if limit else "Market",
            tif="GTC" if limit else "IOC",
            ticks=limit,
            lots=lots,
            created_ms=now_ms,
            updated_ms=now_ms,
            last_price=plain(it.price(market.last_ticks)),
            reduce_only=protects,
            close_on_trigger=protects,
            is_leverage="" if protects else "0",
            trigger=trigger,
            trail=trail,
            stop_kind=kind,
            create_type=CREATED_BY.get(kind, ""),
            tpsl_mode="" if not protects else "Partial" if kind in PARTIAL_KINDS.values() else "Full",
            position_idx=position_idx,
            parent_link_id=parent,
        )
        self._triggers.hold(order)
        return order


def _pair(orders: list[Order]) -> None:
    if len(orders) > 1:
        orders[0].sibling_id, orders[1].sibling_id = orders[1].order_id, orders[0].order_id


def _leg(order: Order | None) -> Leg | None:
    return (
        None
        if order is None or order.trigger is None
        else Leg(ticks=order.trigger.ticks, by=order.trigger.by)
    )


def _trigger_text(order: Order | None) -> str:
    if order is None or order.trigger is None:
        return ""
    return plain(order.instrument.price(order.trigger.ticks))
