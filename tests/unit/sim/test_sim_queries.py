from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.server import account_api, kline_api, market_api, series_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.sim.conftest import Desk

BTC = {"category": "linear", "symbol": "BTCUSDT"}
DAY_MS = 86_400_000


def pages(query: Callable[..., dict[str, Any]], desk: Desk, params: dict[str, str]) -> list[list[str]]:
    """Ids of every page until the empty one, following the cursor as it comes."""
    found: list[list[str]] = []
    cursor = ""
    while True:
        page = query(desk.exchange, params | {"cursor": cursor})
        assert bool(page["nextPageCursor"]) == bool(page["list"])
        if not page["list"]:
            return found
        found.append([row.get("execId") or row["orderLinkId"] for row in page["list"]])
        cursor = page["nextPageCursor"]


def test_open_orders_page_newest_first(desk: Desk) -> None:
    for i in range(5):
        desk.now_ms += 1
        desk.place(price="80000", qty="0.001", orderLinkId=f"o{i}")
    assert pages(queries.open_orders, desk, BTC | {"limit": "2"}) == [["o4", "o3"], ["o2", "o1"], ["o0"]]


def test_cursors_are_percent_encoded_and_accepted_decoded(desk: Desk) -> None:
    for i in range(3):
        desk.place(price="80000", qty="0.001", orderLinkId=f"o{i}")
    page = queries.open_orders(desk.exchange, BTC | {"limit": "2"})
    first, last = (row["orderId"] for row in page["list"])
    assert page["nextPageCursor"] == f"{first}%3A{desk.now_ms}%2C{last}%3A{desk.now_ms}"
    for cursor in (page["nextPageCursor"], page["nextPageCursor"].replace("%3A", ":").replace("%2C", ",")):
        rest = queries.open_orders(desk.exchange, BTC | {"limit": "2", "cursor": cursor})
        assert [row["orderLinkId"] for row in rest["list"]] == ["o0"]


def test_a_page_is_not_shifted_by_a_newer_order(desk: Desk) -> None:
    for i in range(4):
        desk.place(price="80000", qty="0.001", orderLinkId=f"o{i}")
    cursor = queries.open_orders(desk.exchange, BTC | {"limit": "2"})["nextPageCursor"]
    desk.place(price="80000", qty="0.001", orderLinkId="new")
    page = queries.open_orders(desk.exchange, BTC | {"limit": "2", "cursor": cursor})
    assert [row["orderLinkId"] for row in page["list"]] == ["o1", "o0"]


def test_closed_orders_are_found_by_id_or_open_only(desk: Desk) -> None:
    desk.place(price="80000", qty="0.001", orderLinkId="open")
    done = desk.place(orderType="Market", qty="0.1", orderLinkId="done")

    def links(**params: str) -> list[str]:
        page = queries.open_orders(desk.exchange, BTC | params)
        return [row["orderLinkId"] for row in page["list"]]

    assert links() == ["open"]
    assert links(openOnly="1") == ["done"]
    assert links(orderLinkId="done") == links(orderId=done.order_id) == ["done"]
    assert links(orderId="unknown") == []
    assert links(orderFilter="Order") == ["open"]
    assert links(orderFilter="StopOrder") == []


def test_history_holds_ended_orders_in_the_window(desk: Desk) -> None:
    desk.place(orderType="Market", qty="0.1", orderLinkId="old")
    desk.now_ms += 8 * DAY_MS
    desk.place(orderType="Market", qty="0.1", orderLinkId="recent")
    desk.place(price="80000", qty="0.1", orderLinkId="open")

    def links(**params: str) -> list[str]:
        page = queries.order_history(desk.exchange, {"category": "linear"} | params)
        return [row["orderLinkId"] for row in page["list"]]

    assert links() == ["recent"]
    assert links(endTime=str(desk.now_ms - 7 * DAY_MS)) == ["old"]
    assert links(startTime=str(desk.now_ms - 8 * DAY_MS)) == ["old"]
    assert links(orderStatus="Cancelled") == []


def test_executions_page_and_filter(desk: Desk) -> None:
    first = desk.place(orderType="Market", qty="2", orderLinkId="two")
    desk.now_ms += 10
    desk.place(orderType="Market", side="Sell", qty="0.5")
    all_pages = pages(queries.executions, desk, {"category": "linear", "limit": "2"})
    assert [len(page) for page in all_pages] == [2, 1]

    def count(**params: str) -> int:
        return len(queries.executions(desk.exchange, {"category": "linear"} | params)["list"])

    assert count(orderId=first.order_id) == 2
    assert count(orderLinkId="two") == 2
    assert count(execType="Funding") == 0
    assert count(execType="Trade") == 3
    assert count(symbol="ETHUSDT") == 0
    assert count(startTime=str(desk.now_ms), endTime=str(desk.now_ms)) == 1
    assert count(endTime=str(desk.now_ms - 1)) == 2


