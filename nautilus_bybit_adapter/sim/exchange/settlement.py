"""Turns fills into executions, balances and positions, and remembers what one step has to tell."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .account import Account, order_fee_coin
from .amounts import ZERO, plain
from .fees import fill_fee
from .orders import ClosedOrderError, Execution, Order, PublicTrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from .identity import Identity
    from .market import Market


@dataclass(slots=True)
class Step:
    """Everything one step of the exchange changed, in the order it happened."""

    executions: dict[str, list[Execution]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    trades: dict[tuple[str, str], list[PublicTrade]] = field(default_factory=dict)


class Settlement:
    """Books fills.

    Parameters
    ----------
    account : Account
        Where they are booked.
    identity : Identity
        Source of execution ids.
    now_ms : callable
        The venue's clock, ms.
    publish : callable
        Receives the finished step.
    """

    def __init__(
        self,
        account: Account,
        identity: Identity,
        now_ms: Callable[[], int],
        publish: Callable[[Step], None],
    ) -> None:
        self._account = account
        self._identity = identity
        self._now_ms = now_ms
        self._publish = publish
        self._step = Step()
        self._depth = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        """Collect what happens inside and publish it at the end of the outermost step."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                step, self._step = self._step, Step()
                self._publish(step)

    def told(self, order: Order) -> None:
        """Note that `order` changed."""
        order.updated_ms = self._now_ms()
        self._step.orders[order.order_id] = order

    def printed(self, market: Market, trade: PublicTrade) -> None:
        """Note a public trade."""
        self._step.trades.setdefault(market.instrument.key, []).append(trade)

    def closable_lots(self, order: Order) -> int:
        """Lots a reduce-only order may still close."""
        it = order.instrument
        position = self._account.position(it.symbol, order.position_idx)
        return it.to_lots(position.would_close(order.side, abs(position.size))) or 0

    def fill(self, market: Market, order: Order, ticks: int, lots: int, *, is_maker: bool) -> None:
        """Fill `lots` of a client order at `ticks` and book it."""
        if not order.is_open:
            raise ClosedOrderError(f"{order.order_id} is {order.status}")
        order.filled += lots
        order.value += order.instrument.value(ticks, lots)
        book = self._fill_spot if order.instrument.is_spot else self._fill_derivative
        execution = book(market, order, ticks, lots, is_maker=is_maker)
        order.fees[execution.fee_coin] = order.fees.get(execution.fee_coin, ZERO) + execution.fee
        if order.budget is None:
            order.status = "PartiallyFilled" if order.leaves else "Filled"
        self._step.executions.setdefault(order.order_id, []).append(execution)
        self.told(order)

    def _fill_derivative(
        self, market: Market, order: Order, ticks: int, lots: int, *, is_maker: bool
    ) -> Execution:
        it = order.instrument
        position = self._account.position(it.symbol, order.position_idx)
        filled = position.fill(order.side, it.qty(lots), it.price(ticks))
        execution = self._execution(
            market,
            order,
            ticks,
            lots,
            is_maker=is_maker,
            closed=it.to_lots(filled.closed) or 0,
            pnl=filled.pnl,
        )
        position.book(filled, execution.fee)
        position.updated_ms, position.seq = execution.at_ms, execution.seq
        position.created_ms = position.created_ms or execution.at_ms
        if not position.size:
            position.open_ms = 0
        elif filled.opened == abs(position.size):
            position.open_ms = execution.at_ms
        order.closed_pnl += filled.pnl
        self._account.book_derivative(execution)
        return execution

    def _fill_spot(self, market: Market, order: Order, ticks: int, lots: int, *, is_maker: bool) -> Execution:
        execution = self._execution(market, order, ticks, lots, is_maker=is_maker)
        self._account.book_spot(execution)
        return execution

    def _execution(
        self,
        market: Market,
        order: Order,
        ticks: int,
        lots: int,
        *,
        is_maker: bool,
        closed: int = 0,
        pnl: Decimal = ZERO,
    ) -> Execution:
        it = order.instrument
        rate = self._account.fee_rate(it.category, is_maker=is_maker)
        return Execution(
            order=order,
            exec_id=self._identity.exec_id(it.category),
            at_ms=self._now_ms(),
            seq=market.seq,
            number=len(self._account.executions) + 1,
            side=order.side,
            ticks=ticks,
            lots=lots,
            value=it.value(ticks, lots),
            fee=fill_fee(it, order.side, ticks=ticks, lots=lots, rate=rate, index=market.index),
            fee_coin=order_fee_coin(it, order.side),
            fee_rate=rate,
            is_maker=is_maker,
            leaves=max(0, order.leaves),
            order_ticks=order.ticks,
            order_lots=order.lots,
            closed_lots=closed,
            pnl=pnl,
            mark_price="" if it.is_spot else plain(market.mark),
            option=market.option_figures(ticks) if it.is_option else None,
        )
