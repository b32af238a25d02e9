"""The way an order takes to the venue, and what is asked before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nautilus_bybit_adapter.errors import BybitConnectionError, BybitError, Outcome
from nautilus_bybit_adapter.transport.batches import BatchOutcome
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.order_entry import OrderEntry
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.wire.enums import BybitProductType, MarginMode
from nautilus_bybit_adapter.wire.orders import BybitOrderResponse
from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelOrder, PlaceOrder


class OrderRoute:
    """
    Sends over the trade socket while it is live, and over REST while it is not; see `OrderEntry`.

    Parameters
    ----------
    trade : BybitTradeWebSocket
        The trade socket.
    http : BybitHTTPClient
        The REST client.
    log : Any
        The framework's logger; told once of each change of the way.

    """

    def __init__(self, trade: BybitTradeWebSocket, http: BybitHTTPClient, log: Any) -> None:
        self._trade = trade
        self._http = http
        self._log = log
        self._over_http = False

    async def place_order(self, request: PlaceOrder) -> BybitOrderResponse:
        """Create an order."""
        return await self._send(lambda entry: entry.place_order(request))

    async def amend_order(self, request: AmendOrder) -> BybitOrderResponse:
        """Change an order."""
        return await self._send(lambda entry: entry.amend_order(request))

    async def cancel_order(self, request: CancelOrder) -> BybitOrderResponse:
        """Cancel an order."""
        return await self._send(lambda entry: entry.cancel_order(request))

    async def batch_place_orders(self, requests: Sequence[PlaceOrder]) -> list[BatchOutcome[PlaceOrder]]:
        """Create orders of one category in few requests."""
        return await self._send_batch(requests, lambda entry, those: entry.batch_place_orders(those))

    async def batch_cancel_orders(self, requests: Sequence[CancelOrder]) -> list[BatchOutcome[CancelOrder]]:
        """Cancel orders of one category in few requests."""
        return await self._send_batch(requests, lambda entry, those: entry.batch_cancel_orders(those))

    async def _send_batch[R: (PlaceOrder, CancelOrder)](
        self,
        requests: Sequence[R],
        send: Callable[[OrderEntry, Sequence[R]], Awaitable[list[BatchOutcome[R]]]],
    ) -> list[BatchOutcome[R]]:
        outcomes: dict[int, BatchOutcome[R]] = {}
        if self._trade.is_live:
            sent = await send(self._trade, requests)
            outcomes = {index: each for index, each in enumerate(sent) if not _was_cut_off(each.error)}
        # A part the socket was lost before goes another way, and only that part.
        left = [index for index in range(len(requests)) if index not in outcomes]
        self._note(over_http=bool(left))
        if left:
            sent = await send(self._http, [requests[index] for index in left])
            outcomes |= dict(zip(left, sent, strict=True))
        return [outcomes[index] for index in range(len(requests))]

    async def _send(self, send: Callable[[OrderEntry], Awaitable[BybitOrderResponse]]) -> BybitOrderResponse:
        if self._trade.is_live:
            try:
                response = await send(self._trade)
            except BybitConnectionError as e:
                if e.outcome is not Outcome.NOT_SENT:
                    raise
            else:
                self._note(over_http=False)
                return response
        self._note(over_http=True)
        return await send(self._http)

    def _note(self, *, over_http: bool) -> None:
        if over_http is not self._over_http:
            self._over_http = over_http
            way = "REST while the trade socket is down" if over_http else "the trade socket again"
            self._log.warning(f"Orders go over {way}")


def _was_cut_off(error: BybitError | None) -> bool:
    """Tell whether a request was not sent since the socket was down."""
    return isinstance(error, BybitConnectionError) and error.outcome is Outcome.NOT_SENT


class OrderPrecheck:
    """
    Asks the venue what an order would do to the margin before it is sent.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.

    Attributes
    ----------
    margin_mode : str
        The account's, which decides what the venue checks.

    Source: Bybit V5 order/pre-check-order

    """

    def __init__(self, http: BybitHTTPClient) -> None:
        self._http = http
        self.margin_mode: str = MarginMode.REGULAR_MARGIN

    def covers(self, request: PlaceOrder) -> bool:
        """Tell whether the venue checks such an order."""
        if request.trigger_price is not None or self.margin_mode == MarginMode.ISOLATED_MARGIN:
            return False
        if request.category == BybitProductType.INVERSE:
            return self.margin_mode == MarginMode.PORTFOLIO_MARGIN
        return request.category in {BybitProductType.LINEAR, BybitProductType.OPTION}

    async def refusal_of(self, request: PlaceOrder) -> str | None:
        """Return why an order is not to be sent, ``None`` where nothing speaks against it."""
        if not self.covers(request):
            return None
        try:
            await self._http.precheck_order(request)
        except BybitError as e:
            return f"the pre-check failed: {e}"
        return None
