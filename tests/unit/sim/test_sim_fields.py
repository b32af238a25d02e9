"""Every answer of every path and every frame of every topic has the fields and JSON types of the tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bybit_fields import (
    BATCH_CODES,
    ENDPOINTS,
    INSTRUMENTS,
    OPTION_POSITIONS,
    OPTION_TRADES,
    SPOT_ORDERS,
    TICKERS,
)
from bybit_frames import ACKS, PONGS, PRIVATE, TOPICS
from bybit_shapes import ShapeError, check
from venue_requests import (
    FUTURE,
    INVERSE,
    INVERSE_FUTURE,
    LINEAR,
    OPTION,
    REFUSALS,
    REQUESTS,
    SPOT,
)
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.server.private import TOPICS as PRIVATE_TOPICS
from nautilus_bybit_adapter.sim.server.rest import ENDPOINTS as SERVED
from nautilus_bybit_adapter.sim.server.topics import CATEGORIES, STATUS_PATH, STATUS_TOPIC, depths


@pytest.fixture
def venue() -> WalkedVenue:
    return WalkedVenue()


def test_every_path_is_walked_and_has_a_row() -> None:
    served = {f"{method} {path}" for method, path in SERVED}
    refused = {route for route, _, _ in REFUSALS}
    assert {route for route, _ in REQUESTS} - {"LATER"} == served - refused
    assert served - ENDPOINTS.keys() <= refused


def test_every_answer_has_its_fields(venue: WalkedVenue) -> None:
    for route, params in REQUESTS:
        if route == "LATER":
            venue.after(params["ms"])
            continue
        check(venue.result(route, **params), ENDPOINTS[route], route)
    venue.exchange.check()


@pytest.mark.parametrize(("route", "params", "code"), REFUSALS)
def test_what_is_not_served_says_so(
    venue: WalkedVenue, route: str, params: dict[str, Any], code: int
) -> None:
    with pytest.raises(VenueError) as refused:
        venue.ask(route, **params)
    assert refused.value.ret_code == code


@pytest.mark.parametrize("category", ["linear", "inverse", "option", "spot"])
def test_answers_of_each_category(venue: WalkedVenue, category: str) -> None:
    base = {"baseCoin": "BTC"} if category == "option" else {}
    check(venue.result("GET /v5/market/instruments-info", category=category), INSTRUMENTS[category])
    check(venue.result("GET /v5/market/tickers", category=category, **base), TICKERS[category])


def test_answers_that_differ_on_spot_and_options(venue: WalkedVenue) -> None:
    venue.order(**SPOT, side="Buy", orderType="Limit", price="80000", qty="0.001")
    check(venue.result("GET /v5/order/realtime", **SPOT), SPOT_ORDERS)
    check(venue.result("GET /v5/market/recent-trade", category="option", baseCoin="BTC"), OPTION_TRADES)
    check(venue.result("GET /v5/position/list", **OPTION), OPTION_POSITIONS)
    for category in ("spot", "option"):
        assert venue.result("GET /v5/account/fee-rate", category=category)["category"] == category


def test_batches_have_a_code_for_each_item(venue: WalkedVenue) -> None:
    items = [{"symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": q} for q in ("0.001", "x")]
    reply = venue.ask("POST /v5/order/create-batch", category="linear", request=items)
    check(reply.ext, BATCH_CODES)
    assert [each["code"] for each in reply.ext["list"]] == [0, 10001]
    assert len(reply.result["list"]) == 2


def _symbol(category: str, kind: str) -> str:
    where = {"linear": LINEAR, "inverse": INVERSE, "spot": SPOT, "option": OPTION}[category]
    if kind == "publicTrade" and category == "option":
        return "BTC"
    return where["symbol"]


def _topic(category: str, kind: str) -> str:
    if kind == "tickers future":
        return "tickers." + (FUTURE if category == "linear" else INVERSE_FUTURE)["symbol"]
    if kind in {"insurance", "adlAlert"}:
        return f"{kind}.{'USDT' if category == 'linear' else 'inverse'}"
    if kind == "system.status":
        return kind
    name, symbol = kind.removesuffix(" delta"), _symbol(category, kind)
    variant = {"orderbook": ".50" if category != "option" else ".25", "kline": ".M"}.get(name, "")
    return f"{name}{variant}.{symbol}"


def _move(venue: WalkedVenue, category: str) -> None:
    """Make something happen that every kind of topic shows."""
    where = {"linear": LINEAR, "inverse": INVERSE, "spot": SPOT, "option": OPTION}.get(category)
    if where is None:
        venue.server.announce(
            {
                "id": "1",
                "title": "maintenance",
                "state": "scheduled",
                "begin": "1",
                "end": "2",
                "href": "",
                "serviceTypes": [2],
                "product": [1],
                "uidSuffix": [],
                "maintainType": "1",
                "env": "1",
            }
        )
        return
    market = venue.exchange.markets[where["category"], where["symbol"]]
    ticks = market.start_ticks
    market.take("Buy", 3)
    market.set_levels({ticks - 2: 7}, {ticks + 3: 9})
    if category in {"linear", "inverse"}:
        venue.exchange.liquidate(where["symbol"], category)


@pytest.mark.parametrize(("category", "kind"), TOPICS)
def test_every_public_frame_has_its_fields(venue: WalkedVenue, category: str, kind: str) -> None:
    wire = venue.socket(category)
    topic = _topic(category, kind)
    ack, *frames = wire.send(op="subscribe", args=[topic], req_id="r")
    check(ack, ACKS[category])
    assert ack["success"]
    venue.after(1000)
    _move(venue, category)
    venue.after(60_000)
    frames += wire.read()
    if kind.endswith(" delta"):
        frames = [frame for frame in frames if frame["type"] == "delta"]
    elif kind == "tickers":
        frames = [frame for frame in frames if frame["type"] == "snapshot"]
    elif kind == "tickers future":
        frames = frames[:1]
    assert frames
    for frame in frames:
        assert frame["topic"] == topic
        check(frame, TOPICS[category, kind], topic)


def test_every_topic_that_is_served_has_a_row() -> None:
    served = {(category, kind) for kind, categories in CATEGORIES.items() for category in categories}
    named = {(c, f"orderbook.{d}") for c in INSTRUMENTS for d in depths(c) if not d.isdecimal()}
    assert {(c, kind.partition(" ")[0]) for c, kind in TOPICS} == served | named | {
        (STATUS_PATH, STATUS_TOPIC)
    }
    assert PRIVATE.keys() == {name for name in PRIVATE_TOPICS if name.rpartition(".")[2] not in INSTRUMENTS}


@pytest.mark.parametrize(
    ("category", "depth"), [(c, d) for c in INSTRUMENTS for d in sorted(depths(c)) if d.isdecimal()]
)
def test_books_of_every_depth_have_their_fields(venue: WalkedVenue, category: str, depth: str) -> None:
    wire = venue.socket(category)
    topic = f"orderbook.{depth}.{_symbol(category, 'orderbook')}"
    _, *frames = wire.send(op="subscribe", args=[topic])
    venue.after(1000)
    _move(venue, category)
    venue.after(5000)
    frames += wire.read()
    assert len(frames) > 1
    assert {frame["type"] for frame in frames} == ({"snapshot"} if depth == "1" else {"snapshot", "delta"})
    for frame in frames:
        check(frame, TOPICS[category, "orderbook"], topic)


@pytest.mark.parametrize("path", PONGS)
def test_every_pong_has_its_fields(venue: WalkedVenue, path: str) -> None:
    (pong,) = venue.socket(path).send(op="ping")
    check(pong, PONGS[path], path)


def test_every_private_frame_has_its_fields(venue: WalkedVenue) -> None:
    wire = venue.socket("private")
    wire.login()
    (ack,) = wire.send(op="subscribe", args=[*PRIVATE], req_id="r")
    check(ack, ACKS["private"])
    for where, qty in ((LINEAR, "0.1"), (SPOT, "100"), (INVERSE, "100"), (OPTION, "0.1")):
        link = {"orderLinkId": "third"} if where is OPTION else {}
        venue.order(**where, side="Buy", orderType="Market", qty=qty, **link)
    stop = {"triggerPrice": "90000", "triggerDirection": 1, "orderType": "Market", "qty": "0.01"}
    venue.order(**LINEAR, side="Buy", **stop)
    venue.exchange.settle_funding("BTCUSDT", Decimal("0.0001"))
    frames = wire.read()
    assert {frame["topic"] for frame in frames} == PRIVATE.keys()
    for frame in frames:
        check(frame, PRIVATE[frame["topic"]], frame["topic"])


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"a": 1}, "a:s"),
        ({"a": "x"}, "a:n"),
        ({"a": True}, "a:n"),
        ({}, "a:s"),
        ({"a": "x", "b": "y"}, "a:s"),
        ({"a": []}, "a:[s]"),
        ({"a": ["x"]}, "a:[n]"),
        ({"a": ["x"]}, "a:(s s)"),
        ({"a": None}, "a:s|n"),
    ],
)
def test_a_wrong_shape_is_found(value: Any, shape: str) -> None:
    with pytest.raises(ShapeError):
        check(value, shape)
