"""Bybit's REST interface as typed coroutines.

Source: Bybit V5 "Market", "Trade", "Position", "Account" and "User".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.ret_codes import is_already_done
from nautilus_bybit_adapter.transport.paging import history_windows, read_all, read_all_of_category, read_list
from nautilus_bybit_adapter.transport.rest_session import RestSession, decode_result
from nautilus_bybit_adapter.wire.account import BybitAccountInfo, BybitApiKeyInfo, BybitFeeRate, BybitWallet
from nautilus_bybit_adapter.wire.envelope import ListPage
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
)
from nautilus_bybit_adapter.wire.market import BybitOrderbook, BybitRecentTrade, BybitServerTime, BybitTicker
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder, BybitOrderResponse
from nautilus_bybit_adapter.wire.positions import BybitPosition
from nautilus_bybit_adapter.wire.requests import SetLeverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import msgspec

    from nautilus_bybit_adapter.wire.requests import AmendOrder, CancelAllOrders, CancelOrder, PlaceOrder

_ORDER_PAGE = 50
_EXECUTION_PAGE = 100
_POSITION_PAGE = 200
_INSTRUMENT_PAGE = 1000

_INSTRUMENT_TYPES: dict[str, type[BybitInstrumentLinear | BybitInstrumentSpot | BybitInstrumentOption]] = {
    "linear": BybitInstrumentLinear,
    "inverse": BybitInstrumentLinear,
    "spot": BybitInstrumentSpot,
    "option": BybitInstrumentOption,
}


class BybitHTTPClient(RestSession):
    """Bybit's REST interface; takes the parameters of `RestSession`.

    Reads are repeated after failures that may pass. What creates, amends or cancels an order is sent once,
    and its error's `outcome` says whether the venue refused it, never saw it, or may have done it. Lists
    come whole, or the call raises.

    Attributes
    ----------
    bad_row_count : int
        Rows of market data and instruments that could not be read and were left out.

    Examples
    --------
    >>> client = BybitHTTPClient(credentials=credentials)
    >>> await client.open()
    >>> orders = await client.get_open_orders("linear", settle_coin="USDT")
    """

    bad_row_count = 0

    async def get_server_time(self) -> BybitServerTime:
        """Return the venue's clock."""
        return await self._get("/v5/market/time", {}, BybitServerTime)

    async def get_instruments(
        self,
        category: str,
        symbol: str | None = None,
        *,
        base_coin: str | None = None,
        status: str | None = None,
    ) -> list[BybitInstrument]:
        """Return all instruments of a category, or one.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol : str or None
            One symbol only.
        base_coin : str or None
            One base coin only; for options the venue takes BTC where none is given.
        status : str or None
            Such as `PreLaunch`; by default those that trade.
        """
        row_type = _INSTRUMENT_TYPES.get(category)
        if row_type is None:
            raise BybitConfigError(
                f"category must be one of {', '.join(_INSTRUMENT_TYPES)}; it is {category!r}."
            )
        # Spot knows no pages, and no limit.
        limit = None if category == "spot" else _INSTRUMENT_PAGE
        return await self._get_public_list(
            "/v5/market/instruments-info",
            {
                "category": category,
                "symbol": symbol,
                "baseCoin": base_coin,
                "status": status,
                "limit": limit,
            },
            row_type,
        )

    async def get_orderbook(self, category: str, symbol: str, limit: int | None = None) -> BybitOrderbook:
        """Return a book of `limit` levels per side: at most 1000, for options 25."""
        parameters = {"category": category, "symbol": symbol, "limit": limit}
        return await self._get("/v5/market/orderbook", parameters, BybitOrderbook)

    async def get_tickers(
        self, category: str, symbol: str | None = None, *, base_coin: str | None = None
    ) -> list[BybitTicker]:
        """Return the tickers of a category, or one; options need a symbol or a base coin."""
        parameters = {"category": category, "symbol": symbol, "baseCoin": base_coin}
        return await self._get_public_list("/v5/market/tickers", parameters, BybitTicker)

    async def get_recent_trades(
        self, category: str, symbol: str, limit: int | None = None
    ) -> list[BybitRecentTrade]:
        """Return the latest public trades, newest first: at most 1000, for spot 60."""
        parameters = {"category": category, "symbol": symbol, "limit": limit}
        return await self._get_public_list("/v5/market/recent-trade", parameters, BybitRecentTrade)

    async def get_fee_rates(
        self, category: str, symbol: str | None = None, *, base_coin: str | None = None
    ) -> list[BybitFeeRate]:
        """Return the account's fee rates of a category, or of one symbol (options: base coin)."""
        parameters = {"category": category, "symbol": symbol, "baseCoin": base_coin}
        return await read_all(self, "/v5/account/fee-rate", parameters, BybitFeeRate)

    async def get_wallet_balance(self) -> BybitWallet:
        """Return the unified account's wallet with all coins that are not zero."""
        wallets = await read_all(self, "/v5/account/wallet-balance", {"accountType": "UNIFIED"}, BybitWallet)
        if not wallets:
            raise BybitDecodeError("The venue lists no wallet for the account.", topic="wallet-balance")
        return wallets[0]

    async def get_account_info(self) -> BybitAccountInfo:
        """Return margin mode and kind of the account."""
        return await self._get("/v5/account/info", {}, BybitAccountInfo, is_private=True)

    async def get_api_key_info(self) -> BybitApiKeyInfo:
        """Return what the API key may do."""
        return await self._get("/v5/user/query-api", {}, BybitApiKeyInfo, is_private=True)

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
        """Return open orders, conditional ones included; linear needs a symbol, base coin or settle coin.

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
            "limit": _ORDER_PAGE,
        }
        return await read_all_of_category(self, "/v5/order/realtime", parameters, BybitOrder)

    async def get_order_history(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_filter: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[BybitOrder]:
        """Return closed orders; cancelled ones without fills are kept for a day.

        `start_ms` and `end_ms` are epoch milliseconds; without a start the seven days before the end.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "orderFilter": order_filter,
            "limit": _ORDER_PAGE,
        }
        found: dict[str, BybitOrder] = {}
        for start, end in history_windows(start_ms, end_ms, self.server_time_ms()):
            window = {**parameters, "startTime": start, "endTime": end}
            for order in await read_all_of_category(self, "/v5/order/history", window, BybitOrder):
                found.setdefault(order.order_id, order)
        return list(found.values())

    async def get_executions(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[BybitExecution]:
        """Return executions once each, funding rows included; see `exec_type`.

        `start_ms` and `end_ms` are epoch milliseconds; without a start the seven days before the end.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "orderId": order_id,
            "orderLinkId": order_link_id,
            "limit": _EXECUTION_PAGE,
        }
        # Both sides of a trade with oneself carry the same execId.
        found: dict[tuple[str, str], BybitExecution] = {}
        for start, end in history_windows(start_ms, end_ms, self.server_time_ms()):
            window = {**parameters, "startTime": start, "endTime": end}
            for execution in await read_all_of_category(self, "/v5/execution/list", window, BybitExecution):
                found.setdefault((execution.exec_id, execution.order_id), execution)
        return list(found.values())

    async def get_positions(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        base_coin: str | None = None,
    ) -> list[BybitPosition]:
        """Return positions; with a symbol its flat slots too, with a settle coin (linear) only open ones."""
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "baseCoin": base_coin,
            "limit": _POSITION_PAGE,
        }
        # A symbol has two slots at most, and its one page a cursor all the same.
        return await read_all_of_category(
            self, "/v5/position/list", parameters, BybitPosition, has_pages=symbol is None
        )

    async def place_order(self, request: PlaceOrder) -> BybitOrderResponse:
        """Create an order; see `OrderEntry`."""
        return await self._order("/v5/order/create", request)

    async def amend_order(self, request: AmendOrder) -> BybitOrderResponse:
        """Change an order; see `OrderEntry`."""
        return await self._order("/v5/order/amend", request)

    async def cancel_order(self, request: CancelOrder) -> BybitOrderResponse:
        """Cancel an order; see `OrderEntry`."""
        return await self._order("/v5/order/cancel", request)

    async def cancel_all_orders(self, request: CancelAllOrders) -> list[BybitOrderResponse]:
        """Cancel all orders the request covers, and return their ids; none to cancel is no error."""
        path = "/v5/order/cancel-all"
        page = decode_result(await self.write(path, request), ListPage, path)
        return [decode_result(raw, BybitOrderResponse, path) for raw in page.rows]

    async def set_leverage(
        self, category: str, symbol: str, buy_leverage: str, sell_leverage: str | None = None
    ) -> None:
        """Set a symbol's leverage (decimal strings); leverage that is so already is a success.

        Parameters
        ----------
        category : str
            `linear` or `inverse`.
        symbol : str
            The venue's symbol.
        buy_leverage, sell_leverage : str
            Leverage of the two sides, equal where the second is not given.
        """
        request = SetLeverage(
            category=category,
            symbol=symbol,
            buy_leverage=buy_leverage,
            sell_leverage=sell_leverage or buy_leverage,
        )
        try:
            await self.write("/v5/position/set-leverage", request)
        except BybitApiError as exc:
            if not is_already_done(exc.ret_code, exc.ret_msg):
                raise

    async def _get[T](
        self,
        path: str,
        parameters: Mapping[str, str | int | None],
        result_type: type[T],
        *,
        is_private: bool = False,
    ) -> T:
        raw = await self.read(path, parameters, is_private=is_private)
        return decode_result(raw, result_type, path)

    async def _get_public_list[T](
        self, path: str, parameters: Mapping[str, str | int | None], row_type: type[T]
    ) -> list[T]:
        rows, bad = await read_list(self, path, parameters, row_type, is_private=False)
        for row in bad:
            self.bad_row_count += 1
            self.journal.warning(f"A row of {path} was left out ({row.error}): {row.excerpt!r}")
        return rows

    async def _order(self, path: str, request: msgspec.Struct) -> BybitOrderResponse:
        return decode_result(await self.write(path, request), BybitOrderResponse, path)
