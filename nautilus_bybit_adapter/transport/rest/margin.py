"""Spot trading with borrowed coins.

Source: Bybit V5 "Spot Margin Trade (UTA)".
"""

from __future__ import annotations

from nautilus_bybit_adapter.constants import MAX_STATISTICS_WINDOW_MS
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.account_requests import SetAutoRepay, SetSpotMarginLeverage, SwitchSpotMargin
from nautilus_bybit_adapter.wire.envelope import page_under
from nautilus_bybit_adapter.wire.spot_margin import (
    BybitAutoRepay,
    BybitCoinLeverage,
    BybitCollateralTiers,
    BybitInterestRate,
    BybitLoanTerms,
    BybitLoanTiers,
    BybitMaxBorrowable,
    BybitRepayable,
    BybitSpotMarginLiability,
    BybitSpotMarginState,
    BybitSpotMarginSwitch,
    BybitSpotMarginTerms,
)

_ROOT = "/v5/spot-margin-trade"
_TERMS = Listing(
    path=f"{_ROOT}/data",
    row_type=BybitSpotMarginTerms,
    is_private=False,
    page_of=page_under("vipCoinList"),
)
_TIERS = Listing(path=f"{_ROOT}/collateral", row_type=BybitCollateralTiers, is_private=False)
_INTEREST_RATES = Listing(
    path=f"{_ROOT}/interest-rate-history",
    row_type=BybitInterestRate,
    span_ms=MAX_STATISTICS_WINDOW_MS,
    time_field="timestamp",
)
_LOAN_TERMS = Listing(path=f"{_ROOT}/currency-data", row_type=BybitLoanTerms)
_LOAN_TIERS = Listing(path=f"{_ROOT}/position-tiers", row_type=BybitLoanTiers)
_COIN_LEVERAGES = Listing(path=f"{_ROOT}/coinstate", row_type=BybitCoinLeverage)
_read_auto_repay = page_under("data")
_AUTO_REPAY = Listing(path=f"{_ROOT}/get-auto-repay-mode", row_type=BybitAutoRepay, page_of=_read_auto_repay)


class SpotMarginMethods(RestReads):
    """Spot trading with borrowed coins."""

    async def get_spot_margin_state(self) -> BybitSpotMarginState:
        """Return whether spot may borrow, and at what leverage."""
        return await self._get(f"{_ROOT}/state", {}, BybitSpotMarginState)

    async def switch_spot_margin(self, *, is_on: bool) -> BybitSpotMarginSwitch:
        """Let spot borrow, or not, and return the state."""
        request = SwitchSpotMargin(spot_margin_mode="1" if is_on else "0")
        return await self._post(f"{_ROOT}/switch-mode", request, BybitSpotMarginSwitch)

    async def set_spot_margin_leverage(self, leverage: str, currency: str | None = None) -> None:
        """Set the leverage of spot, a multiple from 2 to 10: of a coin or of all."""
        request = SetSpotMarginLeverage(leverage=leverage, currency=currency)
        await self._set(f"{_ROOT}/set-leverage", request)

    async def get_spot_margin_terms(
        self, *, vip_level: str | None = None, currency: str | None = None
    ) -> list[BybitSpotMarginTerms]:
        """Return the terms of coins by VIP level; public."""
        return await self._list(_TERMS, {"vipLevel": vip_level, "currency": currency})

    async def get_collateral_tiers(self, currency: str | None = None) -> list[BybitCollateralTiers]:
        """Return how much of a coin's value backs loans, by the size of the holding; public."""
        return await self._list(_TIERS, {"currency": currency})

    async def get_interest_rate_history(
        self,
        currency: str,
        *,
        vip_level: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitInterestRate]:
        """Return the hourly interest rates of a coin, oldest first.

        Parameters
        ----------
        currency : str
            The coin.
        vip_level : str or None
            By default the account's.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Neither for the venue's latest values.
        limit : int or None
            Keep the newest rows only, this many.
        """
        if start_ms is None and end_ms is not None:
            # The venue takes both or none.
            start_ms = end_ms - MAX_STATISTICS_WINDOW_MS
        parameters = {"currency": currency, "vipLevel": vip_level}
        return await self._history(_INTEREST_RATES, parameters, start_ms, end_ms, limit)

    async def get_spot_margin_liability(self, currency: str) -> BybitSpotMarginLiability:
        """Return what the account owes of a coin, and for what.

        Source: Bybit V5 "Get Liability".
        """
        return await self._get(f"{_ROOT}/liability", {"currency": currency}, BybitSpotMarginLiability)

    async def get_loan_terms(self, currency: str | None = None) -> list[BybitLoanTerms]:
        """Return what can be borrowed by hand, of all coins or one, and how finely.

        Source: Bybit V5 "Get Currency Data".
        """
        return await self._list(_LOAN_TERMS, {"currency": currency})

    async def get_loan_tiers(self, currency: str | None = None) -> list[BybitLoanTiers]:
        """Return the margins a loan takes by its size, of all coins or one.

        Source: Bybit V5 "Get Position Tiers".
        """
        return await self._list(_LOAN_TIERS, {"currency": currency})

    async def get_max_borrowable(self, currency: str) -> BybitMaxBorrowable:
        """Return how much of a coin can be borrowed now."""
        return await self._get(f"{_ROOT}/max-borrowable", {"currency": currency}, BybitMaxBorrowable)

    async def get_coin_leverages(self, currency: str | None = None) -> list[BybitCoinLeverage]:
        """Return the leverage of all coins, or of one."""
        return await self._list(_COIN_LEVERAGES, {"currency": currency})

    async def get_repayable(self, currency: str) -> BybitRepayable:
        """Return how much of a debt can be repaid without a conversion."""
        path = f"{_ROOT}/repayment-available-amount"
        return await self._get(path, {"currency": currency}, BybitRepayable)

    async def get_auto_repay(self, currency: str | None = None) -> list[BybitAutoRepay]:
        """Return whether the venue repays by itself: all coins, or one."""
        return await self._list(_AUTO_REPAY, {"currency": currency})

    async def set_auto_repay(self, *, is_on: bool, currency: str | None = None) -> list[BybitAutoRepay]:
        """Let the venue repay a coin, or all, by itself, or not, and return what is set."""
        request = SetAutoRepay(auto_repay_mode="1" if is_on else "0", currency=currency)
        return await self._post_list(
            f"{_ROOT}/set-auto-repay-mode", request, BybitAutoRepay, _read_auto_repay
        )
