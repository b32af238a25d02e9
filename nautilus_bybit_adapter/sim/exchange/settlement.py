"""Turns fills into executions, balances and positions, and remembers what one step has to tell."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .account import Account, order_fee_coin
from .amounts import ZERO, coin_amount, plain
from .fees import MNT, fill_fee
from .orders import ClosedOrderError, Execution, Order, PublicTrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from .identity import Identity
    from .instruments import Instrument
    from .market import Market
    from .positions import Position


# `execType` of a delivery, which is charged at the rate of its own.
DELIVERIES = ("Delivery", "Settle")
# Cash flows that are no trading fee.
UNTAXED = frozenset({*DELIVERIES, "Funding", "MovePosition"})


@dataclass(slots=True)
class Step:
    """Everything one step of the exchange changed, in the order it happened.

    `touched` holds markets whose positions changed without an order.
    """

    executions: dict[str, list[Execution]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    trades: dict[tuple[str, str], list[PublicTrade]] = field(default_factory=dict)
    touched: dict[tuple[str, str], Market] = field(default_factory=dict)

    @property
    def has_news(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.orders or self.trades or self.executions or self.touched)


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
        self._account.order_margins.pop(order.instrument.key, None)
        self._step.orders[order.order_id] = order

    def printed(self, market: Market, trade: PublicTrade) -> None:
        """Note a public trade."""
        self._step.trades.setdefault(market.instrument.key, []).append(trade)

    def closable_lots(self, order: Order) -> int:
        """Lots a reduce-only order may still close."""
        it = order.instrument
        position = self._account.position(it.symbol, order.position_idx)
        return it.to_lots(position.would_close(order.side, abs(position.size))) or 0

    def touched(self, market: Market) -> None:
        """Note that the positions of a market changed without an order."""
        self._step.touched[market.instrument.key] = market

    def pay_funding(self, market: Market, slot: Position, paid: Decimal, rate: Decimal, at_ms: int) -> None:
        """Book the funding of a position; `paid` is negative when it was received."""
        it = market.instrument
        lots = it.to_lots(abs(slot.size)) or 0
        order = Order(
            instrument=it,
            order_id=self._identity.order_id(it.category),
            link_id="",
            side=slot.side,
            order_type="UNKNOWN",
            tif="",
            ticks=0,
            lots=0,
            created_ms=at_ms,
            last_price="",
            stop_kind="UNKNOWN",
            create_type="",
            exec_type="Funding",
            position_idx=slot.index,
        )
        drawn = self._execution(market, order, market.mark_ticks, lots, is_maker=False)
        execution = replace(drawn, at_ms=at_ms, fee=paid, fee_rate=rate, leaves=0)
        slot.current_pnl -= paid
        slot.cumulative_pnl -= paid
        slot.seq, slot.updated_ms = execution.seq, self._now_ms()
        self._account.book_funding(execution)
        self._step.executions.setdefault(order.order_id, []).append(execution)
        self.touched(market)

    def fill(self, market: Market, order: Order, ticks: int, lots: int, *, is_maker: bool) -> Execution:
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
        return execution

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
        position.book(filled, execution.charged_in_settle)
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
        if order.is_leverage == "1":
            it = order.instrument
            self._account.borrow_shortfall(
                execution.at_ms,
                it.quote if order.is_buy else it.base,
                execution.value if order.is_buy else it.qty(lots),
                of=order,
            )
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
        if order.exec_type in DELIVERIES:
            rate = it.delivery_fee_rate
        elif order.exec_type == "MovePosition":
            rate = ZERO
        elif it.listing.pre_listing is not None:
            rate = it.listing.pre_listing.fee_rate(market.phase, is_maker=is_maker)
        fee_coin = order_fee_coin(it, order.side, rebate=is_maker and rate < 0)
        fee = fill_fee(it, fee_coin, ticks=ticks, lots=lots, rate=rate, index=market.index)
        if order.exec_type not in UNTAXED:
            fee, fee_coin = self._charge(it, fee, fee_coin)
        tax = coin_amount(max(ZERO, fee) * self._account.fee_terms.tax)
        return Execution(
            order=order,
            exec_id=self._identity.exec_id(it.category),
            at_ms=self._now_ms(),
            seq=market.seq,
            number=self._account.carried.executions + len(self._account.executions) + 1,
            side=order.side,
            ticks=ticks,
            lots=lots,
            value=it.value(ticks, lots),
            fee=fee,
            tax=ZERO if order.exec_type in UNTAXED else tax,
            fee_coin=fee_coin,
            fee_rate=rate,
            is_maker=is_maker,
            leaves=max(0, order.leaves),
            order_ticks=order.ticks,
            order_lots=order.lots,
            closed_lots=closed,
            pnl=pnl,
            exec_type=order.exec_type,
            mark_price="" if it.is_spot else plain(market.mark),
            option=market.option_figures(ticks) if it.is_option else None,
        )

    def _charge(self, it: Instrument, fee: Decimal, coin: str) -> tuple[Decimal, str]:
        """Fee and its coin: MNT at a discount, where the account pays so and holds enough of it."""
        account = self._account
        in_mnt = account.fee_terms.in_mnt(it.category, fee * account.price(coin), account.price(MNT))
        if in_mnt is None or in_mnt > account.balances[MNT] - account.held_by_orders(MNT, None):
            return fee, coin
        return in_mnt, MNT
