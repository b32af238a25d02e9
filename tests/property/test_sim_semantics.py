"""Whatever is asked of it, in one-way or hedge mode, the venue adds up and its stops protect what is open."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.stops import FULL_KINDS, KINDS, TRAILING

BTC = {"category": "linear", "symbol": "BTCUSDT"}
SIDES = st.sampled_from(["Buy", "Sell"])
PRICES = st.integers(-12, 12).map(lambda ticks: str(86_000 + Decimal(ticks) / 10))
SIZES = st.integers(1, 900).map(lambda lots: str(Decimal(lots) / 1000))
DISTANCES = st.sampled_from(["0", "0.3", "0.8"])


def step(do: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"do": st.just(do)}, optional=fields)


STEPS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "do": st.just("place"),
                "category": st.sampled_from(["linear", "linear", "spot"]),
                "side": SIDES,
                "orderType": st.sampled_from(["Limit", "Market"]),
                "qty": SIZES,
                "price": PRICES,
                "positionIdx": st.integers(1, 2),
            },
            optional={
                "reduceOnly": st.booleans(),
                "isLeverage": st.sampled_from([0, 1]),
                "marketUnit": st.just("baseCoin"),
                "triggerPrice": PRICES,
                "triggerDirection": st.integers(1, 2),
                "orderFilter": st.sampled_from(["Order", "StopOrder", "tpslOrder"]),
                "takeProfit": PRICES,
                "stopLoss": PRICES,
                "tpslMode": st.sampled_from(["Full", "Partial"]),
                "smpType": st.sampled_from(["None", "CancelMaker", "CancelBoth"]),
                "bboSideType": st.sampled_from(["Queue", "Counterparty"]),
            },
        ),
        step(
            "trading_stop",
            positionIdx=st.integers(1, 2),
            takeProfit=PRICES,
            stopLoss=PRICES,
            trailingStop=DISTANCES,
            tpslMode=st.sampled_from(["Full", "Partial"]),
        ),
        step("trade", side=SIDES, ticks=st.integers(859_985, 860_015)),
        step("fund", rate=st.integers(-30, 30)),
        step("liquidate"),
        step("adl", qty=SIZES),
        step("borrow", coin=st.sampled_from(["BTC", "USDT", "ETH"]), amount=SIZES),
        step("repay", coin=st.sampled_from(["BTC", "USDT", "ETH"]), amount=SIZES),
        step("cancel_all"),
    ),
    min_size=20,
    max_size=50,
)


def new_exchange(*, hedged: bool) -> Exchange:
    clock = iter(range(1_700_000_000_000, 1_800_000_000_000))
    config = ExchangeConfig(balances={"USDT": Decimal(60_000), "BTC": Decimal("0.5")})
    exchange = Exchange(config, lambda: next(clock), lambda _event: None)
    for category in ("linear", "spot"):
        market = exchange.markets[category, "BTCUSDT"]
        unit = market.instrument.to_lots(Decimal("0.1"))
        assert unit is not None
        market.set_levels(
            {860_000 - i: unit * (1 + i % 3) for i in range(40)},
            {860_001 + i: unit * (1 + i % 4) for i in range(40)},
        )
    if hedged:
        exchange.switch_mode(BTC | {"mode": 3})
    return exchange


def act(exchange: Exchange, fields: dict[str, Any], *, hedged: bool) -> None:
    do = fields.pop("do")
    if "positionIdx" in fields and not hedged:
        fields["positionIdx"] = 0
    try:
        if do == "place":
            exchange.place({"symbol": "BTCUSDT"} | fields)
        elif do == "trading_stop":
            exchange.trading_stop(BTC | fields)
        elif do == "trade":
            market = exchange.markets["linear", "BTCUSDT"]
            market.trade_lots(fields.get("side", "Buy"), fields.get("ticks", 860_000), 40)
        elif do == "fund":
            exchange.settle_funding("BTCUSDT", Decimal(fields.get("rate", 1)) / 10_000)
        elif do == "liquidate":
            exchange.liquidate("BTCUSDT")
        elif do == "adl":
            exchange.adl("BTCUSDT", Decimal(fields.get("qty", "0.1")))
        elif do in {"borrow", "repay"}:
            getattr(exchange, do)(fields)
        else:
            exchange.cancel_all(BTC)
    except VenueError:
        pass


def check_stops(exchange: Exchange, *, hedged: bool) -> None:
    for index in (1, 2) if hedged else (0,):
        position = exchange.account.position("BTCUSDT", index)
        protecting = [
            order
            for order in exchange.register.waiting_of(("linear", "BTCUSDT"))
            if order.stop_kind in KINDS and order.position_idx == index
        ]
        assert position.size or not protecting
        assert all(order.side != position.side for order in protecting)
        kinds = Counter(order.stop_kind for order in protecting)
        for kind in (*FULL_KINDS.values(), TRAILING):
            assert kinds[kind] <= 1
        for order in protecting:
            if order.tpsl_mode == "Full":
                assert order.instrument.qty(order.lots) == abs(position.size)
        if hedged:
            assert position.size * (1 if index == 1 else -1) >= 0


@settings(max_examples=150, deadline=None)
@given(STEPS, st.booleans())
def test_the_venue_adds_up_after_every_step(steps: list[dict[str, Any]], hedged: bool) -> None:
    exchange = new_exchange(hedged=hedged)
    for fields in steps:
        act(exchange, dict(fields), hedged=hedged)
        exchange.check()
        check_stops(exchange, hedged=hedged)
        assert exchange.account.balances["BTC"] >= 0
