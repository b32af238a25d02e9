"""The unified account: balances, positions and the ledger that explains them.

Every amount is booked with 8 decimals. The fee of an execution is its value times the rate, rounded half-up
at 8 decimals; Bybit does not round it, a difference below any figure it prints at these step sizes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, coin_amount
from .fees import FeeRates, FeeTerms, order_fee_coin
from .instruments import INVERSE, Instrument
from .positions import Position
from .retention import Carried, Traded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .orders import Execution, Order

# `type` of the transaction log by `execType`.
LEDGER_KINDS = {
    "BustTrade": "LIQUIDATION",
    "AdlTrade": "ADL",
    "Delivery": "DELIVERY",
    "Settle": "DELIVERY",
}
__all__ = ["Account", "FeeRates", "LedgerEntry", "LedgerError", "order_fee_coin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One change of one coin: `change = cash_flow + funding - fee - tax`, `balance` is the coin after it.

    `kind` is the `type` of Bybit's transaction log, e.g. `TRADE` or `SETTLEMENT`; `funding` is positive when
    it was received.
    """

    number: int
    at_ms: int
    coin: str
    kind: str
    cash_flow: Decimal
    fee: Decimal
    balance: Decimal
    execution: Execution | None
    funding: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        """What the entry adds to the coin."""
        return self.cash_flow + self.funding - self.fee - self.tax


def _nothing_held(_coin: str, _without: Order | None) -> Decimal:
    return ZERO


def _worth_nothing(_coin: str) -> Decimal:
    return ZERO


class LedgerError(Exception):
    """The account does not add up: a defect of the venue itself."""


