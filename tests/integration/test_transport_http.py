from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from scripted_venue import ScriptedVenue, ok, scripted_venue

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitAuthError,
    BybitConfigError,
    BybitConnectionError,
    BybitDecodeError,
    BybitError,
    BybitStatusError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import CancelAllOrders, Credentials, PlaceOrder, sign_rest

if TYPE_CHECKING:
    from collections.abc import Callable

CREDENTIALS = Credentials("key", "very-secret")
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "wire"
WEEK_MS = 7 * 24 * 3600 * 1000
REQUEST = PlaceOrder(
    category="linear", symbol="BTCUSDT", side="Buy", order_type="Limit", qty="1", order_link_id="m-1"
)


def client_of(venue: ScriptedVenue, **extra: Any) -> BybitHTTPClient:
    options: dict[str, Any] = {
        "credentials": CREDENTIALS,
        "base_url": venue.url,
        "backoff": Backoff(base_secs=0.001, cap_secs=0.002),
        **extra,
    }
    return BybitHTTPClient(**options)


def asked(venue: ScriptedVenue, path: str) -> list[dict[str, str]]:
    return [
        {name: values[0] for name, values in parse_qs(payload).items()}
        for _, asked_path, payload, _ in venue.requests
        if asked_path == path
    ]


def count(venue: ScriptedVenue, path: str) -> int:
    return sum(asked_path == path for _, asked_path, _, _ in venue.requests)


def on_path(path: str, respond: Callable[[int, web.Request], Any]) -> Any:
    """Answer the nth request (from 1) to a path."""
    number = 0

    async def rest(request: web.Request) -> web.StreamResponse | None:
        nonlocal number
        if request.path != path:
            return None
        number += 1
        response = respond(number, request)
        answer: web.StreamResponse | None = await response if asyncio.iscoroutine(response) else response
        return answer

    return rest


def order_row(order_id: str) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "orderId": order_id,
        "orderLinkId": "",
        "orderStatus": "New",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "1",
    }


def execution_row(exec_id: str) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "orderId": "o",
        "orderLinkId": "",
        "execId": exec_id,
        "execType": "Trade",
        "side": "Buy",
        "execPrice": "1",
        "execQty": "1",
        "execTime": "1",
    }


def test_a_read_is_signed_over_what_is_sent() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue, recv_window_ms=7000)
            await client.open()
            await client.get_open_orders("linear", symbol="BTC USDT&/+", order_link_id="a=b")
            *_, (method, _, query, headers) = venue.requests
            assert method == "GET"
            assert "BTC%20USDT%26%2F%2B" in query
            expected = sign_rest(CREDENTIALS, int(headers["X-BAPI-TIMESTAMP"]), 7000, query)
            assert headers["X-BAPI-SIGN"] == expected
            assert headers["X-BAPI-API-KEY"] == "key"
            await client.close()

    asyncio.run(scenario())


def test_an_order_is_signed_over_its_body() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path("/v5/order/create", lambda *_: ok({"orderId": "v-1", "orderLinkId": "m-1"}))
            client = client_of(venue)
            await client.open()
            answer = await client.place_order(REQUEST)
            assert (answer.order_id, answer.order_link_id) == ("v-1", "m-1")
            *_, (method, _, body, headers) = venue.requests
            assert method == "POST"
            assert headers["Content-Type"] == "application/json"
            assert headers["X-BAPI-SIGN"] == sign_rest(
                CREDENTIALS, int(headers["X-BAPI-TIMESTAMP"]), 5000, body
            )
            await client.close()

    asyncio.run(scenario())


def test_the_venues_clock_is_learned() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.clock_ahead_ms = 90_000
            client = client_of(venue)
            await client.open()
            await client.get_open_orders("linear", symbol="BTCUSDT")
            *_, (_, _, _, headers) = venue.requests
            lead_ms = int(headers["X-BAPI-TIMESTAMP"]) - time.time_ns() // 1_000_000
            assert 80_000 < lead_ms <= 90_500
            await client.close()

    asyncio.run(scenario())


def test_a_clock_that_drifts_is_learned_again_and_the_read_signed_anew() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue)
            await client.open()
            venue.clock_ahead_ms = 60_000
            stamps: list[int] = []

            def judge(_number: int, request: web.Request) -> web.Response:
                stamps.append(int(request.headers["X-BAPI-TIMESTAMP"]))
                late = len(stamps) == 1
                return ok({"list": []}, 10002 if late else 0, "check your server timestamp")

            venue.rest = on_path("/v5/order/realtime", judge)
            assert await client.get_open_orders("linear", symbol="X") == []
            assert stamps[1] - stamps[0] > 50_000
            await client.close()

    asyncio.run(scenario())


