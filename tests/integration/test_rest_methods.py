"""Every method of the REST client asks the local venue, and what comes back is what was done."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from bybit_answers import ANSWERS, NAMES
from bybit_fields import ENDPOINTS
from bybit_shapes import NOTHING
from rest_account_cases import ACCOUNT_CASES
from rest_clients import ask
from rest_market_cases import MARKET_CASES
from rest_order_cases import ORDER_CASES
from venue_thread import VenueThread

from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.rest_session import RestSession

type Client = BybitHTTPClient

CASES: list[tuple[Callable[[Client], Awaitable[None]], str]] = [
    *ORDER_CASES,
    *ACCOUNT_CASES,
    *MARKET_CASES,
]
# `test_rest_series` and `test_transport_cached` ask for these.
ELSEWHERE = {
    "get_klines",
    "get_funding_history",
    "get_open_interest",
    "get_long_short_ratio",
    "get_historical_volatility",
    "cached_instruments",
    "cached_fee_rates",
}
# The venue answers the last with nothing when it does as it is asked.
READ = {
    *ANSWERS,
    *NAMES,
    *(route for route, shape in ENDPOINTS.items() if shape == NOTHING),
    "POST /v5/earn/position/modify",
}


def routes_of(client: Client) -> set[str]:
    """Method and path of whatever the client asks from here on."""
    asked: set[str] = set()
    read, write = client.read, client.write_for_envelope

    async def noted_read(path: str, *arguments: Any, **options: Any) -> Any:
        asked.add(f"GET {path}")
        return await read(path, *arguments, **options)

    async def noted_write(path: str, *arguments: Any, **options: Any) -> Any:
        asked.add(f"POST {path}")
        return await write(path, *arguments, **options)

    client.read, client.write_for_envelope = noted_read, noted_write  # type: ignore[method-assign]
    return asked


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread() as running:
        running.call(lambda v: setattr(v.exchange.loans, "rests_hourly", False))
        yield running


@pytest.mark.parametrize("case", [case for case, _ in CASES], ids=[case.__name__ for case, _ in CASES])
def test_the_venue_does_as_it_is_asked(venue: VenueThread, case: Callable[[Client], Awaitable[None]]) -> None:
    async def question(client: Client) -> None:
        asked = routes_of(client)
        await case(client)
        # The fields of each of these are held against the venue's list.
        assert asked
        assert asked <= READ
        assert client.bad_row_count == 0
        assert not client.unknown_word_counts

    ask(venue, question)


def test_every_method_is_asked_for_something() -> None:
    methods = {
        name
        for name, _ in inspect.getmembers(BybitHTTPClient, inspect.iscoroutinefunction)
        if not name.startswith("_") and not hasattr(RestSession, name)
    }
    asked = {name for _, names in CASES for name in names.split()}
    assert methods == asked | ELSEWHERE
