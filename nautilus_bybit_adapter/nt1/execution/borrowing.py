"""Debts of spot trading: repaid by themselves after purchases, and borrowed and repaid on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.instruments import CurrencyPair, Instrument
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitError, Outcome
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitData,
    BybitMarginBorrowResult,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
)
from nautilus_bybit_adapter.nt1.execution.account import AccountFeed
from nautilus_bybit_adapter.nt1.mapping.account import ZERO, owed_of
from nautilus_bybit_adapter.nt1.mapping.margin_actions import (
    BybitMarginAction,
    MarginRequest,
    parse_margin_action,
)
from nautilus_bybit_adapter.state.repayment import RepaymentQueue, is_blackout
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.orders import BybitExecution

FAILED = "FA"
# The venue settles interest; its documents are not clear about when exactly.
INTEREST_IS_SETTLED = 34022035
IN_BLACKOUT = "the venue takes no repayments from 04:00 to 05:30 UTC"


class SpotBorrowing:
    """
    Borrows and repays coins of spot trading.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.
    account : AccountFeed
        Knows the debts.
    publish : Callable[[BybitData], None]
        Takes what became of an action.
    now_ns : Callable[[], int]
        The time, UNIX nanoseconds.
    log : Any
        The framework's logger.
    is_automatic : bool
        Whether what is owed of a coin is repaid after a purchase of it.
    interval_secs : float
        Between two looks at what is to be repaid, seconds.

    """

    def __init__(
        self,
        http: BybitHTTPClient,
        account: AccountFeed,
        publish: Callable[[BybitData], None],
        now_ns: Callable[[], int],
        log: Any,
        *,
        is_automatic: bool,
        interval_secs: float,
    ) -> None:
        self._http = http
        self._account = account
        self._publish = publish
        self._now_ns = now_ns
        self._log = log
        self._is_automatic = is_automatic
        self._interval_secs = interval_secs
        self._queue = RepaymentQueue()
        self._task: asyncio.Task[None] | None = None

    # -- automatic repayment -------------------------------------------------------------------------------

    def start(self) -> None:
        """Repay from now on."""
        if self._is_automatic and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._repay_for_ever(), name="repayment")

    async def stop(self) -> None:
        """Repay no more until the next start; what waits stays."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def on_fill(self, order: Order, execution: BybitExecution, instrument: Instrument) -> None:
        """Take a fill of an own order."""
        if self._is_automatic and order.side == OrderSide.BUY and isinstance(instrument, CurrencyPair):
            self._queue.on_bought(instrument.base_currency.code, Decimal(execution.exec_qty))

    async def _repay_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._interval_secs)
            for coin, bought in self._queue.due(self._now_ms()).items():
                try:
                    await self._repay_bought(coin, bought)
                except BybitError as e:
                    self._on_repayment_failed(coin, bought, e)

    async def _repay_bought(self, coin: str, bought: Decimal) -> None:
        if self._account.owed(coin) > 0:
            owed = await self._owed(coin)
            amount = min(owed, bought)
            if amount > 0:
                status = await self._repay(coin, amount)
                if status == FAILED:
                    self._log.error(f"The venue could not repay {amount:f} {coin}: repay it yourself")
                else:
                    self._log.info(f"Repaid {amount:f} of the {owed:f} {coin} that were owed")
        self._queue.on_settled(coin, bought)

    def _on_repayment_failed(self, coin: str, bought: Decimal, error: BybitError) -> None:
        if isinstance(error, BybitApiError) and error.ret_code == INTEREST_IS_SETTLED:
            return  # it passes by itself
        if error.outcome is Outcome.REJECTED:
            self._log.error(f"The venue refuses to repay {coin}, repay it yourself: {error}")
            self._queue.on_settled(coin, bought)
        else:
            # Whether it was done or not, what is owed is read anew before the next attempt.
            self._log.warning(f"Repaying {coin} failed, trying again in {self._interval_secs:g} s: {error}")

    # -- actions -------------------------------------------------------------------------------------------

    async def carry_out(self, params: dict[str, Any]) -> bool:
        """
        Do what the params of a `query_account` ask for and publish what became of it; tell whether it was anything.

        An action that fails, or that is not known, is an error in the log as well.
        """
        try:
            request = parse_margin_action(params)
        except BybitConfigError as e:
            self._log.error(f"The margin action is not carried out: {e}")
            return True
        if request is None:
            return False
        match request.action:
            case BybitMarginAction.BORROW:
                await self._on_borrow(request)
            case BybitMarginAction.REPAY:
                await self._on_repay(request)
            case BybitMarginAction.GET_BORROW_AMOUNT:
                await self._on_status(request)
        return True

    async def _on_borrow(self, request: MarginRequest) -> None:
        amount, message = request.amount or ZERO, ""
        try:
            await self._http.borrow(request.coin, f"{amount:f}")
        except BybitError as e:
            message = str(e)
            self._log.error(f"Borrowing {amount:f} {request.coin} failed: {e}")
        now_ns = self._now_ns()
        self._publish(
            BybitMarginBorrowResult(
                coin=request.coin,
                amount=amount,
                success=not message,
                message=message,
                ts_event=now_ns,
                ts_init=now_ns,
            )
        )

    async def _on_repay(self, request: MarginRequest) -> None:
        status, message = FAILED, ""
        if is_blackout(self._now_ms()):
            message = IN_BLACKOUT
        else:
            try:
                status = await self._repay(request.coin, request.amount)
            except BybitError as e:
                message = str(e)
            else:
                message = "the venue reports a failure" if status == FAILED else ""
        if message:
            self._log.error(f"Repaying {request.coin} failed: {message}")
        now_ns = self._now_ns()
        self._publish(
            BybitMarginRepayResult(
                coin=request.coin,
                amount=request.amount,
                success=not message,
                result_status=status,
                message=message,
                ts_event=now_ns,
                ts_init=now_ns,
            )
        )

    async def _on_status(self, request: MarginRequest) -> None:
        try:
            owed = await self._owed(request.coin)
        except BybitError as e:
            self._log.error(f"What is owed of {request.coin} could not be read: {e}")
            return
        now_ns = self._now_ns()
        self._publish(
            BybitMarginStatusResult(coin=request.coin, borrow_amount=owed, ts_event=now_ns, ts_init=now_ns)
        )

    # -- parts ---------------------------------------------------------------------------------------------

    async def _owed(self, coin: str) -> Decimal:
        wallet = await self._http.get_wallet_balance([coin])
        return next((owed_of(each) for each in wallet.coins if each.coin == coin), ZERO)

    async def _repay(self, coin: str, amount: Decimal | None) -> str:
        text = None if amount is None else f"{amount:f}"
        return (await self._http.repay(coin, text, may_convert=False)).result_status

    def _now_ms(self) -> int:
        return self._http.server_time_ms()
