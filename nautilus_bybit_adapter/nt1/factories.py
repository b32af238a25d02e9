"""The only wiring: from a configuration to a client with its sockets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, Logger, MessageBus
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory

from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.config import (
    DATA_PRODUCT_TYPES,
    DEFAULT_PRODUCT_TYPES,
    EXEC_PRODUCT_TYPES,
    BybitDataClientConfig,
    BybitExecClientConfig,
    check_transport_backend,
)
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice
from nautilus_bybit_adapter.nt1.data import BybitDataClient, OnFrame, OnMessage, OnStale
from nautilus_bybit_adapter.nt1.execution.client import BybitExecutionClient
from nautilus_bybit_adapter.nt1.execution.settings import dcp_topics
from nautilus_bybit_adapter.nt1.execution.terms import parse_account_terms
from nautilus_bybit_adapter.nt1.limits import LimitSettings, shared_gate
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.state.breaker import BreakerPolicy
from nautilus_bybit_adapter.state.liveness import Cadence, cadence_of
from nautilus_bybit_adapter.state.session import Backoff
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.options import SocketOptions, tls_context
from nautilus_bybit_adapter.transport.private import ACCOUNT_TOPICS, AccountMessage, BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.transport.public_pool import PublicSocketPool
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.transport.urls import BaseUrls, endpoints_of, resolve_base_urls
from nautilus_bybit_adapter.wire.credentials import resolve_credentials, resolve_environment
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType
from nautilus_bybit_adapter.wire.signing import Credentials

DEFAULT_RETRIES = 3
DEFAULT_RETRY_MS = 250
DEFAULT_LONGEST_RETRY_MS = 5_000
DEFAULT_STEP_SECS = 10.0
DEFAULT_ACK_SECS = 5.0


def checked_product_types(
    product_types: tuple[BybitProductType, ...] | None, served: tuple[BybitProductType, ...]
) -> tuple[BybitProductType, ...]:
    """Return the categories to serve; raises `BybitConfigError` for one that is not among those served."""
    chosen = tuple(product_types or DEFAULT_PRODUCT_TYPES)
    for category in chosen:
        if category not in served:
            allowed = ", ".join(each.name for each in served)
            raise BybitConfigError(
                f"product_types {getattr(category, 'name', category)} is not supported: {allowed} are"
            )
    return chosen


def check_data_limits(config: BybitDataClientConfig) -> None:
    """Check deadlines and limits of the data client; raises `BybitConfigError` for one that is not positive."""
    for name in ("ws_ping_interval_secs", "ws_pong_timeout_secs", "stale_topic_secs"):
        secs = getattr(config, name)
        if secs is not None and not secs > 0:
            raise BybitConfigError(f"{name} must be more than 0 seconds; it is {secs!r}")
    for name in ("max_topics_per_connection", "gc_threshold"):
        count = getattr(config, name)
        if count is not None and count < 1:
            raise BybitConfigError(f"{name} must be at least 1; it is {count!r}")


def _cadence(silence_secs: float | None) -> Callable[[str], Cadence | None]:
    """Return how long topics may be silent; `None` for ever."""
    if silence_secs is None:
        return lambda topic: None  # noqa: ARG005 - whatever the topic is
    return partial(cadence_of, silence_secs=silence_secs)


class BybitLiveDataClientFactory(LiveDataClientFactory):
    """Makes `BybitDataClient` instances for a `TradingNode`."""

    @staticmethod
    def create(  # type: ignore[override]  # a node hands each factory the config of its own client
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: BybitDataClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> BybitDataClient:
        """
        Create a data client.

        Raises
        ------
        BybitConfigError
            If the configuration or an environment variable holds a value that is not allowed.

        """
        categories = checked_product_types(config.product_types, DATA_PRODUCT_TYPES)
        check_data_limits(config)
        check_transport_backend(config.transport_backend)
        environment, by_default = resolve_environment(config.environment, os.environ)
        log = Logger("BybitDataClient")
        configured = BaseUrls(http=config.base_url_http, ws_public=config.base_url_ws_public)
        base_urls = resolve_base_urls(configured, os.environ)
        http = _http_client(environment, _credentials_if_any(environment, config), config, base_urls, log)
        options = SocketOptions(
            ping_interval_secs=config.ws_ping_interval_secs,
            pong_timeout_secs=config.ws_pong_timeout_secs,
            proxy_url=config.proxy_url,
            tls=tls_context(config.ca_file),
        )
        cadence = _cadence(config.stale_topic_secs)

        def build_socket(
            category: BybitProductType, on_frame: OnFrame, on_message: OnMessage, on_stale: OnStale
        ) -> PublicSocketPool:
            return PublicSocketPool(
                lambda: BybitPublicWebSocket(
                    category,
                    environment=environment,
                    base_url=lambda: http.endpoint.ws_public,
                    on_frame=on_frame,
                    on_message=on_message,
                    on_stale=on_stale,
                    on_refused=lambda topic, text: log.error(f"Bybit refuses the topic {topic}: {text}"),
                    cadence=cadence,
                    options=options,
                    logger=log,
                ),
                max_topics=config.max_topics_per_connection,
            )

        return BybitDataClient(
            loop=loop,
            http=http,
            build_socket=build_socket,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=BybitInstrumentProvider(
                http, categories, clock, config.instrument_provider, with_tiers=config.margins_from_risk_tiers
            ),
            notice=EnvironmentNotice(environment, by_default=by_default),
            config=config,
            types=native.chosen_types(config.decoder, os.environ),
            name=name,
        )


class BybitLiveExecClientFactory(LiveExecClientFactory):
    """Makes `BybitExecutionClient` instances for a `TradingNode`."""

    @staticmethod
    def create(  # type: ignore[override]  # a node hands each factory the config of its own client
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: BybitExecClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> BybitExecutionClient:
        """
        Create an execution client.

        Raises
        ------
        BybitConfigError
            If the configuration or an environment variable holds a value that is not allowed.
        BybitCredentialsError
            If no API key and secret are configured for the environment.

        """
        categories = checked_product_types(config.product_types, EXEC_PRODUCT_TYPES)
        terms = parse_account_terms(config, categories)
        watched = dcp_topics(categories) if terms.dcp_window_secs is not None else ()
        environment, by_default = resolve_environment(config.environment, os.environ)
        credentials = resolve_credentials(environment, config.api_key, config.api_secret, os.environ)
        log = Logger("BybitExecutionClient")
        configured = BaseUrls(
            http=config.base_url_http,
            ws_private=config.base_url_ws_private,
            ws_trade=config.base_url_ws_trade,
        )
        http = _http_client(environment, credentials, config, resolve_base_urls(configured, os.environ), log)
        options = SocketOptions(
            step_timeout_secs=config.ws_auth_timeout_secs or DEFAULT_STEP_SECS,
            proxy_url=config.proxy_url,
            tls=tls_context(config.ca_file),
        )

        def build_private(
            on_message: Callable[[AccountMessage, int], None],
            recover: Callable[[], Awaitable[None]],
            on_live: Callable[[], None],
            on_stale: Callable[[], None],
        ) -> BybitPrivateWebSocket:
            return BybitPrivateWebSocket(
                environment=environment,
                credentials=credentials,
                base_url=lambda: http.endpoint.ws_private,
                topics=(*ACCOUNT_TOPICS, *watched),
                on_message=on_message,
                recover=recover,
                on_live=on_live,
                on_stale=on_stale,
                options=options,
                logger=log,
                server_time_ms=http.server_time_ms,
            )

        return BybitExecutionClient(
            loop=loop,
            http=http,
            build_private=build_private,
            trade=_trade_socket(environment, credentials, config, http, options, log),
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=BybitInstrumentProvider(
                http, categories, clock, config.instrument_provider, with_tiers=config.margins_from_risk_tiers
            ),
            categories=categories,
            terms=terms,
            notice=EnvironmentNotice(environment, by_default=by_default),
            config=config,
            name=name,
        )


def _http_client(
    environment: BybitEnvironment,
    credentials: Credentials | None,
    config: BybitDataClientConfig | BybitExecClientConfig,
    base_urls: BaseUrls,
    log: Logger,
) -> BybitHTTPClient:
    orders, order_wait_secs = None, None
    if isinstance(config, BybitExecClientConfig):
        orders, order_wait_secs = config.max_orders_per_second, config.order_wait_secs
    settings = LimitSettings(
        orders,
        config.max_requests_per_second,
        config.vip_tier,
        config.rate_limits,
    )
    venue = base_urls.http or environment.value
    return BybitHTTPClient(
        environment=environment,
        credentials=credentials,
        endpoints=endpoints_of(environment, config.region, base_urls),
        gate=shared_gate(venue, is_local=base_urls.http is not None, settings=settings, log=log),
        breaker=BreakerPolicy(config.breaker_failures, config.breaker_open_secs),
        recv_window_ms=config.recv_window_ms,
        timeout_secs=config.http_timeout_secs,
        deadline_secs=config.deadline_secs,
        order_wait_secs=order_wait_secs,
        proxy_url=config.proxy_url,
        ca_file=config.ca_file,
        max_retries=DEFAULT_RETRIES if config.max_retries is None else config.max_retries,
        backoff=Backoff(
            base_secs=(config.retry_delay_initial_ms or DEFAULT_RETRY_MS) / 1000,
            cap_secs=(config.retry_delay_max_ms or DEFAULT_LONGEST_RETRY_MS) / 1000,
        ),
        logger=log,
    )


def _trade_socket(
    environment: BybitEnvironment,
    credentials: Credentials,
    config: BybitExecClientConfig,
    http: BybitHTTPClient,
    options: SocketOptions,
    log: Logger,
) -> BybitTradeWebSocket | None:
    if http.endpoint.ws_trade is None or config.order_entry == "http":
        return None  # the demo environment has no order-entry socket
    return BybitTradeWebSocket(
        environment=environment,
        credentials=credentials,
        base_url=lambda: http.endpoint.ws_trade,
        recv_window_ms=config.recv_window_ms,
        gate=http.gate,
        order_wait_secs=config.order_wait_secs,
        timeout_secs=config.ws_trade_timeout_secs or DEFAULT_ACK_SECS,
        options=options,
        logger=log,
        server_time_ms=http.server_time_ms,
    )


def _credentials_if_any(environment: BybitEnvironment, config: BybitDataClientConfig) -> Credentials | None:
    """Public data needs no key; with one, instruments show the account's own fee rates."""
    try:
        return resolve_credentials(environment, config.api_key, config.api_secret, os.environ)
    except BybitCredentialsError:
        if config.api_key is not None or config.api_secret is not None:
            raise
        return None
