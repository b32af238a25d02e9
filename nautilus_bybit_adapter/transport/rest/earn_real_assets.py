"""Shares of assets of the real world.

Source: Bybit V5 "RWA".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.earn_real_assets import (
    BybitNav,
    BybitRealAsset,
    BybitRealAssetOrder,
    BybitRealAssetPosition,
)
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.earn_requests import PlaceRealAssetOrder

_ROOT = "/v5/earn/rwa"
# The venue's longest window, which counts its last second whole.
_HALF_YEAR_MS = (180 * 24 * 3600 - 1) * 1000
_ASSETS = Listing(path=f"{_ROOT}/product", row_type=BybitRealAsset, is_private=False)
_POSITIONS = Listing(path=f"{_ROOT}/position", row_type=BybitRealAssetPosition)
_ORDERS = Listing(
    path=f"{_ROOT}/order",
    row_type=BybitRealAssetOrder,
    page_rows=50,
    span_ms=_HALF_YEAR_MS,
    time_field="created_time",
    key=lambda row: row.order_id,
    tick_ms=1000,
)
_NAVS = Listing(
    path=f"{_ROOT}/nav-chart",
    row_type=BybitNav,
    is_private=False,
    span_ms=_HALF_YEAR_MS,
    time_field="timestamp",
    tick_ms=1000,
)


class RealAssetMethods(RestReads):
    """Shares of assets of the real world.

    Histories take `start_ms` and `end_ms` in epoch milliseconds, of the last 180 days, and come oldest first;
    without a start they hold the seven days before the end.
    """

    async def get_real_assets(self, coin: str | None = None) -> list[BybitRealAsset]:
        """Return the assets to buy shares of; public.

        Source: Bybit V5 "RWA: Get Product Info".
        """
        return await self._list(_ASSETS, {"coin": coin})

    async def place_real_asset_order(self, request: PlaceRealAssetOrder) -> BybitOrderResponse:
        """Buy shares or give them back; sent once, and an unknown outcome is asked for by `get_real_asset_orders`.

        Source: Bybit V5 "RWA: Place Order".
        """
        return await self._post(f"{_ROOT}/place-order", request, BybitOrderResponse)

    async def get_real_asset_positions(self) -> list[BybitRealAssetPosition]:
        """Return the account's shares.

        Source: Bybit V5 "RWA: Get Position Info".
        """
        return await self._list(_POSITIONS, {})

    async def get_real_asset_orders(
        self,
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_type: str | None = None,
        product_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitRealAssetOrder]:
        """Return what was bought and given back, oldest first.

        Source: Bybit V5 "RWA: Get Order List".
        """
        parameters = {
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "orderType": order_type,
            "productId": product_id,
        }
        return await self._history(_ORDERS, parameters, start_ms, end_ms, limit)

    async def get_real_asset_navs(
        self,
        product_id: int,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitNav]:
        """Return what a share was worth, oldest first; public.

        Source: Bybit V5 "RWA: Get NAV Chart".
        """
        return await self._history(_NAVS, {"productId": product_id}, start_ms, end_ms, limit)
