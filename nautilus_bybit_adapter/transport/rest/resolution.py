"""What became of an order whose request had no clear answer.

Source: Bybit V5 "Place Order", "Get Open & Closed Orders", "Get Order History".
"""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import (
    BybitConfigError,
    BybitError,
    BybitTimeoutError,
    BybitTransportError,
    Outcome,
)
from nautilus_bybit_adapter.transport.rest.trade import TradeMethods
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.orders import BybitOrder
    from nautilus_bybit_adapter.wire.requests import PlaceOrder

_FIRST_WAIT_SECS = 0.25
_LONGEST_WAIT_SECS = 2.0
# A request is refused by the venue once its receive window has passed; with this much for clocks that differ.
_ARRIVAL_MARGIN_SECS = 2.0


class ResolutionMethods(TradeMethods):
    """Asking for an order by its own id until the venue has answered."""

    async def resolve_order(
        self, category: str, symbol: str, order_link_id: str, *, timeout_secs: float = 60.0
    ) -> BybitOrder | None:
        """Return the newest row of an order, or `None` if the venue has none and none can arrive any more.

        A request that was lost on the way may still arrive until its receive window has passed; so long the
        venue is asked again and again, and so it is after a read that failed.

        Parameters
        ----------
        category, symbol, order_link_id : str
            Which order.
        timeout_secs : float
            How long to ask at most, in seconds.

        Raises
        ------
        BybitError
            The last failure, or `BybitTimeoutError`, if the time does not suffice to know: the outcome is still
            unknown.
        """
        started = self._monotonic()
        patience_secs = self._recv_window_ms / 1000 + _ARRIVAL_MARGIN_SECS
        wait_secs = _FIRST_WAIT_SECS
        while True:
            try:
                rows = await self.get_open_orders(category, symbol=symbol, order_link_id=order_link_id)
                rows = rows or await self.get_order_history(
                    category, symbol=symbol, order_link_id=order_link_id
                )
            except BybitError as exc:
                if self._monotonic() - started + wait_secs > timeout_secs:
                    raise
                self.journal.warning(f"The state of order {order_link_id} is asked for again: {exc}")
            else:
                if rows:
                    return max(rows, key=lambda row: int(row.created_time or "0"))
                passed_secs = self._monotonic() - started
                if passed_secs >= patience_secs:
                    return None
                if passed_secs + wait_secs > timeout_secs:
                    raise BybitTimeoutError(
                        f"The venue has no order {order_link_id} after {passed_secs:.3g} s, and its request may "
                        f"arrive until {patience_secs:.3g} s."
                    )
            await asyncio.sleep(wait_secs)
            wait_secs = min(wait_secs * 2, _LONGEST_WAIT_SECS)

    async def place_order_resolved(
        self, request: PlaceOrder, *, timeout_secs: float = 60.0
    ) -> BybitOrderResponse:
        """Create an order as `place_order` does, and ask for it where its outcome is unknown.

        The request is sent once. An `orderLinkId` that was used before counts as this order where category,
        symbol, side, quantity and price are the same.

        Parameters
        ----------
        request : PlaceOrder
            The order, with an `order_link_id`.
        timeout_secs : float
            How long to ask at most, in seconds.

        Raises
        ------
        BybitConfigError
            If it has no `order_link_id`.
        BybitError
            If the venue does not have the order (`REJECTED`, `NOT_SENT`), or has not answered (`UNKNOWN`).
        """
        if not request.order_link_id:
            raise BybitConfigError(
                "order_link_id must be given, since an order without one cannot be asked for."
            )
        try:
            return await self.place_order(request)
        except BybitError as exc:
            if exc.outcome is not Outcome.UNKNOWN:
                raise
            failure = exc
        self.journal.warning(f"{failure} The venue is asked for order {request.order_link_id}.")
        row = await self.resolve_order(
            request.category, request.symbol, request.order_link_id, timeout_secs=timeout_secs
        )
        if row is None:
            raise BybitTransportError(
                f"The venue does not have order {request.order_link_id}, and its request can arrive no more: {failure}",
                Outcome.REJECTED,
            ) from failure
        if not _is_same(request, row):
            raise failure
        return BybitOrderResponse(order_id=row.order_id, order_link_id=row.order_link_id)


def _is_same(request: PlaceOrder, row: BybitOrder) -> bool:
    same_terms = (row.symbol, row.side, _number(row.qty)) == (
        request.symbol,
        request.side,
        _number(request.qty),
    )
    return same_terms and (request.price is None or _number(row.price) == _number(request.price))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
