"""HTTP statuses and request limits of the venue on a real port."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LIMIT = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "price": "80000"}


def run(scenario: Callable[[SimVenue, aiohttp.ClientSession], Awaitable[None]], **config: Any) -> None:
    async def main() -> None:
        venue = SimVenue(SimConfig(market="quiet", **config))
        async with venue, aiohttp.ClientSession(venue.urls.rest) as session, asyncio.timeout(30):
            await scenario(venue, session)

    asyncio.run(main())


def signed(venue: SimVenue, payload: str) -> dict[str, str]:
    now = str(time.time_ns() // 1_000_000)
    text = f"{now}{venue.api_key}5000{payload}".encode()
    return {
        "X-BAPI-API-KEY": venue.api_key,
        "X-BAPI-TIMESTAMP": now,
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": hmac.new(venue.api_secret.encode(), text, hashlib.sha256).hexdigest(),
    }


async def post(
    venue: SimVenue, session: aiohttp.ClientSession, path: str, body: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    text = json.dumps(body)
    async with session.post(path, data=text, headers=signed(venue, text)) as response:
        assert response.status == 200
        return await response.json(), dict(response.headers)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v5/market/time", None, 200),
        ("GET", "/v5/market/time", "{}", 403),
        ("POST", "/v5/market/time", None, 404),
        ("GET", "/v5/nothing", None, 404),
        ("PUT", "/v5/market/time", None, 400),
        ("DELETE", "/v5/order/create", None, 400),
        ("GET", "/v5/order/realtime", None, 401),
        ("POST", "/v5/order/create", "{}", 401),
        ("GET", "/v5/earn/product?category=OnChain", None, 200),
    ],
)
def test_statuses(method: str, path: str, body: str | None, status: int) -> None:
    async def scenario(_venue: SimVenue, session: aiohttp.ClientSession) -> None:
        async with session.request(method, path, data=body) as response:
            assert response.status == status

    run(scenario)


def test_the_six_hundred_and_first_request_in_five_seconds_is_shut_out() -> None:
    now = [1_791_270_000_000]

    async def scenario(_venue: SimVenue, session: aiohttp.ClientSession) -> None:
        async def status() -> int:
            async with session.get("/v5/market/time") as response:
                if response.status == 403:
                    assert await response.text() == "access too frequent"
                return response.status

        assert {await status() for _ in range(600)} == {200}
        assert await status() == 403
        now[0] += 59_999
        assert await status() == 403
        now[0] += 1
        assert await status() == 200

    run(scenario, clock=lambda: now[0], ip_ban_s=60.0)


def test_nobody_is_shut_out_without_limits() -> None:
    async def scenario(_venue: SimVenue, session: aiohttp.ClientSession) -> None:
        for _ in range(650):
            async with session.get("/v5/market/time") as response:
                assert response.status == 200

    run(scenario, rate_limits=False)


def test_every_private_answer_tells_its_window() -> None:
    async def scenario(venue: SimVenue, session: aiohttp.ClientSession) -> None:
        names = {"X-Bapi-Limit", "X-Bapi-Limit-Status", "X-Bapi-Limit-Reset-Timestamp"}
        answers = [await post(venue, session, "/v5/order/create", LIMIT | {"qty": "x"}) for _ in range(2)]
        assert [answer["retCode"] for answer, _ in answers] == [10001, 10001]
        assert all(headers.keys() >= names for _, headers in answers)
        assert [headers["X-Bapi-Limit-Status"] for _, headers in answers] == ["9", "8"]
        answer, headers = await post(venue, session, "/v5/order/create-batch", {"category": "linear"})
        assert (answer["retCode"], headers["X-Bapi-Limit"]) == (10001, "10")

    run(scenario)


def test_a_batch_uses_a_unit_for_each_order_and_the_excess_fails_alone() -> None:
    now = [time.time_ns() // 1_000_000]

    async def scenario(venue: SimVenue, session: aiohttp.ClientSession) -> None:
        items = [{k: v for k, v in LIMIT.items() if k != "category"} | {"qty": "0.001"}] * 8
        body = {"category": "linear", "request": items}
        codes = []
        for _ in range(2):
            answer, headers = await post(venue, session, "/v5/order/create-batch", body)
            assert answer["retCode"] == 0
            codes += [each["code"] for each in answer["retExtInfo"]["list"]]
        assert codes == [0] * 10 + [10006] * 6
        assert headers["X-Bapi-Limit-Status"] == "0"
        assert int(headers["X-Bapi-Limit-Reset-Timestamp"]) == now[0] + 1000

    run(scenario, clock=lambda: now[0])


def test_each_path_has_its_own_figure() -> None:
    now = [time.time_ns() // 1_000_000]

    async def scenario(venue: SimVenue, session: aiohttp.ClientSession) -> None:
        async def limit(path: str, body: dict[str, Any]) -> str:
            return (await post(venue, session, path, body))[1]["X-Bapi-Limit"]

        assert await limit("/v5/order/cancel-all", {"category": "option"}) == "1"
        assert await limit("/v5/order/cancel-all", {"category": "spot"}) == "20"
        assert await limit("/v5/account/borrow", {}) == "1"
        assert await limit("/v5/asset/transfer/inter-transfer", {}) == "60"
        answer, _ = await post(venue, session, "/v5/account/borrow", {})
        assert answer["retCode"] == 10006

    run(scenario, clock=lambda: now[0])
