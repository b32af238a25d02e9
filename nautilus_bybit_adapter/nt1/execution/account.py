"""The account's balances: a REST answer, then pushes of what changed."""

from __future__ import annotations

from collections.abc import Callable

from nautilus_bybit_adapter.state.wallet import WalletCoins
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.account import BybitWalletCoin
from nautilus_bybit_adapter.wire.messages import WalletMessage

ATTEMPTS = 5


class AccountFeed:
    """
    Keeps the wallet whole and publishes it on every change.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.
    publish : Callable[[list[BybitWalletCoin], int | None], None]
        Takes every coin, and when the venue said so (UNIX milliseconds; None for a REST answer).

    """

    def __init__(
        self, http: BybitHTTPClient, publish: Callable[[list[BybitWalletCoin], int | None], None]
    ) -> None:
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
            wallet = await self._http.get_wallet_balance()
            if self._wallet.push_count == pushes:
                self._wallet.replace(wallet.coins)
                self._publish(self._wallet.coins(), None)
                return

    def on_message(self, message: WalletMessage) -> None:
        """Take a push."""
        for wallet in message.data:
            self._wallet.update(wallet.coins)
        self._publish(self._wallet.coins(), message.creation_time)