class Account:
    """Balances, positions, executions and ledger of the one account.

    Parameters
    ----------
    balances : mapping of str to Decimal
        Coins at the start.
    rates : mapping of str to FeeRates
        Fee rates by category.
    leverage : Decimal
        Leverage of every symbol until it is set, where its filter allows that much.
    instruments : iterable of Instrument
        What is traded.
    fee_terms : FeeTerms, optional
        Fees in MNT, and taxes on fees; neither by default.

    Attributes
    ----------
    positions : dict
        Position slots by symbol and `positionIdx`.
    debts : dict of str to Decimal
        What was lent to the account, by coin; the balances include it.
    margin_mode : str
        Bybit's `marginMode`.
    not_collateral : set of str
        Coins whose collateral switch is off.
    order_margins : dict
        Initial margins of the open orders of markets by category and symbol, as last reckoned; one is forgotten when
        an order or the position of its market, its leverage or the margin mode changes.
    price : callable
        Returns the dollars a coin is worth.
    held_by_orders : callable
        Returns the amount of a coin that spot orders hold which may not borrow, one order left out.
    carried : Carried
        What executions and entries that are too old to be kept add up to.
    """

    def __init__(
        self,
        balances: Mapping[str, Decimal],
        rates: Mapping[str, FeeRates],
        leverage: Decimal,
        instruments: Iterable[Instrument] = (),
        fee_terms: FeeTerms | None = None,
    ) -> None:
        self.start = {coin: coin_amount(amount) for coin, amount in balances.items()}
        self.balances: defaultdict[str, Decimal] = defaultdict(Decimal, self.start)
        self.realised: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.debts: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.rates = dict(rates)
        self.fee_terms = fee_terms or FeeTerms()
        self.positions: dict[tuple[str, int], Position] = {}
        self.not_collateral: set[str] = set()
        self.margin_mode = "REGULAR_MARGIN"
        self.order_margins: dict[tuple[str, str], Decimal] = {}
        self.carried = Carried()
        self.executions: list[Execution] = []
        self.ledger: list[LedgerEntry] = []
        self.price: Callable[[str], Decimal] = _worth_nothing
        self.held_by_orders: Callable[[str, Order | None], Decimal] = _nothing_held
        self._leverage = leverage
        self._contracts = {it.symbol: it for it in instruments if it.is_derivative}

    def enlist(self, it: Instrument) -> None:
        """Let an instrument that was not there at the start be traded."""
        if it.is_derivative:
            self._contracts[it.symbol] = it

    def position(self, symbol: str, index: int = 0) -> Position:
        """Position slot of a derivative's symbol; flat slots exist too.

        `index` is 0 in one-way mode, 1 for the long and 2 for the short leg of hedge mode.
        """
        slot = self.positions.get((symbol, index))
        if slot is None:
            it = self._contracts.get(symbol)
            most = self._leverage if it is None or it.is_option else it.max_leverage
            slot = self.positions[symbol, index] = Position(
                leverage=min(self._leverage, most),
                is_inverse=it is not None and it.category == INVERSE,
                index=index,
            )
        return slot

    def legs(self, symbol: str) -> list[Position]:
        """Every slot of a symbol that has been used."""
        return [slot for (name, _), slot in self.positions.items() if name == symbol]

    def fee_rate(self, category: str, *, is_maker: bool) -> Decimal:
        """Fee rate that applies to a fill."""
        rates = self.rates[category]
        return rates.maker if is_maker else rates.taker

    def book_derivative(self, execution: Execution) -> None:
        """Book a derivative's fill in the settle coin: its result, on options the premium, and the fee."""
        it = execution.order.instrument
        self.executions.append(execution)
        self.realised[it.settle] += execution.pnl - execution.charged_in_settle
        kind = LEDGER_KINDS.get(execution.exec_type, "TRADE")
        cash_flow = execution.pnl
        if it.is_option:
            cash_flow = -execution.value if execution.side == "Buy" else execution.value
        self.enter(
            execution.at_ms,
            it.settle,
            kind,
            cash_flow=cash_flow,
            of=execution,
            **_charges(execution, it.settle),
        )
        self._charge_elsewhere(execution, kind, {it.settle})

    def _charge_elsewhere(self, execution: Execution, kind: str, booked: set[str]) -> None:
        """Charge a fee that is paid in a coin which the fill does not move."""
        if execution.fee_coin not in booked:
            charges = _charges(execution, execution.fee_coin)
            self.enter(execution.at_ms, execution.fee_coin, kind, of=execution, **charges)

    def book_funding(self, execution: Execution) -> None:
        """Book the funding of a position; the execution's fee is what was paid."""
        coin = execution.order.instrument.settle
        self.executions.append(execution)
        self.realised[coin] -= execution.fee
        self.enter(execution.at_ms, coin, "SETTLEMENT", funding=-execution.fee, of=execution)

    def borrow(self, at_ms: int, coin: str, amount: Decimal) -> None:
        """Lend `amount` of `coin` to the account."""
        self.debts[coin] += amount
        self.enter(at_ms, coin, "BORROW", cash_flow=amount)

    def borrow_shortfall(self, at_ms: int, coin: str, amount: Decimal, of: Order | None = None) -> None:
        """Lend what the balance lacks to pay `amount`, beside what orders other than `of` hold without a loan."""
        short = amount + self.held_by_orders(coin, of) - self.balances[coin]
        if short > 0:
            self.borrow(at_ms, coin, coin_amount(short))

    def repay(self, at_ms: int, coin: str, amount: Decimal) -> None:
        """Return `amount` of what was lent."""
        self.debts[coin] -= amount
        self.enter(at_ms, coin, "REPAY", cash_flow=-amount)

    def owed(self, coin: str) -> Decimal:
        """Amount of a coin the account owes: what was lent, and what contracts lost beyond the balance."""
        return self.debts.get(coin, ZERO) + max(ZERO, -self.balances.get(coin, ZERO))

    def owing(self) -> list[str]:
        """Coins of which something is owed."""
        return [coin for coin in {**self.debts, **self.balances} if self.owed(coin)]

    def charge_interest(self, at_ms: int, coin: str, cost: Decimal) -> None:
        """Charge the interest of an hour; what a balance lacks for it is lent too."""
        if self.balances[coin] >= 0:
            self.borrow_shortfall(at_ms, coin, cost)
        self.enter(at_ms, coin, "INTEREST", cash_flow=-cost)

    def book_spot(self, execution: Execution) -> None:
        """Book a spot fill: one entry per coin, the fee in the coin received."""
        it = execution.order.instrument
        qty = it.qty(execution.lots)
        sign = 1 if execution.side == "Buy" else -1
        self.executions.append(execution)
        for coin, flow in ((it.base, sign * qty), (it.quote, -sign * execution.value)):
            charges = _charges(execution, coin)
            self.enter(execution.at_ms, coin, "TRADE", cash_flow=flow, of=execution, **charges)
        self._charge_elsewhere(execution, "TRADE", {it.base, it.quote})

    def check(self) -> None:
        """Prove that executions, ledger, positions and balances tell the same story.

        Raises
        ------
        LedgerError
            Naming the first figure that disagrees.
        """
        self._check_balances()
        self._check_fees()
        by_slot: defaultdict[tuple[str, int], list[Execution]] = defaultdict(list)
        for execution in self.executions:
            order = execution.order
            if order.instrument.is_derivative and execution.moves_position:
                by_slot[order.instrument.symbol, order.position_idx].append(execution)
        for slot, position in self.positions.items():
            _check_position(slot, position, self.carried.traded.get(slot, Traded()), by_slot[slot])

    def enter(
        self,
        at_ms: int,
        coin: str,
        kind: str,
        *,
        cash_flow: Decimal = ZERO,
        funding: Decimal = ZERO,
        fee: Decimal = ZERO,
        tax: Decimal = ZERO,
        of: Execution | None = None,
    ) -> LedgerEntry:
        """Change a coin and write why; `kind` is the `type` of Bybit's transaction log."""
        self.balances[coin] += cash_flow + funding - fee - tax
        entry = LedgerEntry(
            number=self.carried.entries + len(self.ledger) + 1,
            at_ms=at_ms,
            coin=coin,
            kind=kind,
            cash_flow=cash_flow,
            funding=funding,
            fee=fee,
            tax=tax,
            balance=self.balances[coin],
            execution=of,
        )
        self.ledger.append(entry)
        return entry

    def _check_balances(self) -> None:
        running = defaultdict(lambda: ZERO, self.start | self.carried.balances)
        for entry in self.ledger:
            running[entry.coin] += entry.change
            if running[entry.coin] != entry.balance:
                raise LedgerError(f"entry {entry.number} says {entry.balance} {entry.coin}")
        for coin, balance in self.balances.items():
            if running[coin] != balance:
                raise LedgerError(f"the ledger leads to {running[coin]} {coin}, the wallet holds {balance}")

    def _check_fees(self) -> None:
        booked: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for entry in self.ledger:
            if entry.execution is not None:
                booked[entry.execution.exec_id] += entry.fee + entry.tax - entry.funding
        if len(booked) != len(self.executions):
            raise LedgerError(f"{len(self.executions)} executions, {len(booked)} of them in the ledger")
        for execution in self.executions:
            if booked[execution.exec_id] != execution.charged:
                booking = f"booked as {booked[execution.exec_id]}, not {execution.charged}"
                raise LedgerError(f"fee of {execution.exec_id} {booking}")


def _charges(execution: Execution, coin: str) -> dict[str, Decimal]:
    """Fee and tax of a fill as far as `coin` pays them."""
    return {"fee": execution.fee, "tax": execution.tax} if coin == execution.fee_coin else {}


def _check_position(
    slot: tuple[str, int], position: Position, carried: Traded, executions: Iterable[Execution]
) -> None:
    traded = replace(carried)
    for execution in executions:
        traded.add(execution)
    symbol, size = slot[0], traded.size
    if size != position.size:
        raise LedgerError(f"{symbol} executions add up to {size}, the position is {position.size}")
    earned = traded.sold - traded.bought + (position.cost if size >= 0 else -position.cost)
    if position.is_inverse:
        earned = -earned
    if traded.pnl != earned:
        raise LedgerError(f"{symbol} realised {traded.pnl}, trades say {earned}")
