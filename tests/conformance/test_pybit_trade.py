"""pybit's private REST calls: what it is told is what the venue's books, ledger and positions hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pybit_client import FailedRequestError, InvalidRequestError, http, refusal, result
from venue_thread import VenueThread

D = Decimal
LINEAR: dict[str, Any] = {"category": "linear", "symbol": "BTCUSDT"}
SPOT: dict[str, Any] = {"category": "spot", "symbol": "BTCUSDT"}
# The venue books with eight decimals.
DUST = D("1e-8")
FAR = {"linear": "80000", "spot": "82000"}


@pytest.fixture
def session(venue: VenueThread) -> Any:
    return http(venue)


def rest_order(session: Any, where: dict[str, Any], **fields: Any) -> str:
    """Place an order that rests and return its id."""
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": FAR[where["category"]]}
    return str(result(session.place_order(**where, **order | fields))["orderId"])


def wallet(session: Any, coin: str) -> dict[str, Any]:
    (account,) = result(session.get_wallet_balance(accountType="UNIFIED", coin=coin))["list"]
    (row,) = account["coin"]
    return dict(row)


def position(session: Any) -> dict[str, Any]:
    (row,) = result(session.get_positions(**LINEAR))["list"]
    return dict(row)


@pytest.mark.parametrize("where", [LINEAR, SPOT], ids=["linear", "spot"])
def test_a_resting_order_is_seen_amended_and_cancelled(
    venue: VenueThread, session: Any, where: dict[str, Any]
) -> None:
    order_id = rest_order(session, where, orderLinkId="first", timeInForce="PostOnly")
    (row,) = result(session.get_open_orders(**where))["list"]
    assert (row["orderId"], row["orderLinkId"], row["orderStatus"]) == (order_id, "first", "New")
    assert (row["timeInForce"], row["side"], row["orderType"]) == ("PostOnly", "Buy", "Limit")
    assert D(row["price"]) == D(FAR[where["category"]])
    assert (D(row["qty"]), D(row["leavesQty"]), D(row["cumExecQty"])) == (D("0.01"), D("0.01"), D(0))
    assert venue.open_ids() == {order_id}

    answer = result(session.amend_order(**where, orderLinkId="first", qty="0.02", price="83000"))
    assert answer == {"orderId": order_id, "orderLinkId": "first"}
    order = venue.order(order_id)
    it = order.instrument
    assert (it.price(order.ticks), it.qty(order.lots)) == (D(83000), D("0.02"))
    (row,) = result(session.get_open_orders(**where, orderId=order_id))["list"]
    assert (D(row["price"]), D(row["qty"])) == (D(83000), D("0.02"))

    assert result(session.cancel_order(**where, orderId=order_id))["orderId"] == order_id
    assert venue.open_ids() == set()
    assert result(session.get_open_orders(**where))["list"] == []
    (row,) = result(session.get_order_history(**where))["list"]
    assert (row["orderId"], row["orderStatus"], row["cancelType"]) == (order_id, "Cancelled", "CancelByUser")
    (row,) = result(session.get_open_orders(**where, orderLinkId="first"))["list"]
    assert row["orderStatus"] == "Cancelled"


def test_a_market_order_becomes_executions_a_position_and_money(venue: VenueThread, session: Any) -> None:
    cash = venue.balance("USDT")
    order_id = result(session.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.9"))["orderId"]
    fills = venue.fills()
    rows = result(session.get_executions(**LINEAR))["list"]
    assert [row["execId"] for row in rows] == [fill.exec_id for fill in reversed(fills)]
    assert {row["orderId"] for row in rows} == {order_id}
    assert sum(D(row["execQty"]) for row in rows) == D("0.9")
    for row in rows:
        assert D(row["execValue"]) == D(row["execQty"]) * D(row["execPrice"])
        assert abs(D(row["execFee"]) - D(row["execValue"]) * D(row["feeRate"])) < DUST
        assert (row["isMaker"], row["execType"], row["side"]) == (False, "Trade", "Buy")
    value, fees = (sum(D(row[name]) for row in rows) for name in ("execValue", "execFee"))

    (order,) = result(session.get_order_history(**LINEAR, orderId=order_id))["list"]
    assert (order["orderStatus"], D(order["cumExecQty"])) == ("Filled", D("0.9"))
    assert D(order["cumExecValue"]) == value
    assert D(order["cumExecFee"]) == fees
    held = position(session)
    assert (held["side"], D(held["size"])) == ("Buy", D("0.9"))
    assert abs(D(held["avgPrice"]) - value / D("0.9")) < D("1e-8")
    assert D(held["curRealisedPnl"]) == -fees
    mark = D(held["markPrice"])
    assert abs(D(held["unrealisedPnl"]) - (mark * D("0.9") - value)) < D("1e-4")
    usdt = wallet(session, "USDT")
    assert D(usdt["walletBalance"]) == cash - fees == venue.balance("USDT")
    assert D(usdt["equity"]) == D(usdt["walletBalance"]) + D(usdt["unrealisedPnl"])

    # Close at another price: what was earned is sales minus purchases minus both fees.
    venue.move(lambda m: m.set_levels({870000: 5000}, {870001: 5000}, replace=True))
    session.place_order(**LINEAR, side="Sell", orderType="Market", qty="5", reduceOnly=True)
    newest = result(session.get_executions(**LINEAR, limit=1))["list"][0]
    assert (D(newest["execPrice"]), D(newest["closedSize"])) == (D(87000), D("0.9"))
    earned = 87000 * D("0.9") - value
    flat = position(session)
    assert (flat["side"], flat["size"], flat["avgPrice"]) == ("", "0", "0")
    assert venue.balance("USDT") == cash + earned - fees - D(newest["execFee"])
    assert D(wallet(session, "USDT")["cumRealisedPnl"]) == earned - fees - D(newest["execFee"])


def test_spot_changes_coins_and_is_charged_in_the_coin_received(venue: VenueThread, session: Any) -> None:
    btc, usdt = venue.balance("BTC"), venue.balance("USDT")
    session.place_order(**SPOT, side="Buy", orderType="Market", qty="860")  # quote coin
    (bought,) = result(session.get_executions(**SPOT))["list"]
    assert bought["feeCurrency"] == "BTC"
    assert abs(D(bought["execFee"]) - D(bought["execQty"]) * D(bought["feeRate"])) < DUST
    assert D(wallet(session, "BTC")["walletBalance"]) == btc + D(bought["execQty"]) - D(bought["execFee"])
    assert D(wallet(session, "USDT")["walletBalance"]) == usdt - D(bought["execValue"])
    session.place_order(**SPOT, side="Sell", orderType="Market", qty="0.005")
    sold = result(session.get_executions(**SPOT))["list"][0]
    assert (sold["feeCurrency"], D(sold["execQty"])) == ("USDT", D("0.005"))
    assert venue.balance("USDT") == usdt - D(bought["execValue"]) + D(sold["execValue"]) - D(sold["execFee"])
    session.place_order(**SPOT, side="Buy", orderType="Market", qty="0.004", marketUnit="baseCoin")
    assert D(result(session.get_executions(**SPOT))["list"][0]["execQty"]) == D("0.004")


def test_a_spot_order_locks_what_it_would_pay(venue: VenueThread, session: Any) -> None:
    rest_order(session, SPOT, qty="0.1", price="83000")
    rest_order(session, SPOT, side="Sell", qty="0.25", price="88000")
    assert D(wallet(session, "USDT")["locked"]) == 8300
    assert D(wallet(session, "BTC")["locked"]) == D("0.25")
    (account,) = result(session.get_wallet_balance(accountType="UNIFIED"))["list"]
    assert {row["coin"] for row in account["coin"]} == {"USDT", "BTC", "ETH"}
    session.cancel_all_orders(category="spot")
    assert D(wallet(session, "USDT")["locked"]) == 0
    assert venue.open_ids() == set()


@pytest.mark.parametrize(
    ("tif", "price", "status", "filled"),
    [
        ("IOC", "90000", "Filled", "0.01"),
        ("IOC", "80000", "Cancelled", "0"),
        ("FOK", "90000", "Filled", "0.01"),
        ("FOK", "80000", "Cancelled", "0"),
        ("PostOnly", "86500", "Cancelled", "0"),
        ("GTC", "86500", "Filled", "0.01"),
    ],
)
def test_time_in_force(session: Any, tif: str, price: str, status: str, filled: str) -> None:
    order_id = rest_order(session, LINEAR, timeInForce=tif, price=price)
    (row,) = result(session.get_order_history(**LINEAR, orderId=order_id))["list"]
    assert (row["orderStatus"], D(row["cumExecQty"])) == (status, D(filled))


def test_a_resting_order_fills_as_the_market_comes_to_it(venue: VenueThread, session: Any) -> None:
    venue.move(lambda m: m.set_levels({860000: 100}, {860010: 100}, replace=True))
    order_id = rest_order(session, LINEAR, qty="0.05", price="86000")
    venue.move(lambda m: m.trade("Sell", "86000", "0.12"))
    (row,) = result(session.get_open_orders(**LINEAR))["list"]
    assert (row["orderStatus"], D(row["cumExecQty"])) == ("PartiallyFilled", D("0.02"))
    assert (D(row["leavesQty"]), D(row["avgPrice"])) == (D("0.03"), D(86000))
    venue.move(lambda m: m.trade("Sell", "85999", "1"))
    rows = result(session.get_executions(**LINEAR, orderId=order_id))["list"]
    assert [(D(r["execQty"]), r["isMaker"], D(r["feeRate"])) for r in rows] == [
        (D("0.03"), True, D("0.0002")),
        (D("0.02"), True, D("0.0002")),
    ]
    assert result(session.get_open_orders(**LINEAR))["list"] == []


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_batches_report_each_item(venue: VenueThread, session: Any, category: str) -> None:
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": FAR[category]}
    wanted = [
        one | {"orderLinkId": "b1"},
        one | {"orderLinkId": "b2", "side": "Up"},
        one | {"orderLinkId": "b3"},
    ]
    answer = session.place_batch_order(category=category, request=wanted)
    placed = result(answer)["list"]
    assert [item["code"] == 0 for item in answer["retExtInfo"]["list"]] == [True, False, True]
    assert [row["orderLinkId"] for row in placed] == ["b1", "b2", "b3"]
    ids = [row["orderId"] for row in placed if row["orderId"]]
    assert set(ids) == venue.open_ids()
    assert len(ids) == 2

    answer = session.amend_batch_order(
        category=category,
        request=[
            {"symbol": "BTCUSDT", "orderId": ids[0], "qty": "0.02"},
            {"symbol": "BTCUSDT", "orderLinkId": "nobody", "qty": "0.02"},
        ],
    )
    codes = [item["code"] for item in answer["retExtInfo"]["list"]]
    assert codes == [0, 110001 if category == "linear" else 170213]
    amended = venue.order(ids[0])
    assert amended.instrument.qty(amended.lots) == D("0.02")

    answer = session.cancel_batch_order(
        category=category, request=[{"symbol": "BTCUSDT", "orderId": each} for each in ids]
    )
    assert [item["code"] for item in answer["retExtInfo"]["list"]] == [0, 0]
    assert venue.open_ids() == set()


def test_cancel_all_by_symbol_base_and_settle_coin(venue: VenueThread, session: Any) -> None:
    eth = {"category": "linear", "symbol": "ETHUSDT"}
    for select, left in (
        ({"symbol": "BTCUSDT"}, {"ETHUSDT"}),
        ({"baseCoin": "ETH"}, {"BTCUSDT"}),
        ({"settleCoin": "USDT"}, set[str]()),
    ):
        rest_order(session, LINEAR)
        rest_order(session, eth, price="2500", qty="0.1")
        answer = result(session.cancel_all_orders(category="linear", **select))
        assert answer["list"]
        rows = result(session.get_open_orders(category="linear", settleCoin="USDT"))["list"]
        assert {row["symbol"] for row in rows} == left
        session.cancel_all_orders(category="linear", settleCoin="USDT")
    assert result(session.cancel_all_orders(category="linear", settleCoin="USDT"))["list"] == []
    assert venue.open_ids() == set()


def test_pages_hold_every_order_and_execution_once(venue: VenueThread, session: Any) -> None:
    for number in range(7):
        rest_order(session, LINEAR, price=str(80000 + number))
        session.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.001")
    for call, select, name, total in (
        (session.get_open_orders, LINEAR, "orderId", 7),
        (session.get_order_history, LINEAR, "orderId", 7),
        (session.get_executions, LINEAR, "execId", 7),
    ):
        seen: list[str] = []
        page = result(call(**select, limit=3))
        while page["list"]:
            seen += [row[name] for row in page["list"]]
            page = result(call(**select, limit=3, cursor=page["nextPageCursor"]))
        assert len(seen) == len(set(seen)) == total
    assert len(venue.open_ids()) == 7


def test_history_by_time(venue: VenueThread, session: Any) -> None:
    session.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.01")
    now_ms = venue.call(lambda v: v.exchange.now_ms())
    for call in (session.get_executions, session.get_order_history):
        assert len(result(call(**LINEAR, startTime=now_ms - 60_000, endTime=now_ms + 60_000))["list"]) == 1
        assert result(call(**LINEAR, startTime=now_ms - 120_000, endTime=now_ms - 60_000))["list"] == []
        assert refusal(call, **LINEAR, startTime=now_ms - 8 * 86_400_000, endTime=now_ms) == 10001


def test_positions_flat_short_and_by_settle_coin(session: Any) -> None:
    assert (position(session)["size"], position(session)["seq"]) == ("0", -1)
    assert result(session.get_positions(category="linear", settleCoin="USDT"))["list"] == []
    session.place_order(**LINEAR, side="Sell", orderType="Market", qty="0.02")
    (row,) = result(session.get_positions(category="linear", settleCoin="USDT"))["list"]
    assert (row["symbol"], row["side"], row["size"]) == ("BTCUSDT", "Sell", "0.02")
    assert row["seq"] > 0


def test_leverage(session: Any) -> None:
    session.set_leverage(**LINEAR, buyLeverage="25", sellLeverage="25")
    assert position(session)["leverage"] == "25"
    assert refusal(session.set_leverage, **LINEAR, buyLeverage="25", sellLeverage="25") == 110043
    assert refusal(session.set_leverage, **LINEAR, buyLeverage="9999", sellLeverage="9999") == 110013
    session.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.1")
    held = position(session)
    value, entry = D(held["markPrice"]) * D("0.1"), D(held["avgPrice"])
    expected = value / 25 + entry * D("0.1") * (1 - D(1) / 25) * D("0.00055")
    assert abs(D(held["positionIM"]) - expected) < D("1e-6")


def test_the_account(session: Any, venue: VenueThread) -> None:
    info = result(session.get_account_info())
    assert (info["marginMode"], info["unifiedMarginStatus"]) == ("REGULAR_MARGIN", 5)
    for category, taker in (("linear", "0.00055"), ("spot", "0.001")):
        (row,) = result(session.get_fee_rates(category=category, symbol="BTCUSDT"))["list"]
        assert (row["symbol"], D(row["takerFeeRate"])) == ("BTCUSDT", D(taker))
    assert len(result(session.get_fee_rates(category="linear"))["list"]) > 1
    key = result(session.get_api_key_information())
    assert (key["apiKey"], key["readOnly"], key["uta"]) == (venue.api_key, 0, 1)


@pytest.mark.parametrize(
    ("where", "fields", "code"),
    [
        (LINEAR, {"side": "Up"}, 10001),
        (LINEAR, {"symbol": "NOPEUSDT"}, 10001),
        (LINEAR, {"qty": "0.0001"}, 10001),
        (LINEAR, {"qty": "0.0105"}, 10001),
        (LINEAR, {"price": "0"}, 10001),
        (LINEAR, {"qty": "0.001", "price": "1000"}, 110094),
        (LINEAR, {"qty": "100"}, 110007),
        (LINEAR, {"reduceOnly": True}, 110017),
        (LINEAR, {"positionIdx": 1}, 10001),
        (LINEAR, {"orderLinkId": "x" * 46}, 10001),
        (SPOT, {"qty": "10", "price": "83000"}, 170131),
        (SPOT, {"qty": "0.00001"}, 170140),
        (SPOT, {"side": "Sell", "qty": "5", "price": "87000"}, 170131),
        (SPOT, {"price": "95000"}, 170193),
        (SPOT, {"side": "Sell", "price": "70000"}, 170194),
        (SPOT, {"price": "83000.001"}, 170134),
    ],
)
def test_refused_orders(
    venue: VenueThread, session: Any, where: dict[str, Any], fields: dict[str, Any], code: int
) -> None:
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": FAR[where["category"]]}
    assert refusal(session.place_order, **where | order | fields) == code
    assert venue.call(lambda v: len(v.exchange.orders)) == 0


def test_what_is_gone_cannot_be_changed_and_a_link_id_serves_once(session: Any) -> None:
    linear = rest_order(session, LINEAR, orderLinkId="once")
    session.cancel_order(**LINEAR, orderId=linear)
    assert refusal(session.cancel_order, **LINEAR, orderId=linear) == 110001
    assert refusal(session.amend_order, **LINEAR, orderId=linear, qty="0.02") == 110001
    assert refusal(session.cancel_order, **LINEAR) == 10001
    assert refusal(rest_order, session=session, where=LINEAR, orderLinkId="once") == 110072
    spot = rest_order(session, SPOT)
    assert refusal(session.amend_order, **SPOT, orderId=spot, qty="0.01") == 10001  # nothing changes
    session.cancel_order(**SPOT, orderId=spot)
    assert refusal(session.cancel_order, **SPOT, orderId=spot) in {170142, 170213}
    assert refusal(session.cancel_order, **SPOT, orderId="1") == 170213


def test_who_may_not(venue: VenueThread) -> None:
    assert refusal(http(venue, api_key="other").get_account_info) == 10003
    assert refusal(http(venue, api_secret="other").get_account_info) == 10004
    with pytest.raises(PermissionError):
        http(venue, api_key=None, api_secret=None).get_account_info()
    answer = http(venue, api_key=None, api_secret=None).get_tickers(**LINEAR)
    assert result(answer)["list"]


def test_a_clock_ahead_is_refused(venue: VenueThread, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = venue.call(lambda v: v.exchange.now_ms())
    monkeypatch.setattr("pybit._helpers.generate_timestamp", lambda: now_ms + 60_000)
    assert refusal(http(venue, retry_codes={0}).get_account_info) == 10002
    with pytest.raises(
        FailedRequestError
    ):  # by itself it tries again with a wider window, which does not help
        http(venue, max_retries=2, retry_delay=0).get_account_info()


def test_too_many_visits_are_refused_with_the_headers_that_say_when() -> None:
    with VenueThread(rate_limits=True) as venue:
        session = http(venue, return_response_headers=True, retry_codes={0})
        codes, refused = [], []
        for number in range(30):
            order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": str(80000 + number)}
            try:
                answer, _, headers = session.place_order(**LINEAR, **order)
            except InvalidRequestError as e:
                refused.append(e.resp_headers)
                codes.append(int(e.status_code))
            else:
                assert headers["X-Bapi-Limit"] == "10"
                codes.append(answer["retCode"])
        now_ms = venue.call(lambda v: v.exchange.now_ms())
        for headers in refused:
            assert headers["X-Bapi-Limit-Status"] == "0"
            assert abs(int(headers["X-Bapi-Limit-Reset-Timestamp"]) - now_ms) < 10_000
        assert set(codes) == {0, 10006}
        assert len(venue.open_ids()) == codes.count(0)
