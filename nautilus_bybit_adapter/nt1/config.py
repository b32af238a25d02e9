"""Configuration of the live clients; field names are the official adapter's wherever both have the thing."""

from __future__ import annotations

from nautilus_trader.config import (
    LiveDataClientConfig,
    LiveExecClientConfig,
    PositiveFloat,
    PositiveInt,
)

from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType


class BybitDataClientConfig(LiveDataClientConfig, frozen=True):
    """
    Configuration of a `BybitDataClient`.

    Parameters
    ----------
    api_key, api_secret : str, optional
        Only used to learn the account's own fee rates; without them the default rates are shown.
        ``None`` takes ``BYBIT_TESTNET_API_KEY``/``_SECRET`` on TESTNET, ``BYBIT_DEMO_API_KEY``/``_SECRET`` on DEMO,
        and else ``BYBIT_API_KEY``/``BYBIT_API_SECRET``.
    product_types : tuple[BybitProductType, ...], optional
        The categories to serve. ``None`` serves SPOT and LINEAR.
    environment : BybitEnvironment, optional
        ``None`` is TESTNET. Only ``BybitEnvironment.MAINNET`` means real money.
    base_url_http : str, optional
        Another REST host, such as ``http://127.0.0.1:8080``.
    base_url_ws_public : str, optional
        Another public WebSocket, such as ``ws://127.0.0.1:8080/v5/public``; the category is appended.
    proxy_url : str, optional
        A proxy for REST and WebSockets.
    recv_window_ms : PositiveInt, default 5000
        How long a signed request stays valid, milliseconds.

    """

    api_key: str | None = None
    api_secret: str | None = None
    product_types: tuple[BybitProductType, ...] | None = None
    environment: BybitEnvironment | None = None
    base_url_http: str | None = None
    base_url_ws_public: str | None = None
    proxy_url: str | None = None
    recv_window_ms: PositiveInt = 5_000


class BybitExecClientConfig(LiveExecClientConfig, frozen=True):
    """
    Configuration of a `BybitExecutionClient`.

    Parameters
    ----------
    api_key, api_secret : str, optional
        ``None`` takes ``BYBIT_TESTNET_API_KEY``/``_SECRET`` on TESTNET, ``BYBIT_DEMO_API_KEY``/``_SECRET`` on DEMO,
        and else ``BYBIT_API_KEY``/``BYBIT_API_SECRET``.
    product_types : tuple[BybitProductType, ...], optional
        The categories to trade. ``None`` trades SPOT and LINEAR. SPOT alone makes a CASH account, all else MARGIN.
    environment : BybitEnvironment, optional
        ``None`` is TESTNET. Only ``BybitEnvironment.MAINNET`` means real money.
    base_url_http : str, optional
        Another REST host, such as ``http://127.0.0.1:8080``.
    base_url_ws_private : str, optional
        Another private WebSocket, such as ``ws://127.0.0.1:8080/v5/private``.
    base_url_ws_trade : str, optional
        Another order-entry WebSocket, such as ``ws://127.0.0.1:8080/v5/trade``.
    proxy_url : str, optional
        A proxy for REST and WebSockets.
    recv_window_ms : PositiveInt, default 5000
        How long a signed request stays valid, milliseconds.
    ws_trade_timeout_secs : PositiveFloat, default 5.0
        How long to wait for the acknowledgement of an order request, seconds; after that the order is asked for.
    ignore_uncached_instrument_executions : bool, default False
        Take pushes of instruments that are not loaded in silence instead of logging an error.

    """

    api_key: str | None = None
    api_secret: str | None = None
    product_types: tuple[BybitProductType, ...] | None = None
    environment: BybitEnvironment | None = None
    base_url_http: str | None = None
    base_url_ws_private: str | None = None
    base_url_ws_trade: str | None = None
    proxy_url: str | None = None
    recv_window_ms: PositiveInt = 5_000
    ws_trade_timeout_secs: PositiveFloat = 5.0
    ignore_uncached_instrument_executions: bool = False


SUPPORTED_PRODUCT_TYPES: tuple[BybitProductType, ...] = (BybitProductType.SPOT, BybitProductType.LINEAR)
