"""pybit's order entry socket."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pybit_client import Inbox, Replies, trade_socket
from venue_thread import VenueThread

D = Decimal
FAR = {"linear": "80000", "spot": "82000"}


@pytest.fixture
def socket(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with trade_socket(venue, monkeypatch) as running:
        yield running


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_place_amend_and_cancel(venue: VenueThread, socket: Any, category: str) -> None:
    where = {"category": category, "symbol": "BTCUSDT"}
    order = {
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.01",
        "price": FAR[category],
        "orderLinkId": "ws-1",
    }
    replies = Replies()
    placed = replies.of(socket.place_order, **where, **order)
    assert (placed["retCode"], placed["retMsg"], placed["op"]) == (0, "OK", "order.create")
    order_id = placed["data"]["orderId"]
    assert placed["data"]["orderLinkId"] == "ws-1"
    assert venue.open_ids() == {order_id}
    assert int(placed["header"]["X-Bapi-Limit"]) > 0

    amended = replies.of(socket.amend_order, **where, orderId=order_id, qty="0.03")
    assert (amended["op"], amended["data"]["orderId"]) == ("order.amend", order_id)
    known = venue.order(order_id)
    assert known.instrument.qty(known.lots) == D("0.03")

    cancelled = replies.of(socket.cancel_order, **where, orderLinkId="ws-1")
    assert (cancelled["op"], cancelled["data"]["orderId"]) == ("order.cancel", order_id)
    assert venue.open_ids() == set()


def test_a_market_order_fills(venue: VenueThread, socket: Any) -> None:
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.02"}
    placed = Replies().of(socket.place_order, **order)
    (fill,) = venue.fills()
    assert fill.order.order_id == placed["data"]["orderId"]
    assert fill.order.instrument.qty(fill.lots) == D("0.02")


def test_batches(venue: VenueThread, socket: Any) -> None:
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "80000"}
    replies = Replies()
    request = [one | {"orderLinkId": "x"}, one | {"qty": "0"}, one | {"orderLinkId": "y"}]
    placed = replies.of(socket.place_batch_order, category="linear", request=request)
    assert placed["op"] == "order.create-batch"
    assert [item["code"] for item in placed["retExtInfo"]["list"]] == [0, 10001, 0]
    ids = [row["orderId"] for row in placed["data"]["list"]]
    assert venue.open_ids() == {ids[0], ids[2]}
    amended = replies.of(
        socket.amend_batch_order,
        category="linear",
        request=[{"symbol": "BTCUSDT", "orderId": ids[0], "price": "80001"}],
    )
    assert [item["code"] for item in amended["retExtInfo"]["list"]] == [0]
    assert venue.order(ids[0]).ticks == 800_010
    cancelled = replies.of(
        socket.cancel_batch_order,
        category="linear",
        request=[{"symbol": "BTCUSDT", "orderLinkId": "x"}, {"symbol": "BTCUSDT", "orderId": ids[2]}],
    )
    assert [item["code"] for item in cancelled["retExtInfo"]["list"]] == [0, 0]
    assert venue.open_ids() == set()


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("place_order", {"side": "Up"}, 10001),
        ("place_order", {"qty": "100"}, 110007),
        ("place_order", {"category": "nope"}, 10404),
        ("amend_order", {"orderId": "nobody"}, 110001),
        ("cancel_order", {"orderId": "nobody"}, 110001),
        ("cancel_order", {}, 10001),
    ],
)
def test_errors_come_to_the_error_callback(
    venue: VenueThread, socket: Any, name: str, params: dict[str, Any], code: int
) -> None:
    order = {
        "category": "linear",
        "symbol": "BTCUSDT",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.01",
        "price": "80000",
    }
    wrong = Inbox()

    def unexpected(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    getattr(socket, name)(unexpected, wrong, **order | params)
    assert wrong.until(lambda _: True, "the error")["retCode"] == code
    assert venue.open_ids() == set()
