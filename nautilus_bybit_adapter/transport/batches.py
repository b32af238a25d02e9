"""Many orders in few requests, whichever way they travel.

Source: Bybit V5 "Batch Place Order", "Batch Amend Order", "Batch Cancel Order", "WebSocket Trade Guideline".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from nautilus_bybit_adapter.constants import MAX_BATCH_ORDERS
from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError, BybitError, api_error
from nautilus_bybit_adapter.transport.rest.reads import checked
from nautilus_bybit_adapter.transport.rest_session import decode_result
from nautilus_bybit_adapter.wire.envelope import ListPage
from nautilus_bybit_adapter.wire.orders import BatchCode, BatchItem, BybitOrderResponse
from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


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


class Batch(msgspec.Struct, frozen=True):
    """One request: orders of a category, none of which names it again."""

    category: str
    request: list[dict[str, Any]]


async def send_in_parts[R: (PlaceOrder, AmendOrder, CancelOrder)](
    path: str,
    requests: Sequence[R],
    largest: Callable[[str, str], int],
    send: Callable[[Batch], Awaitable[tuple[msgspec.Raw, msgspec.Raw]]],
) -> list[BatchOutcome[R]]:
    """Send orders of one category, in parts of the venue's size or of what the rate limits let pass at once.

    Parameters
    ----------
    path : str
        Such as `/v5/order/create-batch`.
    requests : sequence of PlaceOrder, AmendOrder or CancelOrder
        The orders.
    largest : callable
        Gives how many the rate limits let pass at once, for a path and a category.
    send : callable
        Sends a part, and returns the ids and the codes of its answer, or raises `BybitError`.

    Returns
    -------
    list of BatchOutcome
        One for each request, in their order; a part that fails leaves the others as they are.

    Raises
    ------
    BybitConfigError
        If they are not of one category; nothing was sent.
    """
    if not requests:
        return []
    category = requests[0].category
    checked("category", category, MAX_BATCH_ORDERS)
    for request in requests:
        if request.category != category:
            raise BybitConfigError(
                f"a batch has one category; this one has {category!r} and {request.category!r}."
            )
    size = min(MAX_BATCH_ORDERS[category], largest(path, category))
    outcomes: list[BatchOutcome[R]] = []
    for at in range(0, len(requests), size):
        outcomes += await _send_part(path, requests[at : at + size], send)
    return outcomes


async def _send_part[R: (PlaceOrder, AmendOrder, CancelOrder)](
    path: str,
    requests: Sequence[R],
    send: Callable[[Batch], Awaitable[tuple[msgspec.Raw, msgspec.Raw]]],
) -> list[BatchOutcome[R]]:
    try:
        ids, codes = await send(Batch(requests[0].category, [_item(request) for request in requests]))
        responses = _responses(path, ids, codes, len(requests))
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


def _responses(
    path: str, ids: msgspec.Raw, codes: msgspec.Raw, count: int
) -> list[BybitOrderResponse | BybitError]:
    """Pair the two lists of an answer: ids in its result, codes beside it."""
    items = decode_result(ids, ListPage, path).rows
    told = decode_result(codes, ListPage, path).rows
    if not len(items) == len(told) == count:
        raise BybitDecodeError(
            f"The venue answered {path} for {count} orders with {len(items)} ids and {len(told)} codes.",
            topic=path,
        )
    responses: list[BybitOrderResponse | BybitError] = []
    for raw_item, raw_code in zip(items, told, strict=True):
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
