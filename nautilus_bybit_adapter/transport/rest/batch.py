"""Many orders in few requests.

Source: Bybit V5 "Batch Place Order", "Batch Amend Order", "Batch Cancel Order".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from nautilus_bybit_adapter.constants import MAX_BATCH_ORDERS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError, BybitError, api_error
from nautilus_bybit_adapter.transport.rest.reads import RestReads, checked
from nautilus_bybit_adapter.transport.rest_session import decode_result
from nautilus_bybit_adapter.wire.envelope import ListPage
from nautilus_bybit_adapter.wire.orders import BatchCode, BatchItem, BybitOrderResponse
from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nautilus_bybit_adapter.wire.envelope import Envelope


@dataclass(frozen=True, slots=True)
class BatchOutcome[R: (PlaceOrder, AmendOrder, CancelOrder)]:
    """What became of one order of a batch: either a response or an error.

    Attributes
    ----------
    request : PlaceOrder, AmendOrder or CancelOrder
        What was asked.
    response : BybitOrderResponse or None
        The ids, where the venue received it.
    error : BybitError or None
        Why not; its `outcome` says whether the venue refused it, never saw it, or may have done it.
    """

    request: R
    response: BybitOrderResponse | None = None
    error: BybitError | None = None


class _Batch(msgspec.Struct, frozen=True):
    category: str
    request: list[dict[str, Any]]


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
        if not requests:
            return []
        category = requests[0].category
        checked("category", category, MAX_BATCH_ORDERS)
        for request in requests:
            if request.category != category:
                raise BybitConfigError(
                    f"a batch has one category; this one has {category!r} and {request.category!r}."
                )
        size = min(MAX_BATCH_ORDERS[category], self.largest_batch(path, category))
        outcomes: list[BatchOutcome[R]] = []
        for at in range(0, len(requests), size):
            outcomes += await self._batch_part(path, category, requests[at : at + size])
        return outcomes

    async def _batch_part[R: (PlaceOrder, AmendOrder, CancelOrder)](
        self, path: str, category: str, requests: Sequence[R]
    ) -> list[BatchOutcome[R]]:
        body = _Batch(category, [_item(request) for request in requests])
        try:
            envelope = await self.write_for_envelope(path, body)
            responses = _responses(path, envelope, len(requests))
        except BybitError as exc:
            return [BatchOutcome(request, error=exc) for request in requests]
        return [
            BatchOutcome(request, error=each)
            if isinstance(each, BybitError)
            else BatchOutcome(request, response=each)
            for request, each in zip(requests, responses, strict=True)
        ]


def _item(request: PlaceOrder | AmendOrder | CancelOrder) -> dict[str, Any]:
    item: dict[str, Any] = msgspec.to_builtins(request)
    del item["category"]
    return item


def _responses(path: str, envelope: Envelope, count: int) -> list[BybitOrderResponse | BybitError]:
    """Pair the two lists of an answer: ids in its result, codes beside it."""
    items = decode_result(envelope.result, ListPage, path).rows
    codes = decode_result(envelope.ret_ext_info, ListPage, path).rows
    if not len(items) == len(codes) == count:
        raise BybitDecodeError(
            f"The venue answered {path} for {count} orders with {len(items)} ids and {len(codes)} codes.",
            topic=path,
        )
    responses: list[BybitOrderResponse | BybitError] = []
    for raw_item, raw_code in zip(items, codes, strict=True):
        try:
            code = decode_result(raw_code, BatchCode, path)
            item = decode_result(raw_item, BatchItem, path)
        except BybitDecodeError as exc:
            responses.append(exc)
            continue
        responses.append(
            api_error(f"POST {path}", code.code, code.msg)
            if code.code
            else BybitOrderResponse(order_id=item.order_id, order_link_id=item.order_link_id)
        )
    return responses
