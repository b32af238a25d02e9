"""Balances of the account's wallets, transfers between them, and the greeks of its options.

Source: Bybit V5 "Get All Coins Balance", "Get Single Coin Balance", "Create Internal Transfer",
"Get Internal Transfer Records", "Get Transferable Coin", "Create Universal Transfer",
"Get Universal Transfer Records", "Get Asset Overview", "Get Withdrawable Amount", "Get Coin Info", "Get Coin Greeks".
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
    BybitAssetOverview,
    BybitCoinBalances,
    BybitCoinGreeks,
    BybitSingleBalance,
    BybitTransfer,
    BybitTransferResult,
    BybitUniversalTransfer,
    BybitWithdrawableAmounts,
)
from nautilus_bybit_adapter.wire.asset_requests import UniversalTransfer
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
_UNIVERSAL_TRANSFERS = Listing(
    path=f"{_ROOT}/query-universal-transfer-list",
    row_type=BybitUniversalTransfer,
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

        Notes
        -----
        A `status` of `PENDING` or `STATUS_UNKNOWN` is no failure: `get_transfers` with the id tells what became of it.

        Source: Bybit V5 "Create Internal Transfer".
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

    async def transfer_between_accounts(
        self,
        coin: str,
        amount: str,
        *,
        from_member_id: int,
        to_member_id: int,
        from_account_type: str,
        to_account_type: str,
        transfer_id: str | None = None,
    ) -> BybitTransferResult:
        """Transfer a coin between accounts of the user: the main one and its sub accounts.

        Parameters
        ----------
        coin, amount : str
            What, in units of the coin.
        from_member_id, to_member_id : int
            The accounts' user ids.
        from_account_type, to_account_type : str
            Words of `AccountType`.
        transfer_id : str or None
            A UUID; by default a new one. The same one never transfers twice, so after an error whose `outcome`
            is unknown the transfer may be asked for again with the id that was given.

        Notes
        -----
        A `status` of `PENDING` or `STATUS_UNKNOWN` is no failure: `get_transfers_between_accounts` with the id tells
        what became of it.

        Source: Bybit V5 "Create Universal Transfer".
        """
        request = UniversalTransfer(
            transfer_id=transfer_id or str(uuid.uuid4()),
            coin=coin,
            amount=amount,
            from_member_id=from_member_id,
            to_member_id=to_member_id,
            from_account_type=from_account_type,
            to_account_type=to_account_type,
        )
        return await self._post(f"{_ROOT}/universal-transfer", request, BybitTransferResult)

    async def get_transfers_between_accounts(
        self,
        *,
        transfer_id: str | None = None,
        coin: str | None = None,
        status: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitUniversalTransfer]:
        """Return transfers between accounts of the user, oldest first; parameters as of `get_transfers`.

        Source: Bybit V5 "Get Universal Transfer Records".
        """
        parameters = {"transferId": transfer_id, "coin": coin, "status": status}
        return await self._history(_UNIVERSAL_TRANSFERS, parameters, start_ms, end_ms, limit)

    async def get_asset_overview(
        self,
        *,
        member_id: str | None = None,
        account_type: str | None = None,
        valuation_currency: str | None = None,
    ) -> BybitAssetOverview:
        """Return all the user owns, and what it is worth.

        Parameters
        ----------
        member_id : str or None
            The user id of a sub account; by default the key's own account.
        account_type : str or None
            One kind only, such as `UnifiedTradingAccount` or `FundingAccount`.
        valuation_currency : str or None
            By default USD.

        Notes
        -----
        Source: Bybit V5 "Get Asset Overview".
        """
        parameters = {
            "memberId": member_id,
            "accountType": account_type,
            "valuationCurrency": valuation_currency,
        }
        return await self._get("/v5/asset/asset-overview", parameters, BybitAssetOverview)

    async def get_withdrawable_amounts(self, coin: str) -> BybitWithdrawableAmounts:
        """Return how much of a coin the account's wallets would let out; withdrawing itself is not offered.

        Source: Bybit V5 "Get Withdrawable Amount".
        """
        path = "/v5/asset/withdraw/withdrawable-amount"
        return await self._get(path, {"coin": coin}, BybitWithdrawableAmounts)

    async def get_coin_info(self, coin: str | None = None) -> list[BybitCoinInfo]:
        """Return all coins, or one, with the chains they move on and the decimals they move in.

        Source: Bybit V5 "Get Coin Info".
        """
        return await self._list(_COINS, {"coin": coin})

    async def get_coin_greeks(self, base_coin: str | None = None) -> list[BybitCoinGreeks]:
        """Return the greeks of the account's options, by base coin."""
        return await self._list(_GREEKS, {"baseCoin": base_coin})
