"""Whatever happens, the venue's account adds up and its books hold exactly the open orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig

SIDES = st.sampled_from(["Buy", "Sell"])
CATEGORIES = st.sampled_from(["linear", "spot"])
TICKS = st.integers(859_994, 860_007)
LOTS = st.integers(1, 700)
PLACE = st.fixed_dictionaries(
    {
        "do": st.just("place"),
        "category": CATEGORIES,
        "side": SIDES,
        "orderType": st.sampled_from(["Limit", "Limit", "Market"]),
        "timeInForce": st.sampled_from(["GTC", "GTC", "GTC", "IOC", "FOK", "PostOnly"]),
        "reduceOnly": st.sampled_from([False, False, False, True]),
        "smpType": st.sampled_from(["None", "None", "CancelMaker", "CancelTaker", "CancelBoth"]),
        "marketUnit": st.sampled_from(["baseCoin", "quoteCoin"]),
        "wait": st.sampled_from(["", "", "", "1", "2"]),
        "protect": st.sampled_from(["", "", "Full", "Partial"]),
        "closeOnTrigger": st.sampled_from([False, False, False, True]),
        "ticks": TICKS,
        "lots": LOTS,
    }
)
CHANGE = st.fixed_dictionaries(
    {"do": st.sampled_from(["cancel", "amend"]), "pick": st.integers(0, 50), "ticks": TICKS, "lots": LOTS}
)
OTHERS = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["trade", "level", "take"]),
        "category": CATEGORIES,
        "side": SIDES,
        "ticks": TICKS,
        "lots": LOTS,
    }
)
STEPS = st.lists(st.one_of(PLACE, PLACE, CHANGE, OTHERS), min_size=30, max_size=60)


def new_exchange() -> Exchange:
    clock = iter(range(1_700_000_000_000, 1_800_000_000_000))
    exchange = Exchange(ExchangeConfig(), lambda: next(clock), lambda _event: None)
    for category in ("linear", "spot"):
        market = exchange.markets[category, "BTCUSDT"]
        unit = market.instrument.to_lots(Decimal("0.05"))
        assert unit is not None
        market.set_levels(
            {860_000 - i: unit * (1 + i % 3) for i in range(60)},
            {860_001 + i: unit * (1 + i % 4) for i in range(60)},
        )
    return exchange


def qty(step: dict[str, Any], category: str) -> str:
    """Lots of the linear step, or a fraction of a coin with all decimals on spot."""
    return str(step["lots"] * (Decimal("0.001") if category == "linear" else Decimal("0.000523")))


def conditions(step: dict[str, Any]) -> dict[str, Any]:
    """Trigger and protection of a step, a few ticks from its price."""
    fields: dict[str, Any] = {}
    away = Decimal(step["lots"] % 7 + 1) / 10
    price = Decimal(step["ticks"]) / 10
    if step["wait"]:
        kind = "StopOrder" if step["lots"] % 2 else "tpslOrder"
        beyond = away if step["wait"] == "1" else -away
        fields |= {"triggerPrice": str(86000 + beyond), "triggerDirection": step["wait"], "orderFilter": kind}
    if step["protect"]:
        up = away if step["side"] == "Buy" else -away
        fields |= {"takeProfit": str(price + up), "stopLoss": str(price - up), "tpslMode": step["protect"]}
    return fields


def act(exchange: Exchange, step: dict[str, Any]) -> None:
    category = step.get("category", "linear")
    market = exchange.markets[category, "BTCUSDT"]
    try:
        if step["do"] == "place":
            derived = {"do", "ticks", "lots", "wait", "protect"}
            fields = {name: step[name] for name in step if name not in derived} | conditions(step)
            price = str(market.instrument.price(step["ticks"]))
            exchange.place(fields | {"symbol": "BTCUSDT", "price": price, "qty": qty(step, category)})
        elif step["do"] in {"cancel", "amend"}:
            orders = [order for order in exchange.orders.values() if order.is_live]
            if orders:
                order = orders[step["pick"] % len(orders)]
                it = order.instrument
                request = {"category": it.category, "symbol": it.symbol, "orderId": order.order_id}
                if step["do"] == "cancel":
                    exchange.cancel(request)
                else:
                    change = {"price": str(it.price(step["ticks"])), "qty": qty(step, it.category)}
                    exchange.amend(request | change)
        elif step["do"] == "trade":
            market.trade_lots(step["side"], step["ticks"], step["lots"])
        elif step["do"] == "take":
            market.take(step["side"], step["lots"])
        else:
            own = market.book.side(step["side"])
            other = market.book.against(step["side"]).best_anonymous()
            if other is None or not market.book.against(step["side"]).reaches(other, step["ticks"]):
                lots = 0 if own.anonymous_at(step["ticks"]) else step["lots"]
                market.set_levels(
                    *({step["ticks"]: lots} if side == step["side"] else {} for side in SIDE_NAMES)
                )
    except VenueError:
        pass


SIDE_NAMES = ("Buy", "Sell")


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_the_account_adds_up_after_every_step(steps: list[dict[str, Any]]) -> None:
    exchange = new_exchange()
    for step in steps:
        act(exchange, step)
        exchange.check()
        for market in exchange.markets.values():
            bid, ask = market.book.bids.best, market.book.asks.best
            assert bid is None or ask is None or bid < ask
        assert exchange.account.balances["BTC"] >= 0
        assert exchange.risk.locked("BTC") <= exchange.account.balances["BTC"]


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_a_round_trip_is_sales_minus_purchases_minus_fees_exactly(steps: list[dict[str, Any]]) -> None:
    exchange = new_exchange()
    for step in steps:
        if step.get("category") != "spot":
            act(exchange, step)
    exchange.cancel_all({"category": "linear", "symbol": "BTCUSDT"})
    market, position = exchange.markets["linear", "BTCUSDT"], exchange.account.position("BTCUSDT")
    market.set_levels({860_000: 10**6}, {860_001: 10**6}, replace=True)
    if position.size:
        side = "Sell" if position.size > 0 else "Buy"
        exchange.place(
            {
                "category": "linear",
                "symbol": "BTCUSDT",
                "side": side,
                "orderType": "Market",
                "qty": str(abs(position.size)),
                "reduceOnly": True,
            }
        )
    zero = Decimal(0)
    assert (position.size, position.cost) == (zero, zero)
    account = exchange.account
    flow = sum((f.value if f.side == "Sell" else -f.value for f in account.executions), zero)
    fees = sum((f.fee for f in account.executions), zero)
    assert account.balances["USDT"] - account.start["USDT"] == flow - fees
    assert position.cumulative_pnl == flow - fees
