"""Interest on what the account owes: charged once an hour, at its own rate of the hour.

Owed is what was lent and what contracts lost beyond a balance; a part of it is free of interest. While the hour is
being reckoned nothing can be repaid. Source: Bybit V5 Get Borrow History, Manual Repay and Get Collateral Info; the
rates and the free amounts are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, coin_amount
from .noise import noise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .account import Account

HOUR_MS = 3_600_000
# Minute of the hour at which it is charged, and the span in which nothing can be repaid.
CHARGED_AT_MS = 5 * 60_000
BLOCKED_MS = (4 * 60_000, 5 * 60_000 + 30_000)
HOURLY_RATE, RATE_SPREAD = Decimal("0.000003"), Decimal("0.000001")
_RATE_PLACES = Decimal("1E-12")
# What may be owed without interest, by coin.
FREE_AMOUNTS = {"USDT": Decimal(100), "USDC": Decimal(100)}


def hourly_rate(seed: int, coin: str, at_ms: int) -> Decimal:
    """Rate of the hour that holds `at_ms`, a fraction of what is owed, with 12 decimals."""
    stray = noise(seed, coin, "borrow", at_ms // HOUR_MS * HOUR_MS) * RATE_SPREAD
    return (HOURLY_RATE + stray).quantize(_RATE_PLACES)


def is_blocked(at_ms: int) -> bool:
    """Whether interest is being reckoned, so that nothing can be repaid."""
    first, last = BLOCKED_MS
    return first <= at_ms % HOUR_MS < last


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestCharge:
    """One charge of one coin; amounts in that coin, `rate` a fraction per hour.

    Parameters
    ----------
    at_ms : int
        Time of the charge, ms.
    coin : str
        What is owed.
    owed, lost, free : Decimal
        All that is owed, what of it contracts lost, and what of it bears no interest.
    rate, cost : Decimal
        Rate of the hour and what was charged.
    """

    at_ms: int
    coin: str
    owed: Decimal
    lost: Decimal
    free: Decimal
    rate: Decimal
    cost: Decimal


class Interest:
    """Charges interest by the clock.

    Parameters
    ----------
    account : Account
        What is owed, and where it is charged.
    seed : int
        Seed of the rates.
    now_ms : callable
        The venue's clock, ms.
    tell : callable
        Tells the wallet lines of some coins.

    Attributes
    ----------
    charges : list of InterestCharge
        Every charge, oldest first.
    """

    def __init__(
        self,
        account: Account,
        seed: int,
        now_ms: Callable[[], int],
        tell: Callable[[Iterable[str], int], None],
    ) -> None:
        self.charges: list[InterestCharge] = []
        self._account = account
        self._seed = seed
        self._now_ms = now_ms
        self._tell = tell
        self._due_ms = (now_ms() - CHARGED_AT_MS) // HOUR_MS * HOUR_MS + HOUR_MS + CHARGED_AT_MS

    def is_due(self, now_ms: int) -> bool:
        """Whether the time of a charge has come by `now_ms`."""
        return self._due_ms <= now_ms

    def advance(self, now_ms: int) -> None:
        """Charge every hour whose time has come by `now_ms`."""
        told: dict[str, None] = {}
        while self.is_due(now_ms):
            for coin in self._account.owing():
                if self._charge(coin, self._due_ms):
                    told[coin] = None
            self._due_ms += HOUR_MS
        if told:
            self._tell(told, self._now_ms())

    def rate(self, coin: str) -> Decimal:
        """Rate of this hour."""
        return hourly_rate(self._seed, coin, self._now_ms())

    def _charge(self, coin: str, at_ms: int) -> bool:
        lost = max(ZERO, -self._account.balances[coin])
        owed = self._account.owed(coin)
        free = min(owed, FREE_AMOUNTS.get(coin, ZERO))
        rate = hourly_rate(self._seed, coin, at_ms)
        cost = coin_amount((owed - free) * rate)
        self.charges.append(
            InterestCharge(at_ms=at_ms, coin=coin, owed=owed, lost=lost, free=free, rate=rate, cost=cost)
        )
        if cost:
            self._account.charge_interest(at_ms, coin, cost)
        return bool(cost)