def test_an_order_refused_for_its_timestamp_is_signed_anew_once() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue)
            await client.open()
            venue.rest = on_path("/v5/order/create", lambda *_: ok({}, 10002, "check your server timestamp"))
            with pytest.raises(BybitApiError) as caught:
                await client.place_order(REQUEST)
            assert (caught.value.ret_code, caught.value.outcome) == (10002, Outcome.REJECTED)
            assert count(venue, "/v5/order/create") == 2
            await client.close()

    asyncio.run(scenario())


def test_all_pages_are_read_and_the_cursor_goes_back_as_it_came() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            cursor = "39bb%3A1791270738610%2C39bb%3A1791270738610"

            def page(number: int, request: web.Request) -> web.Response:
                if number == 1:
                    return ok({"list": [order_row("a"), order_row("b")], "nextPageCursor": cursor})
                assert f"cursor={cursor}" in request.rel_url.raw_query_string
                if number == 2:
                    return ok({"list": [order_row("c")], "nextPageCursor": "next"})
                return ok({"list": [], "nextPageCursor": ""})

            def pages(number: int, request: web.Request) -> web.Response:
                return page(min(number, 2), request) if number < 3 else ok({"list": [], "nextPageCursor": ""})

            venue.rest = on_path("/v5/order/realtime", pages)
            client = client_of(venue)
            await client.open()
            orders = await client.get_open_orders("linear", settle_coin="USDT")
            assert [order.order_id for order in orders] == ["a", "b", "c"]
            assert count(venue, "/v5/order/realtime") == 3
            await client.close()

    asyncio.run(scenario())


def test_a_cursor_that_repeats_itself_does_not_loop() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path(
                "/v5/position/list",
                lambda *_: ok({"list": [{"symbol": "X", "side": "", "size": "0"}], "nextPageCursor": "same"}),
            )
            client = client_of(venue)
            await client.open()
            with pytest.raises(BybitDecodeError, match="repeats the page cursor"):
                await client.get_positions("linear", settle_coin="USDT")
            await client.close()

    asyncio.run(scenario())


def test_a_page_that_fails_is_no_shorter_list() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            def page(number: int, _request: web.Request) -> web.Response:
                if number == 1:
                    return ok({"list": [execution_row("1")], "nextPageCursor": "next"})
                return ok({}, 10005, "Permission denied")

            venue.rest = on_path("/v5/execution/list", page)
            client = client_of(venue)
            await client.open()
            with pytest.raises(BybitAuthError):
                await client.get_executions("linear")
            await client.close()

    asyncio.run(scenario())


def test_twenty_days_are_three_windows_and_a_fill_on_the_seam_comes_once() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            def page(_number: int, request: web.Request) -> web.Response:
                if "cursor" in request.query:
                    return ok({"list": [], "nextPageCursor": ""})
                rows = [execution_row("seam"), execution_row(request.query["startTime"])]
                return ok({"list": rows, "nextPageCursor": f"after-{request.query['startTime']}"})

            venue.rest = on_path("/v5/execution/list", page)
            client = client_of(venue)
            await client.open()
            start_ms, end_ms = 1_700_000_000_000, 1_700_000_000_000 + 20 * WEEK_MS // 7
            rows = await client.get_executions("linear", start_ms=start_ms, end_ms=end_ms)
            windows = [
                (int(query["startTime"]), int(query["endTime"]))
                for query in asked(venue, "/v5/execution/list")
                if "cursor" not in query
            ]
            assert sorted(windows) == [
                (start_ms, start_ms + WEEK_MS),
                (start_ms + WEEK_MS, start_ms + 2 * WEEK_MS),
                (start_ms + 2 * WEEK_MS, end_ms),
            ]
            assert sorted(row.exec_id for row in rows) == sorted(
                ["seam", *(str(start) for start, _ in windows)]
            )
            await client.close()

    asyncio.run(scenario())


def test_a_window_the_wrong_way_round_is_refused() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue)
            await client.open()
            with pytest.raises(BybitConfigError, match="start_ms must not be after end_ms"):
                await client.get_executions("linear", start_ms=2, end_ms=1)
            await client.close()

    asyncio.run(scenario())


