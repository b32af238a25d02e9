"""Spot margin: coins the account borrows and gives back.

A loan needs a third of its value as margin; what it costs is in `interest`. Source: Bybit V5 Manual Borrow, Manual
Repay Without Asset Conversion and the spot margin pages.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP
from typing import TYPE_CHECKING

from .amounts import EIGHT_PLACES, ZERO, coin_amount, parse_amount
from .errors import VenueError, bad_param
from .fields import Params, is_given, read_text
from .interest import is_blocked
from .risk import SPOT_LEVERAGE, STABLE_COINS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from .account import Account
    from .risk import Risk

NOTHING_TO_REPAY = 34022041
INTEREST_IS_RECKONED = 34022035
POOL_IS_LOW = 34022030
LEAST_AMOUNT = 34022011


class Loans:
    """Borrows and repays.

    Parameters
    ----------
    account : Account
        Balances and debts.
    risk : Risk
        Knows what margin is left.
    now_ms : callable
        The venue's clock, ms.
    tell : callable
        Tells the wallet lines of some coins.

    Attributes
    ----------
    enabled : bool
        Whether spot orders with `isLeverage` may borrow.
    rests_hourly : bool
        Whether repayments are refused in the ninety seconds of every hour in which interest is reckoned.
    """

    def __init__(
        self,
        account: Account,
        risk: Risk,
        now_ms: Callable[[], int],
        tell: Callable[[Iterable[str], int], None],
    ) -> None:
        self.enabled = True
        self.rests_hourly = True
        self._account = account
        self._risk = risk
        self._now_ms = now_ms
        self._tell = tell

    def borrowable(self, coin: str) -> Decimal:
        """Amount of `coin` the margin left allows to borrow; nothing in isolated margin."""
        if self._risk.is_isolated:
            return ZERO
        price = self._risk.price(coin)
        return max(ZERO, self._risk.available()) * SPOT_LEVERAGE / price if price else ZERO

    def borrow(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/borrow`.

        Raises
        ------
        VenueError
            When the amount is missing or beyond what the margin allows, 182021 in isolated margin.
        """
        if self._risk.is_isolated:
            raise VenueError(182021, "Borrowing is not available in isolated margin mode.")
        coin, amount = _read_coin(params), _read_amount(params)
        if not amount:
            raise VenueError(LEAST_AMOUNT, "The borrow amount is below the minimum.")
        if amount > self.borrowable(coin):
            raise VenueError(POOL_IS_LOW, "The borrow amount exceeds the available quota.")
        now_ms = self._now_ms()
        self._account.borrow(now_ms, coin, amount)
        self._tell([coin], now_ms)
        return {"coin": coin, "amount": str(params["amount"])}

    def repay(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/no-convert-repay`: give back `amount`, everything owed without one.

        Raises
        ------
        VenueError
            When nothing is owed, interest is being reckoned or the free balance does not cover the amount.
        """
        coin = _read_coin(params)
        debt = self._debt(coin)
        free = self._free(coin)
        asked = _read_amount(params) if is_given(params, "amount") else min(debt, free)
        if not asked or asked > free:
            raise VenueError(110012, "Insufficient available balance")
        now_ms = self._now_ms()
        self._account.repay(now_ms, coin, min(asked, debt))
        self._tell([coin], now_ms)
        return {"resultStatus": "SU"}

    def repay_converting(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/repay`: what the coin's own balance lacks is bought at index prices.

        Dollar coins are spent first, then the coin of the largest value.

        Raises
        ------
        VenueError
            When nothing is owed or interest is being reckoned.
        """
        coin = _read_coin(params)
        owed = self._debt(coin)
        if is_given(params, "amount"):
            owed = min(owed, _read_amount(params))
        now_ms, told = self._now_ms(), {coin: None}
        for other in self._payers(coin):
            if self._free(coin) >= owed:
                break
            self._convert(now_ms, other, coin, owed - self._free(coin))
            told[other] = None
        paid = min(owed, self._free(coin))
        self._account.repay(now_ms, coin, paid)
        self._tell(told, now_ms)
        return {"resultStatus": "SU" if paid == owed else "FA"}

    def _debt(self, coin: str) -> Decimal:
        debt = self._account.debts.get(coin, ZERO)
        if not debt:
            raise VenueError(NOTHING_TO_REPAY, "There is nothing to repay.")
        if self.rests_hourly and is_blocked(self._now_ms()):
            raise VenueError(
                INTEREST_IS_RECKONED, "Repayment is not available from 04:00 to 05:30 of every hour."
            )
        return debt

    def _payers(self, coin: str) -> list[str]:
        worth = {c: self._risk.usd_value(c, self._free(c)) for c in self._account.balances if c != coin}
        return sorted((c for c in worth if worth[c] > 0), key=lambda c: (c not in STABLE_COINS, -worth[c]))

    def _convert(self, now_ms: int, source: str, target: str, amount: Decimal) -> None:
        """Buy up to `amount` of `target` with what is free of `source`."""
        ratio = self._risk.price(target) / self._risk.price(source)
        spent = min(self._free(source), (amount * ratio).quantize(EIGHT_PLACES, ROUND_UP))
        bought = min(amount, (spent / ratio).quantize(EIGHT_PLACES, ROUND_DOWN))
        self._account.enter(now_ms, source, "CONVERT", cash_flow=-spent)
        self._account.enter(now_ms, target, "CONVERT", cash_flow=bought)

    def _free(self, coin: str) -> Decimal:
        return max(ZERO, self._account.balances[coin] - self._risk.locked(coin))


def _read_coin(params: Params) -> str:
    coin = read_text(params, "coin")
    if not coin:
        raise bad_param("params error: coin is required")
    return coin


def _read_amount(params: Params) -> Decimal:
    amount = parse_amount(params.get("amount"))
    if amount is None or amount != coin_amount(amount):
        raise bad_param("params error: amount invalid")
    return amount
