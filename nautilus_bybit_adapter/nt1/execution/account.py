"""The account's balances: a REST answer, then pushes of what changed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nautilus_bybit_adapter.nt1.mapping.account import ZERO, owed_of
from nautilus_bybit_adapter.state.wallet import WalletCoins
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.messages import WalletMessage

ATTEMPTS = 5
# What our clock and the venue's may differ by.
CLOCK_TOLERANCE_MS = 1_000


class AccountFeed:
    """
    Keeps the wallet whole and publishes it on every change.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.
    publish : Callable[[WalletCoins, int | None], None]
        Takes the wallet, and when the venue said so (UNIX milliseconds; None for a REST answer).

    """

    def __init__(self, http: BybitHTTPClient, publish: Callable[[WalletCoins, int | None], None]) -> None:
        self._http = http
        self._publish = publish
        self._wallet = WalletCoins()

    async def refresh(self) -> None:
        """
        Read the whole wallet; raises `BybitError`.

        An answer that a push has overtaken may be older than the push, so it is asked for again; where pushes never
        pause, they are the newer word anyway.
        """
        for _ in range(ATTEMPTS):
            pushes = self._wallet.push_count
            asked_ms = self._http.server_time_ms()
            wallet = await self._http.get_wallet_balance()
            if self._wallet.push_count == pushes:
                self._wallet.replace(wallet, asked_ms - CLOCK_TOLERANCE_MS)
                self._publish(self._wallet, None)
                return

    def on_message(self, message: WalletMessage) -> None:
        """Take a push."""
        for wallet in message.data:
            self._wallet.update(wallet, message.creation_time)
        self._publish(self._wallet, message.creation_time)

    def owed(self, coin: str) -> Decimal:
        """Return what spot trading owes of a coin, in units of the coin, as far as the wallet has been told."""
        return next((owed_of(each) for each in self._wallet.coins() if each.coin == coin), ZERO)
