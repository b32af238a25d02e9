"""Flexible savings and on-chain staking.

Source: Bybit V5 "Get Product Info", "Stake / Redeem", "Get Stake/Redeem Order History", "Get Staked Position",
"Get Yield History", "Get Hourly Yield History", "Get APR History", "Modify Position".
"""

from __future__ import annotations

from nautilus_bybit_adapter.constants import MAX_APR_WINDOW_MS
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.account_requests import ModifyEarnPosition, PlaceEarnOrder
from nautilus_bybit_adapter.wire.earn import (
    BybitEarnApr,
    BybitEarnHourlyYield,
    BybitEarnOrder,
    BybitEarnPosition,
    BybitEarnProduct,
    BybitEarnYield,
)
from nautilus_bybit_adapter.wire.envelope import page_under
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

_PRODUCTS = Listing(path="/v5/earn/product", row_type=BybitEarnProduct, is_private=False)
_ORDERS = Listing(
    path="/v5/earn/order",
    row_type=BybitEarnOrder,
    page_rows=100,
    time_field="created_at",
    key=lambda row: row.order_id,
)
_POSITIONS = Listing(path="/v5/earn/position", row_type=BybitEarnPosition)
_YIELDS = Listing(
    path="/v5/earn/yield",
    row_type=BybitEarnYield,
    page_rows=100,
    time_field="created_at",
    # The venue's table calls it `list`, its example `yield`.
    page_of=page_under("yield", "list"),
)
_HOURLY_YIELDS = Listing(
    path="/v5/earn/hourly-yield", row_type=BybitEarnHourlyYield, page_rows=100, time_field="hourly_date"
)
_APR_HISTORY = Listing(
    path="/v5/earn/apr-history",
    row_type=BybitEarnApr,
    is_private=False,
    span_ms=MAX_APR_WINDOW_MS,
    time_field="timestamp",
)


class EarnMethods(RestReads):
    """Flexible savings and on-chain staking; `category` is `FlexibleSaving` or `OnChain`.

    Histories take `start_ms` and `end_ms` in epoch milliseconds over any span, keep the newest `limit` rows, and
    come oldest first; without a start they hold what the venue gives by itself.
    """

    async def get_earn_products(self, category: str, coin: str | None = None) -> list[BybitEarnProduct]:
        """Return what coins can be put into; public."""
        return await self._list(_PRODUCTS, {"category": category, "coin": coin})

    async def place_earn_order(self, request: PlaceEarnOrder) -> BybitOrderResponse:
        """Stake or redeem; it is sent once, and an unknown outcome is asked for by `get_earn_orders`."""
        return await self._post("/v5/earn/place-order", request, BybitOrderResponse)

    async def get_earn_orders(
        self,
        category: str,
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        product_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitEarnOrder]:
        """Return stakes and redemptions, oldest first; `OnChain` needs one of the ids.

        Parameters
        ----------
        category : str
            `FlexibleSaving` or `OnChain`.
        order_id, order_link_id, product_id : str or None
            What to narrow it to.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest orders only, this many.
        """
        parameters = {
            "category": category,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "productId": product_id,
        }
        return await self._history(_ORDERS, parameters, start_ms, end_ms, limit)

    async def get_earn_positions(
        self, category: str, *, product_id: str | None = None, coin: str | None = None
    ) -> list[BybitEarnPosition]:
        """Return what lies in products; flexible ones are listed with amount 0 when all was redeemed."""
        parameters = {"category": category, "productId": product_id, "coin": coin}
        return await self._list(_POSITIONS, parameters)

    async def get_earn_yield(
        self,
        category: str,
        *,
        product_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitEarnYield]:
        """Return yields that were paid out, oldest first; the venue keeps three months.

        `product_id` narrows flexible savings only.
        """
        parameters = {"category": category, "productId": product_id}
        return await self._history(_YIELDS, parameters, start_ms, end_ms, limit)

    async def get_earn_hourly_yield(
        self,
        *,
        product_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitEarnHourlyYield]:
        """Return the yield of flexible savings by the hour, oldest first."""
        parameters = {"category": "FlexibleSaving", "productId": product_id}
        return await self._history(_HOURLY_YIELDS, parameters, start_ms, end_ms, limit)

    async def get_earn_apr_history(
        self,
        category: str,
        product_id: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitEarnApr]:
        """Return what a product yielded per year, oldest first; public."""
        parameters = {"category": category, "productId": product_id}
        return await self._history(_APR_HISTORY, parameters, start_ms, end_ms, limit)

    async def modify_earn_position(self, product_id: int, position_id: int, *, auto_reinvest: bool) -> None:
        """Let an on-chain position reinvest its yield, or not."""
        request = ModifyEarnPosition(
            product_id=product_id, position_id=position_id, auto_reinvest=int(auto_reinvest)
        )
        await self.write("/v5/earn/position/modify", request)