def test_an_order_row_that_defies_reading_is_an_error() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            rows = [order_row("a"), {"symbol": "BTCUSDT"}]
            venue.rest = on_path("/v5/order/realtime", lambda *_: ok({"list": rows, "nextPageCursor": ""}))
            client = client_of(venue)
            await client.open()
            with pytest.raises(BybitDecodeError, match="1 of 2 rows"):
                await client.get_open_orders("linear", symbol="BTCUSDT")
            await client.close()

    asyncio.run(scenario())


def test_an_instrument_row_that_defies_reading_is_left_out_and_counted() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            good = (FIXTURES / "instrument_spot.json").read_text()
            body = (
                '{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":['
                f'{good},{{"symbol":"ODD"}}]}},"time":1}}'
            )
            venue.rest = on_path("/v5/market/instruments-info", lambda *_: web.Response(text=body))
            client = client_of(venue, credentials=None)
            await client.open()
            (instrument,) = await client.get_instruments("spot")
            assert (instrument.symbol, client.bad_row_count) == ("BTCUSDT", 1)
            assert "limit" not in asked(venue, "/v5/market/instruments-info")[0]
            await client.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "failure",
    [
        lambda: web.Response(status=502, text="bad gateway"),
        lambda: web.Response(status=429),
        lambda: ok({}, 10016, "server error"),
        lambda: ok({}, 10006, "Too many visits!", **{"X-Bapi-Limit-Reset-Timestamp": "1"}),
        lambda: web.Response(text='{"retCode":0,"resu'),
    ],
)
def test_a_read_is_repeated_after_what_may_pass(failure: Callable[[], web.Response]) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path(
                "/v5/order/realtime",
                lambda number, _: failure() if number < 4 else ok({"list": [order_row("a")]}),
            )
            client = client_of(venue)
            await client.open()
            assert len(await client.get_open_orders("linear", symbol="X")) == 1
            assert count(venue, "/v5/order/realtime") == 4
            await client.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("failure", "error", "attempts"),
    [
        (lambda: web.Response(status=502), BybitStatusError, 4),
        (lambda: web.Response(status=403), BybitStatusError, 1),
        (lambda: ok({}, 10003, "API key is invalid."), BybitAuthError, 1),
        (lambda: ok({}, 10001, "params error"), BybitApiError, 1),
        (lambda: ok({}, 987654, "new"), BybitApiError, 1),
        (lambda: web.Response(text="<html>"), BybitDecodeError, 4),
    ],
)
def test_a_read_that_keeps_failing_raises(
    failure: Callable[[], web.Response], error: type[BybitError], attempts: int
) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path("/v5/order/realtime", lambda *_: failure())
            client = client_of(venue)
            await client.open()
            with pytest.raises(error):
                await client.get_open_orders("linear", symbol="X")
            assert count(venue, "/v5/order/realtime") == attempts
            await client.close()

    asyncio.run(scenario())


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_inside_the_body(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "500"})
    await response.prepare(request)
    await response.write(b'{"retCode":0,')
    assert request.transport is not None
    request.transport.close()
    return response


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


@pytest.mark.parametrize(
    ("respond", "error", "outcome"),
    [
        (cut, BybitConnectionError, Outcome.UNKNOWN),
        (cut_inside_the_body, BybitConnectionError, Outcome.UNKNOWN),
        (hang, BybitTimeoutError, Outcome.UNKNOWN),
        (lambda _: web.Response(status=502), BybitStatusError, Outcome.UNKNOWN),
        (lambda _: web.Response(status=429), BybitStatusError, Outcome.UNKNOWN),
        (lambda _: web.Response(status=403), BybitStatusError, Outcome.REJECTED),
        (lambda _: web.Response(text='{"retCode":0,"re'), BybitDecodeError, Outcome.UNKNOWN),
        (lambda _: web.Response(text="null"), BybitDecodeError, Outcome.UNKNOWN),
        (lambda _: ok([]), BybitDecodeError, Outcome.UNKNOWN),
        (lambda _: ok({}, 110007, "ab not enough"), BybitApiError, Outcome.REJECTED),
        (lambda _: ok({}, 10016, "server error"), BybitApiError, Outcome.UNKNOWN),
        (lambda _: ok({}, 110072, "OrderLinkedID is duplicate"), BybitApiError, Outcome.UNKNOWN),
        (
            lambda _: web.Response(status=307, headers={"Location": "/v5/x"}),
            BybitStatusError,
            Outcome.UNKNOWN,
        ),
    ],
)
def test_an_order_is_sent_once_and_its_failure_says_what_is_known(
    respond: Callable[[web.Request], Any], error: type[BybitError], outcome: Outcome
) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path("/v5/order/create", lambda _, request: respond(request))
            client = client_of(venue, timeout_secs=0.5)
            await client.open()
            with pytest.raises(error) as caught:
                await client.place_order(REQUEST)
            assert type(caught.value) is error
            assert caught.value.outcome is outcome
            assert count(venue, "/v5/order/create") == 1
            await client.close()

    asyncio.run(scenario())


