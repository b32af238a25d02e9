"""The unified account: wallet, settings, fees.

Source: Bybit V5 "Get Wallet Balance", "Get Account Info", "Get Fee Rate".
"""

from __future__ import annotations

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.account import BybitAccountInfo, BybitFeeRate, BybitWallet

_FEE_RATES = Listing(path="/v5/account/fee-rate", row_type=BybitFeeRate, has_pages=False)
_WALLETS = Listing(path="/v5/account/wallet-balance", row_type=BybitWallet, has_pages=False)


class AccountMethods(RestReads):
    """The unified account: wallet, settings, fees."""

    async def get_wallet_balance(self, coins: str | None = None) -> BybitWallet:
        """Return the unified account's wallet with all coins that are not zero, or those named (`BTC,ETH`)."""
        wallets = await self._list(_WALLETS, {"accountType": "UNIFIED", "coin": coins})
        if not wallets:
            raise BybitDecodeError("The venue lists no wallet for the account.", topic="wallet-balance")
        return wallets[0]

    async def get_account_info(self) -> BybitAccountInfo:
        """Return margin mode and kind of the account."""
        return await self._get("/v5/account/info", {}, BybitAccountInfo)

    async def get_fee_rates(
        self, category: str, symbol: str | None = None, *, base_coin: str | None = None
    ) -> list[BybitFeeRate]:
        """Return the account's fee rates of a category, or of one symbol (options: base coin)."""
        parameters = {"category": category, "symbol": symbol, "baseCoin": base_coin}
        return await self._list(_FEE_RATES, parameters)
