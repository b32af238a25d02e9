"""What the REST client need not ask twice, counted at the venue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from bybit_rows import LINEAR_ROW
from catalogue_venue import CatalogueVenue, catalogue_venue
from scripted_venue import ok

from nautilus_bybit_adapter.errors import BybitApiError, BybitError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.requests import PlaceOrder

LEVERAGE = "/v5/position/set-leverage"
Case = Callable[[CatalogueVenue, BybitHTTPClient], Awaitable[None]]


def run(case: Case) -> None:
    async def main() -> None:
        async with catalogue_venue() as venue:
            venue.rows = {"linear": [LINEAR_ROW]}
            venue.fees = {"BTCUSDT": ("0.0001", "0.0004")}
            client = BybitHTTPClient(
                credentials=Credentials("a-key-of-mine", "a-secret-of-mine"),
                base_url=venue.url,
                max_retries=0,
            )
            await client.open()
            try:
                await case(venue, client)
            finally:
                await client.close()

    asyncio.run(main())


def count(venue: CatalogueVenue) -> int:
    return len(venue.scripted.requests)


def test_after_the_warm_up_an_order_is_one_request() -> None:
    order = PlaceOrder(category="linear", symbol="BTCUSDT", side="Buy", order_type="Market", qty="0.001")

    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        async def prepare() -> None:
            await asyncio.gather(*(client.cached_instruments("linear") for _ in range(20)))
            await asyncio.gather(*(client.cached_fee_rates("linear") for _ in range(20)))
            await client.set_leverage("linear", "BTCUSDT", "10")

        await prepare()
        assert len(venue.asked("/v5/market/instruments-info")) == 1
        assert len(venue.asked("/v5/account/fee-rate")) == 1
        before = count(venue)
        await prepare()
        await client.place_order(order)
        assert [path for _, path, _, _ in venue.scripted.requests[before:]] == ["/v5/order/create"]

    run(case)


def test_the_same_leverage_however_written_is_set_once() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        await asyncio.gather(*(client.set_leverage("linear", "BTCUSDT", "10") for _ in range(5)))
        await client.set_leverage("linear", "BTCUSDT", "10.00", "10.0")
        assert len(venue.asked(LEVERAGE)) == 1
        await client.set_leverage("linear", "BTCUSDT", "10", "5")
        await client.set_leverage("linear", "ETHUSDT", "10")
        await client.set_leverage("inverse", "BTCUSDT", "10")
        await client.set_leverage("linear", "BTCUSDT", "10")
        assert len(venue.asked(LEVERAGE)) == 5

    run(case)


def test_leverage_that_is_so_already_counts_as_set() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.refusals[LEVERAGE] = (110043, "leverage not modified")
        await client.set_leverage("linear", "BTCUSDT", "10")
        await client.set_leverage("linear", "BTCUSDT", "10")
        assert len(venue.asked(LEVERAGE)) == 1

    run(case)


@pytest.mark.parametrize("failure", [(110013, "cannot set leverage"), 502])
def test_leverage_that_could_not_be_set_is_asked_for_again(failure: Any) -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        await client.set_leverage("linear", "BTCUSDT", "10")
        if failure == 502:
            venue.statuses[LEVERAGE] = 502
        else:
            venue.refusals[LEVERAGE] = failure
        with pytest.raises(BybitError):
            await client.set_leverage("linear", "BTCUSDT", "20")
        venue.statuses.clear()
        venue.refusals.clear()
        # Either may be what the venue has now.
        await client.set_leverage("linear", "BTCUSDT", "10")
        assert len(venue.asked(LEVERAGE)) == 3

    run(case)


def test_leverage_is_forgotten_on_request_and_with_the_margin_mode() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        await client.set_leverage("linear", "BTCUSDT", "10")
        client.forget_leverage("inverse")
        client.forget_leverage("linear", "ETHUSDT")
        await client.set_leverage("linear", "BTCUSDT", "10")
        assert len(venue.asked(LEVERAGE)) == 1
        client.forget_leverage("linear", "BTCUSDT")
        await client.set_leverage("linear", "BTCUSDT", "10")
        await client.write("/v5/account/set-margin-mode", LINEAR_ROW)
        await client.set_leverage("linear", "BTCUSDT", "10")
        assert len(venue.asked(LEVERAGE)) == 3

    run(case)


@pytest.mark.parametrize("leverage", ["many", "NaN", ""])
def test_leverage_that_is_no_number_is_the_venues_to_refuse(leverage: str) -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.refusals[LEVERAGE] = (10001, "params error")
        for _ in range(2):
            with pytest.raises(BybitApiError):
                await client.set_leverage("linear", "BTCUSDT", leverage)
        assert len(venue.asked(LEVERAGE)) == 2

    run(case)


def test_a_failed_first_read_reaches_every_caller_and_closing_leaves_nothing_behind() -> None:
    async def case(venue: CatalogueVenue, client: BybitHTTPClient) -> None:
        venue.refusals["/v5/market/instruments-info"] = (10001, "no")
        results = await asyncio.gather(
            *(client.cached_instruments("linear") for _ in range(3)), return_exceptions=True
        )
        assert {type(each) for each in results} == {BybitApiError}
        venue.refusals.clear()
        arrived, release = asyncio.Event(), asyncio.Event()

        async def hold(_request: web.Request) -> web.StreamResponse:
            arrived.set()
            await release.wait()
            return ok({"list": []})

        venue.scripted.rest = hold
        waiting = asyncio.ensure_future(client.cached_instruments("linear"))
        await arrived.wait()
        await client.close()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run(case)
