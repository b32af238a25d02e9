from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.warden.placement import (
    QuantityRules,
    Touch,
    cap_price,
    peg_price,
    sendable_quantity,
)

D = Decimal
TICK = D("0.1")


@pytest.mark.parametrize(
    ("is_buy", "bid", "ask", "bound", "price"),
    [
        (True, "100.0", "100.2", None, "100.0"),
        (False, "100.0", "100.2", None, "100.2"),
        (True, "100.0", None, None, "100.0"),
        (False, None, "100.2", None, "100.2"),
        (True, None, "100.2", None, None),
        (False, "100.0", None, None, None),
        # Locked and crossed books: one tick before the other side.
        (True, "100.2", "100.2", None, "100.1"),
        (False, "100.2", "100.2", None, "100.3"),
        (True, "100.5", "100.2", None, "100.1"),
        (False, "100.5", "100.2", None, "100.6"),
        # The bound, rounded away from trading beyond it.
        (True, "100.0", "100.2", "99.95", "99.9"),
        (True, "100.0", "100.2", "101", "100.0"),
        (False, "100.0", "100.2", "100.25", "100.3"),
        (False, "100.0", "100.2", "99", "100.2"),
        (True, "0.1", "0.1", None, None),
    ],
)
def test_peg_price(
    is_buy: bool, bid: str | None, ask: str | None, bound: str | None, price: str | None
) -> None:
    touch = Touch(D(bid) if bid else None, D(ask) if ask else None)
    expected = None if price is None else D(price)
    assert peg_price(touch, TICK, is_buy=is_buy, bound=D(bound) if bound else None) == expected


@pytest.mark.parametrize(
    ("is_buy", "bid", "ask", "cap", "bound", "price"),
    [
        (True, "61800.2", "61800.3", "10", None, "61862.1"),
        (False, "61800.2", "61800.3", "10", None, "61738.4"),
        # A cap below one tick still reaches the touch.
        (True, "100.0", "100.2", "1", None, "100.2"),
        (False, "100.0", "100.2", "1", None, "100.0"),
        (True, "100.0", "100.2", "100", "100.5", "100.5"),
        (True, "100.0", "100.2", "100", "100.1", None),
        (False, "100.0", "100.2", "100", "99.95", "100.0"),
        (False, "100.0", "100.2", "100", "100.1", None),
        (True, "100.0", None, "10", None, None),
        (False, None, "100.2", "10", None, None),
    ],
)
def test_cap_price(
    is_buy: bool, bid: str | None, ask: str | None, cap: str, bound: str | None, price: str | None
) -> None:
    touch = Touch(D(bid) if bid else None, D(ask) if ask else None)
    expected = None if price is None else D(price)
    assert cap_price(touch, D(cap), TICK, is_buy=is_buy, bound=D(bound) if bound else None) == expected


prices = st.decimals("0.1", "100000", places=1)


@given(bid=prices, ask=prices, cap=st.decimals("0.01", "100", places=2), is_buy=st.booleans())
def test_a_capped_order_reaches_the_touch_and_never_beyond_the_cap(
    bid: Decimal, ask: Decimal, cap: Decimal, *, is_buy: bool
) -> None:
    price = cap_price(Touch(bid, ask), cap, TICK, is_buy=is_buy)
    far = ask if is_buy else bid
    assert price is not None
    assert price % TICK == 0
    beyond = (price - far) if is_buy else (far - price)
    assert 0 <= beyond <= far * cap / 10_000


@given(bid=prices, ask=prices, is_buy=st.booleans(), bound=st.none() | prices)
def test_a_pegged_order_never_takes_nor_passes_its_bound(
    bid: Decimal, ask: Decimal, bound: Decimal | None, *, is_buy: bool
) -> None:
    price = peg_price(Touch(bid, ask), TICK, is_buy=is_buy, bound=bound)
    if price is None:
        return
    assert price < ask if is_buy else price > bid
    assert bound is None or (price <= bound if is_buy else price >= bound)


@pytest.mark.parametrize(
    ("remaining", "rules", "quantity"),
    [
        ("0.5", QuantityRules(D("0.001")), "0.5"),
        ("0.0005", QuantityRules(D("0.001")), "0"),
        ("0.5005", QuantityRules(D("0.001")), "0.5"),
        ("0.5", QuantityRules(D("0.001"), minimum=D("0.6")), "0"),
        ("5", QuantityRules(D("1"), maximum=D("3")), "3"),
        # A maximum that would leave less than a minimum behind gives way, if both parts are then enough.
        ("5", QuantityRules(D("1"), minimum=D("3"), maximum=D("4")), "4"),
        ("7", QuantityRules(D("1"), minimum=D("2"), maximum=D("6")), "5"),
        ("0.04", QuantityRules(D("0.001"), minimum_notional=D("5")), "0"),
        ("0.05", QuantityRules(D("0.001"), minimum_notional=D("5")), "0.05"),
        ("4", QuantityRules(D("1"), minimum_notional=D("5"), is_inverse=True), "0"),
        ("5", QuantityRules(D("1"), minimum_notional=D("5"), is_inverse=True), "5"),
        ("1", QuantityRules(D("1"), minimum_notional=D("5"), multiplier=D("0.01")), "0"),
    ],
)
def test_sendable_quantity(remaining: str, rules: QuantityRules, quantity: str) -> None:
    assert sendable_quantity(D(remaining), D(100), rules) == D(quantity)


def test_the_mid_needs_both_sides() -> None:
    assert Touch(D(100), D("100.2")).mid == D("100.1")
    assert Touch(D(100), None).mid is None
