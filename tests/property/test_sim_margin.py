"""Whatever the account does with its margin, its loans and the clock, every figure stays explained."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row

START_MS = 1_791_270_000_000
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
MODES = ("REGULAR_MARGIN", "ISOLATED_MARGIN", "PORTFOLIO_MARGIN")
COINS = st.sampled_from(["USDT", "BTC", "ETH"])
D = Decimal
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mode"), st.sampled_from(MODES)),
        st.tuples(st.just("trade"), st.sampled_from(["Buy", "Sell"]), st.integers(1, 900)),
        st.tuples(st.just("sell_lent"), st.integers(1, 20)),
        st.tuples(st.just("rest"), st.sampled_from(["Buy", "Sell"]), st.integers(1, 900), st.integers(1, 40)),
        st.tuples(
            st.just("rest_spot"), st.sampled_from(["Buy", "Sell"]), st.integers(1, 250), st.integers(1, 40)
        ),
        st.tuples(st.just("cancel_spot")),
        st.tuples(st.just("leverage"), st.sampled_from(["1", "5", "25", "100"])),
        st.tuples(st.just("margin"), st.integers(-500, 500)),
        st.tuples(st.just("auto"), st.sampled_from([0, 1])),
        st.tuples(st.just("move"), st.integers(-900, 900)),
        st.tuples(st.just("borrow"), COINS, st.integers(1, 3000)),
        st.tuples(st.just("repay"), COINS),
        st.tuples(st.just("wait"), st.integers(1, 26 * 60)),
    ),
    min_size=10,
    max_size=40,
)


class Account:
    """An exchange with a clock and a price that are moved by hand."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.price = D(86_000)
        balances = {"USDT": D(20_000), "BTC": D("0.2"), "ETH": D(1)}
        config = ExchangeConfig(instruments=default_catalogue(START_MS), balances=balances)
        self.exchange = Exchange(config, lambda: self.now_ms, lambda _event: None)
        self.move(0)

    def move(self, away: int) -> None:
        self.price = max(D(20_000), self.price + away)
        for category in ("linear", "spot"):
            market = self.exchange.markets[category, "BTCUSDT"]
            market.set_book([(self.price, "5")], [(self.price + D("0.1"), "5")])
        self.wait(0)

    def wait(self, minutes: int) -> None:
        self.now_ms += minutes * 60_000 + 60
        self.exchange.advance(self.now_ms)

    def act(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, kind)(*args)

    def mode(self, mode: str) -> None:
        self.exchange.set_margin_mode({"setMarginMode": mode})

    def trade(self, side: str, lots: int) -> None:
        self.exchange.place({**LINEAR, "orderType": "Market", "side": side, "qty": str(D(lots) / 1000)})

    def sell_lent(self, parts: int) -> None:
        lent = {"side": "Sell", "orderType": "Market", "qty": str(D(parts) / 20), "isLeverage": 1}
        self.exchange.place({**SPOT, **lent})

    def rest(self, side: str, lots: int, away: int) -> None:
        price = self.price + (-10 if side == "Buy" else 10) * away
        resting = {"orderType": "Limit", "price": str(price), "side": side, "qty": str(D(lots) / 1000)}
        self.exchange.place({**LINEAR, **resting})

    def rest_spot(self, side: str, lots: int, away: int) -> None:
        price = self.price + (-10 if side == "Buy" else 10) * away
        resting = {"orderType": "Limit", "price": str(price), "side": side, "qty": str(D(lots) / 1000)}
        self.exchange.place({**SPOT, **resting})

    def cancel_spot(self) -> None:
        self.exchange.cancel_all(SPOT)

    def leverage(self, leverage: str) -> None:
        self.exchange.set_leverage(LINEAR | {"buyLeverage": leverage, "sellLeverage": leverage})

    def margin(self, amount: int) -> None:
        self.exchange.add_margin(LINEAR | {"margin": str(amount)})

    def auto(self, flag: int) -> None:
        self.exchange.set_auto_add_margin(LINEAR | {"autoAddMargin": flag})

    def borrow(self, coin: str, amount: int) -> None:
        text = str(D(amount) if coin == "USDT" else D(amount) / 1000)
        self.exchange.borrow({"coin": coin, "amount": text})

    def repay(self, coin: str) -> None:
        self.exchange.repay({"coin": coin})


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_margins_loans_and_interest_add_up(steps: list[tuple[Any, ...]]) -> None:
    account = Account()
    exchange = account.exchange
    for step in steps:
        with contextlib.suppress(VenueError):
            account.act(step)
        exchange.check()
        (coin,) = wallet_row(exchange.account, exchange.risk, ["USDT"])["coin"]
        held = sum(
            (
                exchange.risk.position_margins(m, p)[0]
                for m, p in exchange.risk.held()
                if m.instrument.settle == "USDT"
            ),
            D(0),
        )
        if exchange.settings.margin_mode != "PORTFOLIO_MARGIN":
            assert D(coin["totalPositionIM"]) == held
        assert all(amount >= 0 for name, amount in exchange.account.balances.items() if name == "ETH")
        assert all(debt >= 0 for debt in exchange.account.debts.values())


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["Buy", "Sell"]), st.integers(1, 600), st.integers(2, 100), st.integers(-30_000, 30_000)
)
def test_an_isolated_position_never_costs_more_than_its_margin(
    side: str, lots: int, leverage: int, away: int
) -> None:
    account = Account()
    exchange = account.exchange
    exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"})
    with contextlib.suppress(VenueError):
        exchange.set_leverage(LINEAR | {"buyLeverage": str(leverage), "sellLeverage": str(leverage)})
    with contextlib.suppress(VenueError):
        account.act(("trade", side, lots))
    slot = exchange.account.position("BTCUSDT")
    before = exchange.account.balances["USDT"]
    held = exchange.risk.sheet()["USDT"].position_im
    account.move(away)
    if not slot.size:
        assert before - exchange.account.balances["USDT"] <= held
    exchange.check()
