"""The account's balances: a REST answer, then pushes of what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from nautilus_bybit_adapter.errors import BybitError
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
        """Read the whole wallet and publish it; raises `BybitError`."""
        if await self._read():
            self._publish(self._wallet, None)

    async def compare_every(
        self, interval_secs: float, is_live: Callable[[], bool], warn: Callable[[str], None]
    ) -> None:
        """
        Read the wallet now and then, and publish it where it differs: a push can be lost without anybody noticing.

        Parameters
        ----------
        interval_secs : float
            Between two readings, seconds.
        is_live : Callable[[], bool]
            Whether the private socket is live; when it comes back the wallet is read anyway.
        warn : Callable[[str], None]
            Told of a reading that failed.

        """
        while True:
            await asyncio.sleep(interval_secs)
            if not is_live():
                continue
            known = self._wallet.coins()
            try:
                if await self._read() and self._wallet.coins() != known:
                    self._publish(self._wallet, None)
            except BybitError as e:
                warn(f"The wallet could not be compared with the venue's: {e}")

    async def _read(self) -> bool:
        """
        Take a whole answer; tell whether there was one that no push had overtaken.

        One that was may be older than the push, so it is asked for again; where pushes never pause, they are the
        newer word anyway.
        """
        for _ in range(ATTEMPTS):
            pushes = self._wallet.push_count
            asked_ms = self._http.server_time_ms()
            wallet = await self._http.get_wallet_balance()
            if self._wallet.push_count == pushes:
                self._wallet.replace(wallet, asked_ms - CLOCK_TOLERANCE_MS)
                return True
        return False

    def on_message(self, message: WalletMessage) -> None:
        """Take a push."""
        for wallet in message.data:
            self._wallet.update(wallet, message.creation_time)
        self._publish(self._wallet, message.creation_time)

    def owed(self, coin: str) -> Decimal:
        """Return what spot trading owes of a coin, in units of the coin, as far as the wallet has been told."""
        return next((owed_of(each) for each in self._wallet.coins() if each.coin == coin), ZERO)
