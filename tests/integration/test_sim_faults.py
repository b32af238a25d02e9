"""Every kind of fault on real sockets: it hits what it should, as often as it may, and is in the log."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from raw_client import BTC, ENDED, LIMIT, MARKET, RawClient, on_venue, order_request, until

from nautilus_bybit_adapter.sim import SimVenue
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import Credentials

CREATE = "/v5/order/create"
BTC_BOOK = "orderbook.50.BTCUSDT"


def hits(venue: SimVenue) -> list[tuple[str, str, str]]:
    return [(firing.kind, firing.family, firing.subject) for firing in venue.faults.log]


def move(venue: SimVenue, bid: int) -> None:
    market = venue.exchange.markets["linear", "BTCUSDT"]
    market.set_book([(f"{bid}", "1")], [(f"{bid + 1}", "1")])


async def is_cut(socket: aiohttp.ClientWebSocketResponse) -> bool:
    return (await socket.receive()).type in ENDED


@pytest.mark.parametrize("family", ["public", "private", "trade"])
def test_a_refused_socket_is_cut_before_it_opens_and_others_are_not(family: str) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        ident = venue.faults.add("refuse", family=family)
        opened = {"public": client.public, "private": client.private, "trade": client.trade}
        with pytest.raises(aiohttp.ClientError):
            await opened[family]()
        venue.faults.remove(ident)
        for name, opening in opened.items():
            socket = await opening()
            await socket.send_json({"op": "ping"})
            assert "pong" in str(await socket.receive_json()), name
        assert {hit[:2] for hit in hits(venue)} == {("refuse", family)}

    on_venue(scenario)


def test_a_dropped_socket_is_cut_at_the_frame() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        private = await client.private("order", "execution")
        venue.faults.add("drop", family="private", match="execution")
        await client.post(CREATE, LIMIT)
        assert (await private.receive_json())["topic"] == "order"
        await client.post(CREATE, MARKET)
        assert await is_cut(private)
        assert hits(venue) == [("drop", "private", "execution")]

    on_venue(scenario)


def test_a_stalled_socket_is_open_and_silent_until_the_fault_is_taken_back() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        private, other = await client.private("order"), await client.private("order")
        ident = venue.faults.add("stall", family="private", count=1, match="ping")
        await private.send_json({"op": "ping"})
        await private.ping()
        await client.post(CREATE, LIMIT)
        assert (await other.receive_json())["topic"] == "order"
        await other.ping()
        assert (await other.receive()).type is aiohttp.WSMsgType.PONG
        with pytest.raises(TimeoutError):
            await private.receive(timeout=0.2)
        assert not private.closed
        venue.faults.remove(ident)
        assert await is_cut(private)

    on_venue(scenario)


def test_a_stalled_client_that_goes_away_leaves_nothing_behind() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        before = len(asyncio.all_tasks())
        venue.faults.add("stall", family="public")
        socket = await client.public()
        await socket.send_json({"op": "ping"})
        transport = socket.get_extra_info("socket")
        assert transport is not None
        await until(lambda: venue.faults.log)
        assert socket._response.connection is not None
        socket._response.connection.close()
        await until(lambda: len(asyncio.all_tasks()) <= before)

    on_venue(scenario)


def test_delayed_frames_come_late_and_in_their_order() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        trade = await client.trade()
        venue.faults.add("delay", family="trade", ms=150, jitter_ms=100)
        started = asyncio.get_running_loop().time()
        for number in range(5):
            await trade.send_json(order_request("order.create", f"r{number}", **LIMIT))
        answers = [(await trade.receive_json())["reqId"] for _ in range(5)]
        assert answers == [f"r{number}" for number in range(5)]
        assert asyncio.get_running_loop().time() - started >= 0.15
        assert len(hits(venue)) == 5
        venue.faults.clear()
        venue.faults.add("delay", family="rest", ms=120, match=CREATE)
        started = asyncio.get_running_loop().time()
        await client.post(CREATE, LIMIT)
        assert asyncio.get_running_loop().time() - started >= 0.12

    on_venue(scenario)


def test_lost_duplicated_and_reordered_pushes() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        private = await client.private("order")
        venue.faults.add("lose:match=order,count=1")
        venue.faults.add("duplicate:family=private,after=1,count=1")
        venue.faults.add("reorder:family=private,after=2,count=1")
        for name in "abcde":
            await client.post(CREATE, LIMIT | {"orderLinkId": name})
        seen = [(await private.receive_json())["data"][0]["orderLinkId"] for _ in range(5)]
        # The lost push reaches none of the later faults: each counts what is left.
        assert seen == ["b", "c", "c", "e", "d"]
        assert [hit[0] for hit in hits(venue)] == ["lose", "duplicate", "reorder"]

    on_venue(scenario)


def test_a_push_held_back_comes_even_when_no_other_follows() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        private = await client.private("order")
        venue.faults.add("reorder:family=private")
        await client.post(CREATE, LIMIT | {"orderLinkId": "alone"})
        assert (await private.receive_json())["data"][0]["orderLinkId"] == "alone"

    on_venue(scenario)


def test_a_lost_ack_and_a_cut_socket_leave_a_taken_order() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        trade = await client.trade()
        venue.faults.add("lose_ack", family="trade", count=1)
        venue.faults.add("cut_after_taken", family="trade", after=1)
        await trade.send_json(order_request("order.create", "1", **LIMIT | {"orderLinkId": "lost"}))
        await trade.send_json({"op": "ping"})
        assert (await trade.receive_json())["op"] == "pong"
        await trade.send_json(order_request("order.create", "2", **LIMIT | {"orderLinkId": "whole"}))
        assert (await trade.receive_json())["reqId"] == "2"
        await trade.send_json(order_request("order.create", "3", **LIMIT | {"orderLinkId": "cut"}))
        assert await is_cut(trade)
        open_links = [order.link_id for order in venue.exchange.open_orders.values()]
        assert open_links == ["lost", "whole", "cut"]

    on_venue(scenario)


@pytest.mark.parametrize("kind", ["lose_ack", "cut_after_taken"])
def test_the_same_over_rest(kind: str) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        ident = venue.faults.add(kind, family="rest")
        request = asyncio.create_task(client.post(CREATE, LIMIT))
        await until(lambda: venue.faults.log)
        assert len(venue.exchange.open_orders) == 1
        venue.faults.remove(ident)
        with pytest.raises(aiohttp.ClientError):
            await request

    on_venue(scenario)


@pytest.mark.parametrize(
    ("fault", "status", "text", "taken"),
    [
        ("http_error", 503, "<html>", 0),
        ("http_error:status=502,when=after", 502, "<html>", 1),
        ("ban", 403, "access too frequent", 0),
        ("rate_limit", 200, '"retCode":10006', 0),
        ("server_error", 200, '"retCode":10016', 0),
        ("server_error:when=after", 200, '"retCode":10016', 1),
        ("ret_code:code=10019,text=ws trade service is restarting", 200, '"retCode":10019', 0),
        ("clock_skew:ms=60000", 200, '"retCode":10002', 0),
        ("clock_skew:ms=-60000", 200, '"retCode":10002', 0),
    ],
)
def test_requests_that_fail(fault: str, status: int, text: str, taken: int) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        venue.faults.add(fault)
        answer = await client.raw("POST", CREATE, body=LIMIT)
        assert answer[0] == status
        assert text in answer[1]
        assert len(venue.exchange.open_orders) == taken
        assert hits(venue)[0][1:] == ("rest", CREATE)

    on_venue(scenario)


def test_a_skewed_clock_is_the_one_the_venue_tells() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        true = int((await client.get("/v5/market/time"))["time"])
        venue.faults.add("clock_skew:ms=60000")
        skewed = await client.get("/v5/market/time")
        assert 60_000 <= skewed["time"] - true < 70_000
        assert skewed["result"]["timeNano"][:13] == str(skewed["time"])

    on_venue(scenario)


@pytest.mark.parametrize("skew_ms", [60_000, -60_000])
def test_who_stamps_with_the_clock_that_is_shown_gets_through(skew_ms: int) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        trade = await client.trade()
        venue.faults.add(f"clock_skew:ms={skew_ms}")
        refused = await client.post(CREATE, LIMIT)
        shown = (await client.get("/v5/market/time"))["time"]
        assert (refused["retCode"], f"server_timestamp[{shown // 100_000}" in refused["retMsg"]) == (
            10002,
            True,
        )
        await trade.send_json(order_request("order.create", "1", **LIMIT))
        answer = await trade.receive_json()
        assert answer["retCode"] == 10002
        assert abs(int(answer["header"]["Timenow"]) - shown) < 10_000
        late = order_request("order.create", "2", **LIMIT)
        late["header"]["X-BAPI-TIMESTAMP"] = str(shown)
        await trade.send_json(late)
        assert (await trade.receive_json())["retCode"] == 0
        assert len(venue.exchange.open_orders) == 1

    on_venue(scenario)


@pytest.mark.parametrize("skew_ms", [60_000, -60_000])
def test_the_adapter_learns_a_clock_that_went_wrong_and_logs_in_by_it(skew_ms: int) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        adapter = BybitHTTPClient(
            base_url=venue.urls.rest, credentials=Credentials(venue.api_key, venue.api_secret)
        )
        await adapter.open()
        venue.faults.add(f"clock_skew:ms={skew_ms}")
        try:
            assert await adapter.get_open_orders("linear", symbol="BTCUSDT") == []
            assert abs(adapter.clock_offset_ms - skew_ms) < 10_000
            expires = adapter.server_time_ms() + 5_000
        finally:
            await adapter.close()
        for url in (venue.urls.ws_private, venue.urls.ws_trade):
            socket = await client.socket(url)
            login = [venue.api_key, expires, client.sign(f"GET/realtime{expires}")]
            await socket.send_json({"op": "auth", "args": login})
            answer = await socket.receive_json()
            assert answer.get("success") or answer.get("retCode") == 0, answer

    on_venue(scenario)


@pytest.mark.parametrize("kind", ["rate_limit", "server_error", "ret_code:code=10429", "clock_skew:ms=60000"])
def test_orders_refused_on_the_trade_socket(kind: str) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        trade = await client.trade()
        venue.faults.add(f"{kind}{',' if ':' in kind else ':'}count=1")
        for number in ("1", "2"):
            await trade.send_json(order_request("order.create", number, **LIMIT))
        refused, taken = await trade.receive_json(), await trade.receive_json()
        assert (refused["reqId"], refused["op"], refused["data"]) == ("1", "order.create", {})
        assert refused["retCode"] in {10006, 10016, 10429, 10002}
        assert (taken["reqId"], taken["retCode"]) == ("2", 0)
        assert len(venue.exchange.open_orders) == 1

    on_venue(scenario)


@pytest.mark.parametrize(("when", "taken"), [("before", 0), ("after", 1)])
def test_a_request_that_hangs_is_open_until_the_fault_is_taken_back(when: str, taken: int) -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        ident = venue.faults.add("hang", when=when, match=CREATE)
        request = asyncio.create_task(client.post(CREATE, LIMIT))
        await until(lambda: venue.faults.log)
        assert (await client.get("/v5/market/time"))["retCode"] == 0
        assert len(venue.exchange.open_orders) == taken
        assert not request.done()
        venue.faults.remove(ident)
        with pytest.raises(aiohttp.ClientError):
            await request

    on_venue(scenario)


def test_truncated_and_corrupt_bodies() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        venue.faults.add("truncate:count=1")
        with pytest.raises(aiohttp.ClientPayloadError):
            await client.post(CREATE, LIMIT)
        assert len(venue.exchange.open_orders) == 1
        venue.faults.clear()
        venue.faults.add("corrupt:family=rest,count=1")
        with pytest.raises(json.JSONDecodeError):
            await client.get("/v5/market/time")
        assert (await client.get("/v5/market/time"))["retCode"] == 0

    on_venue(scenario)


def test_refused_requests() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        venue.faults.add("refuse:family=rest")
        with pytest.raises(aiohttp.ClientError):
            await client.get("/v5/market/time")

    on_venue(scenario)


def test_damaged_public_frames() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        public = await client.public(BTC_BOOK)
        first = (await public.receive_json())["data"]["u"]
        venue.faults.add("gap:count=1")
        move(venue, 85_000)
        await until(lambda: venue.faults.log)
        move(venue, 85_100)
        assert (await public.receive_json())["data"]["u"] == first + 2

        venue.faults.add("crossed:count=1")
        move(venue, 85_200)
        sides = (await public.receive_json())["data"]
        bids = [float(price) for price, size in sides["b"] if size != "0"]
        asks = [float(price) for price, size in sides["a"] if size != "0"]
        assert max(bids) > max(asks)

        venue.faults.add("corrupt:family=public,count=1")
        move(venue, 85_300)
        message = await public.receive()
        with pytest.raises(json.JSONDecodeError):
            json.loads(message.data)
        assert [hit[0] for hit in hits(venue)] == ["gap", "crossed", "corrupt"]
        assert {hit[2] for hit in hits(venue)} == {BTC_BOOK}

    on_venue(scenario)


def test_damaged_private_rows() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        private = await client.private("order")
        venue.faults.add("unknown_enum", family="private", field="orderStatus", count=1)
        venue.faults.add("missing_field", family="private", field="cumExecQty", after=1, count=1)
        venue.faults.add("smp_group_string", family="private", after=2, count=1)
        rows: list[dict[str, Any]] = []
        for _ in range(4):
            await client.post(CREATE, LIMIT)
            rows += (await private.receive_json())["data"]
        assert [row["orderStatus"] for row in rows] == ["Unheard", "New", "New", "New"]
        assert ["cumExecQty" in row for row in rows] == [True, False, True, True]
        assert [row["smpGroup"] for row in rows] == [0, 0, "0", 0]

    on_venue(scenario)


def test_damaged_rest_rows() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        await client.post(CREATE, LIMIT)
        query = "category=linear&symbol=BTCUSDT"
        venue.faults.add("smp_group_string:family=rest")
        venue.faults.add("missing_field:family=rest,field=leavesQty")
        venue.faults.add("unknown_enum:family=rest,field=orderStatus,value=Novel")
        (row,) = (await client.get("/v5/order/realtime", query))["result"]["list"]
        assert (row["smpGroup"], "leavesQty" in row, row["orderStatus"]) == ("0", False, "Novel")

    on_venue(scenario)


def test_a_run_with_one_seed_repeats() -> None:
    outcomes: list[list[str]] = []

    def outcome(seed: int) -> list[str]:
        async def scenario(venue: SimVenue, client: RawClient) -> None:
            private = await client.private("order")
            venue.faults.add("lose:family=private,probability=0.5")
            venue.faults.add("unknown_enum:family=private,probability=0.5")
            for number in range(40):
                await client.post(CREATE, LIMIT | {"orderLinkId": f"n{number}"})
            await client.post("/v5/order/cancel-all", BTC)
            venue.faults.clear()
            await client.post(CREATE, LIMIT | {"orderLinkId": "last"})
            seen: list[str] = []
            while not seen or "last" not in seen[-1]:
                row = (await private.receive_json())["data"][0]
                seen.append(str([row[name] for name in row if name != "orderId" and "Time" not in name]))
            outcomes.append(seen)

        on_venue(scenario, seed=seed)
        return outcomes[-1]

    assert outcome(7) == outcome(7)
    assert outcome(7) != outcome(8)


def test_faults_of_the_configuration_are_set_from_the_start() -> None:
    async def scenario(venue: SimVenue, client: RawClient) -> None:
        assert [fault.spec.kind for fault in venue.faults.active] == ["ban", "delay"]
        assert (await client.raw("GET", "/v5/market/time"))[0] == 403

    on_venue(scenario, faults=("ban:match=/v5/market/*", "delay:ms=1"))
