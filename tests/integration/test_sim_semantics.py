"""Conditional orders, stops, hedge mode and loans over the venue's real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.test_sim_sockets import BTC, Client, order_request, run

MARKET = BTC | {"orderType": "Market", "qty": "0.1", "side": "Buy"}


async def told(socket: Any, until: str) -> list[tuple[str, str, str]]:
    """Status, kind and cancel type of order rows up to the first of status `until`."""
    seen: list[tuple[str, str, str]] = []
    while not seen or seen[-1][0] != until:
        message = await socket.receive_json()
        seen += [(row["orderStatus"], row["stopOrderType"], row["cancelType"]) for row in message["data"]]
    return seen


def test_a_stop_over_the_trade_socket() -> None:
    async def scenario(client: Client) -> None:
        orders = await client.private("order.linear")
        trade = await client.trade()
        stop = MARKET | {"triggerPrice": "87000", "triggerDirection": 1, "orderLinkId": "stop"}
        await trade.send_json(order_request("order.create", **stop))
        assert (await trade.receive_json())["retCode"] == 0
        market = client.venue.exchange.markets["linear", "BTCUSDT"]
        market.trade("Buy", "87000", "0.001")
        assert await told(orders, "Filled") == [
            ("Untriggered", "Stop", "UNKNOWN"),
            ("Triggered", "Stop", "UNKNOWN"),
            ("Filled", "Stop", "UNKNOWN"),
        ]
        await trade.send_json(
            order_request("order.create", **(stop | {"orderLinkId": "late", "triggerPrice": "85000"}))
        )
        answer = await trade.receive_json()
        assert (answer["retCode"], answer["data"]) == (110092, {})

    run(scenario)


def test_a_trading_stop_over_rest() -> None:
    async def scenario(client: Client) -> None:
        orders = await client.private("order")
        await client.post("/v5/order/create", MARKET)
        request = BTC | {"tpslMode": "Full", "positionIdx": 0, "takeProfit": "90000", "stopLoss": "80000"}
        assert (await client.post("/v5/position/trading-stop", request))["retCode"] == 0
        again = await client.post("/v5/position/trading-stop", request)
        assert (again["retCode"], again["retMsg"]) == (34040, "not modified")
        page = await client.get("/v5/position/list", "category=linear&symbol=BTCUSDT")
        assert page["result"]["list"][0]["takeProfit"] == "90000"
        close = MARKET | {"side": "Sell", "qty": "0", "reduceOnly": True, "closeOnTrigger": True}
        assert (await client.post("/v5/order/create", close))["retCode"] == 0
        seen = await told(orders, "Deactivated")
        assert seen[-1][2] == "CancelByTpSlTsClear"

    run(scenario)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v5/position/switch-mode", BTC | {"mode": 3}, 0),
        ("/v5/position/switch-mode", BTC | {"mode": 0}, 110025),
        ("/v5/account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"}, 0),
        ("/v5/account/set-margin-mode", {"setMarginMode": "REGULAR_MARGIN"}, 110026),
        ("/v5/account/borrow", {"coin": "BTC", "amount": "0.1"}, 0),
        ("/v5/account/no-convert-repay", {"coin": "BTC"}, 34022041),
        ("/v5/account/repay", {"coin": "BTC"}, 34022041),
        ("/v5/account/quick-repayment", {}, 0),
        ("/v5/account/set-limit-px-action", {"category": "linear", "modifyEnable": False}, 0),
    ],
)
def test_account_requests(path: str, body: dict[str, Any], code: int) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.post(path, body)
        assert answer["retCode"] == code
        if code:
            assert answer["result"] == {}

    run(scenario)


def test_funding_comes_with_the_venue_clock() -> None:
    due = 8 * 3_600_000
    now = [due - 60_000]

    async def scenario(client: Client) -> None:
        exchange = client.venue.exchange
        exchange.place(MARKET)
        now[0] = due + 1
        exchange.advance(now[0])
        assert [fill.exec_type for fill in exchange.account.executions] == ["Trade", "Funding"]

    run(scenario, clock=lambda: now[0])
