"""A real TradingNode on a local venue, and a strategy that remembers every event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from nautilus_trader.config import (
    CacheConfig,
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    StrategyConfig,
    TradingNodeConfig,
)
from nautilus_trader.core.message import Event
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.data import OrderBookDeltas, QuoteTick, TradeTick
from nautilus_trader.model.events import AccountState
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy

from nautilus_bybit_adapter import (
    BYBIT,
    BybitDataClientConfig,
    BybitEnvironment,
    BybitExecClientConfig,
    BybitLiveDataClientFactory,
    BybitLiveExecClientFactory,
    BybitProductType,
)
from nautilus_bybit_adapter.sim.venue import VenueUrls

LINEAR = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
SPOT = InstrumentId.from_str("BTCUSDT-SPOT.BYBIT")
PATIENCE_SECS = 20.0
# What a test or a bench does in a second is more than a strategy should.
SUBMIT_RATE = "1000/00:00:01"
START_SECS = 15.0
# A test that breaks the venue mends it within the second.
BREAKER_OPEN_SECS = 0.3


class Recorder(Strategy):
    """Remembers every event and datum; `until` waits for a condition on them."""

    def __init__(self, config: StrategyConfig | None = None) -> None:
        super().__init__(config or StrategyConfig(external_order_claims=[LINEAR]))
        self.seen: list[Any] = []
        self.node: TradingNode | None = None
        self._changed = asyncio.Event()

    def on_start(self) -> None:
        self.msgbus.subscribe("events.account.*", self._note)
        self._note("started")

    def on_event(self, event: Event) -> None:
        self._note(event)

    def on_order_book_deltas(self, deltas: OrderBookDeltas) -> None:
        self._note(deltas)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        self._note(tick)

    def on_trade_tick(self, tick: TradeTick) -> None:
        self._note(tick)

    def on_order_book_depth(self, depth: Any) -> None:
        self._note(depth)

    def on_bar(self, bar: Any) -> None:
        self._note(bar)

    def on_mark_price(self, mark_price: Any) -> None:
        self._note(mark_price)

    def on_index_price(self, index_price: Any) -> None:
        self._note(index_price)

    def on_funding_rate(self, funding_rate: Any) -> None:
        self._note(funding_rate)

    def on_option_greeks(self, greeks: Any) -> None:
        self._note(greeks)

    def on_option_chain(self, chain: Any) -> None:
        self._note(chain)

    def on_instrument_status(self, status: Any) -> None:
        self._note(status)

    def on_instrument_close(self, close: Any) -> None:
        self._note(close)

    def on_data(self, data: Any) -> None:
        self._note(data)

    def _note(self, item: Any) -> None:
        self.seen.append(item)
        self._changed.set()

    def of(self, *kinds: type) -> list[Any]:
        """Return what was seen of these kinds."""
        return [item for item in self.seen if isinstance(item, kinds)]

    def order_events(self) -> list[str]:
        """Return the names of the order events, in their order."""
        return [type(item).__name__ for item in self.seen if type(item).__name__.startswith("Order")]

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait until a condition holds; fail with the events seen when it does not come true."""
        try:
            async with asyncio.timeout(PATIENCE_SECS):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = "\n".join(map(str, self.seen[-30:]))
            raise AssertionError(f"did not come: {what}; the last of what was seen:\n{told}") from None


async def until(condition: Callable[[], Any], what: str, patience_secs: float = PATIENCE_SECS) -> None:
    """Wait until a condition holds that no event announces."""
    deadline = asyncio.get_running_loop().time() + patience_secs
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"did not come: {what}")
        await asyncio.sleep(0.01)


class Addressed(Protocol):
    """A venue that a node can be pointed at."""

    @property
    def urls(self) -> VenueUrls: ...

    @property
    def api_key(self) -> str: ...

    @property
    def api_secret(self) -> str: ...


def build_node(
    venue: Addressed,
    strategy: Strategy | None,
    *,
    instrument_ids: tuple[InstrumentId, ...] = (LINEAR,),
    exec_options: dict[str, Any] | None = None,
    log_level: str = "WARNING",
    check_risk: bool = True,
    cache: CacheConfig | None = None,
    algorithms: Sequence[ExecAlgorithm] = (),
    exec_engine: LiveExecEngineConfig | None = None,
) -> TradingNode:
    """Build a node whose clients talk to the venue; `check_risk` is whether the framework checks orders first."""
    provider = InstrumentProviderConfig(load_ids=frozenset(instrument_ids))
    products = tuple(
        sorted({BybitProductType[each.symbol.value.rpartition("-")[2]] for each in instrument_ids})
    )
    urls = venue.urls
    exec_fields: dict[str, Any] = {
        "api_key": venue.api_key,
        "api_secret": venue.api_secret,
        "environment": BybitEnvironment.TESTNET,
        "product_types": products,
        "base_url_http": urls.rest,
        "base_url_ws_private": urls.ws_private,
        "base_url_ws_trade": urls.ws_trade,
        "instrument_provider": provider,
        # What a test does in a second is more than a strategy should.
        "max_orders_per_second": 0,
        "max_requests_per_second": 0,
        "breaker_open_secs": BREAKER_OPEN_SECS,
    }
    config = TradingNodeConfig(
        trader_id=TraderId("TESTER-001"),
        logging=LoggingConfig(log_level=log_level),
        exec_engine=exec_engine or LiveExecEngineConfig(reconciliation=True),
        risk_engine=LiveRiskEngineConfig(bypass=not check_risk, max_order_submit_rate=SUBMIT_RATE),
        cache=cache,
        data_clients={
            BYBIT: BybitDataClientConfig(
                environment=BybitEnvironment.TESTNET,
                product_types=products,
                base_url_http=urls.rest,
                base_url_ws_public=urls.ws_public,
                instrument_provider=provider,
                breaker_open_secs=BREAKER_OPEN_SECS,
            )
        },
        exec_clients={BYBIT: BybitExecClientConfig(**exec_fields | (exec_options or {}))},
        timeout_connection=START_SECS,
        timeout_reconciliation=START_SECS,
        timeout_portfolio=START_SECS,
        timeout_disconnection=5.0,
        timeout_post_stop=0.2,
    )
    node = TradingNode(config=config, loop=asyncio.get_running_loop())
    if strategy is not None:
        node.trader.add_strategy(strategy)
    for algorithm in algorithms:
        node.trader.add_exec_algorithm(algorithm)
    node.add_data_client_factory(BYBIT, BybitLiveDataClientFactory)
    node.add_exec_client_factory(BYBIT, BybitLiveExecClientFactory)
    node.build()
    return node


@asynccontextmanager
async def trading(
    venue: Addressed, strategy: Recorder | None = None, **options: Any
) -> AsyncIterator[Recorder]:
    """Run a node on a venue until the block ends."""
    strategy = strategy or Recorder()
    node = build_node(venue, strategy, **options)
    strategy.node = node
    running = asyncio.ensure_future(node.run_async())
    try:
        await strategy.until(lambda: "started" in strategy.seen, "the start of the strategy")
        yield strategy
    finally:
        await node.stop_async()
        await asyncio.gather(running, return_exceptions=True)
        node.kernel.dispose()  # `node.dispose` would stop the loop the test runs in
        if node.kernel.executor is not None:
            node.kernel.executor.shutdown()


def account_states(strategy: Recorder) -> list[AccountState]:
    """Return the account states the strategy saw."""
    return strategy.of(AccountState)