def test_an_order_to_nobody_was_not_sent() -> None:
    def tell_time_and_hang_up(_number: int, _request: web.Request) -> web.Response:
        # With a kept connection the order might have left, and the answer would be "unknown".
        response = ok({"timeSecond": "1", "timeNano": str(time.time_ns())})
        response.force_close()
        return response

    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path("/v5/market/time", tell_time_and_hang_up)
            client = client_of(venue)
            await client.open()
        with pytest.raises(BybitConnectionError, match="could not be sent") as caught:
            await client.place_order(REQUEST)
        assert caught.value.outcome is Outcome.NOT_SENT
        await client.close()
        with pytest.raises(BybitConnectionError, match="needs an open client") as caught:
            await client.place_order(REQUEST)
        assert caught.value.outcome is Outcome.NOT_SENT

    asyncio.run(scenario())


def test_nothing_to_cancel_is_no_error() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue)
            await client.open()
            request = CancelAllOrders(category="linear", settle_coin="USDT")
            venue.rest = on_path("/v5/order/cancel-all", lambda *_: ok({"list": [], "success": "1"}))
            assert await client.cancel_all_orders(request) == []
            row = {"orderId": "a", "orderLinkId": ""}
            venue.rest = on_path("/v5/order/cancel-all", lambda *_: ok({"list": [row], "success": "1"}))
            (cancelled,) = await client.cancel_all_orders(request)
            assert cancelled.order_id == "a"
            await client.close()

    asyncio.run(scenario())


def test_leverage_that_is_so_already_is_a_success() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path(
                "/v5/position/set-leverage", lambda *_: ok({}, 110043, "leverage not modified")
            )
            client = client_of(venue)
            await client.open()
            await client.set_leverage("linear", "BTCUSDT", "5")
            *_, (_, _, body, _) = venue.requests
            assert '"buyLeverage":"5","sellLeverage":"5"' in body
            venue.rest = on_path("/v5/position/set-leverage", lambda *_: ok({}, 110013, "too big"))
            with pytest.raises(BybitApiError):
                await client.set_leverage("linear", "BTCUSDT", "500")
            await client.close()

    asyncio.run(scenario())


def test_it_opens_again_after_a_close() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue)
            for _ in range(2):
                await client.open()
                await client.open()
                await client.get_open_orders("linear", symbol="X")
                await client.close()
                await client.close()
                assert not client.is_open
            assert count(venue, "/v5/order/realtime") == 2

    asyncio.run(scenario())


def test_without_credentials_only_the_market_can_be_read() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = client_of(venue, credentials=None)
            await client.open()
            assert not venue.requests
            assert (await client.get_server_time()).time_second
            with pytest.raises(BybitConfigError, match="needs credentials"):
                await client.get_positions("linear", symbol="X")
            await client.close()

    asyncio.run(scenario())


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.rest = on_path("/v5/order/realtime", lambda *_: web.Response(status=500))
            client = client_of(venue)
            await client.open()
            with pytest.raises(BybitStatusError):
                await client.get_open_orders("linear", symbol="X")
            await client.close()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert "HTTP 500" in caplog.text
    assert "very-secret" not in caplog.text


@pytest.mark.parametrize("base_url", ["http://api.example.com", "ftp://127.0.0.1", "127.0.0.1:80", ""])
def test_keys_do_not_travel_in_the_clear(base_url: str) -> None:
    if base_url:
        with pytest.raises(BybitConfigError):
            BybitHTTPClient(base_url=base_url)
    else:
        assert BybitHTTPClient(base_url=None).base_url == "https://api-testnet.bybit.com"
