"""The framework's own Bybit adapter in a node on a local venue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trading
from nautilus_trader.accounting.factory import AccountFactory
from nautilus_trader.adapters.bybit import BYBIT
from nautilus_trader.adapters.bybit.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_trader.adapters.bybit.data import BybitDataClient
from nautilus_trader.adapters.bybit.factories import (
    BybitLiveExecClientFactory,
    get_cached_bybit_http_client,
    get_cached_bybit_instrument_provider,
)
from nautilus_trader.config import (
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    StrategyConfig,
    TradingNodeConfig,
)
from nautilus_trader.core.nautilus_pyo3 import BybitEnvironment, BybitProductType
from nautilus_trader.live.factories import LiveDataClientFactory
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from trading import Recorder

from nautilus_bybit_adapter.sim import SimVenue

EVERY_PRODUCT = (
    BybitProductType.SPOT,
    BybitProductType.LINEAR,
    BybitProductType.INVERSE,
    BybitProductType.OPTION,
)


def _data_factory(public_url: str) -> type[LiveDataClientFactory]:
    """Make the data factory; the client sends its `base_url_http` to the public WebSocket too."""

    class Factory(LiveDataClientFactory):
        @staticmethod
        def create(loop: Any, name: Any, config: Any, msgbus: Any, cache: Any, clock: Any) -> BybitDataClient:
            client = get_cached_bybit_http_client(
                environment=config.environment, base_url=config.base_url_http
            )
            provider = get_cached_bybit_instrument_provider(
                client, tuple(config.product_types), config.instrument_provider
            )
            return BybitDataClient(
                loop=loop,
                client=client,
                msgbus=msgbus,
                cache=cache,
                clock=clock,
                instrument_provider=provider,
                config=msgspec.structs.replace(config, base_url_http=public_url),
                name=name,
            )

    return Factory


def build_node(
    venue: SimVenue,
    instrument_ids: tuple[InstrumentId, ...],
    *,
    load_all: bool = False,
    log_level: str = "WARNING",
    check_risk: bool = True,
) -> TradingNode:
    """Build a node that trades the category of its instruments."""
    product = instrument_ids[0].symbol.value.rpartition("-")[2]
    products = (getattr(BybitProductType, product),)
    provider = InstrumentProviderConfig(load_all=load_all, load_ids=frozenset(instrument_ids))
    keys = {"api_key": venue.api_key, "api_secret": venue.api_secret}
    common: dict[str, Any] = {
        **keys,
        "environment": BybitEnvironment.MAINNET,
        "product_types": EVERY_PRODUCT if load_all else products,
        "base_url_http": venue.urls.rest,
        "instrument_provider": provider,
    }
    urls = {"base_url_ws_private": venue.urls.ws_private, "base_url_ws_trade": venue.urls.ws_trade}
    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level=log_level),
        exec_engine=LiveExecEngineConfig(reconciliation=True),
        risk_engine=LiveRiskEngineConfig(bypass=not check_risk),
        data_clients={BYBIT: BybitDataClientConfig(**common)},
        exec_clients={BYBIT: BybitExecClientConfig(**common | urls | {"product_types": products})},
        timeout_connection=trading.START_SECS,
        timeout_reconciliation=trading.START_SECS,
        timeout_portfolio=trading.START_SECS,
        timeout_disconnection=5.0,
        timeout_post_stop=0.2,
    )
    node = TradingNode(config=config, loop=asyncio.get_running_loop())
    node.add_data_client_factory(BYBIT, _data_factory(f"{venue.urls.ws_public}/{product.lower()}"))
    node.add_exec_client_factory(BYBIT, BybitLiveExecClientFactory)
    node.build()
    return node


def build_official_data_node(
    venue: SimVenue, instrument_ids: frozenset[InstrumentId], category: str
) -> TradingNode:
    """Build a node of the framework's own adapter that listens to one category of a venue."""
    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level="ERROR"),
        data_clients={
            BYBIT: BybitDataClientConfig(
                api_key=venue.api_key,
                api_secret=venue.api_secret,
                environment=BybitEnvironment.MAINNET,
                product_types=(getattr(BybitProductType, category.upper()),),
                base_url_http=venue.urls.rest,
                instrument_provider=InstrumentProviderConfig(load_ids=instrument_ids),
                instrument_status_poll_secs=1,
            )
        },
        timeout_connection=15.0,
        timeout_disconnection=5.0,
        timeout_post_stop=0.1,
    )
    node = TradingNode(config=config, loop=asyncio.get_running_loop())
    node.add_data_client_factory(BYBIT, _data_factory(f"{venue.urls.ws_public}/{category}"))
    node.build()
    return node


@asynccontextmanager
async def officially_trading(
    venue: SimVenue, instrument_id: InstrumentId, *, load_all: bool = False
) -> AsyncIterator[Recorder]:
    """Run a node of the framework's own adapter until the block ends."""
    strategy = Recorder(StrategyConfig(external_order_claims=[instrument_id]))
    node = build_node(venue, (instrument_id,), load_all=load_all)
    node.trader.add_strategy(strategy)
    running = asyncio.ensure_future(node.run_async())
    try:
        await strategy.until(lambda: "started" in strategy.seen, "the start of the strategy")
        yield strategy
    finally:
        # Its spot client registers this for the whole process, and fails where it is registered already.
        AccountFactory.deregister_cash_borrowing(BYBIT)
        await node.stop_async()
        await asyncio.gather(running, return_exceptions=True)
        node.kernel.dispose()  # `node.dispose` would stop the loop the test runs in
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()
