"""The unified account: wallet, settings, fees, transaction log.

Source: Bybit V5 "Get Wallet Balance", "Get Account Info", "Get Fee Rate", "Set Margin Mode",
"Get Transaction Log", "Get Account Instruments Info".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.ret_codes import is_already_done
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads, checked
from nautilus_bybit_adapter.wire.account import (
    BybitAccountInfo,
    BybitFeeRate,
    BybitMarginModeChange,
    BybitOptionAssets,
    BybitSmpGroup,
    BybitTradingSettings,
    BybitWallet,
    BybitWithdrawable,
)
from nautilus_bybit_adapter.wire.account_requests import (
    SetDeltaMode,
    SetHedgingMode,
    SetLimitPriceAction,
    SetMarginMode,
)
from nautilus_bybit_adapter.wire.asset_requests import ApplyDemoMoney, DemoAmount
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, MarginMode
from nautilus_bybit_adapter.wire.envelope import page_under
from nautilus_bybit_adapter.wire.instruments import BybitInstrumentLinear
from nautilus_bybit_adapter.wire.ledger import BybitTransaction
from nautilus_bybit_adapter.wire.trade_sums import BybitTradeSums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FEE_RATES = Listing(path="/v5/account/fee-rate", row_type=BybitFeeRate)
_INSTRUMENTS = Listing(path="/v5/account/instruments-info", row_type=BybitInstrumentLinear, page_rows=200)
_OPTION_ASSETS = Listing(
    path="/v5/account/option-asset-info", row_type=BybitOptionAssets, page_of=page_under("result")
)
_WALLETS = Listing(path="/v5/account/wallet-balance", row_type=BybitWallet)
_TRANSACTIONS = Listing(
    path="/v5/account/transaction-log",
    row_type=BybitTransaction,
    page_rows=50,
    time_field="transaction_time",
    key=lambda row: (row.id, row.currency, row.type, row.trade_id),
)


class AccountMethods(RestReads):
    """The unified account: wallet, settings, fees, transaction log."""

    async def get_wallet_balance(self, coins: Sequence[str] = ()) -> BybitWallet:
        """Return the unified account's wallet with all coins that are not zero, or with those named."""
        parameters = {"accountType": "UNIFIED", "coin": ",".join(coins) or None}
        wallets = await self._list(_WALLETS, parameters)
        if not wallets:
            raise BybitDecodeError("The venue lists no wallet for the account.", topic="wallet-balance")
        return wallets[0]

    async def get_withdrawable(self, coins: Sequence[str]) -> BybitWithdrawable:
        """Return what can be transferred out of the unified wallet, of up to 20 coins."""
        return await self._get("/v5/account/withdrawal", {"coinName": ",".join(coins)}, BybitWithdrawable)

    async def get_account_info(self) -> BybitAccountInfo:
        """Return margin mode and kind of the account."""
        return await self._get("/v5/account/info", {}, BybitAccountInfo)

    async def get_trading_settings(self) -> BybitTradingSettings:
        """Return the account's switches."""
        return await self._get("/v5/account/user-setting-config", {}, BybitTradingSettings)

    async def get_smp_group(self) -> int:
        """Return the account's group of self-match prevention, 0 for none."""
        return (await self._get("/v5/account/smp-group", {}, BybitSmpGroup)).smp_group

    async def get_account_instruments(
        self, category: str, symbol: str | None = None
    ) -> list[BybitInstrumentLinear]:
        """Return the contracts (`linear` or `inverse`) the account may trade, with its permissions on them."""
        return await self._list(_INSTRUMENTS, {"category": category, "symbol": symbol})

    async def get_fee_rates(
        self, category: str, symbol: str | None = None, *, base_coin: str | None = None
    ) -> list[BybitFeeRate]:
        """Return the account's fee rates of a category, or of one symbol (options: base coin)."""
        parameters = {"category": category, "symbol": symbol, "baseCoin": base_coin}
        return await self._list(_FEE_RATES, parameters)

    async def set_margin_mode(self, mode: str) -> BybitMarginModeChange:
        """Set how the account backs its positions: a word of `MarginMode`; one that is set already is a success."""
        checked("mode", mode, MarginMode)
        request = SetMarginMode(set_margin_mode=mode)
        try:
            return await self._post("/v5/account/set-margin-mode", request, BybitMarginModeChange)
        except BybitApiError as exc:
            if is_already_done(exc.ret_code, exc.ret_msg):
                return BybitMarginModeChange()
            raise

    async def set_spot_hedging(self, *, is_on: bool) -> None:
        """Let spot hedge derivatives in portfolio margin, or not."""
        request = SetHedgingMode(set_hedging_mode="ON" if is_on else "OFF")
        await self._set("/v5/account/set-hedging-mode", request)

    async def set_delta_mode(self, *, is_on: bool) -> None:
        """Let the account be delta neutral in portfolio margin, or not.

        Source: Bybit V5 "Set Delta Neutral Mode".
        """
        request = SetDeltaMode(delta_enable="1" if is_on else "0")
        await self._set("/v5/account/set-delta-mode", request)

    async def set_limit_price_action(self, category: str, *, is_moved: bool) -> None:
        """Let the venue move the price of a limit order that is beyond its limit to it, or refuse the order.

        Parameters
        ----------
        category : str
            `spot`, or `linear` for all contracts.
        is_moved : bool
            Whether the price is moved.

        Notes
        -----
        Source: Bybit V5 "Set Limit Price Behaviour".
        """
        request = SetLimitPriceAction(category=category, modify_enable=is_moved)
        await self._set("/v5/account/set-limit-px-action", request)

    async def get_option_assets(self) -> list[BybitOptionAssets]:
        """Return what the account's options are worth and hold, by base coin.

        Source: Bybit V5 "Get Option Asset Info".
        """
        return await self._list(_OPTION_ASSETS, {})

    async def get_trade_sums(
        self, symbol: str, *, start_ms: int | None = None, end_ms: int | None = None
    ) -> BybitTradeSums:
        """Return the account's fills of a spot pair, summed: over 180 days at most, by default seven.

        Parameters
        ----------
        symbol : str
            The pair.
        start_ms, end_ms : int or None
            Epoch milliseconds.

        Notes
        -----
        Source: Bybit V5 "Get Trade Info For Analysis".
        """
        parameters = {"symbol": symbol, "startTime": start_ms, "endTime": end_ms}
        return await self._get("/v5/account/trade-info-for-analysis", parameters, BybitTradeSums)

    async def apply_demo_money(
        self, amounts: Mapping[str, str] | None = None, *, is_taken: bool = False
    ) -> None:
        """Add coins to a demo account, or take them from it.

        It is sent once, and never repeated; the venue takes one a minute.

        Parameters
        ----------
        amounts : mapping of str to str or None
            Coins, and how many units of them; by default the most the venue gives of each.
        is_taken : bool
            Whether they are taken rather than added.

        Raises
        ------
        BybitConfigError
            If the client is for another environment than `DEMO`; nothing is sent.

        Notes
        -----
        Source: Bybit V5 "Request Demo Trading Funds".
        """
        if self.environment is not BybitEnvironment.DEMO:
            raise BybitConfigError(
                f"apply_demo_money needs environment DEMO; it is {self.environment.name}, whose money it is not."
            )
        coins = [DemoAmount(coin=coin, amount_str=amount) for coin, amount in (amounts or {}).items()]
        request = ApplyDemoMoney(adjust_type=int(is_taken), uta_demo_apply_money=coins or None)
        await self.write("/v5/account/demo-apply-money", request)

    async def get_transaction_log(
        self,
        *,
        account_type: str | None = None,
        category: str | None = None,
        currency: str | None = None,
        base_coin: str | None = None,
        transaction_type: str | None = None,
        transaction_sub_type: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitTransaction]:
        """Return what changed the account's balances, oldest first.

        Parameters
        ----------
        account_type, category, currency, base_coin : str or None
            What to narrow it to.
        transaction_type, transaction_sub_type : str or None
            Such as `TRADE` or `SETTLEMENT`.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the day before the end.
        limit : int or None
            Keep the newest rows only, this many.
        """
        parameters = {
            "accountType": account_type,
            "category": category,
            "currency": currency,
            "baseCoin": base_coin,
            "type": transaction_type,
            "transSubType": transaction_sub_type,
        }
        return await self._history(_TRANSACTIONS, parameters, start_ms, end_ms, limit)
