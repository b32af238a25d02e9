"""Configuration of the live clients; field names are the official adapter's wherever both have the thing."""

from __future__ import annotations

from nautilus_trader.config import (
    LiveDataClientConfig,
    LiveExecClientConfig,
    NautilusConfig,
    PositiveFloat,
    PositiveInt,
)

from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType


def masked_repr(config: NautilusConfig) -> str:
    """Return a config's repr with the API secret left out and the key cut to its last four characters."""
    shown = []
    for name in config.__struct_fields__:
        value = getattr(config, name)
        if name == "api_secret" and value is not None:
            value = "***"
        elif name == "api_key" and value is not None:
            value = f"***{value[-4:]}" if len(value) > SHORTEST_SHOWN_KEY else "***"
        shown.append(f"{name}={value!r}")
    return f"{type(config).__name__}({', '.join(shown)})"


SHORTEST_SHOWN_KEY = 8


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
        The categories to serve, any of SPOT, LINEAR, INVERSE and OPTION. ``None`` serves SPOT and LINEAR.
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
    max_retries : PositiveInt, optional
        How often a read is repeated after a failure that may pass. ``None`` repeats it 3 times.
    retry_delay_initial_ms, retry_delay_max_ms : PositiveInt, optional
        The wait before the first repetition, and the longest, milliseconds. ``None`` is 250 and 5000.
    update_instruments_interval_mins : PositiveInt or None, default 60
        Minutes between two readings of the instruments, after which those that are new or differ are published;
        ``None`` reads them once.
    instrument_status_poll_secs : PositiveInt, optional, default 60
        How often the status of watched instruments is read, seconds. ``None`` never does after the first time.
    bars_timestamp_on_close : bool, default True
        Whether ``ts_event`` of a bar is its end, rather than its beginning.

    """

    api_key: str | None = None
    api_secret: str | None = None
    product_types: tuple[BybitProductType, ...] | None = None
    environment: BybitEnvironment | None = None
    base_url_http: str | None = None
    base_url_ws_public: str | None = None
    proxy_url: str | None = None
    recv_window_ms: PositiveInt = 5_000
    max_retries: PositiveInt | None = None
    retry_delay_initial_ms: PositiveInt | None = None
    retry_delay_max_ms: PositiveInt | None = None
    update_instruments_interval_mins: PositiveInt | None = 60
    instrument_status_poll_secs: PositiveInt | None = 60
    bars_timestamp_on_close: bool = True

    def __repr__(self) -> str:
        return masked_repr(self)


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

    def __repr__(self) -> str:
        return masked_repr(self)


DATA_PRODUCT_TYPES: tuple[BybitProductType, ...] = tuple(BybitProductType)
EXEC_PRODUCT_TYPES: tuple[BybitProductType, ...] = (BybitProductType.SPOT, BybitProductType.LINEAR)
DEFAULT_PRODUCT_TYPES: tuple[BybitProductType, ...] = (BybitProductType.SPOT, BybitProductType.LINEAR)
