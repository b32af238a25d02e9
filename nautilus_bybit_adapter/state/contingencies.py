"""Orders that depend on each other, which the venue keeps no book of.

Children of an entry wait until it fills, and are then worth what it filled. Two children that share a quantity
(one updates the other) shrink by each other's fills; two of which one cancels the other end together. A child that
the venue refuses leaves its sibling alone: half a protection is better than none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class LegState(Enum):
    """Where an order of a group stands."""

    HELD = "held"
    SENT = "sent"
    WORKING = "working"
    CLOSED = "closed"


class Tie(Enum):
    """What siblings do to each other.

    Attributes
    ----------
    NONE
        Nothing.
    SHARE
        They share one quantity: a fill of one shrinks the others (the framework's OUO).
    REPLACE
        A fill of one cancels the others (OCO).
    """

    NONE = "none"
    SHARE = "share"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Release:
    """Send a held child over this quantity."""

    client_order_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Resize:
    """Amend a working order to this total quantity, its filled part included."""

    client_order_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a working order."""

    client_order_id: str


@dataclass(frozen=True, slots=True)
class Drop:
    """End a child that was never sent."""

    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unprotected:
    """Tell that an entry has filled further though its children have ended."""

    client_order_id: str


type Action = Release | Resize | Cancel | Drop | Unprotected


@dataclass(slots=True)
class _Leg:
    client_order_id: str
    quantity: Decimal
    state: LegState
    filled: Decimal = Decimal(0)
    is_ending: bool = False
    # What an order without an entry would be worth had its siblings no fills.
    worth: Decimal = field(init=False)
    # Quantities it was to be amended to, and is not yet.
    asked: set[Decimal] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.worth = self.quantity


@dataclass(slots=True)
class _Group:
    parent: _Leg | None
    children: list[_Leg]
    tie: Tie
    legs: dict[str, _Leg] = field(init=False)

    def __post_init__(self) -> None:
        parents = [self.parent] if self.parent is not None else []
        self.legs = {leg.client_order_id: leg for leg in (*parents, *self.children)}

    def siblings(self, leg: _Leg) -> list[_Leg]:
        return [other for other in self.children if other is not leg]

    def target(self, leg: _Leg) -> Decimal:
        """Return what a child is to be worth in all: what the entry filled, less what its siblings have taken."""
        base = self.parent.filled if self.parent is not None else leg.worth
        return base - self.taken(leg)

    def taken(self, leg: _Leg) -> Decimal:
        """Return what its siblings have taken of the quantity a child shares with them."""
        if self.tie is not Tie.SHARE:
            return Decimal(0)
        return sum((other.filled for other in self.siblings(leg)), Decimal(0))


class Contingencies:
    """Every group of orders that depend on each other."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def knows(self, client_order_id: str) -> bool:
        """Tell whether an order belongs to a group that is not over."""
        return client_order_id in self._groups

    def state_of(self, client_order_id: str) -> LegState | None:
        """Return where an order of a group stands, or `None` if it belongs to none."""
        group = self._groups.get(client_order_id)
        return None if group is None else group.legs[client_order_id].state

    def add(
        self,
        parent: tuple[str, Decimal] | None,
        children: Sequence[tuple[str, Decimal]],
        tie: Tie,
    ) -> None:
        """Take a group of orders, given as ids and quantities.

        Without a parent the children are sent at once. With one they wait for its fills.
        """
        first = LegState.SENT if parent is None else LegState.HELD
        entry = None if parent is None else _Leg(*parent, LegState.SENT)
        group = _Group(entry, [_Leg(*child, first) for child in children], tie)
        self._groups.update(dict.fromkeys(group.legs, group))

    def resume(self, client_order_id: str, quantity: Decimal, filled: Decimal) -> None:
        """Take how far an order that an earlier run has sent has come; `catch_up` follows when all are told."""
        leg = self._leg(client_order_id)
        if leg is not None:
            leg.state, leg.quantity, leg.filled = LegState.WORKING, quantity, filled

    def catch_up(self, client_order_id: str) -> list[Action]:
        """Return what is to be done for the group of an order, whose orders were resumed."""
        group = self._groups.get(client_order_id)
        if group is None:
            return []
        if group.parent is None:
            for leg in group.children:
                if leg.quantity != leg.worth:
                    # It was amended: then it is taken to be worth what it should be by now.
                    leg.worth = leg.quantity + group.taken(leg)
        if group.tie is Tie.REPLACE:
            ended = [other for leg in group.children if leg.filled for other in group.siblings(leg)]
            if ended:
                return self._end(ended)
        return self._settle(group.children, group) if group.parent or group.tie is Tie.SHARE else []

    def on_accepted(self, client_order_id: str) -> list[Action]:
        """Take note that the venue works an order, which can be amended from now on."""
        group = self._groups.get(client_order_id)
        leg = self._leg(client_order_id)
        if group is None or leg is None or leg.state is not LegState.SENT:
            return []
        leg.state = LegState.WORKING
        return self._settle([leg], group) if leg is not group.parent else []

    def on_resized(self, client_order_id: str, quantity: Decimal) -> None:
        """Take note of an order's total quantity, which we asked for or its strategy did."""
        leg = self._leg(client_order_id)
        if leg is None:
            return
        if quantity in leg.asked:
            leg.asked.remove(quantity)
        else:
            leg.worth += quantity - leg.quantity
        leg.quantity = quantity

    def on_change_refused(self, client_order_id: str, quantity: Decimal) -> bool:
        """Take note that the venue would not amend or cancel an order, which is of this quantity still.

        The next fill of its group asks again. Returns whether it was asked for by the group.
        """
        leg = self._leg(client_order_id)
        if leg is None or not (leg.asked or leg.is_ending):
            return False
        leg.asked.clear()
        leg.is_ending = False
        leg.quantity = quantity
        return True

    def on_filled(self, client_order_id: str, quantity: Decimal) -> list[Action]:
        """Take one more fill of an order."""
        group, leg = self._groups.get(client_order_id), self._leg(client_order_id)
        if group is None or leg is None:
            return []
        leg.filled += quantity
        if leg is group.parent:
            if group.children and all(
                leg.is_ending or leg.state is LegState.CLOSED for leg in group.children
            ):
                return [Unprotected(client_order_id)]
            return self._settle(group.children, group)
        if group.tie is Tie.REPLACE:
            return self._end(group.siblings(leg))
        return self._settle(group.siblings(leg), group) if group.tie is Tie.SHARE else []

    def on_closed(self, client_order_id: str, *, refused: bool = False) -> list[Action]:
        """Take the end of an order: filled, canceled, or `refused` by the venue."""
        group, leg = self._groups.get(client_order_id), self._leg(client_order_id)
        if group is None or leg is None or leg.state is LegState.CLOSED:
            return []
        leg.state = LegState.CLOSED
        if leg is group.parent:
            actions = self._drop(group.children) if not leg.filled else []
        else:
            actions = [] if group.tie is Tie.NONE or refused else self._end(group.siblings(leg))
        self._forget_if_over(group)
        return actions

    # -- parts ---------------------------------------------------------------------------------------------

    def _leg(self, client_order_id: str) -> _Leg | None:
        group = self._groups.get(client_order_id)
        return None if group is None else group.legs[client_order_id]

    @staticmethod
    def _settle(legs: Iterable[_Leg], group: _Group) -> list[Action]:
        """Bring children to what they are to be worth; what is on its way is left until it is accepted."""
        actions: list[Action] = []
        for leg in legs:
            target = group.target(leg)
            if leg.is_ending or leg.state in {LegState.CLOSED, LegState.SENT}:
                continue
            if leg.state is LegState.HELD:
                if target > 0:
                    leg.quantity, leg.state = target, LegState.SENT
                    actions.append(Release(leg.client_order_id, target))
            elif target <= leg.filled:
                leg.is_ending = True
                actions.append(Cancel(leg.client_order_id))
            elif target != leg.quantity:
                leg.quantity = target
                leg.asked.add(target)
                actions.append(Resize(leg.client_order_id, target))
        return actions

    def _end(self, legs: Iterable[_Leg]) -> list[Action]:
        actions: list[Action] = []
        for leg in legs:
            if leg.state is LegState.HELD:
                actions += self._drop([leg])
            elif leg.state is not LegState.CLOSED and not leg.is_ending:
                leg.is_ending = True
                actions.append(Cancel(leg.client_order_id))
        return actions

    @staticmethod
    def _drop(legs: Iterable[_Leg]) -> list[Action]:
        actions: list[Action] = []
        for leg in legs:
            if leg.state is LegState.HELD:
                leg.state = LegState.CLOSED
                actions.append(Drop(leg.client_order_id, "the order it depends on ended without a fill"))
        return actions

    def _forget_if_over(self, group: _Group) -> None:
        if all(leg.state is LegState.CLOSED for leg in group.legs.values()):
            for client_order_id in group.legs:
                self._groups.pop(client_order_id, None)
