"""The running venue: exchange, flows and server, started and stopped together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from .clock import VenueClock, VirtualClock, wall_ms
from .config import ConfigError, SimConfig
from .exchange.events import PrivateEvent
from .exchange.exchange import Exchange, ExchangeConfig
from .exchange.fees import FeeTerms
from .faults.engine import FaultEngine
from .market.fitting import UnknownSymbolError, fitted
from .market.recording import ReplayError
from .market.recordings import read_recordings
from .market.replay import ReplayFlow
from .market.schedule import Schedule
from .server.admin import LONGEST_ADVANCE_MS, AdminServer
from .server.app import FAMILIES, VenueServer
from .server.context import Context
from .server.keeping import carry_out_again
from .server.limits import AddressLimit, AddressLimits, RateWindows
from .server.listener import Listener
from .server.rest import ENDPOINTS
from .server.web_page import WebPage
from .state.journal import Journal

if TYPE_CHECKING:
    from types import TracebackType

    from .exchange.events import Event
    from .exchange.instruments import Instrument

PUMP_INTERVAL_S = 0.01
ADVANCE_SLICE_MS = 10
_MOST_SLICES = 36_000
_HELD, _UNACKED = "hold_private", "lose_acks"


@dataclass(frozen=True, slots=True)
class VenueUrls:
    """Where a started venue listens; the public URL takes `/linear` or `/spot`."""

    rest: str
    ws_public: str
    ws_private: str
    ws_trade: str


class SimVenue:
    """A local Bybit V5 venue on real sockets.

    Use it as an asynchronous context manager::

        async with SimVenue(SimConfig(market="quiet")) as venue:
            print(venue.urls.rest)

    Parameters
    ----------
    config : SimConfig, optional
        What it starts with.

    Raises
    ------
    ReplayError
        When the recording cannot be replayed.
    ConfigError
        When a recording's symbol is not in the catalogue.

    Attributes
    ----------
    exchange : Exchange
        The exchange behind the sockets; `exchange.markets` moves its books from tests.
    failure : BaseException or None
        Why the flow stopped, when it did; leaving the context manager raises it.
    """

    def __init__(self, config: SimConfig | None = None) -> None:
        self.config = config = config or SimConfig()
        self.clock = VenueClock(config.clock or wall_ms)
        self._now_ms = self.clock.now_ms
        self._recorded = read_recordings(config.recordings, config.category)
        self.failure: BaseException | None = None
        self._has_failed = asyncio.Event()
        self.faults = FaultEngine(config.seed, self._now_ms)
        for spec in config.fault_specs:
            self.faults.add(spec)
        self._switched: dict[str, str] = {}
        self._server: VenueServer
        self._is_told = False
        self._journal = Journal(config.state) if config.state is not None else None
        try:
            context, is_new = self._remembered()
        except BaseException:
            if self._journal is not None:
                self._journal.abandon()
            raise
        self.exchange = context.exchange
        self._server = VenueServer(context)
        self._is_told = True
        self._flows = self._make_flows(is_new=is_new)
        self._flows.begin(self._now_ms())
        self._listener: Listener | None = None
        self._admin: Listener | None = None
        self._pump: asyncio.Task[None] | None = None
        self._urls: VenueUrls | None = None

    def _remembered(self) -> tuple[Context, bool]:
        """Return the exchange and its surroundings as the state file has them, or new ones, and which it is."""
        journal = self._journal
        memory = journal.restore(self._on_event) if journal is not None else None
        if journal is None or memory is None:
            context = self._context(self._new_exchange())
        else:
            context = self._context(memory.exchange)
            context.recall(memory)
            memory.exchange.inputs.wall = self._now_ms
            journal.replay(memory, partial(carry_out_again, context, ENDPOINTS))
            # The clock never goes back behind what was kept.
            self.clock.ahead_ms = max(0, journal.last_ms - self._now_ms())
            for market in memory.exchange.markets.values():
                market.reopen()
        if journal is not None:
            journal.start(context.memory())
        return context, memory is None

    def _new_exchange(self) -> Exchange:
        config = self.config
        return Exchange(
            ExchangeConfig(
                instruments=self._fitted(),
                collateral=config.collateral,
                balances=config.balances,
                leverage=config.leverage,
                smp_group=config.smp_group,
                seed=config.seed,
                rpi_maker=config.rpi_maker,
                fee_terms=FeeTerms(mnt_price=config.mnt_price, tax=config.fee_tax),
            ),
            self._now_ms,
            self._on_event,
        )

    def _context(self, exchange: Exchange) -> Context:
        config = self.config
        return Context(
            exchange,
            config.credentials,
            RateWindows(enforced=config.rate_limits),
            self.faults,
            config.bounds,
            _address_limits(config),
        )

    @property
    def urls(self) -> VenueUrls:
        """Where the venue listens.

        Raises
        ------
        RuntimeError
            Before it is started.
        """
        if self._urls is None:
            raise RuntimeError("the venue is not started")
        return self._urls

    @property
    def api_key(self) -> str:
        """Key of the account."""
        return self.config.api_key

    @property
    def api_secret(self) -> str:
        """Secret of the account, `""` when its key is of the RSA type."""
        return self.config.credentials.api_secret

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if exc is None and self.failure is not None:
            raise self.failure

    async def start(self) -> None:
        """Listen and let the market move.

        Raises
        ------
        OSError
            When the port is taken.
        """
        listener = Listener(
            self._server.app(), self.config.host, self.config.port, self.config.bounds.connections
        )
        await listener.start()
        self._listener = listener
        ws = f"ws://{listener.authority}/v5"
        self._urls = VenueUrls(f"http://{listener.authority}", f"{ws}/public", f"{ws}/private", f"{ws}/trade")
        await self._start_admin()
        self._flows.begin(self._now_ms())
        if not isinstance(self.config.clock, VirtualClock):
            self._pump = asyncio.create_task(self._run(), name="venue-pump")
            self._pump.add_done_callback(self._pump_ended)

    async def _start_admin(self) -> None:
        config = self.config
        if config.admin_port is None and not config.web:
            return
        app = AdminServer(self, config.host, config.admin_token).app()
        if config.web:
            WebPage(self, self._count_sockets).add_to(app)
        listener = Listener(app, config.host, config.admin_port or 0, config.bounds.connections)
        try:
            await listener.start()
        except OSError:
            await self.stop()
            raise
        self._admin = listener

    @property
    def admin_url(self) -> str | None:
        """Where the admin side listens, with the page when there is one; None without it."""
        return None if self._admin is None else f"http://{self._admin.authority}"

    def _count_sockets(self) -> dict[str, int]:
        return {family: len(self._server.connections(family)) for family in FAMILIES}

    async def stop(self) -> None:
        """Close every socket and end every task."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
            self._pump = None
        if self._admin is not None:
            await self._admin.stop()
            self._admin = None
        if self._listener is not None:
            for family in FAMILIES:
                self._cut(family)
            await self._listener.stop()
            self._listener = None
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    async def failed(self) -> BaseException:
        """Wait until the flow fails and return why; never returns while all is well."""
        await self._has_failed.wait()
        assert self.failure is not None  # noqa: S101 - set before the event
        return self.failure

    def disconnect(self, family: str) -> int:
        """Cut every socket of `public`, `private` or `trade` without a goodbye; return how many."""
        count = self._cut(family)
        self.faults.note("disconnect", family, "*", f"{count} sockets")
        return count

    def skip_u(self, symbol: str, depth: int, category: str = "linear") -> None:
        """Lose one frame of an order book topic, so that the next push has a gap in `u`."""
        self.exchange.markets[category, symbol].feeds[depth].lose_frame()
        self.faults.note("gap", "public", f"orderbook.{depth}.{symbol}")

    def hold_private(self, on: bool) -> None:
        """Lose private pushes while set; they are not sent later."""
        self._switch(_HELD, "lose", "private", on=on)

    def lose_acks(self, on: bool) -> None:
        """Carry out requests of the trade socket without answering them while set."""
        self._switch(_UNACKED, "lose_ack", "trade", on=on)

    def advance(self, ms: int) -> int:
        """Move the clock ahead; flows and pushes happen on the way, in slices of 10 ms or more.

        Returns
        -------
        int
            The venue's time afterwards, ms.

        Raises
        ------
        ValueError
            When `ms` is not from 1 to an hour.
        """
        if not 1 <= ms <= LONGEST_ADVANCE_MS:
            raise ValueError(f"ms must be from 1 to {LONGEST_ADVANCE_MS}, got {ms}")
        slice_ms = max(ADVANCE_SLICE_MS, ms // _MOST_SLICES)
        while ms > 0:
            self.clock.ahead_ms += min(slice_ms, ms)
            ms -= slice_ms
            self._turn()
        return self._now_ms()

    def step(self, ms: int) -> int:
        """Move the clock ahead, see `advance`; on a `VirtualClock` nothing else moves the venue."""
        return self.advance(ms)

    def _cut(self, family: str) -> int:
        connections = self._server.connections(family)
        for connection in connections:
            connection.drop()
        return len(connections)

    def _switch(self, name: str, kind: str, family: str, *, on: bool) -> None:
        ident = self._switched.pop(name, "")
        if self.faults.has(ident):
            self.faults.remove(ident)
        if on:
            self._switched[name] = self.faults.add(kind, family=family)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._turn()
            # A turn takes time of its own; after one that took too long the rhythm starts anew.
            due = max(due + PUMP_INTERVAL_S, loop.time())
            await asyncio.sleep(due - loop.time())

    def _turn(self) -> None:
        now_ms = self._now_ms()
        try:
            self._flows.advance(now_ms)
        except ReplayError as e:
            self._fail(e)
        self.exchange.advance(now_ms)
        if self._journal is not None:
            self._journal.commit()
            if self._journal.is_long:
                self._journal.checkpoint()
        self._server.pump(now_ms)

    def _fail(self, failure: BaseException) -> None:
        self.failure = failure
        self._has_failed.set()

    def _pump_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._fail(failure)

    def _on_event(self, event: Event) -> None:
        if not self._is_told:
            return  # what is carried out again was told the first time
        if self._journal is not None and isinstance(event, PrivateEvent):
            self._journal.is_urgent = True
        self._server.on_event(event)

    def _fitted(self) -> tuple[Instrument, ...]:
        try:
            return fitted(self.config.instruments, self._recorded)
        except UnknownSymbolError as e:
            raise ConfigError(str(e)) from e

    def _make_flows(self, *, is_new: bool) -> Schedule:
        now_ms, config = self._now_ms(), self.config
        replays: dict[tuple[str, str], ReplayFlow] = {}
        for recorded in self._recorded:
            head = recorded.head
            market = self.exchange.markets[head.category, head.symbol]
            place = self._journal.place(head.place) if self._journal is not None else None
            replays[market.instrument.key] = ReplayFlow(
                market, head, config.speed, now_ms, recorded.frames(), recorded.wait_ms, int(place or 0)
            )
        if self._journal is not None:
            names = {each.head.place: each.head.key for each in self._recorded}
            self._journal.places = lambda: {name: str(replays[key].played) for name, key in names.items()}
        return Schedule(
            self.exchange,
            self._now_ms,
            seed=config.seed,
            params=config.flow,
            is_quiet=config.market == "quiet",
            recorded=replays,
            is_new=is_new,
        )


def _address_limits(config: SimConfig) -> AddressLimits:
    if config.rate_limits:
        return AddressLimits(requests=AddressLimit(ban_ms=round(config.ip_ban_s * 1000)))
    return AddressLimits(AddressLimit(0), AddressLimit(0), AddressLimit(0))
