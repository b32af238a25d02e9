"""Answers that are not as they should be: words of tomorrow, odd rows, batches that go half wrong."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from rest_answering import answering
from scripted_venue import ok

from nautilus_bybit_adapter.constants import USUAL_OPTION_BASE_COINS
from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitDecodeError,
    BybitStatusError,
    Outcome,
)
from nautilus_bybit_adapter.state.limiter import RateLimits
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import CancelOrder, PlaceOrder

ORDER = {
    "symbol": "BTCUSDT",
    "orderId": "o-1",
    "orderLinkId": "",
    "orderStatus": "New",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "1",
}
EXECUTION = {
    "symbol": "BTCUSDT",
    "orderId": "o-1",
    "orderLinkId": "",
    "execId": "e-1",
    "execType": "Trade",
    "side": "Buy",
    "execPrice": "1",
    "execQty": "1",
    "execTime": "1",
}


def listing(*rows: dict[str, Any]) -> Callable[[web.Request, Any], web.Response]:
    return lambda _request, _body: ok({"list": rows, "nextPageCursor": ""})


def test_a_word_of_tomorrow_is_kept_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_open_orders("linear", symbol="BTCUSDT")
        assert [row.order_status for row in rows] == ["New", "Resting", "Resting"]
        assert client.unknown_word_counts == {"BybitOrder.order_status=Resting": 2}

    odd = {**ORDER, "orderStatus": "Resting"}
    with caplog.at_level(logging.WARNING):
        answering(listing(ORDER, odd, odd), question)
    assert caplog.text.count("BybitOrder.order_status=Resting") == 1


def test_an_odd_row_of_market_data_costs_that_row(caplog: pytest.LogCaptureFixture) -> None:
    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_funding_history("linear", "BTCUSDT", start_ms=1)
        assert [row.funding_rate for row in rows] == ["0.1"]
        assert client.bad_row_count == 2

    good = {"symbol": "BTCUSDT", "fundingRate": "0.1", "fundingRateTimestamp": "1"}
    missing = {"symbol": "BTCUSDT", "fundingRateTimestamp": "2"}
    timeless = {**good, "fundingRateTimestamp": "soon"}
    with caplog.at_level(logging.WARNING):
        answering(listing(timeless, missing, good), question)
    assert caplog.text.count("A row of /v5/market/funding/history was left out") == 2


@pytest.mark.parametrize(
    ("row", "field", "ask"),
    [
        (ORDER, "orderStatus", lambda client: client.get_open_orders("linear", symbol="X")),
        (ORDER, "orderId", lambda client: client.get_order_history("linear")),
        (EXECUTION, "execPrice", lambda client: client.get_executions("linear")),
        (
            {"symbol": "X", "side": "", "size": "0"},
            "size",
            lambda client: client.get_positions("linear", symbol="X"),
        ),
        ({"coin": [{"coin": "USDT"}]}, "", lambda client: client.get_wallet_balance()),
    ],
)
def test_an_odd_row_of_the_account_is_an_error(
    row: dict[str, Any], field: str, ask: Callable[[BybitHTTPClient], Awaitable[Any]]
) -> None:
    async def question(client: BybitHTTPClient) -> None:
        with pytest.raises(BybitDecodeError, match="cannot be read, the first because Object missing"):
            await ask(client)

    broken = {name: value for name, value in row.items() if name != field}
    answering(listing(row, broken) if field else listing(row), question)


def orders(count: int) -> list[PlaceOrder]:
    return [
        PlaceOrder(
            category="linear",
            symbol="BTCUSDT",
            side="Buy",
            order_type="Market",
            qty="1",
            order_link_id=f"m-{number}",
        )
        for number in range(count)
    ]


def batch_answer(body: Any, codes: list[int] | None = None) -> web.Response:
    """What the venue answers to a batch: ids in the result, codes beside it."""
    items = body["request"]
    codes = [0] * len(items) if codes is None else codes
    response = {
        "retCode": 0,
        "retMsg": "OK",
        "result": {
            "list": [
                {"orderId": "" if code else f"v-{item['orderLinkId']}", "orderLinkId": item["orderLinkId"]}
                for item, code in zip(items, codes, strict=False)
            ]
        },
        "retExtInfo": {"list": [{"code": code, "msg": "text"} for code in codes]},
        "time": 1,
    }
    return web.json_response(response)


def test_a_batch_is_cut_and_carries_no_category_in_its_items() -> None:
    bodies: list[Any] = []

    def answer(_request: web.Request, body: Any) -> web.Response:
        bodies.append(body)
        return batch_answer(body)

    async def question(client: BybitHTTPClient) -> None:
        outcomes = await client.batch_place_orders(orders(45))
        ids = [outcome.response.order_id for outcome in outcomes if outcome.response is not None]
        assert ids == [f"v-m-{number}" for number in range(45)]

    answering(answer, question)
    assert [len(body["request"]) for body in bodies] == [20, 20, 5]
    assert all(body["category"] == "linear" for body in bodies)
    assert all("category" not in item for body in bodies for item in body["request"])


def test_a_batch_is_no_larger_than_the_rate_limits_let_pass() -> None:
    sizes: list[int] = []

    def answer(_request: web.Request, body: Any) -> web.Response:
        sizes.append(len(body["request"]))
        return batch_answer(body)

    async def question(client: BybitHTTPClient) -> None:
        outcomes = await client.batch_place_orders(orders(9))
        assert all(outcome.response for outcome in outcomes)

    answering(answer, question, RateLimits(orders_per_second=8))
    assert sizes == [8, 1]


def test_each_order_of_a_batch_has_its_own_outcome() -> None:
    codes = [0, 110007, 10006, 0]

    async def question(client: BybitHTTPClient) -> None:
        outcomes = await client.batch_place_orders(orders(4))
        assert [outcome.response is not None for outcome in outcomes] == [True, False, False, True]
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        assert [isinstance(error, BybitApiError) for error in errors] == [True, True]
        assert [error.outcome for error in errors] == [Outcome.REJECTED, Outcome.REJECTED]

    answering(lambda _request, body: batch_answer(body, codes), question)


def test_a_part_that_fails_leaves_the_others_as_they_are() -> None:
    parts: list[int] = []

    def answer(_request: web.Request, body: Any) -> web.Response:
        parts.append(len(body["request"]))
        return web.Response(status=502) if len(parts) == 2 else batch_answer(body)

    async def question(client: BybitHTTPClient) -> None:
        outcomes = await client.batch_place_orders(orders(50))
        assert [outcome.request for outcome in outcomes] == orders(50)
        lost = outcomes[20:40]
        assert all(isinstance(outcome.error, BybitStatusError) for outcome in lost)
        assert {outcome.error.outcome for outcome in lost if outcome.error} == {Outcome.UNKNOWN}
        assert all(outcome.response for outcome in [*outcomes[:20], *outcomes[40:]])

    answering(answer, question)
    assert parts == [20, 20, 10]


@pytest.mark.parametrize("codes", [[], [0], [0, 0, 0]])
def test_codes_that_do_not_pair_with_the_orders_tell_nothing(codes: list[int]) -> None:
    async def question(client: BybitHTTPClient) -> None:
        outcomes = await client.batch_cancel_orders(
            [CancelOrder(category="linear", symbol="X", order_link_id=str(number)) for number in range(2)]
        )
        assert all(isinstance(outcome.error, BybitDecodeError) for outcome in outcomes)
        assert {outcome.error.outcome for outcome in outcomes if outcome.error} == {Outcome.UNKNOWN}

    answering(lambda _request, body: batch_answer(body, codes), question)


def test_settings_that_are_so_already_are_a_success() -> None:
    codes = {
        "/v5/position/set-leverage": 110043,
        "/v5/position/switch-mode": 110025,
        "/v5/account/set-margin-mode": 110026,
    }

    async def question(client: BybitHTTPClient) -> None:
        await client.set_leverage("linear", "BTCUSDT", "5")
        await client.switch_position_mode(3, symbol="BTCUSDT")
        assert (await client.set_margin_mode("REGULAR_MARGIN")).reasons == []

    answering(lambda request, _body: ok({}, codes[request.path], "not modified"), question)


def test_a_margin_mode_that_is_refused_tells_the_venues_reasons() -> None:
    given = [{"reasonCode": "3400000", "reasonMsg": "Equity needs to be equal to or greater than 1000 USDC"}]
    refusals = {"PORTFOLIO_MARGIN": {"reasons": given}, "ISOLATED_MARGIN": None, "REGULAR_MARGIN": {}}

    async def question(client: BybitHTTPClient) -> None:
        found = {}
        for mode in refusals:
            with pytest.raises(BybitApiError) as refused:
                await client.set_margin_mode(mode)
            found[mode] = refused.value
        told = found["PORTFOLIO_MARGIN"]
        assert [(each.code, each.text) for each in told.reasons] == [tuple(given[0].values())]
        assert given[0]["reasonMsg"] in str(told)
        assert not found["ISOLATED_MARGIN"].reasons
        assert not found["REGULAR_MARGIN"].reasons

    answering(
        lambda _request, body: ok(refusals[body["setMarginMode"]], 3400045, "Set margin mode failed"),
        question,
    )


def test_margin_of_an_isolated_position_is_added_and_the_position_told() -> None:
    bodies: list[Any] = []

    def answer(_request: web.Request, body: Any) -> web.Response:
        bodies.append(body)
        return ok({"symbol": "BTCUSDT", "side": "Buy", "size": "1", "positionBalance": "60"})

    async def question(client: BybitHTTPClient) -> None:
        position = await client.add_margin("linear", "BTCUSDT", "10", position_idx=0)
        assert (position.category, position.position_balance) == ("linear", "60")

    answering(answer, question)
    assert bodies == [{"category": "linear", "symbol": "BTCUSDT", "margin": "10", "positionIdx": 0}]


def test_yields_are_read_under_either_name() -> None:
    row = {"productId": "1", "coin": "USDT", "id": "7", "amount": "0.1", "createdAt": "1"}

    async def question(client: BybitHTTPClient) -> None:
        for _ in range(2):
            (found,) = await client.get_earn_yield("FlexibleSaving")
            assert found.amount == "0.1"
        with pytest.raises(BybitDecodeError, match="missing required field `yield`"):
            await client.get_earn_yield("FlexibleSaving")

    results = iter([{"yield": [row]}, {"list": [row], "nextPageCursor": ""}, {"rows": [row]}])
    answering(lambda _request, _body: ok(next(results)), question)


@pytest.mark.parametrize("answer", [lambda: web.Response(status=404), lambda: ok({}, 10001, "no such list")])
def test_coins_of_options_are_the_usual_ones_where_the_venue_does_not_tell(
    answer: Callable[[], web.Response], caplog: pytest.LogCaptureFixture
) -> None:
    async def question(client: BybitHTTPClient) -> None:
        assert await client.get_option_base_coins() == list(USUAL_OPTION_BASE_COINS)

    with caplog.at_level(logging.WARNING):
        answering(lambda _request, _body: answer(), question)
    assert "BTC, ETH, SOL" in caplog.text


def test_coins_of_options_are_not_guessed_while_the_venue_is_in_trouble() -> None:
    async def question(client: BybitHTTPClient) -> None:
        with pytest.raises(BybitStatusError):
            await client.get_executions("option")

    answering(lambda _request, _body: web.Response(status=503), question)
