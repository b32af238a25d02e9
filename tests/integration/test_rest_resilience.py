"""The REST client against a venue where things go wrong: what the caller learns, and what the venue has."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitConnectionError,
    BybitDecodeError,
    BybitError,
    BybitRateLimitError,
    BybitStatusError,
    BybitTimeoutError,
    BybitTransportError,
    BybitUnavailableError,
    Outcome,
)
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.server import limits as venue_limits
from nautilus_bybit_adapter.sim.server import rates as venue_rates
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.state.breaker import BreakerPolicy
from nautilus_bybit_adapter.state.limiter import RateLimits
from nautilus_bybit_adapter.state.rate_table import rate_table
from nautilus_bybit_adapter.state.rate_window import RateWindow
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.wire import CancelOrder, Credentials, PlaceOrder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CREATE = "/v5/order/create"
UNKNOWN, REJECTED = Outcome.UNKNOWN, Outcome.REJECTED


def client_of(venue: SimVenue, **extra: Any) -> BybitHTTPClient:
    options: dict[str, Any] = {
        "credentials": Credentials(venue.api_key, venue.api_secret),
        "base_url": venue.urls.rest,
        "backoff": Backoff(base_secs=0.01, cap_secs=0.02),
        "timeout_secs": 0.3,
        "recv_window_ms": 2_500,
        "gate": RateGate(RateLimits(0, 0)),
        **extra,
    }
    return BybitHTTPClient(**options)


def order(link_id: str) -> PlaceOrder:
    return PlaceOrder(
        category="linear",
        symbol="BTCUSDT",
        side="Buy",
        order_type="Limit",
        qty="0.001",
        price="50000",
        order_link_id=link_id,
    )


def run(scenario: Callable[[SimVenue, BybitHTTPClient], Awaitable[None]], **extra: Any) -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet", **extra.pop("config", {}))) as venue:
            client = client_of(venue, **extra)
            await client.open()
            try:
                await scenario(venue, client)
            finally:
                await client.close()
            venue.exchange.check()

    asyncio.run(main())


def link_ids(venue: SimVenue) -> list[str]:
    return [each.link_id for each in venue.exchange.orders.values()]


@dataclass(frozen=True)
class Case:
    """A fault that hits once, what an order's caller learns, and whether the venue has the order."""

    fault: str
    error: type[BybitError] | None
    outcome: Outcome | None
    is_created: bool
    reads: int = 2


CASES = [
    Case("hang:when=before", BybitTimeoutError, UNKNOWN, is_created=False),
    Case("hang:when=after", BybitTimeoutError, UNKNOWN, is_created=True),
    # A kept connection that turns out to be closed is replaced for a read by the connection pool itself.
    Case("refuse", BybitConnectionError, UNKNOWN, is_created=False, reads=1),
    Case("lose_ack", BybitTimeoutError, UNKNOWN, is_created=True, reads=1),
    Case("cut_after_taken", BybitConnectionError, UNKNOWN, is_created=True, reads=1),
    Case("truncate", BybitConnectionError, UNKNOWN, is_created=True),
    Case("corrupt", BybitDecodeError, UNKNOWN, is_created=True),
    Case("http_error:status=503,when=before", BybitStatusError, UNKNOWN, is_created=False),
    Case("http_error:status=502,when=after", BybitStatusError, UNKNOWN, is_created=True),
    Case("http_error:status=429", BybitStatusError, UNKNOWN, is_created=False),
    Case("server_error:when=before", BybitApiError, UNKNOWN, is_created=False),
    Case("server_error:when=after", BybitApiError, UNKNOWN, is_created=True),
    Case("ret_code:code=10000,when=after", BybitApiError, UNKNOWN, is_created=True),
    Case("rate_limit", None, None, is_created=True),
    Case("clock_skew:ms=-60000", None, None, is_created=True, reads=1),
    Case("clock_skew:ms=60000", None, None, is_created=True, reads=1),
    Case("ban", BybitStatusError, REJECTED, is_created=False, reads=1),
]


