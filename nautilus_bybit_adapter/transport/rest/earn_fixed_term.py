"""Savings for a fixed time.

Source: Bybit V5 "Fixed Saving".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.earn_fixed_term import (
    BybitFixedTermOrder,
    BybitFixedTermPosition,
    BybitFixedTermProduct,
    BybitFixedTermRedemption,
)
from nautilus_bybit_adapter.wire.earn_requests import PlaceFixedTermOrder, RedeemFixedTerm, SetAutoInvest
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

_ROOT = "/v5/earn/fixed-term"
_PRODUCTS = Listing(path=f"{_ROOT}/product", row_type=BybitFixedTermProduct, is_private=False)
_POSITIONS = Listing(path=f"{_ROOT}/position", row_type=BybitFixedTermPosition)
_ORDERS = Listing(
    path=f"{_ROOT}/order",
    row_type=BybitFixedTermOrder,
    page_rows=50,
    time_field="created_at",
    key=lambda row: (row.order_id, row.order_type),
)


class FixedTermMethods(RestReads):
    """Savings for a fixed time; `category` is `FixedTermSaving`, `FundPool` or `FundPoolPremium`."""

    async def get_fixed_term_products(self, coin: str | None = None) -> list[BybitFixedTermProduct]:
        """Return what coins can be put into for a fixed time; public.

        Source: Bybit V5 "Fixed Saving: Get Product Info".
        """
        return await self._list(_PRODUCTS, {"coin": coin})

    async def place_fixed_term_order(self, request: PlaceFixedTermOrder) -> BybitOrderResponse:
        """Stake for a fixed time; it is sent once, and an unknown outcome is asked for by `get_fixed_term_orders`.

        Source: Bybit V5 "Fixed Saving: Place Order".
        """
        return await self._post(f"{_ROOT}/place-order", request, BybitOrderResponse)

    async def redeem_fixed_term(self, request: RedeemFixedTerm) -> BybitFixedTermRedemption:
        """Give a stake (of a `FundPool`) back before it matures, once, and return what comes back.

        Source: Bybit V5 "Fixed Saving: Redeem".
        """
        return await self._post(f"{_ROOT}/redeem", request, BybitFixedTermRedemption)

    async def set_fixed_term_auto_invest(
        self, product_id: int, category: str, position_id: int, *, is_on: bool
    ) -> None:
        """Let a stake be bought again when it matures, or not.

        Source: Bybit V5 "Fixed Saving: Set Auto Invest".
        """
        request = SetAutoInvest(
            product_id=product_id,
            category=category,
            position_id=position_id,
            status="Enable" if is_on else "Disable",
        )
        await self._set(f"{_ROOT}/position/auto-invest", request)

    async def get_fixed_term_positions(
        self, *, category: str | None = None, product_id: str | None = None, coin: str | None = None
    ) -> list[BybitFixedTermPosition]:
        """Return the stakes that have not matured; a product id needs its category.

        Source: Bybit V5 "Fixed Saving: Get Position Info".
        """
        parameters = {"category": category, "productId": product_id, "coin": coin}
        return await self._list(_POSITIONS, parameters)

    async def get_fixed_term_orders(
        self,
        *,
        order_id: str | None = None,
        order_type: str | None = None,
        category: str | None = None,
        product_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitFixedTermOrder]:
        """Return stakes and redemptions, oldest first.

        Parameters
        ----------
        order_id, order_type, category, product_id : str or None
            What to narrow it to; a product id needs its category.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start what the venue gives by itself.
        limit : int or None
            Keep the newest rows only, this many.

        Notes
        -----
        Source: Bybit V5 "Fixed Saving: Get Order List".
        """
        parameters = {
            "orderId": order_id,
            "orderType": order_type,
            "category": category,
            "productId": product_id,
        }
        return await self._history(_ORDERS, parameters, start_ms, end_ms, limit)
