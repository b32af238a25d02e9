"""Loans and collateral of the unified account.

Source: Bybit V5 "Manual Borrow", "Manual Repay", "Manual Repay Without Asset Conversion", "Repay Liability",
"Get Borrow History", "Get Collateral Info", "Set Collateral Coin", "Batch Set Collateral Coin".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.constants import MAX_STATISTICS_WINDOW_MS
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.account_requests import Borrow, Repay, SetCollateral, SetCollaterals
from nautilus_bybit_adapter.wire.loans import (
    BybitBorrowed,
    BybitBorrowRecord,
    BybitCollateral,
    BybitCollateralSwitch,
    BybitRepaidLiability,
    BybitRepayment,
    BybitRepaymentInfo,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_BORROW_HISTORY = Listing(
    path="/v5/account/borrow-history",
    row_type=BybitBorrowRecord,
    page_rows=50,
    span_ms=MAX_STATISTICS_WINDOW_MS,
    time_field="created_time",
)
_COLLATERAL = Listing(path="/v5/account/collateral-info", row_type=BybitCollateral)


class LoanMethods(RestReads):
    """Loans and collateral of the unified account. A loan or a repayment is sent once, and never repeated."""

    async def borrow(self, coin: str, amount: str) -> BybitBorrowed:
        """Borrow an amount (in units of the coin) at the variable rate."""
        return await self._post("/v5/account/borrow", Borrow(coin=coin, amount=amount), BybitBorrowed)

    async def repay(
        self,
        coin: str | None = None,
        amount: str | None = None,
        *,
        repayment_type: str | None = None,
        may_convert: bool = True,
    ) -> BybitRepayment:
        """Repay a loan.

        Parameters
        ----------
        coin : str or None
            The coin owed, or all of them; needed where nothing may be converted.
        amount : str or None
            In units of the coin; all of the debt where none is given.
        repayment_type : str or None
            `FLEXIBLE` (default), `FIXED` or `ALL`.
        may_convert : bool
            Whether the venue may sell other coins for it.

        Notes
        -----
        The venue refuses repayments while it settles interest.
        """
        path = "/v5/account/repay" if may_convert else "/v5/account/no-convert-repay"
        request = Repay(coin=coin, amount=amount, repayment_type=repayment_type)
        return await self._post(path, request, BybitRepayment)

    async def get_repayment_info(self, coin: str | None = None) -> BybitRepaymentInfo:
        """Return what is owed, of a coin or of all, and what it could be repaid with.

        Source: Bybit V5 "Get Pay Info".
        """
        return await self._get("/v5/account/pay-info", {"coin": coin}, BybitRepaymentInfo)

    async def repay_liabilities(self, coin: str | None = None) -> list[BybitRepaidLiability]:
        """Repay as much of a coin's debt, or of all debts, as the account can, and return what was repaid."""
        return await self._post_list("/v5/account/quick-repayment", Repay(coin=coin), BybitRepaidLiability)

    async def get_borrow_history(
        self,
        currency: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitBorrowRecord]:
        """Return interest by the hour, oldest first.

        Parameters
        ----------
        currency : str or None
            One coin only.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the thirty days before the end.
        limit : int or None
            Keep the newest rows only, this many.
        """
        return await self._history(_BORROW_HISTORY, {"currency": currency}, start_ms, end_ms, limit)

    async def get_collateral_info(self, currency: str | None = None) -> list[BybitCollateral]:
        """Return all coins, or one, as collateral and as loans."""
        return await self._list(_COLLATERAL, {"currency": currency})

    async def set_collateral(self, coin: str, *, is_on: bool) -> None:
        """Let a coin back positions, or not; USDT and USDC always do."""
        request = SetCollateral(coin=coin, collateral_switch="ON" if is_on else "OFF")
        await self._set("/v5/account/set-collateral-switch", request)

    async def set_collaterals(self, switches: Mapping[str, bool]) -> list[BybitCollateralSwitch]:
        """Let each of several coins back positions, or not, and return what is set.

        Parameters
        ----------
        switches : mapping of str to bool
            Coins, and whether they back positions.

        Notes
        -----
        Source: Bybit V5 "Batch Set Collateral Coin".
        """
        request = SetCollaterals(
            request=[
                SetCollateral(coin=coin, collateral_switch="ON" if is_on else "OFF")
                for coin, is_on in switches.items()
            ]
        )
        return await self._post_list(
            "/v5/account/set-collateral-switch-batch", request, BybitCollateralSwitch
        )
