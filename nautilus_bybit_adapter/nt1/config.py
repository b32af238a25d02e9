"""Configuration of the live clients; field names are the official adapter's wherever both have the thing."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec
from nautilus_trader.config import (
    LiveDataClientConfig,
    LiveExecClientConfig,
    NautilusConfig,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)

from nautilus_bybit_adapter.constants import MAX_TOPICS_PER_CONNECTION, PING_INTERVAL_SECS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.options import without_password
from nautilus_bybit_adapter.wire.enums import (
    BybitEnvironment,
    BybitMarginMode,
    BybitPositionMode,
    BybitProductType,
)


def masked_repr(config: NautilusConfig) -> str:
    """Return a config's repr without its secrets; of the API key the last four characters show."""
    shown = []
    for name in config.__struct_fields__:
        value = getattr(config, name)
        if name == "api_secret" and value is not None:
            value = "***"
        elif name == "proxy_url" and value is not None:
            value = without_password(value)
        elif name == "api_key" and value is not None:
            value = f"***{value[-4:]}" if len(value) > SHORTEST_SHOWN_KEY else "***"
        shown.append(f"{name}={value!r}")
    return f"{type(config).__name__}({', '.join(shown)})"


SHORTEST_SHOWN_KEY = 8


def take_own_words(config: NautilusConfig) -> None:
    """
    Take the framework's own enums of Bybit for this package's, and a list of product types for a tuple.

    Raises
    ------
    BybitConfigError
        If an environment or a product type is not known.

    """
    environment, product_types = (getattr(config, name) for name in ("environment", "product_types"))
    if environment is not None:
        own = _own_word(BybitEnvironment, environment, "environment")
        msgspec.structs.force_setattr(config, "environment", own)
    if product_types is not None:
        each = (product_types,) if isinstance(product_types, str) else product_types
        kept = tuple(_own_word(BybitProductType, word, "product_types") for word in each)
        msgspec.structs.force_setattr(config, "product_types", kept)


def _own_word[W: StrEnum](words: type[W], value: object, field: str) -> W:
    try:
        return words(str(value).lower())
    except ValueError:
        allowed = ", ".join(word.name for word in words)
        raise BybitConfigError(f"{field} {value!r} is not known: {allowed} are") from None


