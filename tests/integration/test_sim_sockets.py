"""The venue on real sockets, spoken to by a client written from Bybit's documentation alone."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from yarl import URL

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

BTC = {"category": "linear", "symbol": "BTCUSDT"}
LIMIT = BTC | {"side": "Buy", "orderType": "Limit", "qty": "0.1", "price": "80000"}


class Client:
    """A signing HTTP and WebSocket client."""

    def __init__(self, venue: SimVenue, session: aiohttp.ClientSession) -> None:
        self.venue = venue
        self.session = session
        self.headers: dict[str, str] = {}
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    def sign(self, text: str) -> str:
        return hmac.new(self.venue.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def signed(self, payload: str) -> dict[str, str]:
        now = str(time.time_ns() // 1_000_000)
        return {
            "X-BAPI-API-KEY": self.venue.api_key,
            "X-BAPI-TIMESTAMP": now,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": self.sign(f"{now}{self.venue.api_key}5000{payload}"),
        }

    async def get(self, path: str, query: str = "") -> dict[str, Any]:
        url = URL(f"{self.venue.urls.rest}{path}?{query}", encoded=True)
        async with self.session.get(url, headers=self.signed(query)) as response:
            assert response.status == 200
            self.headers = dict(response.headers)
            return dict(await response.json())

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(body)
        url = f"{self.venue.urls.rest}{path}"
        async with self.session.post(url, data=text, headers=self.signed(text)) as response:
            assert response.status == 200
            self.headers = dict(response.headers)
            return dict(await response.json())

    async def socket(self, url: str, *topics: str, login: bool = False) -> aiohttp.ClientWebSocketResponse:
        socket = await self.session.ws_connect(url)
        self.sockets.append(socket)
        if login:
            expires = time.time_ns() // 1_000_000 + 5000
            args = [self.venue.api_key, expires, self.sign(f"GET/realtime{expires}")]
            await socket.send_json({"op": "auth", "args": args})
            answer = await socket.receive_json()
            assert answer.get("success") or answer.get("retCode") == 0
        if topics:
            await socket.send_json({"op": "subscribe", "args": list(topics)})
            assert (await socket.receive_json())["success"]
        return socket

    async def private(self, *topics: str) -> aiohttp.ClientWebSocketResponse:
        return await self.socket(self.venue.urls.ws_private, *topics, login=True)

    async def public(self, *topics: str, category: str = "linear") -> aiohttp.ClientWebSocketResponse:
        return await self.socket(f"{self.venue.urls.ws_public}/{category}", *topics)

    async def trade(self) -> aiohttp.ClientWebSocketResponse:
        return await self.socket(self.venue.urls.ws_trade, login=True)


def order_request(op: str, **fields: Any) -> dict[str, Any]:
    header = {"X-BAPI-TIMESTAMP": str(time.time_ns() // 1_000_000)}
    return {"reqId": f"{op}-{time.time_ns()}", "header": header, "op": op, "args": [fields]}


@asynccontextmanager
async def running(**config: Any) -> AsyncIterator[Client]:
    venue = SimVenue(SimConfig(**{"market": "quiet"} | config))
    async with venue, aiohttp.ClientSession() as session:
        client = Client(venue, session)
        yield client
        for socket in client.sockets:
            await socket.close()
    venue.exchange.check()


def run(scenario: Callable[[Client], Awaitable[None]], **config: Any) -> None:
    async def main() -> None:
        async with running(**config) as client, asyncio.timeout(30):
            await scenario(client)

    asyncio.run(main())


async def frames(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    return [await socket.receive_json() for _ in range(count)]


def test_an_order_from_create_to_fill_over_all_sockets() -> None:
    async def scenario(client: Client) -> None:
        market = client.venue.exchange.markets["linear", "BTCUSDT"]
        private = await client.private("order", "execution", "position", "wallet")
        public = await client.public("publicTrade.BTCUSDT", "orderbook.50.BTCUSDT")
        snapshot = await public.receive_json()
        trade = await client.trade()
        await trade.send_json(
            order_request("order.create", **LIMIT | {"price": "86000", "orderLinkId": "mine"})
        )
        ack = await trade.receive_json()
        assert (ack["retCode"], ack["data"]["orderLinkId"]) == (0, "mine")
        placed = await frames(private, 3)
        assert [frame["topic"] for frame in placed] == ["order", "position", "wallet"]
        assert placed[0]["data"][0]["orderId"] == ack["data"]["orderId"]
        delta = await public.receive_json()
        assert delta["data"]["u"] == snapshot["data"]["u"] + 1
        assert delta["data"]["b"][0][0] == "86000.00"

        market.trade("Sell", "86000", "5")
        filled = await frames(private, 4)
        assert [frame["topic"] for frame in filled] == ["execution", "order", "position", "wallet"]
        assert filled[0]["data"][0]["isMaker"] is True
        assert filled[1]["data"][0]["orderStatus"] == "Filled"
        assert filled[2]["data"][0]["size"] == "0.1"
        prints = await public.receive_json()
        assert [row["S"] for row in prints["data"]] == ["Sell"] * len(prints["data"])

    run(scenario)


def test_rest_from_clock_to_closed_order() -> None:
    async def scenario(client: Client) -> None:
        assert abs(int((await client.get("/v5/market/time"))["time"]) - time.time() * 1000) < 60_000
        created = await client.post("/v5/order/create", LIMIT | {"orderLinkId": "a"})
        assert client.headers["X-Bapi-Limit"] == "10"
        assert created["retMsg"] == "OK"
        ids = BTC | {"orderId": created["result"]["orderId"]}
        assert (await client.post("/v5/order/amend", ids | {"qty": "0.2"}))["retCode"] == 0
        assert (await client.post("/v5/order/amend", ids | {"qty": "0.2"}))["retMsg"] == "order not modified"
        query = "category=linear&symbol=BTCUSDT"
        page = (await client.get("/v5/order/realtime", query))["result"]
        assert [row["qty"] for row in page["list"]] == ["0.2"]
        cursor = page["nextPageCursor"]
        assert (await client.get("/v5/order/realtime", f"{query}&cursor={cursor}"))["result"]["list"] == []
        assert (await client.post("/v5/order/cancel", ids))["retCode"] == 0
        assert (await client.post("/v5/order/cancel", ids))["retCode"] == 110001
        assert (await client.post("/v5/order/cancel-all", BTC))["result"] == {"list": [], "success": "1"}
        history = (await client.get("/v5/order/history", query))["result"]["list"]
        assert [row["orderStatus"] for row in history] == ["Cancelled"]
        market = BTC | {"side": "Buy", "orderType": "Market", "qty": "0.1"}
        batch = {"category": "linear", "request": [market, market | {"qty": "x"}]}
        answer = await client.post("/v5/order/create-batch", batch)
        assert [item["code"] for item in answer["retExtInfo"]["list"]] == [0, 10001]
        fills = (await client.get("/v5/execution/list", query))["result"]["list"]
        assert len(fills) == 1
        position = (await client.get("/v5/position/list", query))["result"]["list"][0]
        assert (position["side"], position["size"]) == ("Buy", "0.1")
        leverage = BTC | {"buyLeverage": "5", "sellLeverage": "5"}
        assert [(await client.post("/v5/position/set-leverage", leverage))["retCode"] for _ in range(2)] == [
            0,
            110043,
        ]
        wallet = (await client.get("/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT"))["result"]
        assert [coin["coin"] for coin in wallet["list"][0]["coin"]] == ["USDT"]
        assert (await client.get("/v5/account/info"))["result"]["unifiedMarginStatus"] == 5
        rates = (await client.get("/v5/account/fee-rate", query))["result"]["list"]
        assert rates == [{"symbol": "BTCUSDT", "takerFeeRate": "0.00055", "makerFeeRate": "0.0002"}]
        assert (await client.get("/v5/user/query-api"))["retMsg"] == ""

    run(scenario)


@pytest.mark.parametrize(
    "path",
    [
        "instruments-info?category=linear",
        "orderbook?category=spot&symbol=BTCUSDT",
        "tickers?category=spot",
        "recent-trade?category=linear&symbol=BTCUSDT",
        "kline?symbol=BTCUSDT&interval=1",
        "funding/history?category=linear&symbol=BTCUSDT",
    ],
)
def test_public_rest_needs_no_signature(path: str) -> None:
    async def scenario(client: Client) -> None:
        async with client.session.get(f"{client.venue.urls.rest}/v5/market/{path}") as response:
            answer = await response.json()
        assert (response.status, answer["retCode"], answer["retMsg"]) == (200, 0, "OK")

    run(scenario)


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/v5/order/realtime?category=linear", {}, None, 401),
        ("POST", "/v5/order/create", {"X-BAPI-API-KEY": "k"}, "{}", 401),
        ("GET", "/v5/nope", {}, None, 404),
        ("GET", "/v5/order/create", {}, None, 404),
        ("GET", "/", {}, None, 404),
        ("PUT", "/v5/order/create", {}, "{}", 400),
        ("GET", "/v5/market/time", {}, "{}", 403),
    ],
)
def test_http_statuses(
    method: str, path: str, headers: dict[str, str], body: str | None, status: int
) -> None:
    async def scenario(client: Client) -> None:
        url = client.venue.urls.rest + path
        async with client.session.request(method, url, headers=headers, data=body) as response:
            assert response.status == status
            assert "Traceback" not in await response.text()

    run(scenario)


@pytest.mark.parametrize("body", ["", "{", "[]", "1", '"x"', "\xff", "[" * 3000, '{"category":{}}', "{}"])
def test_bad_bodies_are_10001(body: str) -> None:
    async def scenario(client: Client) -> None:
        for path in ("create", "amend", "cancel", "cancel-all", "create-batch"):
            url = f"{client.venue.urls.rest}/v5/order/{path}"
            async with client.session.post(url, data=body, headers=client.signed(body)) as response:
                answer = await response.json()
            assert (response.status, answer["retCode"], answer["result"]) == (200, 10001, {})

    run(scenario)


def test_a_wrong_signature_and_a_late_clock() -> None:
    async def scenario(client: Client) -> None:
        url = f"{client.venue.urls.rest}/v5/account/info"
        good = client.signed("")
        for change, code in (
            ({"X-BAPI-SIGN": "0" * 64}, 10004),
            ({"X-BAPI-API-KEY": "other"}, 10003),
            ({"X-BAPI-TIMESTAMP": str(int(good["X-BAPI-TIMESTAMP"]) - 60_000)}, 10002),
        ):
            async with client.session.get(url, headers=good | change) as response:
                assert (response.status, (await response.json())["retCode"]) == (200, code)

    run(scenario)


def test_limits_are_enforced_unless_switched_off() -> None:
    async def codes(client: Client) -> list[int]:
        orders = [client.post("/v5/order/create", LIMIT) for _ in range(15)]
        return [answer["retCode"] for answer in await asyncio.gather(*orders)]

    async def enforced(client: Client) -> None:
        assert set(await codes(client)) == {0, 10006}

    async def off(client: Client) -> None:
        assert set(await codes(client)) == {0}

    # The clock stands still, so that no window passes while the requests are under way.
    now = time.time_ns() // 1_000_000
    run(enforced, clock=lambda: now)
    run(off, clock=lambda: now, rate_limits=False)


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_a_book_rebuilt_from_a_moving_market_is_the_venues(category: str) -> None:
    async def scenario(client: Client) -> None:
        market = client.venue.exchange.markets[category, "BTCUSDT"]
        socket = await client.public("orderbook.50.BTCUSDT", category=category)
        sides: dict[str, dict[str, str]] = {"b": {}, "a": {}}
        u = 0
        for _ in range(40):
            frame = await socket.receive_json()
            assert frame["type"] == ("delta" if u else "snapshot")
            assert frame["data"]["u"] == u + 1 or not u
            u = frame["data"]["u"]
            for name, levels in sides.items():
                for price, size in frame["data"][name]:
                    levels[price] = size
                    if size == "0":
                        del levels[price]
                assert len(levels) == 50
            if market.feeds[50].u == u:
                wanted = {market.instrument.price_text(t) for t in market.feeds[50].bids}
                assert sides["b"].keys() == wanted

    run(scenario, market="synthetic")


def test_faults() -> None:
    async def scenario(client: Client) -> None:
        venue = client.venue
        trade, private = await client.trade(), await client.private("order")
        public = await client.public("orderbook.50.BTCUSDT")
        first = await public.receive_json()

        venue.skip_u("BTCUSDT", 50)
        venue.exchange.markets["linear", "BTCUSDT"].set_book([("86000", "1")], [("86000.1", "1")])
        assert (await public.receive_json())["data"]["u"] == first["data"]["u"] + 2

        venue.lose_acks(True)
        await trade.send_json(order_request("order.create", **LIMIT))
        assert (await private.receive_json())["data"][0]["orderStatus"] == "New"
        venue.lose_acks(False)

        venue.hold_private(True)
        await trade.send_json(order_request("order.create", **LIMIT | {"orderLinkId": "unseen"}))
        assert (await trade.receive_json())["retCode"] == 0
        venue.hold_private(False)
        await trade.send_json(order_request("order.create", **LIMIT | {"orderLinkId": "seen"}))
        assert (await private.receive_json())["data"][0]["orderLinkId"] == "seen"

        for family, socket in (("public", public), ("private", private)):
            assert venue.disconnect(family) == 1
            message = await socket.receive()
            while message.type is aiohttp.WSMsgType.TEXT:  # sent before the cut
                message = await socket.receive()
            assert message.type in {
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.ERROR,
            }
        assert (await trade.receive_json())["retCode"] == 0
        await trade.send_json({"op": "ping"})
        assert (await trade.receive_json())["op"] == "pong"
        with pytest.raises(ValueError, match="family must be one of"):
            venue.disconnect("all")

    run(scenario)


def test_starting_and_stopping_leaves_nothing_behind() -> None:
    async def main() -> None:
        before = asyncio.all_tasks()
        async with running() as client:
            port = int(client.venue.urls.rest.rpartition(":")[2])
            await client.public("orderbook.1.BTCUSDT")
            await client.private("order")
            await client.get("/v5/account/info")
        assert asyncio.all_tasks() == before
        async with running(port=port):
            pass
        with pytest.raises(RuntimeError, match="not started"):
            _ = SimVenue(SimConfig(market="quiet")).urls

    asyncio.run(main())
