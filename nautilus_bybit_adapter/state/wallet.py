"""The unified wallet, coin by coin: a push carries only the coins that changed."""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.account import BybitWallet, BybitWalletCoin

NOTHING = BybitWallet(coins=[], account_type="UNIFIED")


class WalletCoins:
    """
    Merges wallet pushes into what a REST answer told; of two pushes the newer wins, whichever came first.

    Attributes
    ----------
    push_count : int
        How many pushes were taken: tells whether one overtook a REST answer.
    account : BybitWallet
        The account-wide figures of the newest word, without coins.

    Source: Bybit V5 websocket/private/wallet
    """

    def __init__(self) -> None:
        self._coins: dict[str, BybitWalletCoin] = {}
        self._told_ms: dict[str, int] = {}
        self._account_ms = 0
        self.account = NOTHING
        self.push_count = 0

    def replace(self, wallet: BybitWallet, at_ms: int = 0) -> None:
        """
        Take a whole answer. The venue leaves out what is zero, so a coin met before and not listed is zero.

        Parameters
        ----------
        wallet : BybitWallet
            The answer.
        at_ms : int
            A time before which the venue did not make it, epoch milliseconds: older pushes are passed over.

        """
        listed = {coin.coin: coin for coin in wallet.coins}
        emptied = {
            name: BybitWalletCoin(coin=name, wallet_balance="0") for name in self._coins if name not in listed
        }
        self._coins.update(emptied | listed)
        self._told_ms = dict.fromkeys(self._coins, at_ms)
        self._account_ms = at_ms
        self.account = msgspec.structs.replace(wallet, coins=[])

    def update(self, wallet: BybitWallet, at_ms: int) -> None:
        """
        Take the coins of a push, except those a newer push has told of.

        Parameters
        ----------
        wallet : BybitWallet
            What was pushed.
        at_ms : int
            When the venue made the push, epoch milliseconds.

        """
        self.push_count += 1
        for coin in wallet.coins:
            if at_ms >= self._told_ms.get(coin.coin, 0):
                self._coins[coin.coin] = coin
                self._told_ms[coin.coin] = at_ms
        if at_ms >= self._account_ms:
            self.account = msgspec.structs.replace(wallet, coins=[])
            self._account_ms = at_ms

    def coins(self) -> list[BybitWalletCoin]:
        """Return every coin met, in the order it was first met."""
        return list(self._coins.values())
