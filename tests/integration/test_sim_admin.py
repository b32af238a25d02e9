"""The admin side of the venue, on real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from raw_client import LIMIT, RawClient, on_venue

from nautilus_bybit_adapter.sim import SimVenue

BOOK = {"category": "linear", "symbol": "BTCUSDT"}
TOKEN = "a-token-of-this-test"


class Admin:
    def __init__(self, venue: SimVenue, session: aiohttp.ClientSession, token: str = "") -> None:
        assert venue.admin_url is not None
        self.url = venue.admin_url
        self.session = session
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(
        self, method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = self.headers | options.pop("headers", {})
        async with self.session.request(
            method, self.url + path, json=body, headers=headers, **options
        ) as response:
            return response.status, dict(json.loads(await response.text()))


def with_admin(scenario: Callable[[SimVenue, RawClient, Admin], Awaitable[None]], **config: Any) -> None:
    async def run(venue: SimVenue, client: RawClient) -> None:
        await scenario(venue, client, Admin(venue, client.session, config.get("admin_token", "")))

    on_venue(run, admin_port=0, **config)


def test_faults_are_listed_added_and_removed() -> None:
    async def scenario(venue: SimVenue, client: RawClient, admin: Admin) -> None:
        added = await admin.ask("POST", "/faults", {"kind": "lose", "family": "private", "count": 2})
        assert added == (200, {"id": "f1"})
        assert (await admin.ask("POST", "/faults", {"fault": "ban:match=/v5/market/*"}))[1] == {"id": "f2"}
        assert (await client.raw("GET", "/v5/market/time"))[0] == 403
        listed = (await admin.ask("GET", "/faults"))[1]
        assert [(each["id"], each["kind"], each["fired"]) for each in listed["active"]] == [
            ("f1", "lose", 0),
            ("f2", "ban", 1),
        ]
        assert {"kind", "effect", "families", "options"} == set(listed["kinds"][0])
        (hit,) = (await admin.ask("GET", "/log?since=0"))[1]["log"]
        assert (hit["kind"], hit["subject"], hit["fault_id"]) == ("ban", "/v5/market/time", "f2")
        assert (await admin.ask("DELETE", "/faults/f2"))[0] == 200
        assert (await client.raw("GET", "/v5/market/time"))[0] == 200
        assert (await admin.ask("DELETE", "/faults"))[0] == 200
        assert not venue.faults.active

    with_admin(scenario)


def test_sockets_books_trades_and_time() -> None:
    async def scenario(venue: SimVenue, client: RawClient, admin: Admin) -> None:
        private = await client.private("order", "execution")
        await client.post("/v5/order/create", LIMIT | {"price": "86000"})
        assert (await private.receive_json())["topic"] == "order"
        assert (
            await admin.ask("POST", "/book", BOOK | {"bids": [["85000", "2"]], "asks": [["87000", "1"]]})
        )[0] == 200
        assert (await admin.ask("POST", "/trade", BOOK | {"side": "Sell", "price": "85000", "qty": "1"}))[
            0
        ] == 200
        frame = await private.receive_json()
        assert (frame["topic"], frame["data"][0]["execPrice"]) == ("execution", "86000")
        assert venue.exchange.markets["linear", "BTCUSDT"].last_ticks == 850_000
        before = int((await client.get("/v5/market/time"))["time"])
        after = (await admin.ask("POST", "/advance", {"ms": 5000}))[1]["time"]
        assert 5000 <= after - before < 15_000
        assert (await admin.ask("POST", "/disconnect", {"family": "private"}))[1] == {"sockets": 1}
        while (await private.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert private.closed

    with_admin(scenario)


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("POST", "/faults", {"kind": "nothing"}, "fault must be one of"),
        ("POST", "/faults", {"kind": "lose", "count": -1}, "count must be at least 1"),
        ("POST", "/faults", {"kind": "lose", "self": 1}, "got 'self'"),
        ("POST", "/faults", {"kind": ["lose"]}, "fault must be one of"),
        ("POST", "/faults", {"fault": "lose:x"}, "KIND[:key=value,...]"),
        ("POST", "/faults", [], "must be a JSON object"),
        ("DELETE", "/faults/f9", None, "there is no fault 'f9'"),
        ("GET", "/log?since=x", None, "since must be"),
        ("POST", "/disconnect", {"family": "all"}, "family must be one of"),
        ("POST", "/disconnect", {}, "family must be one of"),
        ("POST", "/book", {"category": "linear", "symbol": "NONE"}, "there is no market"),
        ("POST", "/book", {"category": ["linear"], "symbol": {}}, "there is no market"),
        ("POST", "/book", BOOK | {"bids": [["1", "1"]] * 1001}, "at most 1000"),
        ("POST", "/book", BOOK | {"bids": [["1"]]}, "[price, size]"),
        ("POST", "/book", BOOK | {"bids": [[1, 2]]}, "as text of positive numbers"),
        ("POST", "/book", BOOK | {"bids": [["nan", "1"]]}, "as text of positive numbers"),
        ("POST", "/book", BOOK | {"bids": [["-1", "1"]]}, "as text of positive numbers"),
        ("POST", "/book", BOOK | {"bids": [["85000.05", "1"]]}, "no multiple of the tick"),
        ("POST", "/book", BOOK | {"bids": [["3", "1"]], "asks": [["2", "1"]]}, "below the best ask"),
        ("POST", "/trade", BOOK | {"side": "buy", "price": "1", "qty": "1"}, "side must be Buy or Sell"),
        ("POST", "/trade", BOOK | {"side": "Buy", "price": None, "qty": "1"}, "as text of positive numbers"),
        ("POST", "/advance", {"ms": 0}, "ms must be from 1 to 3600000"),
        ("POST", "/advance", {"ms": 1e3}, "whole number"),
        ("POST", "/advance", {"ms": True}, "whole number"),
        ("POST", "/advance", {}, "whole number"),
    ],
)
def test_bad_requests_get_a_sentence_and_the_venue_stays_up(
    method: str, path: str, body: Any, complaint: str
) -> None:
    async def scenario(_venue: SimVenue, client: RawClient, admin: Admin) -> None:
        status, answer = await admin.ask(method, path, body)
        assert status == 400
        assert complaint in answer["error"]
        assert (await client.get("/v5/market/time"))["retCode"] == 0
        assert (await admin.ask("GET", "/faults"))[1]["active"] == []

    with_admin(scenario)


def test_bodies_that_are_none() -> None:
    async def scenario(_venue: SimVenue, _client: RawClient, admin: Admin) -> None:
        as_json = {"Content-Type": "application/json"}
        for data in (b"", b"{", b"\xff", b"[" * 3000):
            async with admin.session.post(f"{admin.url}/faults", data=data, headers=as_json) as response:
                assert response.status == 400
                assert "error" in await response.json()
        async with admin.session.post(
            f"{admin.url}/faults", data=b"x" * (1 << 19), headers=as_json
        ) as response:
            assert response.status == 413
        async with admin.session.post(f"{admin.url}/faults", data='{"kind":"ban"}') as response:
            assert (response.status, "application/json" in await response.text()) == (400, True)
        assert (await admin.ask("GET", "/nothing"))[0] == 404
        assert (await admin.ask("PUT", "/faults"))[0] == 405

    with_admin(scenario)


def test_pages_of_other_origins_and_names_are_refused() -> None:
    async def scenario(venue: SimVenue, _client: RawClient, admin: Admin) -> None:
        body = {"kind": "ban"}
        assert (await admin.ask("POST", "/faults", body, headers={"Origin": "http://evil.example"}))[0] == 400
        assert (await admin.ask("POST", "/faults", body, headers={"Host": "evil.example:80"}))[0] == 400
        assert (await admin.ask("GET", "/faults", headers={"Host": "evil.example"}))[0] == 400
        assert not venue.faults.active
        assert (await admin.ask("POST", "/faults", body, headers={"Origin": admin.url}))[0] == 200

    with_admin(scenario)


def test_a_token_is_needed_where_one_is_set() -> None:
    async def scenario(_venue: SimVenue, _client: RawClient, admin: Admin) -> None:
        assert (await admin.ask("GET", "/faults"))[0] == 200
        admin.headers = {}
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN[:-1]}):
            status, answer = await admin.ask("GET", "/faults", headers=headers)
            assert status == 401
            assert TOKEN not in str(answer)
        for path in ("/", "/page.js", "/page.css"):
            async with admin.session.get(admin.url + path) as response:
                assert response.status == 200
        async with admin.session.get(f"{admin.url}/live?token=wrong") as response:
            assert response.status == 401
        async with admin.session.ws_connect(f"{admin.url}/live?token={TOKEN}") as live:
            assert "markets" in await live.receive_json()

    with_admin(scenario, admin_token=TOKEN, web=True)


def test_the_live_data_follow_the_account_and_the_chosen_market() -> None:
    async def scenario(venue: SimVenue, client: RawClient, admin: Admin) -> None:
        await client.post("/v5/order/create", LIMIT | {"price": "86000", "orderLinkId": "mine"})
        await client.post("/v5/order/create", LIMIT | {"orderType": "Market"})
        stop = {"triggerPrice": "90000", "triggerDirection": 1, "orderLinkId": "waiting"}
        await client.post("/v5/order/create", LIMIT | stop)
        venue.faults.add("delay:ms=1")
        async with admin.session.ws_connect(f"{admin.url}/live") as live:
            await live.receive_json()
            await live.send_json({"category": "linear", "symbol": "BTCUSDT"})
            await live.send_str("[")
            await live.send_json({"category": "none", "symbol": ["x"]})
            async with asyncio.timeout(10):
                while (picture := await live.receive_json())["market"]["category"] != "linear":
                    pass
        assert {order["link"] for order in picture["account"]["orders"]} == {"mine", "waiting"}
        assert picture["account"]["positions"][0]["size"] == "0.1"
        assert ["86000.00", "0.1"] in [[row[0], row[2].rstrip("0")] for row in picture["market"]["bids"]]
        assert picture["account"]["fills"][0]["qty"].startswith("0.1")
        assert picture["faults"][0]["kind"] == "delay"

    with_admin(scenario, web=True)


def test_without_the_options_there_is_no_admin_side() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        assert venue.admin_url is None
        async with client.session.get(f"{venue.urls.rest}/faults") as response:
            assert response.status == 404

    on_venue(scenario)
