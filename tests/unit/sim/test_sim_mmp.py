"""Market maker protection: what counts, what it withdraws, and when quotes are taken again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from tests.unit.sim.conftest import Desk

GUARD = {
    "baseCoin": "BTC",
    "window": "5000",
    "frozenPeriod": "10000",
    "qtyLimit": "1.00",
    "deltaLimit": "100.00",
}
D = Decimal


def option_desk(**guard: str) -> Desk:
    desk = Desk()
    for symbol in symbols(desk):
        market = desk.exchange.markets["option", symbol]
        mark = market.mark_ticks
        market.set_levels({max(1, mark - 40): 1000}, {mark + 40: 1000}, replace=True)
    desk.exchange.modify_mmp(GUARD | guard)
    desk.told.clear()
    return desk


def symbols(desk: Desk, base: str = "BTC") -> list[str]:
    return [
        key[1] for key, m in desk.exchange.markets.items() if key[0] == "option" and m.instrument.base == base
    ]


def quote(desk: Desk, symbol: str, link: str, qty: str = "1", *, mmp: bool = True, side: str = "Buy") -> Any:
    market = desk.exchange.markets["option", symbol]
    price = market.instrument.price(market.mark_ticks + (-10 if side == "Buy" else 10))
    return desk.place(
        category="option", symbol=symbol, side=side, qty=qty, price=str(price), orderLinkId=link, mmp=mmp
    )


def hit(desk: Desk, order: Any, qty: str) -> None:
    """Let somebody trade at the price of an order."""
    market = desk.exchange.markets["option", order.instrument.symbol]
    side = "Sell" if order.is_buy else "Buy"
    market.trade(side, order.instrument.price(order.ticks), qty)


def state(desk: Desk) -> dict[str, Any]:
    (row,) = desk.exchange.mmp.state("BTC")
    return row


def test_quotes_are_withdrawn_once_the_quantity_is_reached() -> None:
    desk = option_desk()
    first, second = symbols(desk)[:2]
    taken, other = quote(desk, first, "a"), quote(desk, second, "b")
    plain, foreign = quote(desk, first, "c", mmp=False), quote(desk, symbols(desk, "ETH")[0], "d")
    hit(desk, taken, "0.99")
    assert (other.is_open, state(desk)["mmpFrozen"]) == (True, False)
    desk.told.clear()
    hit(desk, taken, "0.01")
    assert taken.status == "Filled"
    assert (other.status, other.cancel_type, other.reject_reason) == (
        "Cancelled",
        "CancelByMmpTriggered",
        "EC_CancelByMMP",
    )
    assert plain.is_open
    assert foreign.is_open
    assert [row["cancelType"] for row in desk.rows("order") if row["orderId"] == other.order_id] == [
        "CancelByMmpTriggered"
    ]
    shown = state(desk)
    assert (shown["mmpFrozen"], shown["mmpFrozenUntil"]) == (True, str(desk.now_ms + 10_000))
    desk.exchange.check()


def test_while_it_is_frozen_no_quote_is_taken() -> None:
    desk = option_desk()
    symbol = symbols(desk)[0]
    hit(desk, quote(desk, symbol, "a"), "1")
    with pytest.raises(VenueError) as refused:
        quote(desk, symbol, "b")
    assert refused.value.ret_code == 110062
    quote(desk, symbol, "c", mmp=False)
    desk.now_ms += 10_000
    assert state(desk)["mmpFrozen"] is False
    assert quote(desk, symbol, "d").is_open


def test_a_reset_ends_the_freeze_and_without_a_period_nothing_else_does() -> None:
    desk = option_desk(frozenPeriod="0")
    symbol = symbols(desk)[0]
    hit(desk, quote(desk, symbol, "a"), "1")
    desk.now_ms += 86_400_000
    assert (state(desk)["mmpFrozen"], state(desk)["mmpFrozenUntil"]) == (True, "0")
    with pytest.raises(VenueError):
        quote(desk, symbol, "b")
    desk.exchange.reset_mmp({"baseCoin": "BTC"})
    assert quote(desk, symbol, "c").is_open


def test_fills_that_left_the_window_do_not_count() -> None:
    desk = option_desk()
    order = quote(desk, symbols(desk)[0], "a", "3")
    hit(desk, order, "0.6")
    desk.now_ms += 5000
    hit(desk, order, "0.6")
    assert order.is_open
    desk.now_ms += 4999
    hit(desk, order, "0.4")
    assert not order.is_open


@pytest.mark.parametrize("limit", [{"deltaLimit": "0.01"}, {"vegaLimit": "0.01"}])
def test_delta_and_vega_have_limits_of_their_own(limit: dict[str, str]) -> None:
    desk = option_desk(qtyLimit="100", **limit)
    order = quote(desk, symbols(desk)[1], "a", "3")
    hit(desk, order, "0.5")
    assert order.cancel_type == "CancelByMmpTriggered"
    assert state(desk)["mmpFrozen"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"window": "0"}, {"window": "x"}, {"frozenPeriod": "-1"}, {"qtyLimit": "0"}, {"qtyLimit": "1.001"},
        {"deltaLimit": ""}, {"vegaLimit": "-1"}, {"baseCoin": "DOGE"}, {"baseCoin": ""},
    ],
)  # fmt: skip
def test_wrong_settings_are_named(desk: Desk, change: dict[str, str]) -> None:
    with pytest.raises(VenueError, match=next(iter(change))) as refused:
        desk.exchange.modify_mmp(GUARD | change)
    assert refused.value.ret_code == 10001
    assert desk.exchange.mmp.state("BTC") == []


def test_a_coin_without_settings_has_no_state_and_no_reset(desk: Desk) -> None:
    assert desk.exchange.mmp.state("BTC") == []
    with pytest.raises(VenueError) as refused:
        desk.exchange.reset_mmp({"baseCoin": "BTC"})
    assert refused.value.ret_code == 110065
