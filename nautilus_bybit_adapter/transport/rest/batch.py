"""Many orders in few requests, over REST.

Source: Bybit V5 "Batch Place Order", "Batch Amend Order", "Batch Cancel Order".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.batches import Batch, BatchOutcome, send_in_parts
from nautilus_bybit_adapter.transport.rest.reads import RestReads

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder


class BatchMethods(RestReads):
    """Many orders in few requests.

    A batch is cut to the venue's size, 10 orders on spot and 20 elsewhere, or to what the rate limits let pass
    at once where that is less, and the parts are sent one after the other. Every order has an outcome of its
    own, in the order of the requests; a part that fails leaves the others as they are.
    """

    async def batch_place_orders(self, requests: Sequence[PlaceOrder]) -> list[BatchOutcome[PlaceOrder]]:
        """Create orders of one category.

        Raises
        ------
        BybitConfigError
            If they are not of one category; nothing was sent.
        """
        return await self._batch("/v5/order/create-batch", requests)

    async def batch_amend_orders(self, requests: Sequence[AmendOrder]) -> list[BatchOutcome[AmendOrder]]:
        """Change orders of one category, conditional ones excepted; see `batch_place_orders`."""
        return await self._batch("/v5/order/amend-batch", requests)

    async def batch_cancel_orders(self, requests: Sequence[CancelOrder]) -> list[BatchOutcome[CancelOrder]]:
        """Cancel orders of one category; see `batch_place_orders`."""
        return await self._batch("/v5/order/cancel-batch", requests)

    async def _batch[R: (PlaceOrder, AmendOrder, CancelOrder)](
        self, path: str, requests: Sequence[R]
    ) -> list[BatchOutcome[R]]:
        async def send(batch: Batch) -> tuple[msgspec.Raw, msgspec.Raw]:
            envelope = await self.write_for_envelope(path, batch)
            return envelope.result, envelope.ret_ext_info

        return await send_in_parts(path, requests, self.largest_batch, send)
