"""Conversions of one coin into another at a quoted rate.

Source: Bybit V5 "Get Convert Coin List", "Request a Quote", "Confirm a Quote", "Get Convert Status",
"Get Convert History".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.transport.paging import Listing, check_limit
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.asset_requests import ExecuteConversion, RequestConvertQuote
from nautilus_bybit_adapter.wire.convert import (
    BybitConversion,
    BybitConvertCoin,
    BybitConvertExecution,
    BybitConvertQuote,
)
from nautilus_bybit_adapter.wire.envelope import page_under

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = "/v5/asset/exchange"
_PAGE_ROWS = 100
_COINS = Listing(path=f"{_ROOT}/query-coin-list", row_type=BybitConvertCoin, page_of=page_under("coins"))
_CONVERSIONS = Listing(path=f"{_ROOT}/query-convert-history", row_type=BybitConversion, page_rows=_PAGE_ROWS)


class _Found(msgspec.Struct, frozen=True):
    result: BybitConversion


class ConvertMethods(RestReads):
    """Conversions of one coin into another.

    The wallet is `eb_convert_uta` for the unified account and `eb_convert_funding` for the funding wallet.
    """

    async def get_convert_coins(
        self, account_type: str, coin: str | None = None, *, side: int | None = None
    ) -> list[BybitConvertCoin]:
        """Return the coins that can be converted.

        Parameters
        ----------
        account_type : str
            The wallet.
        coin : str or None
            With `side` 1, the coin to convert from.
        side : int or None
            0 (default) for coins to convert from, 1 for those to convert into.

        Notes
        -----
        Source: Bybit V5 "Get Convert Coin List".
        """
        return await self._list(_COINS, {"accountType": account_type, "coin": coin, "side": side})

    async def request_convert_quote(self, request: RequestConvertQuote) -> BybitConvertQuote:
        """Return a rate the venue stands by for some seconds; nothing is converted yet.

        Source: Bybit V5 "Request a Quote".
        """
        return await self._post(f"{_ROOT}/quote-apply", request, BybitConvertQuote)

    async def execute_conversion(self, quote_tx_id: str) -> BybitConvertExecution:
        """Carry a quote out.

        It is sent once: a quote is carried out once at most, and after an error whose `outcome` is unknown
        `get_conversion` tells what became of it.

        Source: Bybit V5 "Confirm a Quote".
        """
        request = ExecuteConversion(quote_tx_id=quote_tx_id)
        return await self._post(f"{_ROOT}/convert-execute", request, BybitConvertExecution)

    async def get_conversion(self, account_type: str, quote_tx_id: str) -> BybitConversion:
        """Return what became of a quote.

        Source: Bybit V5 "Get Convert Status".
        """
        parameters = {"accountType": account_type, "quoteTxId": quote_tx_id}
        return (await self._get(f"{_ROOT}/convert-result-query", parameters, _Found)).result

    async def get_conversions(
        self, account_types: Sequence[str] = (), limit: int | None = None
    ) -> list[BybitConversion]:
        """Return what was converted, newest first.

        Parameters
        ----------
        account_types : sequence of str
            The wallets; by default all.
        limit : int or None
            The newest rows only, this many.

        Notes
        -----
        Source: Bybit V5 "Get Convert History".
        """
        check_limit(limit)
        found: list[BybitConversion] = []
        wallets = ",".join(account_types) or None
        number, is_last = 1, False
        # The venue numbers these pages, of a list that grows at its front: a row may come again.
        while not is_last and (limit is None or len(found) < limit):
            page = await self._list(_CONVERSIONS, {"accountType": wallets, "index": number})
            known = {row.exchange_tx_id for row in found}
            found += [row for row in page if row.exchange_tx_id not in known]
            number, is_last = number + 1, len(page) < _PAGE_ROWS
        return found[:limit]
