"""Balances of the account's wallets, transfers between them, and the greeks of its options.

Source: Bybit V5 "Get All Coins Balance", "Get Single Coin Balance", "Create Internal Transfer",
"Get Internal Transfer Records", "Get Transferable Coin", "Get Coin Greeks".
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.transport.rest_session import decode_result
from nautilus_bybit_adapter.wire.account_requests import Transfer
from nautilus_bybit_adapter.wire.asset import (
    BybitCoinBalances,
    BybitCoinGreeks,
    BybitSingleBalance,
    BybitTransfer,
    BybitTransferResult,
)
from nautilus_bybit_adapter.wire.coin_info import BybitCoinInfo
from nautilus_bybit_adapter.wire.envelope import page_under

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = "/v5/asset/transfer"
_TRANSFERS = Listing(
    path=f"{_ROOT}/query-inter-transfer-list",
    row_type=BybitTransfer,
    page_rows=50,
    time_field="timestamp",
    key=lambda row: row.transfer_id,
)
_COINS = Listing(path="/v5/asset/coin/query-info", row_type=BybitCoinInfo, page_of=page_under("rows"))
_GREEKS = Listing(path="/v5/asset/coin-greeks", row_type=BybitCoinGreeks)


class _CoinNames(msgspec.Struct, frozen=True):
    coins: list[str] = msgspec.field(name="list")


class AssetMethods(RestReads):
    """Balances of the account's wallets, transfers between them, greeks of its options."""

    async def get_coin_balances(
        self, account_type: str, coins: Sequence[str] = (), *, with_bonus: bool = False
    ) -> BybitCoinBalances:
        """Return the coins of a wallet.

        Parameters
        ----------
        account_type : str
            A word of `AccountType`.
        coins : sequence of str
            Which coins, up to 10; `UNIFIED` needs some.
        with_bonus : bool
            Whether to ask for bonuses too.
        """
        parameters = {
            "accountType": account_type,
            "coin": ",".join(coins) or None,
            "withBonus": int(with_bonus),
        }
        return await self._get(f"{_ROOT}/query-account-coins-balance", parameters, BybitCoinBalances)

    async def get_coin_balance(
        self,
        account_type: str,
        coin: str,
        *,
        to_account_type: str | None = None,
        with_safe_amount: bool = False,
    ) -> BybitSingleBalance:
        """Return one coin of a wallet, and how much can be transferred, safely where that is asked for."""
        parameters = {
            "accountType": account_type,
            "coin": coin,
            "toAccountType": to_account_type,
            "withTransferSafeAmount": int(with_safe_amount),
        }
        return await self._get(f"{_ROOT}/query-account-coin-balance", parameters, BybitSingleBalance)

    async def transfer(
        self,
        coin: str,
        amount: str,
        *,
        from_account_type: str,
        to_account_type: str,
        transfer_id: str | None = None,
    ) -> BybitTransferResult:
        """Transfer a coin between two wallets of the account.

        Parameters
        ----------
        coin, amount : str
            What, in units of the coin.
        from_account_type, to_account_type : str
            Words of `AccountType`.
        transfer_id : str or None
            A UUID; by default a new one. The same one never transfers twice, so after an error whose `outcome`
            is unknown the transfer may be asked for again with the id that was given.
        """
        request = Transfer(
            transfer_id=transfer_id or str(uuid.uuid4()),
            coin=coin,
            amount=amount,
            from_account_type=from_account_type,
            to_account_type=to_account_type,
        )
        return await self._post(f"{_ROOT}/inter-transfer", request, BybitTransferResult)

    async def get_transfers(
        self,
        *,
        transfer_id: str | None = None,
        coin: str | None = None,
        status: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitTransfer]:
        """Return transfers between wallets of the account, oldest first.

        Parameters
        ----------
        transfer_id, coin, status : str or None
            What to narrow it to.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest rows only, this many.
        """
        parameters = {"transferId": transfer_id, "coin": coin, "status": status}
        return await self._history(_TRANSFERS, parameters, start_ms, end_ms, limit)

    async def get_transferable_coins(self, from_account_type: str, to_account_type: str) -> list[str]:
        """Return the coins that can go from one wallet to another."""
        path = f"{_ROOT}/query-transfer-coin-list"
        parameters = {"fromAccountType": from_account_type, "toAccountType": to_account_type}
        return decode_result(await self.read(path, parameters, is_private=True), _CoinNames, path).coins

    async def get_coin_info(self, coin: str | None = None) -> list[BybitCoinInfo]:
        """Return all coins, or one, with the chains they move on and the decimals they move in.

        Source: Bybit V5 "Get Coin Info".
        """
        return await self._list(_COINS, {"coin": coin})

    async def get_coin_greeks(self, base_coin: str | None = None) -> list[BybitCoinGreeks]:
        """Return the greeks of the account's options, by base coin."""
        return await self._list(_GREEKS, {"baseCoin": base_coin})
