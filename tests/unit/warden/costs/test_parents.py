"""A parent's cost is what was paid, and its parts add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_logs import INVERSE, begun, event, expected, filled, logged, report_line, walked

from nautilus_bybit_adapter.warden.costs import Fill, Parent, parents_of
from nautilus_bybit_adapter.warden.costs.records import InstrumentLine, Line

D = Decimal


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def only(log: Path, *lines: Line | Iterable[Line]) -> Parent:
    (parent,) = parents_of(logged(log, *lines))
    return parent


def test_a_market_order_pays_spread_depth_and_fee(log: Path) -> None:
    parent = only(
        log, begun("A", "BUY", "2"), filled("A", "101", "1", fee="0.1"), filled("A", "103", "1", fee="0.3")
    )
    parts = parent.parts
    assert parts is not None
    assert (parent.mid, parent.average_price, parent.filled) == (D(100), D(102), D(2))
    assert (parts.spread, parts.deeper, parts.waiting, parts.fees) == (D(100), D(100), D(0), D(20))
    assert parts.total == D(220)
    assert (parent.decision, parent.outcome) == ("market", "filled")


def test_a_maker_receives_the_spread_and_pays_for_waiting(log: Path) -> None:
    parent = only(
        log,
        begun("A", "SELL", "1", algorithm="SMART_LIMIT"),
        event("A-E1", "OrderInitialized", side="SELL", quantity=D(1), price=D(101), parent_id="A"),
        filled("A-E1", "98", "1", maker=True, touch=("96", "98"), fee="-0.01"),
    )
    parts = parent.parts
    assert parts is not None
    # The mid fell from 100 to 97 while the seller waited, who then sold one above it.
    assert (parts.waiting, parts.spread, parts.deeper) == (D(300), D(-100), D(0))
    assert parts.fees == D(-1)
    assert parent.decision == "SMART_LIMIT"
    assert not parent.had_to_cross


def test_a_fee_in_the_base_coin_is_valued_at_the_fill(log: Path) -> None:
    parent = only(log, begun("A", "BUY", "1"), filled("A", "101", "1", fee="0.001", coin="BTC"))
    assert parent.parts is not None
    assert parent.parts.fees == D("0.101") / 100 * 10_000


def test_a_fee_in_a_third_coin_leaves_no_cost_rather_than_a_wrong_one(log: Path) -> None:
    assert only(log, begun("A", "BUY", "1"), filled("A", "101", "1", fee="1", coin="MNT")).parts is None


def test_an_inverse_contract_is_valued_in_its_quote(log: Path) -> None:
    lines = begun("A", "BUY", "200", instrument_id=INVERSE)
    parent = only(log, lines, filled("A", "101", "200", fee="0.001", coin="BTC", instrument_id=INVERSE))
    assert parent.notional == 200
    assert parent.parts is not None
    assert parent.parts.spread == D(100)
    assert parent.parts.fees == D("0.101") / 200 * 10_000


def test_without_a_book_on_arrival_there_is_no_cost(log: Path) -> None:
    parent = only(log, begun("A", "BUY", "1", touch=None), filled("A", "101", "1"))
    assert parent.parts is None
    assert parent.filled == 1


def test_without_a_book_at_the_fill_all_of_it_is_waiting(log: Path) -> None:
    parent = only(log, begun("A", "BUY", "1"), filled("A", "102", "1", touch=None))
    assert parent.parts is not None
    assert (parent.parts.waiting, parent.parts.total) == (D(200), D(200))


def test_a_fill_that_is_told_twice_counts_once(log: Path) -> None:
    fill = filled("A", "101", "1")
    assert only(log, begun("A", "BUY", "2"), fill, fill).filled == 1


def test_saving_is_against_a_market_order_a_horizon_later_with_its_fee(log: Path) -> None:
    parent = only(
        log,
        begun("A", "BUY", "1", forecast=expected(90.0)),
        walked("A", 110.0),
        filled("A", "99", "1", maker=True),
    )
    assert parent.market_bps == D("115.5")
    assert parent.saved_bps == D("215.5")


def test_what_is_left_is_priced_at_the_last_touch(log: Path) -> None:
    parent = only(
        log,
        begun("A", "BUY", "4", algorithm="SMART_LIMIT"),
        event(
            "A-E1", "OrderInitialized", side="BUY", quantity=D(4), price=D(99), parent_id="A", is_resting=True
        ),
        filled("A-E1", "99", "1", maker=True, touch=("99", "101")),
        event("A-E1", "OrderCanceled", 2.0, bid=D(103), ask=D(105)),
        report_line("A", outcome="partial", reason="the deadline passed", decision="peg"),
    )
    assert (parent.unfilled, parent.outcome) == (D(3), "partial")
    assert parent.completion_bps == D("505.5")
    assert parent.had_to_cross
    assert (parent.decision, parent.reason) == ("SMART_LIMIT: peg", "the deadline passed")


def test_quantiles_are_the_algorithms_where_the_log_has_none(log: Path) -> None:
    terms = {"q90_slippage_bps": 2.0, "q95_slippage_bps": 3.0}
    for horizon_ns, q90 in ((100_000_000, 2.0), (500_000_000, None)):
        parent = only(
            log,
            begun("A", "BUY", "1", forecast=expected(1.0)),
            report_line("A", outcome="filled", horizon_ns=horizon_ns, **terms),
        )
        assert parent.forecast is not None
        assert parent.forecast.q90_bps == q90


def test_a_child_follows_its_prices_until_it_ends(log: Path) -> None:
    parent = only(
        log,
        begun("A", "BUY", "1", algorithm="SMART_LIMIT"),
        event("A-E1", "OrderInitialized", 1.0, side="BUY", quantity=D(1), price=D(99), parent_id="A"),
        event("A-E1", "OrderAccepted", 1.1),
        event("A-E1", "OrderUpdated", 1.2, price=D("99.5")),
        event("A-E1", "OrderCanceled", 1.3),
    )
    steps = [step.price for step in parent.children["A-E1"].steps]
    assert steps == [D(99), D("99.5"), None]


def test_an_order_that_was_refused_was_never_in_the_book(log: Path) -> None:
    parent = only(
        log,
        begun("A", "BUY", "1", algorithm="SMART_LIMIT"),
        event(
            "A-E1", "OrderInitialized", side="BUY", quantity=D(1), price=D(99), parent_id="A", is_resting=True
        ),
        event("A-E1", "OrderRejected", 1.3, reason="it would have taken"),
    )
    assert parent.children["A-E1"].steps == []
    assert not parent.had_to_cross
    assert parent.reason == "it would have taken"


def test_an_order_of_an_unknown_instrument_is_left_out(log: Path) -> None:
    assert parents_of(logged(log, begun("A", "BUY", "1", instrument_id="X.BYBIT"))) == []


prices = st.decimals(50, 150, places=1)
sizes = st.decimals("0.001", 10, places=3)


@settings(deadline=None)
@given(
    side=st.sampled_from(["BUY", "SELL"]),
    fills=st.lists(st.tuples(prices, sizes, prices, st.booleans(), st.decimals(-1, 1, places=4)), min_size=1),
)
def test_the_parts_add_up_to_what_was_paid(
    side: str, fills: list[tuple[Decimal, Decimal, Decimal, bool, Decimal]]
) -> None:
    instrument = InstrumentLine(
        ts_ns=0, instrument_id="X", base="BTC", quote="USDT", price_increment=D("0.1"), size_increment=D("0.001"),
        multiplier=D(1), is_inverse=False, maker_fee=D(0), taker_fee=D(0),
    )  # fmt: skip
    parent = Parent(
        client_order_id="A", instrument=instrument, side=side, quantity=D(1_000), decision="market", arrival_ns=0,
        end_ns=1, bid=D(99), ask=D(101),
        fills=[Fill(1, price, size, fee, "USDT", maker, bid, bid + 1) for price, size, bid, maker, fee in fills],
    )  # fmt: skip
    sign = 1 if side == "BUY" else -1
    paid = sum((sign * size * (price - 100) + fee for price, size, _, _, fee in fills), D(0))
    value = sum((size for _, size, *_ in fills), D(0)) * 100
    assert parent.parts is not None
    assert abs(parent.parts.total - paid / value * 10_000) < D("1e-15")
