"""What ends without a fill is forgotten in time; memory does not grow with every order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.sim.exchange import queries, register
from nautilus_bybit_adapter.sim.exchange.cashbook import sizes_after
from nautilus_bybit_adapter.sim.exchange.closed_pnl import closed_parts
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet
from nautilus_bybit_adapter.sim.exchange.spent_links import SpentLinks

if TYPE_CHECKING:
    from tests.unit.sim.conftest import Desk

HOUR_MS = 3_600_000
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}


def placed_and_cancelled(desk: Desk, link: str = "", **fields: Any) -> str:
    order = desk.place(price="80000", orderLinkId=link, **fields)
    desk.exchange.cancel({**LINEAR, **fields, "orderId": order.order_id})
    return str(order.order_id)


def history(desk: Desk, **params: Any) -> list[str]:
    page = queries.order_history(desk.exchange, {**LINEAR, **params})
    return [row["orderId"] for row in page["list"]]


def test_a_day_after_its_end_an_unfilled_order_is_gone_from_history_and_memory(desk: Desk) -> None:
    gone = placed_and_cancelled(desk, "early")
    desk.now_ms += 23 * HOUR_MS
    kept = placed_and_cancelled(desk, "late")
    assert history(desk) == [kept, gone]
    desk.now_ms += HOUR_MS
    assert history(desk) == [kept]
    last = placed_and_cancelled(desk)
    assert list(desk.exchange.orders) == [kept, last]
    assert queries.open_orders(desk.exchange, {**LINEAR, "orderId": gone})["list"] == []
    with pytest.raises(VenueError, match="too late to cancel"):
        desk.exchange.cancel({**LINEAR, "orderLinkId": "early"})
    with pytest.raises(VenueError, match="OrderLinkedID is duplicate"):
        placed_and_cancelled(desk, "late")
    with pytest.raises(VenueError, match="OrderLinkedID is duplicate"):
        placed_and_cancelled(desk, "early")
    assert desk.exchange.register.entered == 3
    desk.exchange.check()


def test_a_link_of_spot_may_come_again_once_its_order_is_forgotten(desk: Desk) -> None:
    placed_and_cancelled(desk, "again", **SPOT)
    with pytest.raises(VenueError, match="Duplicate clientOrderId"):
        placed_and_cancelled(desk, "again", **SPOT)
    desk.now_ms += 25 * HOUR_MS
    placed_and_cancelled(desk, "other", **SPOT)
    placed_and_cancelled(desk, "again", **SPOT)
    desk.exchange.check()


def test_the_ids_of_many_forgotten_orders_are_told_apart() -> None:
    spent = SpentLinks()
    for number in range(50_000):
        spent.add(("linear", f"client-{number}"))
    assert all(("linear", f"client-{number}") in spent for number in range(0, 50_000, 7))
    assert not any(("inverse", f"client-{number}") in spent for number in range(0, 50_000, 7))
    assert not any(("linear", f"client-{number}") in spent for number in range(50_000, 60_000))
    assert len(spent) == 50_000


def test_what_lives_or_was_filled_outlives_the_day(desk: Desk) -> None:
    resting = desk.place(price="80000")
    waiting = desk.place(orderType="Market", triggerPrice="90000", triggerDirection=1)
    filled = desk.place(orderType="Market")
    part = desk.place(price="86000.2", qty="5")
    desk.exchange.cancel({**LINEAR, "orderId": part.order_id})
    assert (part.status, bool(part.filled)) == ("Cancelled", True)
    for _ in range(50):
        desk.now_ms += 24 * HOUR_MS
        placed_and_cancelled(desk)
    orders = desk.exchange.orders.values()
    assert [order for order in orders if order.number <= 4] == [resting, waiting, filled, part]
    assert len(orders) == 5
    desk.exchange.cancel_all(LINEAR)
    desk.now_ms += 25 * HOUR_MS
    placed_and_cancelled(desk)
    assert [order.number for order in orders] == [3, 4, 55]
    desk.exchange.check()


@pytest.mark.parametrize(
    "fields",
    [
        {"timeInForce": "IOC", "price": "80000"},
        {"timeInForce": "FOK", "price": "86000.1", "qty": "8"},
        {"timeInForce": "PostOnly", "price": "86000.1"},
        {"timeInForce": "PostOnly", "price": "86000.1", **SPOT},
    ],
)
def test_what_ends_at_once_is_forgotten_too(desk: Desk, fields: dict[str, Any]) -> None:
    ended = desk.place(**fields)
    assert not ended.is_live
    desk.now_ms += 24 * HOUR_MS
    placed_and_cancelled(desk)
    assert ended.order_id not in desk.exchange.orders


def test_a_waiting_order_that_ends_is_forgotten_too(desk: Desk) -> None:
    waiting = desk.place(orderType="Market", triggerPrice="90000", triggerDirection=1)
    desk.exchange.cancel({**LINEAR, "orderId": waiting.order_id})
    released = desk.place(
        orderType="Market", triggerPrice="86500", triggerDirection=1, reduceOnly=True, qty="1"
    )
    desk.market.trade("Buy", "86600", "9")
    assert (waiting.status, released.status) == ("Deactivated", "Cancelled")
    desk.now_ms += 24 * HOUR_MS
    placed_and_cancelled(desk)
    assert len(desk.exchange.orders) == 1


def test_many_orders_push_old_ones_out_before_their_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MOST_UNFILLED", 100)
    ids = [placed_and_cancelled(desk, f"link-{number}") for number in range(350)]
    kept = desk.exchange.register
    assert list(kept.orders) == ids[-101:]
    assert len(kept.by_link) == 101
    page = queries.order_history(desk.exchange, {**LINEAR, "limit": "50"})
    assert [row["orderId"] for row in page["list"]] == ids[:-51:-1]
    # A page goes on where it was even when the order it ended with is gone.
    desk.now_ms += 1
    for _ in range(300):
        placed_and_cancelled(desk)
    cursor = page["nextPageCursor"]
    assert history(desk, cursor=cursor) == []
    with pytest.raises(VenueError, match="cursor invalid"):
        history(desk, cursor="x")


def test_hours_of_orders_leave_as_many_objects_as_a_day_holds(desk: Desk) -> None:
    held: list[list[int]] = []
    for hour in range(72):
        desk.now_ms += HOUR_MS
        for number in range(10):
            placed_and_cancelled(desk, f"{hour}-{number}", qty="0.1")
            desk.market.set_levels({desk.market.start_ticks - 30 - number: 1 + hour % 5}, {})
        desk.told.clear()
        known, book = desk.exchange.register, desk.market.book
        held.append([len(each) for each in (known.orders, known.by_link, known.waiting, known.open_in)])
        held[-1] += [len(book.bids), len(desk.market.tape), len(desk.exchange.account.ledger)]
    assert held[30:] == held[30:31] * 42
    assert held[-1][:4] == [240, 240, 0, 0]
    desk.exchange.check()


def test_fills_of_two_years_ago_are_forgotten_and_their_sums_carried_on(desk: Desk) -> None:
    def trade(side: str, qty: str, category: str = "linear") -> str:
        ticks = desk.market.start_ticks
        for market in (desk.market, desk.spot):
            market.set_levels({ticks: 10**7}, {ticks + 1: 10**7}, replace=True)
        unit = {"marketUnit": "baseCoin"} if category == "spot" else {}
        order = desk.place(side=side, qty=qty, orderType="Market", category=category, **unit)
        assert order.status == "Filled"
        return str(order.order_id)

    first = trade("Buy", "1")
    trade("Buy", "0.3", "spot")
    desk.exchange.borrow({"coin": "BTC", "amount": "0.01"})
    resting = desk.place(price="80000", qty="2")
    desk.market.trade("Sell", "80000", "1")
    assert (resting.status, resting.filled) == ("PartiallyFilled", 1000)
    desk.exchange.settle_funding("BTCUSDT")
    account, register = desk.exchange.account, desk.exchange.register
    for hours in (0, 24 * 365, 24 * 364):
        desk.now_ms += hours * HOUR_MS
        trade("Sell", "0.5")
    before = (len(account.executions), account.executions[-1].number, account.ledger[-1].number)
    assert before[0] == before[1] == 7
    parts = closed_parts(account, "linear")[1:]
    desk.now_ms += 3 * 24 * HOUR_MS
    last = trade("Buy", "0.25")
    desk.exchange.check()
    assert [fill.number for fill in account.executions] == [6, 7, 8]
    assert account.ledger[-1].number == before[2] + 1
    assert first not in register.orders
    assert last in register.orders
    assert resting.order_id in register.orders
    assert [(p.qty, p.pnl, p.open_fee) for p in closed_parts(account, "linear")] == [
        (p.qty, p.pnl, p.open_fee) for p in parts
    ]
    sizes = sizes_after(account)
    assert [str(sizes[fill.exec_id]) for fill in account.executions] == ["1.000", "0.500", "0.750"]
    page = queries.executions(desk.exchange, LINEAR)["list"]
    assert [row["orderId"] for row in page] == [last, account.executions[1].order.order_id]
    assert history(desk, orderId=first) == []
    # The rest of an order whose first fill is forgotten is filled, and then kept as long as that.
    desk.market.trade("Sell", "80000", "9")
    assert resting.status == "Filled"
    desk.exchange.check()
    desk.now_ms += 3 * 365 * 24 * HOUR_MS
    trade("Sell", "0.1")
    desk.exchange.check()
    assert len(register.orders) == len(account.executions) == 1
    assert not account.carried.filled


def test_rates_and_changes_of_the_funding_wallet_are_kept_for_two_years(desk: Desk) -> None:
    wallet, funding = FundingWallet(desk.exchange), desk.exchange.funding
    for _ in range(3):
        wallet.pay("FUND", "USDT", Decimal(5), "TRANSFER_IN")
        funding.settle(desk.market, desk.now_ms)
        desk.now_ms += 365 * 24 * HOUR_MS
    assert [entry.number for entry in wallet.history] == [1, 2, 3]
    desk.now_ms += 1
    wallet.pay("FUND", "USDT", Decimal(5), "TRANSFER_IN")
    funding.settle(desk.market, desk.now_ms)
    assert [(entry.number, entry.balance) for entry in wallet.history] == [(3, Decimal(15)), (4, Decimal(20))]
    assert len(funding.history["linear", "BTCUSDT"]) == 2
