"""Market maker protection: quotes of options are withdrawn once too much of them was taken in a short time.

Counted are the fills of orders that were placed with `mmp`, of all options of one base coin, within a rolling
window. When their quantity, their delta or their vega reaches its limit, every such order of the coin is cancelled
and no new one is taken until the freeze has passed, or, with a freeze of 0, until it is reset. Source: Bybit V5 Set
MMP, Reset MMP and Get MMP State.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .amounts import ZERO, parse_amount, plain
from .errors import VenueError, bad_param
from .fields import Params, is_given, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .engine import Engine
    from .floor import TradedMarket
    from .orders import Execution, Order
    from .register import Register
    from .settlement import Settlement, Step

CANCEL_TYPE, CANCEL_REASON = "CancelByMmpTriggered", "EC_CancelByMMP"
NOT_SET, FROZEN = 110065, 110062
LONGEST_MS = 3_600_000
_PLACES = Decimal("0.01")


class Taken(NamedTuple):
    """What one fill took: time in ms, quantity, and its signed delta and vega."""

    at_ms: int
    qty: Decimal
    delta: Decimal
    vega: Decimal


@dataclass(slots=True)
class Guard:
    """Limits of one base coin and what was taken within the window.

    Parameters
    ----------
    window_ms, frozen_ms : int
        Length of the window, and of the freeze; 0 freezes until a reset.
    qty_limit, delta_limit : Decimal
        Quantity and absolute delta that freeze.
    vega_limit : Decimal or None
        Absolute vega that freezes; none when it is None.
    """

    window_ms: int
    frozen_ms: int
    qty_limit: Decimal
    delta_limit: Decimal
    vega_limit: Decimal | None
    taken: deque[Taken] = field(default_factory=deque)
    frozen_until_ms: int = 0
    is_frozen: bool = False

    def count(self, taken: Taken) -> bool:
        """Count a fill and return whether a limit is reached."""
        self.taken.append(taken)
        while self.taken[0].at_ms <= taken.at_ms - self.window_ms:
            self.taken.popleft()
        qty = sum((each.qty for each in self.taken), ZERO)
        delta = abs(sum((each.delta for each in self.taken), ZERO))
        vega = abs(sum((each.vega for each in self.taken), ZERO))
        reached = qty >= self.qty_limit or delta >= self.delta_limit
        return reached or (self.vega_limit is not None and vega >= self.vega_limit)

    def freeze(self, now_ms: int) -> None:
        """Take no order until the freeze has passed."""
        self.is_frozen = True
        self.frozen_until_ms = now_ms + self.frozen_ms if self.frozen_ms else 0

    def thaw(self) -> None:
        """Begin anew."""
        self.taken.clear()
        self.is_frozen, self.frozen_until_ms = False, 0

    def holds(self, now_ms: int) -> bool:
        """Whether it is frozen; one whose time has passed begins anew."""
        if self.is_frozen and self.frozen_until_ms and now_ms >= self.frozen_until_ms:
            self.thaw()
        return self.is_frozen


class MarketMakerProtection:
    """The guards of all base coins.

    Parameters
    ----------
    register : Register
        Orders to withdraw.
    engine : Engine
        Withdraws them.
    settlement : Settlement
        Publishes it as one step.
    markets : mapping
        Markets by category and symbol.
    now_ms : callable
        The venue's clock, ms.

    Attributes
    ----------
    guards : dict
        Guard of each base coin that has one.
    """

    def __init__(
        self,
        register: Register,
        engine: Engine,
        settlement: Settlement,
        markets: Mapping[tuple[str, str], TradedMarket],
        now_ms: Callable[[], int],
    ) -> None:
        self.guards: dict[str, Guard] = {}
        self._register = register
        self._engine = engine
        self._settlement = settlement
        self._markets = markets
        self._now_ms = now_ms

    def modify(self, params: Params) -> None:
        """Carry out `/v5/account/mmp-modify`; what was counted is forgotten.

        Raises
        ------
        VenueError
            10001 for a field that is missing or out of its range.
        """
        base = self._base(params)
        self.guards[base] = Guard(
            window_ms=_read_ms(params, "window", least=1),
            frozen_ms=_read_ms(params, "frozenPeriod", least=0),
            qty_limit=_read_limit(params, "qtyLimit"),
            delta_limit=_read_limit(params, "deltaLimit"),
            vega_limit=_read_limit(params, "vegaLimit") if is_given(params, "vegaLimit") else None,
        )

    def reset(self, params: Params) -> None:
        """Carry out `/v5/account/mmp-reset`.

        Raises
        ------
        VenueError
            110065 when the coin has no guard.
        """
        guard = self.guards.get(self._base(params))
        if guard is None:
            raise VenueError(NOT_SET, "MMP is not set for this base coin.")
        guard.thaw()

    def state(self, base: str) -> list[dict[str, Any]]:
        """Rows of `/v5/account/mmp-state`."""
        guard = self.guards.get(base)
        if guard is None:
            return []
        now_ms = self._now_ms()
        # Reading changes nothing: a freeze that has passed ends with the next order.
        frozen = guard.is_frozen and not 0 < guard.frozen_until_ms <= now_ms
        return [
            {
                "baseCoin": base,
                "mmpEnabled": True,
                "window": str(guard.window_ms),
                "frozenPeriod": str(guard.frozen_ms),
                "qtyLimit": plain(guard.qty_limit),
                "deltaLimit": plain(guard.delta_limit),
                "vegaLimit": "" if guard.vega_limit is None else plain(guard.vega_limit),
                "mmpFrozenUntil": str(guard.frozen_until_ms if frozen else 0),
                "mmpFrozen": frozen,
            }
        ]

    def check(self, order: Order) -> None:
        """Refuse an order with `mmp` while its coin is frozen.

        Raises
        ------
        VenueError
            110062 until the freeze has passed or is reset.
        """
        guard = self.guards.get(order.instrument.base) if order.mmp else None
        if guard is not None and guard.holds(self._now_ms()):
            raise VenueError(FROZEN, "MMP is triggered, so orders with mmp are not accepted.")

    def after(self, step: Step) -> None:
        """Count the fills of a step and withdraw the quotes of every coin that reaches a limit."""
        reached: dict[str, None] = {}
        for executions in step.executions.values():
            order = executions[0].order
            guard = self.guards.get(order.instrument.base) if order.mmp else None
            if guard is None or guard.holds(self._now_ms()):
                continue
            for execution in executions:
                if guard.count(self._taken(execution)):
                    reached[order.instrument.base] = None
        for base in reached:
            self.guards[base].freeze(self._now_ms())
            self._withdraw(base)

    def _withdraw(self, base: str) -> None:
        with self._settlement.step():
            for order in list(self._register.open_orders.values()):
                it = order.instrument
                if order.mmp and it.is_option and it.base == base and order.is_open:
                    self._engine.withdraw(
                        self._markets[it.key], order, cancel_type=CANCEL_TYPE, reason=CANCEL_REASON
                    )

    def _taken(self, execution: Execution) -> Taken:
        it = execution.order.instrument
        qty, value = it.qty(execution.lots), self._markets[it.key].option_value()
        sign = 1 if execution.side == "Buy" else -1
        delta, vega = (Decimal(f"{figure:.8f}") * qty * sign for figure in (value.delta, value.vega))
        return Taken(execution.at_ms, qty, delta, vega)

    def _base(self, params: Params) -> str:
        base = read_text(params, "baseCoin")
        if not any(key[0] == "option" and m.instrument.base == base for key, m in self._markets.items()):
            raise bad_param(f"params error: baseCoin {base!r} invalid")
        return base


def _read_ms(params: Params, name: str, *, least: int) -> int:
    text = str(params.get(name))
    number = int(text) if text.isdecimal() and text.isascii() and len(text) <= len(str(LONGEST_MS)) else -1
    if not least <= number <= LONGEST_MS:
        raise bad_param(f"params error: {name} invalid, allowed range is [{least},{LONGEST_MS}] ms")
    return number


def _read_limit(params: Params, name: str) -> Decimal:
    amount = parse_amount(str(params.get(name)))
    if not amount or amount % _PLACES:
        raise bad_param(f"params error: {name} invalid, a positive number of at most 2 decimals is allowed")
    return amount
