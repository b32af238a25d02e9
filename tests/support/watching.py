"""A TradingNode with nothing but a data client, for every category."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import ClientId, InstrumentId, TraderId
from trading import Recorder

from nautilus_bybit_adapter import (
    BYBIT,
    BybitDataClientConfig,
    BybitEnvironment,
    BybitLiveDataClientFactory,
    BybitProductType,
)
from nautilus_bybit_adapter.sim import SimVenue

CLIENT_ID = ClientId(BYBIT)


class Watcher(Recorder):
    """Keeps historical data and instruments as well."""

    def on_instrument(self, instrument: Any) -> None:
        self._note(instrument)

    def on_historical_data(self, data: Any) -> None:
        self._note(data)

    def about(self, instrument_id: InstrumentId, kind: type) -> list[Any]:
        """Return what was seen of a kind and an instrument."""
        return [item for item in self.of(kind) if item.instrument_id == instrument_id]


def build_data_node(
    venue: SimVenue,
    instrument_ids: Iterable[InstrumentId] = (),
    *,
    loop: asyncio.AbstractEventLoop,
    **options: Any,
) -> TradingNode:
    """Build a node that listens to a venue; `options` are fields of the data client's configuration."""
    urls = venue.urls
    chosen = frozenset(instrument_ids)
    provider = InstrumentProviderConfig(load_all=not chosen, load_ids=chosen or None)
    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level="ERROR"),
        data_clients={
            BYBIT: BybitDataClientConfig(
                **{
                    "environment": BybitEnvironment.TESTNET,
                    "product_types": tuple(BybitProductType),
                    "base_url_http": urls.rest,
                    "base_url_ws_public": urls.ws_public,
                    "instrument_provider": provider,
                    **options,
                }
            )
        },
        timeout_connection=15.0,
        timeout_disconnection=5.0,
        timeout_post_stop=0.1,
    )
    node = TradingNode(config=config, loop=loop)
    node.add_data_client_factory(BYBIT, BybitLiveDataClientFactory)
    node.build()
    return node


@asynccontextmanager
async def watching(
    venue: SimVenue, *instrument_ids: InstrumentId, watcher: Watcher | None = None, **options: Any
) -> AsyncIterator[Watcher]:
    """Run a node on a venue until the block ends; see `build_data_node`."""
    watcher = watcher or Watcher()
    node = build_data_node(venue, instrument_ids, loop=asyncio.get_running_loop(), **options)
    node.trader.add_strategy(watcher)
    watcher.node = node
    running = asyncio.ensure_future(node.run_async())
    try:
        await watcher.until(lambda: "started" in watcher.seen, "the start of the strategy")
        yield watcher
    finally:
        await node.stop_async()
        await asyncio.gather(running, return_exceptions=True)
        node.kernel.dispose()
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()