def armed(venue: SimVenue, fault: str, path: str) -> None:
    venue.faults.clear()
    # A clock that is off stays off.
    count = "" if fault.startswith("clock_skew") else ",count=1"
    venue.faults.add(f"{fault}{',' if ':' in fault else ':'}family=rest{count},match={path}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_what_the_caller_of_an_order_and_of_a_read_learns(case: Case) -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        path = "*" if case.fault.startswith("clock_skew") else CREATE
        armed(venue, case.fault, path)
        if case.error is None:
            assert (await client.place_order(order("a"))).order_link_id == "a"
        else:
            with pytest.raises(case.error) as caught:
                await client.place_order(order("a"))
            assert type(caught.value) is case.error
            assert caught.value.outcome is case.outcome
        assert link_ids(venue) == (["a"] if case.is_created else [])
        if case.fault == "ban":
            for call in (client.place_order(order("b")), client.get_open_orders("linear", symbol="BTCUSDT")):
                with pytest.raises(BybitRateLimitError, match="HTTP 403"):
                    await call
            assert client.metrics().hosts[0].is_banned
            return
        armed(venue, case.fault, path.replace(CREATE, "/v5/order/realtime"))
        before = client.metrics().paths.get("/v5/order/realtime")
        rows = await client.get_open_orders("linear", symbol="BTCUSDT", order_link_id="a")
        assert [row.order_link_id for row in rows] == (["a"] if case.is_created else [])
        after = client.metrics().paths["/v5/order/realtime"]
        pages = 2 if case.is_created else 1  # the last page is an empty one
        assert after.requests - (before.requests if before else 0) == case.reads - 1 + pages

    run(scenario)


@pytest.mark.parametrize(
    "fault", ["hang:when=after", "lose_ack", "http_error:when=after", "server_error:when=after"]
)
def test_an_order_of_unknown_outcome_is_asked_for_by_its_own_id(fault: str) -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        armed(venue, fault, CREATE)
        answer = await client.place_order_resolved(order("a"))
        (known,) = venue.exchange.orders.values()
        assert (answer.order_id, answer.order_link_id, known.link_id) == (known.order_id, "a", "a")
        # The same again is the same order, another one under its name is none.
        assert (await client.place_order_resolved(order("a"))).order_id == known.order_id
        with pytest.raises(BybitApiError, match="110072"):
            await client.place_order_resolved(
                PlaceOrder(
                    category="linear",
                    symbol="BTCUSDT",
                    side="Buy",
                    order_type="Limit",
                    qty="0.002",
                    price="50000",
                    order_link_id="a",
                )
            )
        assert link_ids(venue) == ["a"]

    run(scenario)


def test_an_order_that_never_came_is_told_when_it_can_come_no_more() -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        armed(venue, "http_error:when=before", CREATE)
        with pytest.raises(BybitTransportError, match="does not have order a") as caught:
            await client.place_order_resolved(order("a"))
        assert caught.value.outcome is REJECTED
        # Asked for a shorter time than a copy may take to arrive, nobody knows.
        armed(venue, "http_error:when=before", CREATE)
        for call in (
            client.resolve_order("linear", "BTCUSDT", "a", timeout_secs=0.1),
            client.place_order_resolved(order("a"), timeout_secs=0.1),
        ):
            with pytest.raises(BybitTimeoutError, match="request may arrive until") as caught:
                await call
            assert caught.value.outcome is Outcome.UNKNOWN

    run(scenario, recv_window_ms=500)


def test_five_failures_shut_the_host_and_a_minute_later_it_is_found_again() -> None:
    now = [0.0]

    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        ident = venue.faults.add("http_error:family=rest,match=/v5/order/*")
        for number in range(5):
            with pytest.raises(BybitStatusError):
                await client.place_order(order(f"a{number}"))
        with pytest.raises(BybitUnavailableError, match="nothing was sent") as caught:
            await client.place_order(order("b"))
        assert caught.value.outcome is Outcome.NOT_SENT
        (host,) = client.metrics().hosts
        assert (host.breaker, host.failures) == ("open", 5)
        sent = client.metrics().requests
        with pytest.raises(BybitUnavailableError):
            await client.get_open_orders("linear", symbol="BTCUSDT")
        assert client.metrics().requests == sent
        venue.faults.remove(ident)
        now[0] += 61.0
        # Orders alone do not find out: the client does it for them.
        with pytest.raises(BybitUnavailableError):
            await client.place_order(order("c"))
        assert client._probe is not None
        await client._probe
        assert client.metrics().hosts[0].breaker == "closed"
        await client.place_order(order("d"))
        assert link_ids(venue) == ["d"]

    run(scenario, monotonic=lambda: time.monotonic() + now[0])


def test_a_ban_that_one_client_meets_holds_for_the_others() -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        other = client_of(venue, gate=client.gate)
        await other.open()
        venue.faults.add("ban:count=1,match=/v5/order/realtime")
        with pytest.raises(BybitStatusError):
            await client.get_open_orders("linear", symbol="BTCUSDT")
        sent = other.metrics().requests
        with pytest.raises(BybitRateLimitError, match="HTTP 403"):
            await other.place_order(order("a"))
        assert other.metrics().requests == sent
        await other.close()

    run(scenario)


def test_business_refusals_never_shut_the_host() -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        venue.faults.add("ret_code:family=rest,code=110007,match=/v5/order/create")
        for number in range(12):
            with pytest.raises(BybitApiError):
                await client.place_order(order(f"a{number}"))
        assert client.metrics().hosts[0].failures == 0
        assert client.metrics().ret_codes[110007] == 12

    run(scenario, gate=RateGate(RateLimits(0, 0, rate_table(3))), config={"rate_limits": False})


def test_metrics_tell_what_happened() -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        armed(venue, "http_error:status=502", "/v5/order/realtime")
        await client.get_open_orders("linear", symbol="BTCUSDT")
        await client.place_order(order("a"))
        with pytest.raises(BybitApiError):
            await client.place_order(order("a"))
        metrics = client.metrics()
        assert (metrics.retries, dict(metrics.failures)) == (1, {"HTTP 502": 1})
        assert metrics.ret_codes == {0: 5, 110072: 1}
        assert metrics.requests == 7
        created = metrics.paths[CREATE]
        assert (created.requests, created.refusals, created.failures, created.latency.count) == (2, 1, 0, 2)
        assert 0 < metrics.latency.p50_ms <= metrics.latency.p99_ms <= metrics.latency.max_ms
        assert metrics.windows["/v5/order/create derivatives ***-key"] == (2, 10)
        assert metrics.clock_error_ms is not None

    run(scenario)


# -- many requests under random faults ---------------------------------------------------------------------

REQUESTS = 10_000
WORKERS = 60
LIMITS = {CREATE: 300, "/v5/order/cancel": 300, "/v5/order/realtime": 500, "/v5/account/wallet-balance": 20}
RANDOM_FAULTS = (
    "hang:when=before,probability=0.001",
    "hang:when=after,probability=0.001",
    "refuse:probability=0.005",
    "lose_ack:probability=0.001",
    "cut_after_taken:probability=0.005",
    "truncate:probability=0.005",
    "corrupt:probability=0.005",
    "http_error:status=503,when=before,probability=0.005",
    "http_error:status=502,when=after,probability=0.005",
    "server_error:when=before,probability=0.005",
    "server_error:when=after,probability=0.005",
    "rate_limit:probability=0.005",
    "ret_code:code=10000,when=after,probability=0.002",
    "delay:ms=20,jitter_ms=40,probability=0.01",
    "ban:probability=0.0002",
)


class VenueCount(venue_limits.RateWindows):
    """The venue's own windows, which remember what they refused."""

    refused: ClassVar[Counter[str]] = Counter()
    taken: ClassVar[Counter[str]] = Counter()

    def take(self, path: str, category: str, now_ms: int, units: int = 1) -> venue_limits.Quota:
        quota = super().take(path, category, now_ms, units)
        self.taken[path] += quota.granted
        self.refused[path] += units - quota.granted
        return quota


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[VenueCount]:
    VenueCount.refused, VenueCount.taken = Counter(), Counter()
    for path, limit in LIMITS.items():
        old = venue_rates.rate_of(path)
        monkeypatch.setitem(
            venue_rates.RATES, path, old._replace(derivatives=limit, option=limit, spot=limit)
        )
    monkeypatch.setattr("nautilus_bybit_adapter.sim.venue.RateWindows", VenueCount)
    return VenueCount


class Crowd:
    """Callers that keep a client busy with seeded requests, and note how each ends."""

    def __init__(self, client: BybitHTTPClient, seed: int) -> None:
        self.outcomes: Counter[str] = Counter()
        self.placed: list[str] = []
        self.open: list[str] = []
        self._client = client
        self._chance = random.Random(seed)  # noqa: S311 - chance, no secret
        self._numbers = iter(range(REQUESTS - WORKERS))

    async def work(self) -> None:
        # At once more than the limit lets pass, however slow the machine is.
        wallets = (self._note(self._client.get_wallet_balance()) for _ in range(WORKERS))
        await asyncio.gather(*wallets, *(self._worker() for _ in range(WORKERS)))

    async def _worker(self) -> None:
        for number in self._numbers:
            await self._note(self._one(number))

    async def _note(self, call: Awaitable[object]) -> None:
        try:
            await call
        except BybitUnavailableError as exc:
            self.outcomes[type(exc).__name__] += 1
            # A caller that does not heed this is refused thousands of times a second.
            await asyncio.sleep(exc.retry_in_secs)
        except BybitError as exc:
            self.outcomes[type(exc).__name__] += 1
        else:
            self.outcomes["result"] += 1

    async def _one(self, number: int) -> object:
        draw = self._chance.random()
        if draw < 0.4 or not self.open:
            link_id = f"n{number}"
            self.placed.append(link_id)
            answer = await self._client.place_order(order(link_id))
            self.open.append(link_id)
            return answer
        if draw < 0.8:
            link_id = self.open.pop(self._chance.randrange(len(self.open)))
            request = CancelOrder(category="linear", symbol="BTCUSDT", order_link_id=link_id)
            return await self._client.cancel_order(request)
        link_id = self._chance.choice(self.placed)
        return await self._client.get_open_orders("linear", symbol="BTCUSDT", order_link_id=link_id)


def test_ten_thousand_requests_under_random_faults(counted: type[VenueCount]) -> None:
    async def scenario(venue: SimVenue, client: BybitHTTPClient) -> None:
        venue._server._context.addresses.requests = venue_limits.AddressLimit(0)
        for fault in RANDOM_FAULTS:
            venue.faults.add(f"{fault},family=rest,match=/v5/*")
        crowd = Crowd(client, 20_261_125)
        await crowd.work()
        venue.faults.clear()
        assert crowd.outcomes.total() == REQUESTS
        assert crowd.outcomes["result"] > 0.5 * REQUESTS, crowd.outcomes
        assert len(crowd.outcomes) > 4, crowd.outcomes
        created = link_ids(venue)
        assert len(created) == len(set(created)) > 0.2 * REQUESTS
        assert set(created) <= set(crowd.placed)
        assert counted.refused.total() == 0, counted.refused
        assert counted.taken.total() > REQUESTS
        waits = client.metrics().waits
        assert (waits.count >= WORKERS - LIMITS["/v5/account/wallet-balance"], waits.given_up) == (True, 0)

    gate = RateGate(RateLimits(0, 0, rate_table(overrides=LIMITS)), RateWindow(1_000_000))
    run(
        scenario,
        gate=gate,
        ban_secs=0.05,
        # On a slow machine many answers in a row come too late: the breaker has tests of its own.
        breaker=BreakerPolicy(failures=1_000_000, open_secs=0.05),
        config={"seed": 7},
    )
