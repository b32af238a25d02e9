"""A local venue in a thread of its own, for clients that block."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.exchange.orders import Execution, Order
from nautilus_bybit_adapter.sim.venue import VenueUrls

PATIENCE_S = 20.0


class VenueThread:
    """Runs a venue beside the test; `call` looks into it or moves it, on the venue's own loop.

    Leaving it proves that the account adds up.
    """

    def __init__(self, **config: Any) -> None:
        self._config = SimConfig(**{"market": "quiet", "rate_limits": False, **config})
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="venue", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "the venue did not start"
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._failure is None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the venue did not end"
        if self._failure is not None and error is None:
            raise self._failure

    @property
    def urls(self) -> VenueUrls:
        return self.venue.urls

    @property
    def api_key(self) -> str:
        return self._config.api_key

    @property
    def api_secret(self) -> str:
        return self._config.api_secret

    def call[T](self, function: Callable[[SimVenue], T]) -> T:
        """Run `function` on the venue's loop and return what it returns."""

        async def run() -> T:
            return function(self.venue)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE_S)

    def move(
        self, function: Callable[[TradedMarket], Any], symbol: str = "BTCUSDT", category: str = "linear"
    ) -> None:
        """Move one market."""
        self.call(lambda venue: function(venue.exchange.markets[category, symbol]))

    def order(self, order_id: str) -> Order:
        return self.call(lambda venue: venue.exchange.orders[order_id])

    def fills(self) -> list[Execution]:
        return self.call(lambda venue: list(venue.exchange.account.executions))

    def open_ids(self) -> set[str]:
        return self.call(lambda venue: set(venue.exchange.open_orders))

    def balance(self, coin: str) -> Decimal:
        return self.call(lambda venue: venue.exchange.account.balances[coin])

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as e:  # noqa: BLE001 - raised again where the test can see it
            self._failure = e
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with SimVenue(self._config) as self.venue:
            self._ready.set()
            await self._stop.wait()
            self.venue.exchange.check()


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Return the first true value of `condition`; fail when none comes."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.005)
    return found
