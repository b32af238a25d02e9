"""The unified wallet, coin by coin: a push carries only the coins that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.wire.account import BybitWalletCoin

if TYPE_CHECKING:
    from collections.abc import Iterable


class WalletCoins:
    """
    Merges wallet pushes into what a REST answer told.

    Attributes
    ----------
    push_count : int
        How many pushes were taken: tells whether one overtook a REST answer.

    Source: Bybit V5 websocket/private/wallet
    """

    def __init__(self) -> None:
        self._coins: dict[str, BybitWalletCoin] = {}
        self.push_count = 0

    def replace(self, coins: Iterable[BybitWalletCoin]) -> None:
        """Take a whole answer. The venue leaves out what is zero, so a coin met before and not listed is zero."""
        listed = {coin.coin: coin for coin in coins}
        emptied = {
            name: BybitWalletCoin(coin=name, wallet_balance="0") for name in self._coins if name not in listed
        }
        self._coins.update(emptied | listed)

    def update(self, coins: Iterable[BybitWalletCoin]) -> None:
        """Take the coins of a push."""
        self.push_count += 1
        for coin in coins:
            self._coins[coin.coin] = coin

    def coins(self) -> list[BybitWalletCoin]:
        """Return every coin met, in the order it was first met."""
        return list(self._coins.values())
