"""What came into the account and left it: deposits, withdrawals, deliveries, settlements, the funding wallet.

All of it is reading. A withdrawal is deliberately not offered: a program that trades has no business to send
coins away, and its key should not be able to.

Source: Bybit V5 "Get Deposit Records (on-chain)", "Get Internal Deposit Records (off-chain)",
"Get Master Deposit Address", "Get Withdrawal Records", "Get Delivery Record", "Get USDC Session Settlement",
"Get Funding Account Transaction History".
"""

from __future__ import annotations

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS, MAX_STATISTICS_WINDOW_MS
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.asset_records import (
    BybitDelivery,
    BybitDeposit,
    BybitDepositAddress,
    BybitFundingEntry,
    BybitInternalDeposit,
    BybitSettlement,
    BybitWithdrawal,
)
from nautilus_bybit_adapter.wire.envelope import page_under

_read_rows = page_under("rows")
# The venue takes less than thirty days here, and counts in seconds.
_MOVES_SPAN_MS = MAX_STATISTICS_WINDOW_MS - 1000
_DEPOSITS = Listing(
    path="/v5/asset/deposit/query-record",
    row_type=BybitDeposit,
    page_rows=50,
    span_ms=_MOVES_SPAN_MS,
    time_field="success_at",
    page_of=_read_rows,
)
_INTERNAL_DEPOSITS = Listing(
    path="/v5/asset/deposit/query-internal-record",
    row_type=BybitInternalDeposit,
    page_rows=50,
    span_ms=_MOVES_SPAN_MS,
    time_field="created_time",
    page_of=_read_rows,
)
_WITHDRAWALS = Listing(
    path="/v5/asset/withdraw/query-record",
    row_type=BybitWithdrawal,
    page_rows=50,
    span_ms=_MOVES_SPAN_MS,
    time_field="create_time",
    key=lambda row: row.withdraw_id,
    page_of=_read_rows,
)
_DELIVERIES = Listing(
    path="/v5/asset/delivery-record",
    row_type=BybitDelivery,
    page_rows=50,
    span_ms=MAX_STATISTICS_WINDOW_MS,
    time_field="delivery_time",
)
_SETTLEMENTS = Listing(
    path="/v5/asset/settlement-record",
    row_type=BybitSettlement,
    page_rows=50,
    span_ms=MAX_STATISTICS_WINDOW_MS,
    time_field="created_time",
)
_FUNDING_HISTORY = Listing(
    path="/v5/asset/fundinghistory",
    row_type=BybitFundingEntry,
    page_rows=100,
    time_field="create_time",
    start_name="createTimeFrom",
    end_name="createTimeTo",
    tick_ms=1000,
)


class AssetRecordMethods(RestReads):
    """Deposits, withdrawals, deliveries, settlements and the funding wallet's history; reading only.

    Histories take `start_ms` and `end_ms` in epoch milliseconds over any span, keep the newest `limit` rows, and
    come oldest first; without a start they hold the thirty days before the end, of the funding wallet seven.
    """

    async def get_deposits(
        self,
        coin: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitDeposit]:
        """Return deposits from chains, of all coins or one, oldest first.

        Source: Bybit V5 "Get Deposit Records (on-chain)".
        """
        return await self._history(_DEPOSITS, {"coin": coin}, start_ms, end_ms, limit)

    async def get_internal_deposits(
        self,
        coin: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitInternalDeposit]:
        """Return deposits from other users of the venue, of all coins or one, oldest first.

        Source: Bybit V5 "Get Internal Deposit Records (off-chain)".
        """
        return await self._history(_INTERNAL_DEPOSITS, {"coin": coin}, start_ms, end_ms, limit)

    async def get_deposit_address(self, coin: str, chain_type: str | None = None) -> BybitDepositAddress:
        """Return where a coin can be sent to, on all its chains or on one.

        Source: Bybit V5 "Get Master Deposit Address".
        """
        parameters = {"coin": coin, "chainType": chain_type}
        return await self._get("/v5/asset/deposit/query-address", parameters, BybitDepositAddress)

    async def get_withdrawals(
        self,
        coin: str | None = None,
        *,
        withdraw_id: str | None = None,
        withdraw_type: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitWithdrawal]:
        """Return withdrawals, oldest first.

        Parameters
        ----------
        coin, withdraw_id : str or None
            What to narrow it to.
        withdraw_type : int or None
            0 (default) on chains, 1 to users of the venue, 2 both.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the thirty days before the end.
        limit : int or None
            Keep the newest rows only, this many.

        Notes
        -----
        Source: Bybit V5 "Get Withdrawal Records".
        """
        parameters = {"coin": coin, "withdrawID": withdraw_id, "withdrawType": withdraw_type}
        return await self._history(_WITHDRAWALS, parameters, start_ms, end_ms, limit)

    async def get_deliveries(
        self,
        category: str,
        symbol: str | None = None,
        *,
        expiry_date: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitDelivery]:
        """Return positions that ended with their contract, oldest first.

        Parameters
        ----------
        category : str
            `linear`, `inverse` or `option`.
        symbol, expiry_date : str or None
            What to narrow it to; the date as in a symbol, such as `25MAR26`.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the thirty days before the end.
        limit : int or None
            Keep the newest rows only, this many.

        Notes
        -----
        Source: Bybit V5 "Get Delivery Record".
        """
        parameters = {"category": category, "symbol": symbol, "expDate": expiry_date}
        return await self._history(_DELIVERIES, parameters, start_ms, end_ms, limit)

    async def get_settlements(
        self,
        category: str,
        symbol: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitSettlement]:
        """Return the sessions' settlements of USDC contracts (`linear`), oldest first.

        Source: Bybit V5 "Get USDC Session Settlement".
        """
        parameters = {"category": category, "symbol": symbol}
        return await self._history(_SETTLEMENTS, parameters, start_ms, end_ms, limit)

    async def get_funding_wallet_history(
        self,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitFundingEntry]:
        """Return what changed the funding wallet, oldest first.

        Source: Bybit V5 "Get Funding Account Transaction History".
        """
        if start_ms is None and end_ms is not None:
            # The venue takes both or none.
            start_ms = end_ms - MAX_HISTORY_WINDOW_MS
        return await self._history(_FUNDING_HISTORY, {}, start_ms, end_ms, limit)
