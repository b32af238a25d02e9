"""Every method of the REST client asks the local venue, and what comes back is what was done."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest
from bybit_answers import ANSWERS, NAMES
from bybit_fields import ENDPOINTS
from bybit_shapes import NOTHING
from rest_account_cases import ACCOUNT_CASES
from rest_asset_cases import ASSET_CASES, SUB_ACCOUNT
from rest_clients import ask
from rest_earn_cases import EARN_CASES
from rest_market_cases import MARKET_CASES
from rest_order_cases import ORDER_CASES
from venue_thread import VenueThread

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.rest_session import RestSession
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

type Client = BybitHTTPClient

CASES: list[tuple[Callable[[Client], Awaitable[None]], str]] = [
    *ORDER_CASES,
    *ACCOUNT_CASES,
    *ASSET_CASES,
    *EARN_CASES,
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
    # Below, as it needs another environment.
    "apply_demo_money",
}
# The venue answers the last with nothing when it does as it is asked.
READ = {
    *ANSWERS,
    *NAMES,
    *(route for route, shape in ENDPOINTS.items() if shape == NOTHING),
    "POST /v5/earn/position/modify",
}


class CreateSubMember(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A sub account to transfer to."""

    username: str = SUB_ACCOUNT
    member_type: int = 1


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
        ask(running, lambda client: client.write("/v5/user/create-sub-member", CreateSubMember()))
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


def test_money_to_practise_with_is_added_and_taken_in_the_demo_environment(venue: VenueThread) -> None:
    async def question(client: Client) -> None:
        async def held() -> dict[str, float]:
            return {row.coin: float(row.wallet_balance) for row in (await client.get_wallet_balance()).coins}

        before = await held()
        await client.apply_demo_money({"USDC": "50000"})
        assert (await held())["USDC"] == before.get("USDC", 0.0) + 50_000
        await client.apply_demo_money({"USDC": "50000"}, is_taken=True)
        assert (await held()).get("USDC", 0.0) == before.get("USDC", 0.0)
        await client.apply_demo_money()
        assert (await held())["BTC"] == before["BTC"] + 15

    ask(venue, question, environment=BybitEnvironment.DEMO)


@pytest.mark.parametrize("environment", [BybitEnvironment.TESTNET, BybitEnvironment.MAINNET])
def test_money_to_practise_with_is_asked_of_no_other_environment(
    venue: VenueThread, environment: BybitEnvironment
) -> None:
    async def question(client: Client) -> None:
        asked = routes_of(client)
        with pytest.raises(BybitConfigError, match=f"needs environment DEMO; it is {environment.name}"):
            await client.apply_demo_money()
        assert not asked

    ask(venue, question, environment=environment)


def test_every_method_is_asked_for_something() -> None:
    methods = {
        name
        for name, _ in inspect.getmembers(BybitHTTPClient, inspect.iscoroutinefunction)
        if not name.startswith("_") and not hasattr(RestSession, name)
    }
    asked = {name for _, names in CASES for name in names.split()}
    assert methods == asked | ELSEWHERE
