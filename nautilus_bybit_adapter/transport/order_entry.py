"""Sending orders, whichever way they travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nautilus_bybit_adapter.transport.batches import BatchOutcome
    from nautilus_bybit_adapter.wire.orders import BybitOrderResponse
    from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder


class OrderEntry(Protocol):
    """What `BybitTradeWebSocket` and `BybitHTTPClient` have in common.

    An answer means that the venue received the request, not that the book accepted the order. Every error
    is a `BybitError` whose `outcome` says whether the request was refused, never sent, or is in doubt.
    """

    async def place_order(self, request: PlaceOrder) -> BybitOrderResponse:
        """Create an order."""
        ...

    async def amend_order(self, request: AmendOrder) -> BybitOrderResponse:
        """Change an order."""
        ...

    async def cancel_order(self, request: CancelOrder) -> BybitOrderResponse:
        """Cancel an order."""
        ...

    async def batch_place_orders(self, requests: Sequence[PlaceOrder]) -> list[BatchOutcome[PlaceOrder]]:
        """Create orders of one category in few requests, each with an outcome of its own."""
        ...

    async def batch_cancel_orders(self, requests: Sequence[CancelOrder]) -> list[BatchOutcome[CancelOrder]]:
        """Cancel orders of one category in few requests, each with an outcome of its own."""
        ...
