"""Orders and executions.

Source: Bybit V5 "Place Order", "Amend Order", "Cancel Order", "Cancel All Orders", "Get Open & Closed Orders",
"Get Order History", "Get Trade History", "Pre Check Order", "Get Borrow Quota (Spot)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.option_coins import OptionCoins
from nautilus_bybit_adapter.transport.rest.reads import of_category
from nautilus_bybit_adapter.wire.orders import (
    BybitBorrowQuota,
    BybitExecution,
    BybitOrder,
    BybitOrderPrecheck,
    BybitOrderResponse,
)

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelAllOrders, CancelOrder, PlaceOrder

_OPEN_ORDERS = Listing(path="/v5/order/realtime", row_type=BybitOrder, page_rows=50)
_ORDER_HISTORY = Listing(
    path="/v5/order/history",
    row_type=BybitOrder,
    page_rows=50,
    time_field="created_time",
    key=lambda row: row.order_id,
)
_EXECUTIONS = Listing(
    path="/v5/execution/list",
    row_type=BybitExecution,
    page_rows=100,
    time_field="exec_time",
    # Both sides of a trade with oneself carry the same execId.
    key=lambda row: (row.exec_id, row.order_id),
)


class TradeMethods(OptionCoins):
    """Orders and executions. What creates, amends or cancels is sent once, and never repeated."""

    async def place_order(self, request: PlaceOrder) -> BybitOrderResponse:
        """Create an order; see `OrderEntry`."""
        return await self._post("/v5/order/create", request, BybitOrderResponse)

    async def amend_order(self, request: AmendOrder) -> BybitOrderResponse:
        """Change an order; see `OrderEntry`."""
        return await self._post("/v5/order/amend", request, BybitOrderResponse)

    async def cancel_order(self, request: CancelOrder) -> BybitOrderResponse:
        """Cancel an order; see `OrderEntry`."""
        return await self._post("/v5/order/cancel", request, BybitOrderResponse)

    async def cancel_all_orders(self, request: CancelAllOrders) -> list[BybitOrderResponse]:
        """Cancel all orders the request covers, and return their ids; none to cancel is no error.

        Of contracts the venue cancels up to 500 orders at a time: ask again while ids come.
        """
        return await self._post_list("/v5/order/cancel-all", request, BybitOrderResponse)

    async def precheck_order(self, request: PlaceOrder) -> BybitOrderPrecheck:
        """Return the margin rates before and after an order without creating it.

        Cross and portfolio margin only (inverse: portfolio only), and no conditional orders.
        """
        return await self._post("/v5/order/pre-check", request, BybitOrderPrecheck)

    async def get_borrow_quota(self, symbol: str, side: str) -> BybitBorrowQuota:
        """Return how much of a spot pair can be traded with a loan; `side` is a word of `Side`."""
        parameters = {"category": "spot", "symbol": symbol, "side": side}
        return await self._get("/v5/order/spot-borrow-check", parameters, BybitBorrowQuota)

    async def get_open_orders(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        base_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_filter: str | None = None,
        open_only: int | None = None,
    ) -> list[BybitOrder]:
        """Return open orders, conditional ones included, newest first; linear needs a symbol or a coin.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol, settle_coin, base_coin, order_id, order_link_id : str or None
            What to narrow it to. With an id, an order closed lately is found too.
        order_filter : str or None
            `Order`, `StopOrder` or `tpslOrder`; by default all kinds.
        open_only : int or None
            0 (default) for open orders, 1 for up to 500 closed lately.

        Raises
        ------
        BybitDecodeError
            If a row cannot be read: an order is never left out.
        BybitError
            If any page fails.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "baseCoin": base_coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "orderFilter": order_filter,
            "openOnly": open_only,
        }
        return of_category(category, await self._list(_OPEN_ORDERS, parameters))

    async def get_order_history(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        base_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_filter: str | None = None,
        order_status: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitOrder]:
        """Return closed orders once each, oldest first; cancelled ones without fills are kept for a day.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol, settle_coin, base_coin, order_id, order_link_id, order_filter, order_status : str or None
            What to narrow it to.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest orders only, this many.

        Raises
        ------
        BybitDecodeError
            If a row cannot be read: an order is never left out.
        BybitError
            If any page of any window fails.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "baseCoin": base_coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "orderFilter": order_filter,
            "orderStatus": order_status,
        }
        rows = await self._history(_ORDER_HISTORY, parameters, start_ms, end_ms, limit)
        return of_category(category, rows)

    async def get_executions(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        base_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        exec_type: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitExecution]:
        """Return executions once each, oldest first, funding rows included; see `exec_type`.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol, settle_coin, base_coin, order_id, order_link_id, exec_type : str or None
            What to narrow it to. The venue lists options by base coin: without one, each coin is asked for.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest executions only, this many.

        Raises
        ------
        BybitDecodeError
            If a row cannot be read: an execution is never left out.
        BybitError
            If any page of any window fails.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "execType": exec_type,
        }

        async def read(coin: str | None) -> list[BybitExecution]:
            asked = {**parameters, "baseCoin": coin}
            return await self._history(_EXECUTIONS, asked, start_ms, end_ms, limit)

        if category == "option" and not (symbol or base_coin or order_id or order_link_id):
            rows = await self._of_every_coin(read)
            rows.sort(key=lambda row: (len(row.exec_time), row.exec_time))
            rows = rows if limit is None else rows[-limit:]
        else:
            rows = await read(base_coin)
        return of_category(category, rows)
