"""The venue's own token that earns while it backs positions.

Source: Bybit V5 "BYUSDT".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.earn_token import (
    BybitTokenApr,
    BybitTokenHourlyYield,
    BybitTokenOrder,
    BybitTokenPosition,
    BybitTokenProduct,
    BybitTokenYield,
)
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.earn_requests import PlaceTokenOrder

_ROOT = "/v5/earn/token"
_COIN = "BYUSDT"  # the only token there is
# The venue's longest window, which counts its last second whole.
_YEAR_MS = (365 * 24 * 3600 - 1) * 1000
_ORDERS = Listing(
    path=f"{_ROOT}/order",
    row_type=BybitTokenOrder,
    page_rows=100,
    span_ms=_YEAR_MS,
    time_field="created_time",
    key=lambda row: row.order_id,
    tick_ms=1000,
)
_YIELDS = Listing(
    path=f"{_ROOT}/yield",
    row_type=BybitTokenYield,
    page_rows=100,
    span_ms=_YEAR_MS,
    time_field="created_time",
    tick_ms=1000,
)
_HOURLY_YIELDS = Listing(
    path=f"{_ROOT}/hourly-yield",
    row_type=BybitTokenHourlyYield,
    page_rows=100,
    span_ms=_YEAR_MS,
    time_field="hourly_date",
    tick_ms=1000,
)
_APR_HISTORY = Listing(path=f"{_ROOT}/history-apr", row_type=BybitTokenApr, is_private=False)


class EarnTokenMethods(RestReads):
    """The venue's token; `coin` is `BYUSDT`, the only one there is.

    Histories take `start_ms` and `end_ms` in epoch milliseconds over any span, keep the newest `limit` rows, and
    come oldest first; without a start they hold the year before the end.
    """

    async def get_earn_token(self, coin: str = _COIN) -> BybitTokenProduct:
        """Return the token and what of it can be minted; what the account could do is left out without a key.

        Source: Bybit V5 "BYUSDT: Get Product Info".
        """
        path = f"{_ROOT}/product"
        return await self._get(path, {"coin": coin}, BybitTokenProduct, is_private=self.has_credentials)

    async def place_earn_token_order(self, request: PlaceTokenOrder) -> BybitOrderResponse:
        """Mint or redeem; it is sent once, and an unknown outcome is asked for by `get_earn_token_orders`.

        Source: Bybit V5 "BYUSDT: Place Order".
        """
        return await self._post(f"{_ROOT}/place-order", request, BybitOrderResponse)

    async def get_earn_token_position(self, coin: str = _COIN) -> BybitTokenPosition:
        """Return what the account has of the token, and what that earned.

        Source: Bybit V5 "BYUSDT: Get Position Info".
        """
        return await self._get(f"{_ROOT}/position", {"coin": coin}, BybitTokenPosition)

    async def get_earn_token_orders(
        self,
        coin: str = _COIN,
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_type: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitTokenOrder]:
        """Return what was minted and redeemed, oldest first.

        Source: Bybit V5 "BYUSDT: Get Order List".
        """
        parameters = {
            "coin": coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "orderType": order_type,
        }
        return await self._history(_ORDERS, parameters, start_ms, end_ms, limit)

    async def get_earn_token_yield(
        self,
        coin: str = _COIN,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitTokenYield]:
        """Return what the token earned by the day, oldest first.

        Source: Bybit V5 "BYUSDT: Get Daily Yield".
        """
        return await self._history(_YIELDS, {"coin": coin}, start_ms, end_ms, limit)

    async def get_earn_token_hourly_yield(
        self,
        coin: str = _COIN,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitTokenHourlyYield]:
        """Return what the token earned by the hour, oldest first.

        Source: Bybit V5 "BYUSDT: Get Hourly Yield".
        """
        return await self._history(_HOURLY_YIELDS, {"coin": coin}, start_ms, end_ms, limit)

    async def get_earn_token_apr_history(
        self, coin: str = _COIN, *, days_range: int = 1
    ) -> list[BybitTokenApr]:
        """Return what the token yielded per year by the day, newest first; public.

        Parameters
        ----------
        coin : str
            The token.
        days_range : int
            1 for seven days, 2 for thirty, 3 for 180.

        Notes
        -----
        Source: Bybit V5 "BYUSDT: Get APR History".
        """
        return await self._list(_APR_HISTORY, {"coin": coin, "range": days_range})