def test_open_positions_page(desk: Desk) -> None:
    eth = desk.exchange.markets["linear", "ETHUSDT"]
    eth.set_book([("2740", "100")], [("2740.01", "100")])
    desk.place(orderType="Market", qty="0.1")
    desk.place(symbol="ETHUSDT", orderType="Market", qty="1")
    usdt = {"category": "linear", "settleCoin": "USDT", "limit": "1"}
    first = queries.positions(desk.exchange, usdt)
    second = queries.positions(desk.exchange, usdt | {"cursor": first["nextPageCursor"]})
    third = queries.positions(desk.exchange, usdt | {"cursor": second["nextPageCursor"]})
    assert [page["list"][0]["symbol"] for page in (first, second)] == ["BTCUSDT", "ETHUSDT"]
    assert third == {"nextPageCursor": "", "category": "linear", "list": []}


@pytest.mark.parametrize(
    ("query", "params"),
    [
        (queries.open_orders, {"category": "linear"}),
        (queries.open_orders, BTC | {"limit": "51"}),
        (queries.open_orders, BTC | {"limit": "x"}),
        (queries.open_orders, BTC | {"cursor": "x"}),
        (queries.open_orders, BTC | {"orderFilter": "x"}),
        (queries.order_history, BTC | {"startTime": "1", "endTime": str(8 * DAY_MS)}),
        (queries.order_history, BTC | {"startTime": "2", "endTime": "1"}),
        (queries.order_history, BTC | {"startTime": "-1"}),
        (queries.executions, BTC | {"execType": "x"}),
        (queries.executions, BTC | {"limit": "101"}),
        (queries.executions, BTC | {"cursor": "x"}),
        (queries.positions, {"category": "linear"}),
        (queries.positions, {"category": "spot", "symbol": "BTCUSDT"}),
        (kline_api.kline, BTC | {"interval": "2"}),
        (market_api.orderbook, BTC | {"limit": "1001"}),
        (market_api.orderbook, {"category": "linear"}),
        (market_api.tickers, {"category": "linear", "symbol": "NOPE"}),
        (series_api.funding_history, BTC | {"startTime": "1"}),
        (account_api.wallet_balance, {"accountType": "SPOT"}),
        (account_api.fee_rate, {"category": "x"}),
    ],
)
def test_wrong_parameters_are_10001(
    desk: Desk, query: Callable[..., dict[str, Any]], params: dict[str, str]
) -> None:
    with pytest.raises(VenueError) as refused:
        query(desk.exchange, params)
    assert refused.value.ret_code == 10001


def test_instruments_page_on_linear_only(desk: Desk) -> None:
    linear = {"category": "linear", "limit": "11"}
    first = market_api.instruments(desk.exchange, linear)
    assert first["nextPageCursor"] == f"first%3D1000PEPEUSDT%26last%3D{first['list'][-1]['symbol']}"
    second = market_api.instruments(desk.exchange, linear | {"cursor": first["nextPageCursor"]})
    symbols = [item["symbol"] for page in (first, second) for item in page["list"]]
    trading = {key[1] for key, market in desk.exchange.markets.items() if market.status == "Trading"}
    assert symbols == sorted(
        key[1] for key in desk.exchange.markets if key[0] == "linear" and key[1] in trading
    )
    assert second["nextPageCursor"] == ""
    assert "nextPageCursor" not in market_api.instruments(desk.exchange, {"category": "spot"})
    for category in ("inverse", "option"):
        assert market_api.instruments(desk.exchange, {"category": category})["list"]
    assert market_api.instruments(desk.exchange, BTC | {"symbol": "NOPEUSDT"})["list"] == []


def test_klines_are_built_from_trades_newest_first(desk: Desk) -> None:
    start = desk.now_ms // 300_000 * 300_000
    for minute, price in ((0, "86000.1"), (1, "86000.2"), (5, "86001")):
        desk.now_ms = start + minute * 60_000
        desk.market.trade("Buy", price, "0.1")
    rows = kline_api.kline(desk.exchange, BTC | {"interval": "5"})["list"]
    assert rows[1] == [str(start), "86000.10", "86000.20", "86000.10", "86000.20", "0.200", "17200.03000"]
    assert rows[0][0] == str(start + 300_000)
    only = kline_api.kline(desk.exchange, BTC | {"interval": "1", "start": str(start), "limit": "1"})["list"]
    assert [row[0] for row in only] == [str(start)]


def test_recent_trades_and_ticker_follow_the_tape(desk: Desk) -> None:
    desk.market.trade("Buy", "86000.1", "0.1")
    desk.market.trade("Sell", "86000", "0.2")
    rows = market_api.recent_trades(desk.exchange, BTC | {"limit": "5"})["list"]
    assert [(row["side"], row["price"], row["size"]) for row in rows] == [
        ("Sell", "86000.00", "0.200"),
        ("Buy", "86000.10", "0.100"),
    ]
    ticker = market_api.tickers(desk.exchange, BTC)["list"][0]
    assert (ticker["lastPrice"], ticker["bid1Price"], ticker["bid1Size"]) == ("86000.00", "86000.00", "0.800")
