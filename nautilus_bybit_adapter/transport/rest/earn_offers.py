"""Coupons, coins that earn while they are held, liquidity mining and dual assets; reading only.

Source: Bybit V5 "Get Coupon List", "Hold to Earn", "Liquidity Mining", "Dual Assets".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.earn_dual import BybitDualOrder, BybitDualPosition, BybitDualProduct
from nautilus_bybit_adapter.wire.earn_liquidity import (
    BybitLiquidityLiquidation,
    BybitLiquidityOrder,
    BybitLiquidityPool,
    BybitLiquidityPosition,
    BybitLiquidityYield,
)
from nautilus_bybit_adapter.wire.earn_offers import (
    BybitEarnCoupons,
    BybitHoldToEarnProduct,
    BybitHoldToEarnYield,
)
from nautilus_bybit_adapter.wire.envelope import page_under

_POOL_ROOT = "/v5/earn/liquidity-mining"
_HOLD_ROOT = "/v5/earn/hold-to-earn"
_QUARTER_MS = 90 * 24 * 3600 * 1000
_HELD = Listing(
    path=f"{_HOLD_ROOT}/product",
    row_type=BybitHoldToEarnProduct,
    is_private=False,
    page_of=page_under("products"),
)
_HELD_YIELDS = Listing(
    path=f"{_HOLD_ROOT}/yield-history",
    row_type=BybitHoldToEarnYield,
    page_rows=49,
    span_ms=_QUARTER_MS,
    time_field="created_at",
    start_name="timeStart",
    end_name="timeEnd",
    tick_ms=1000,
    page_of=page_under("airdropDailyPnls", cursor_name="nextCursor"),
)
_POOLS = Listing(
    path=f"{_POOL_ROOT}/product",
    row_type=BybitLiquidityPool,
    is_private=False,
    page_of=page_under("products"),
)
_POOL_POSITIONS = Listing(
    path=f"{_POOL_ROOT}/position", row_type=BybitLiquidityPosition, page_of=page_under("positions")
)
_POOL_ORDERS = Listing(
    path=f"{_POOL_ROOT}/order",
    row_type=BybitLiquidityOrder,
    page_rows=50,
    time_field="created_time",
    key=lambda row: row.order_id,
    page_of=page_under("orders", "list"),
)
_POOL_YIELDS = Listing(
    path=f"{_POOL_ROOT}/yield-records",
    row_type=BybitLiquidityYield,
    page_rows=50,
    time_field="created_time",
    page_of=page_under("records", "list"),
)
_POOL_LIQUIDATIONS = Listing(
    path=f"{_POOL_ROOT}/liquidation-records",
    row_type=BybitLiquidityLiquidation,
    page_rows=50,
    time_field="liquidation_time",
    page_of=page_under("records", "list"),
)
_ADVANCE_ROOT = "/v5/earn/advance"
_DUAL = {"category": "DualAssets"}
_DUAL_PRODUCTS = Listing(path=f"{_ADVANCE_ROOT}/product", row_type=BybitDualProduct, is_private=False)
_DUAL_POSITIONS = Listing(path=f"{_ADVANCE_ROOT}/position", row_type=BybitDualPosition, page_rows=20)
_DUAL_ORDERS = Listing(
    path=f"{_ADVANCE_ROOT}/order",
    row_type=BybitDualOrder,
    page_rows=20,
    time_field="created_time",
    key=lambda row: row.order_id,
)


class EarnOfferMethods(RestReads):
    """Coupons, coins that earn while they are held, liquidity mining and dual assets; reading only.

    Histories take `start_ms` and `end_ms` in epoch milliseconds over any span, keep the newest `limit` rows, and
    come oldest first; without a start they hold what the venue gives by itself.
    """

    async def get_earn_coupons(self, category: str) -> BybitEarnCoupons:
        """Return the account's coupons for `FlexibleSaving` or `DualAssets`, whether used or not.

        Source: Bybit V5 "Get Coupon List".
        """
        return await self._get("/v5/earn/coupons", {"category": category}, BybitEarnCoupons)

    async def get_hold_to_earn_products(self) -> list[BybitHoldToEarnProduct]:
        """Return the coins that earn while they are held; public.

        Source: Bybit V5 "Hold to Earn: Get Airdrop Products".
        """
        return await self._list(_HELD, {})

    async def get_hold_to_earn_yield(
        self, *, start_ms: int | None = None, end_ms: int | None = None, limit: int | None = None
    ) -> list[BybitHoldToEarnYield]:
        """Return what holding coins earned by the day, oldest first; the venue keeps three months.

        Source: Bybit V5 "Hold to Earn: Get Airdrop Daily PnL Records".
        """
        return await self._history(_HELD_YIELDS, {}, start_ms, end_ms, limit)

    async def get_liquidity_pools(
        self, *, base_coin: str | None = None, quote_coin: str | None = None
    ) -> list[BybitLiquidityPool]:
        """Return the pools of liquidity mining; public.

        Source: Bybit V5 "Liquidity Mining: Get Product Info".
        """
        return await self._list(_POOLS, {"baseCoin": base_coin, "quoteCoin": quote_coin})

    async def get_liquidity_positions(
        self, *, product_id: str | None = None, base_coin: str | None = None
    ) -> list[BybitLiquidityPosition]:
        """Return what the account has in pools.

        Source: Bybit V5 "Liquidity Mining: Get Position Info".
        """
        return await self._list(_POOL_POSITIONS, {"productId": product_id, "baseCoin": base_coin})

    async def get_liquidity_orders(
        self,
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        product_id: str | None = None,
        order_type: str | None = None,
        status: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitLiquidityOrder]:
        """Return liquidity that was added and removed, oldest first.

        Source: Bybit V5 "Liquidity Mining: Get Order Info".
        """
        parameters = {
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "productId": product_id,
            "orderType": order_type,
            "status": status,
        }
        return await self._history(_POOL_ORDERS, parameters, start_ms, end_ms, limit)

    async def get_liquidity_yield(
        self,
        *,
        base_coin: str | None = None,
        quote_coin: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitLiquidityYield]:
        """Return yields of pools that were claimed, oldest first.

        Source: Bybit V5 "Liquidity Mining: Get Yield Records".
        """
        parameters = {"baseCoin": base_coin, "quoteCoin": quote_coin}
        return await self._history(_POOL_YIELDS, parameters, start_ms, end_ms, limit)

    async def get_liquidity_liquidations(
        self,
        *,
        base_coin: str | None = None,
        quote_coin: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitLiquidityLiquidation]:
        """Return positions in pools that were liquidated, oldest first.

        Source: Bybit V5 "Liquidity Mining: Get Liquidation Records".
        """
        parameters = {"baseCoin": base_coin, "quoteCoin": quote_coin}
        return await self._history(_POOL_LIQUIDATIONS, parameters, start_ms, end_ms, limit)

    async def get_dual_products(
        self, coin: str | None = None, *, duration: str | None = None
    ) -> list[BybitDualProduct]:
        """Return the dual assets, of all coins and terms (such as `1d`) or of one; public.

        Source: Bybit V5 "Dual Assets: Get Product Info".
        """
        return await self._list(_DUAL_PRODUCTS, {**_DUAL, "coin": coin, "duration": duration})

    async def get_dual_positions(
        self, *, product_id: str | None = None, coin: str | None = None
    ) -> list[BybitDualPosition]:
        """Return what the account has in dual assets.

        Source: Bybit V5 "Dual Assets: Get Position Info".
        """
        return await self._list(_DUAL_POSITIONS, {**_DUAL, "productId": product_id, "coin": coin})

    async def get_dual_orders(
        self,
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        product_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitDualOrder]:
        """Return the dual assets that were bought, oldest first.

        Source: Bybit V5 "Dual Assets: Get Order Info".
        """
        parameters = {
            **_DUAL,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "productId": product_id,
        }
        return await self._history(_DUAL_ORDERS, parameters, start_ms, end_ms, limit)
