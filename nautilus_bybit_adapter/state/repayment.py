"""When what is owed of a coin is repaid.

Source: Bybit V5 account/no-convert-repay (no repayments while interest is settled).
"""

from __future__ import annotations

from decimal import Decimal

_MINUTE_MS, _DAY_MS = 60_000, 86_400_000
BLACKOUT_START_MS, BLACKOUT_END_MS = 4 * 60 * _MINUTE_MS, (5 * 60 + 30) * _MINUTE_MS


def is_blackout(now_ms: int) -> bool:
    """Tell whether the venue takes no repayments now: 04:00 to 05:30 UTC. ``now_ms`` is epoch milliseconds."""
    return BLACKOUT_START_MS <= now_ms % _DAY_MS < BLACKOUT_END_MS


class RepaymentQueue:
    """What was bought of each coin and not yet held against a debt in it."""

    def __init__(self) -> None:
        self._bought: dict[str, Decimal] = {}

    def on_bought(self, coin: str, quantity: Decimal) -> None:
        """Take a purchase, in units of the coin."""
        self._bought[coin] = self._bought.get(coin, Decimal(0)) + quantity

    def due(self, now_ms: int) -> dict[str, Decimal]:
        """Return the coins to look at now, with what was bought of each; none while the venue takes none."""
        return {} if is_blackout(now_ms) else dict(self._bought)

    def on_settled(self, coin: str, quantity: Decimal) -> None:
        """Take that a purchase of so much was held against the debt, whether any was owed or not."""
        rest = self._bought.pop(coin, Decimal(0)) - quantity
        if rest > 0:
            self._bought[coin] = rest