def check_transport_backend(value: object) -> None:
    """Raise `BybitConfigError` for another transport than the one there is."""
    if value is not None:
        raise BybitConfigError(
            f"transport_backend {value!r} is not supported: there is one transport, "
            "which proxy_url and ca_file configure; leave it None"
        )


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
    region : str, optional
        The regional site the account is registered at, which has hosts of its own on MAINNET: nl, tr, kz, ge, ae, eu,
        id or jp.
    base_url_http : str, optional
        Another REST host, such as ``http://127.0.0.1:8080``; ``None`` takes ``BYBIT_BASE_URL_HTTP`` where it is set.
    base_url_ws_public : str, optional
        Another public WebSocket, such as ``ws://127.0.0.1:8080/v5/public``; the category is appended. ``None`` takes
        ``BYBIT_BASE_URL_WS_PUBLIC`` where it is set, and else the host that belongs to the REST host in use.
    proxy_url : str, optional
        An HTTP, SOCKS4 or SOCKS5 proxy for REST and WebSockets.
    ca_file : str, optional
        A PEM file with the certificate of a private authority, trusted besides the system's.
    recv_window_ms : PositiveInt, default 5000
        How long a signed request stays valid, milliseconds.
    max_requests_per_second : NonNegativeInt, optional
        Requests per second in all, REST and order entry together; 0 is no limit. ``None`` is 20, or what another
        client of this process says: all clients of a venue share their limits.
    vip_tier : NonNegativeInt, optional
        The account's VIP tier at Bybit, which raises the venue's limits on orders.
    rate_limits : dict[str, PositiveInt], optional
        Limits of single paths, requests per second, for accounts with limits of their own, such as
        ``{"/v5/order/create": 60}``, or of one category, ``{"/v5/order/create spot": 40}``.
    breaker_failures : PositiveInt, default 5
        Failures of a REST host in a row after which it is left alone. Clients of this process with the same two
        figures find it out for each other; one whose figures differ keeps to its own.
    breaker_open_secs : PositiveFloat, default 60.0
        For how long, seconds; then one request finds out whether it answers again.
    margins_from_risk_tiers : bool, default False
        Whether ``margin_init`` and ``margin_maint`` of contracts are those of the venue's lowest risk tier. The venue
        tells fifteen symbols a request, so a whole category takes dozens; otherwise they follow from the highest
        leverage.
    http_timeout_secs : PositiveFloat, default 10.0
        How long to wait for the answer to a REST request, seconds.
    deadline_secs : PositiveFloat, default 30.0
        How long a REST call may take with all its waiting and repetitions, seconds.
    max_retries : NonNegativeInt, optional
        How often a read is repeated after a failure that may pass. ``None`` is 3. Orders are never repeated.
    retry_delay_initial_ms, retry_delay_max_ms : PositiveInt, optional
        The first and the longest wait before a repetition, milliseconds. ``None`` is 250 and 5000.
    update_instruments_interval_mins : PositiveInt or None, default 60
        Minutes between two readings of the instruments, after which those that are new or differ are published;
        ``None`` reads them once.
    instrument_status_poll_secs : PositiveInt, optional, default 60
        How often the status of watched instruments is read, seconds. ``None`` never does after the first time.
    ws_ping_interval_secs : PositiveFloat, default 20.0
        Seconds between two pings of a socket.
    ws_pong_timeout_secs : PositiveFloat, default 10.0
        How long a pong may take, seconds; then the socket counts as dead and is replaced. Its books are empty, and a
        `BybitBookStatus` has told so, until their next snapshot.
    stale_topic_secs : PositiveFloat or None, default 30.0
        How long an order book or a ticker may be silent, seconds, before it is asked for anew, which a live one answers
        with a snapshot. A depth-1 book may be silent for a third of it, candles for three times as long and at least
        90 seconds. One that does not answer as quickly, or in 10 seconds, costs the socket, which is replaced.
        ``None`` never asks.
    max_topics_per_connection : PositiveInt, default 400
        Topics of one socket; more topics of a category are spread over more sockets.
    gc_threshold : PositiveInt, optional
        How many new objects Python's garbage collector lets pass before it looks through them, for the whole process
        while the client is connected. Python's own 2,000 costs a fifth to a quarter of the CPU time of each message in
        a busy node; 50,000 brings nearly all of that back. ``None`` leaves the collector alone.
    bars_timestamp_on_close : bool, default True
        Whether ``ts_event`` of a bar is its end, rather than its beginning.
    decoder : str, optional
        What decodes the frames of books, trades, tickers and candles: ``native`` is C++ and fails where this
        installation cannot, ``python`` is slower and makes the same, ``auto`` is C++ where it can. ``None`` takes
        ``BYBIT_NT_DECODER`` where it is set, and else is ``auto``.
    transport_backend : object, optional
        The official adapter's; only ``None`` is allowed.

    """

    api_key: str | None = None
    api_secret: str | None = None
    product_types: tuple[BybitProductType, ...] | None = None
    environment: BybitEnvironment | None = None
    region: str | None = None
    base_url_http: str | None = None
    base_url_ws_public: str | None = None
    proxy_url: str | None = None
    ca_file: str | None = None
    recv_window_ms: PositiveInt = 5_000
    max_requests_per_second: NonNegativeInt | None = None
    vip_tier: NonNegativeInt | None = None
    rate_limits: dict[str, PositiveInt] | None = None
    breaker_failures: PositiveInt = 5
    breaker_open_secs: PositiveFloat = 60.0
    margins_from_risk_tiers: bool = False
    http_timeout_secs: PositiveFloat = 10.0
    deadline_secs: PositiveFloat = 30.0
    max_retries: NonNegativeInt | None = None
    retry_delay_initial_ms: PositiveInt | None = None
    retry_delay_max_ms: PositiveInt | None = None
    update_instruments_interval_mins: PositiveInt | None = 60
    instrument_status_poll_secs: PositiveInt | None = 60
    ws_ping_interval_secs: PositiveFloat = PING_INTERVAL_SECS
    ws_pong_timeout_secs: PositiveFloat = 10.0
    stale_topic_secs: PositiveFloat | None = 30.0
    max_topics_per_connection: PositiveInt = MAX_TOPICS_PER_CONNECTION
    gc_threshold: PositiveInt | None = None
    bars_timestamp_on_close: bool = True
    decoder: str | None = None
    transport_backend: Any = None

    def __post_init__(self) -> None:
        take_own_words(self)

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
    region : str, optional
        The regional site the account is registered at, which has hosts of its own on MAINNET: nl, tr, kz, ge, ae, eu,
        id or jp.
    base_url_http : str, optional
        Another REST host, such as ``http://127.0.0.1:8080``; ``None`` takes ``BYBIT_BASE_URL_HTTP`` where it is set.
    base_url_ws_private : str, optional
        Another private WebSocket, such as ``ws://127.0.0.1:8080/v5/private``. ``None`` takes
        ``BYBIT_BASE_URL_WS_PRIVATE`` where it is set, and else the host that belongs to the REST host in use.
    base_url_ws_trade : str, optional
        Another order-entry WebSocket, such as ``ws://127.0.0.1:8080/v5/trade``. ``None`` takes
        ``BYBIT_BASE_URL_WS_TRADE`` where it is set, and else the host that belongs to the REST host in use.
    proxy_url : str, optional
        An HTTP, SOCKS4 or SOCKS5 proxy for REST and WebSockets.
    ca_file : str, optional
        A PEM file with the certificate of a private authority, trusted besides the system's.
    recv_window_ms : PositiveInt, default 5000
        How long a signed request stays valid, milliseconds.
    max_orders_per_second : NonNegativeInt, optional
        Orders created and amended per second; 0 is no limit. ``None`` is 10.
    order_wait_secs : PositiveFloat, default 5.0
        How long an order command may wait for the rate limits before it is refused unsent, seconds. Keep it within
        the engine's ``inflight_check_threshold_ms``, so that no order is sent that the engine has given up. The engine
        gives up after ``inflight_check_retries`` questions; an order that lives then is booked as made elsewhere.
    max_requests_per_second : NonNegativeInt, optional
        Requests per second in all, REST and order entry together; 0 is no limit. ``None`` is 20, or what another
        client of this process says: all clients of a venue share their limits.
    vip_tier : NonNegativeInt, optional
        The account's VIP tier at Bybit, which raises the venue's limits on orders.
    rate_limits : dict[str, PositiveInt], optional
        Limits of single paths, requests per second, for accounts with limits of their own, such as
        ``{"/v5/order/create": 60}``, or of one category, ``{"/v5/order/create spot": 40}``.
    breaker_failures : PositiveInt, default 5
        Failures of a REST host in a row after which it is left alone. Clients of this process with the same two
        figures find it out for each other; one whose figures differ keeps to its own.
    breaker_open_secs : PositiveFloat, default 60.0
        For how long, seconds; then one request finds out whether it answers again.
    margins_from_risk_tiers : bool, default False
        Whether ``margin_init`` and ``margin_maint`` of contracts are those of the venue's lowest risk tier. The venue
        tells fifteen symbols a request, so a whole category takes dozens; otherwise they follow from the highest
        leverage.
    http_timeout_secs : PositiveFloat, default 10.0
        How long to wait for the answer to a REST request, seconds.
    deadline_secs : PositiveFloat, default 30.0
        How long a REST call may take with all its waiting and repetitions, seconds.
    max_retries : NonNegativeInt, optional
        How often a read is repeated after a failure that may pass. ``None`` is 3. Orders are never repeated.
    retry_delay_initial_ms, retry_delay_max_ms : PositiveInt, optional
        The first and the longest wait before a repetition, milliseconds. ``None`` is 250 and 5000.
    ws_trade_timeout_secs : PositiveFloat, optional, default 5.0
        How long to wait for the acknowledgement of an order request, seconds; after that the order is asked for.
        ``None`` is 5.
    ws_auth_timeout_secs : PositiveFloat, optional
        How long the private and the trade socket wait for the answer to ``auth``, and for all acknowledgements of
        topics, seconds; then they connect anew. ``None`` is 10.
    order_entry : str, default "ws"
        ``"ws"`` sends orders over the trade socket, and over REST while that is down or where the environment has
        none (DEMO); ``"http"`` sends them over REST only.
    precheck_orders : bool, default False
        Ask the venue what each order would do to the margin before it is sent, and deny it where the venue refuses
        or cannot be asked. The venue checks plain orders of LINEAR and OPTION, in portfolio margin of INVERSE too,
        and none in isolated margin; other orders are sent unchecked. Costs a request per order.
    futures_leverages : dict[str, PositiveInt], optional
        Leverages to set at connect, by symbol (``"BTCUSDT"`` or ``"BTCUSDT-LINEAR"``) of a loaded LINEAR or INVERSE
        contract.
    position_mode : dict[str, BybitPositionMode], optional
        Position modes to set at connect, by symbol of a loaded LINEAR contract, or by settlement coin (``"USDT"``)
        for all contracts settled in it. With ``BOTH_SIDES`` anywhere the client is one of OMS type HEDGING, and
        positions of such a symbol are ``{instrument_id}-LONG`` and ``{instrument_id}-SHORT``, and that of any other
        ``{instrument_id}-NET``.
    margin_mode : BybitMarginMode, optional
        The account's margin mode, to set at connect.
    dcp_window_secs : PositiveInt, optional
        Let the venue cancel the open orders of the served categories when it has not seen this client for so long,
        3 to 300 seconds (disconnect protection). ``None`` leaves the account's setting alone, and does not arm it.
    auto_repay_spot_borrows : bool, default True
        Repay what is owed of a coin after a spot order bought it, from what was bought and without selling other
        coins. Between 04:00 and 05:30 UTC the venue takes no repayments; what falls due then waits.
    repay_queue_interval_secs : PositiveFloat, default 1.0
        Seconds between two looks at what is to be repaid.
    use_spot_position_reports : bool, default False
        Report the balance of each loaded spot instrument's base coin as its position: LONG, SHORT where more is owed
        than there is, or FLAT. A strategy that closes its positions then sells the coins of the wallet.
    compare_interval_secs : PositiveFloat or None, default 60.0
        How often executions, open orders and the wallet are compared with the venue's, seconds, since a push can be
        lost without the socket noticing. Each time costs two requests per category, three for LINEAR, and one for the
        wallet. ``None`` does it only after very many fills, since the oldest are forgotten.
    ignore_uncached_instrument_executions : bool, default False
        Take pushes of instruments that are not loaded in silence instead of logging an error.
    use_gtd, use_ws_execution_fast, use_http_batch_api : bool, default False
        The official adapter's; only ``False`` is allowed, and an error says what does the same.
    transport_backend : object, optional
        The official adapter's; only ``None`` is allowed.

    """

    api_key: str | None = None
    api_secret: str | None = None
    product_types: tuple[BybitProductType, ...] | None = None
    environment: BybitEnvironment | None = None
    region: str | None = None
    base_url_http: str | None = None
    base_url_ws_private: str | None = None
    base_url_ws_trade: str | None = None
    proxy_url: str | None = None
    ca_file: str | None = None
    recv_window_ms: PositiveInt = 5_000
    max_orders_per_second: NonNegativeInt | None = None
    order_wait_secs: PositiveFloat = 5.0
    max_requests_per_second: NonNegativeInt | None = None
    vip_tier: NonNegativeInt | None = None
    rate_limits: dict[str, PositiveInt] | None = None
    breaker_failures: PositiveInt = 5
    breaker_open_secs: PositiveFloat = 60.0
    margins_from_risk_tiers: bool = False
    http_timeout_secs: PositiveFloat = 10.0
    deadline_secs: PositiveFloat = 30.0
    max_retries: NonNegativeInt | None = None
    retry_delay_initial_ms: PositiveInt | None = None
    retry_delay_max_ms: PositiveInt | None = None
    ws_trade_timeout_secs: PositiveFloat | None = 5.0
    ws_auth_timeout_secs: PositiveFloat | None = None
    order_entry: Literal["ws", "http"] = "ws"
    precheck_orders: bool = False
    futures_leverages: dict[str, PositiveInt] | None = None
    position_mode: dict[str, BybitPositionMode] | None = None
    margin_mode: BybitMarginMode | None = None
    dcp_window_secs: PositiveInt | None = None
    auto_repay_spot_borrows: bool = True
    repay_queue_interval_secs: PositiveFloat = 1.0
    use_spot_position_reports: bool = False
    compare_interval_secs: PositiveFloat | None = 60.0
    ignore_uncached_instrument_executions: bool = False
    use_gtd: bool = False
    use_ws_execution_fast: bool = False
    use_http_batch_api: bool = False
    transport_backend: Any = None

    def __post_init__(self) -> None:
        take_own_words(self)

    def __repr__(self) -> str:
        return masked_repr(self)


DATA_PRODUCT_TYPES: tuple[BybitProductType, ...] = tuple(BybitProductType)
EXEC_PRODUCT_TYPES: tuple[BybitProductType, ...] = tuple(BybitProductType)
DEFAULT_PRODUCT_TYPES: tuple[BybitProductType, ...] = (BybitProductType.SPOT, BybitProductType.LINEAR)
