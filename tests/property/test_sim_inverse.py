"""Inverse positions: whatever is traded, a round trip ends with exactly what was bought minus what was sold."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.positions import Position

SIDES = st.sampled_from(["Buy", "Sell"])
FILLS = st.lists(
    st.tuples(SIDES, st.integers(1, 500_000), st.integers(1, 3_000_000)), min_size=1, max_size=30
)
ZERO = Decimal(0)


@settings(max_examples=300, deadline=None)
@given(FILLS)
def test_results_of_a_round_trip_add_up_exactly(fills: list[tuple[str, int, int]]) -> None:
    position, results, bought, sold = Position(is_inverse=True), ZERO, ZERO, ZERO
    trades = [(side, Decimal(qty), Decimal(ticks) / 10) for side, qty, ticks in fills]
    size = sum((qty if side == "Buy" else -qty for side, qty, _ in trades), ZERO)
    if size:
        trades.append(("Sell" if size > 0 else "Buy", abs(size), trades[-1][2]))
    for side, qty, price in trades:
        value = (qty / price).quantize(Decimal("1E-8"), "ROUND_HALF_UP")
        results += position.fill(side, qty, price).pnl
        bought, sold = (bought + value, sold) if side == "Buy" else (bought, sold + value)
        assert position.cost >= 0
    assert (position.size, position.cost) == (ZERO, ZERO)
    assert results == bought - sold


STEPS = st.lists(
    st.tuples(SIDES, st.integers(1, 20_000), st.integers(859_950, 860_050), st.booleans()),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_an_inverse_account_adds_up_after_every_order(steps: list[tuple[str, int, int, bool]]) -> None:
    clock = iter(range(1_700_000_000_000, 1_800_000_000_000))
    exchange = Exchange(ExchangeConfig(), lambda: next(clock), lambda _event: None)
    market, order = exchange.markets["inverse", "BTCUSD"], {"category": "inverse", "symbol": "BTCUSD"}
    for side, lots, ticks, is_market in steps:
        market.set_levels(
            {860_000 - i: 3_000 for i in range(20)}, {860_001 + i: 3_000 for i in range(20)}, replace=True
        )
        kind = (
            {"orderType": "Market"}
            if is_market
            else {"orderType": "Limit", "price": str(Decimal(ticks) / 10)}
        )
        exchange.place(order | kind | {"side": side, "qty": str(lots)})
        exchange.check()
    exchange.cancel_all(order)
    size = exchange.account.position("BTCUSD").size
    market.set_levels({860_000: 10**7}, {860_001: 10**7}, replace=True)
    if size:
        side = "Sell" if size > 0 else "Buy"
        exchange.place(
            order | {"side": side, "orderType": "Market", "qty": str(abs(size)), "reduceOnly": True}
        )
    account = exchange.account
    flow = sum((f.value if f.side == "Buy" else -f.value for f in account.executions), ZERO)
    fees = sum((f.fee for f in account.executions), ZERO)
    assert account.position("BTCUSD").size == 0
    assert account.balances["BTC"] - account.start["BTC"] == flow - fees
    exchange.check()
