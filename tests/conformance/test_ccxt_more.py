"""ccxt's blocking client beyond the plain order: series, tiers, ledger, conditional orders, inverse and options."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from ccxt_client import exact
from venue_thread import VenueThread

D = Decimal
PERP, SPOT, INVERSE = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"


@pytest.mark.parametrize(
    "name", ["fetch_ohlcv", "fetch_mark_ohlcv", "fetch_index_ohlcv", "fetch_premium_index_ohlcv"]
)
def test_candles_are_a_gapless_series(exchange: Any, name: str) -> None:
    rows = getattr(exchange, name)(PERP, "1h", limit=50)
    assert len(rows) == 50
    assert [later[0] - earlier[0] for earlier, later in pairwise(rows)] == [3_600_000] * 49
    for _, opened, high, low, close, *_ in rows:
        assert low <= min(opened, close) <= max(opened, close) <= high


def test_open_interest_and_ratio(exchange: Any) -> None:
    assert exchange.fetch_open_interest(PERP)["openInterestAmount"] > 0
    history = exchange.fetch_open_interest_history(PERP, "1h", limit=20)
    assert len(history) == 20
    assert history == sorted(history, key=lambda row: row["timestamp"])
    ratios = exchange.fetch_long_short_ratio_history(PERP, "1h", limit=10)
    assert all(row["longShortRatio"] > 0 for row in ratios)
    volatility = exchange.fetch_volatility_history("BTC")
    assert all(0 < row["volatility"] < 5 for row in volatility)


def test_tiers_follow_the_highest_leverage(venue: VenueThread, exchange: Any) -> None:
    tiers = exchange.fetch_market_leverage_tiers(PERP)
    it = venue.call(lambda v: v.exchange.markets["linear", "BTCUSDT"].instrument)
    assert exact(tiers[0]["maxLeverage"]) == it.max_leverage
    assert exact(tiers[0]["maintenanceMarginRate"]) == it.mmr
    notional = [tier["maxNotional"] for tier in tiers]
    assert notional == sorted(notional)
    assert PERP in exchange.fetch_leverage_tiers([PERP])


def test_coins_and_status(venue: VenueThread, exchange: Any) -> None:
    coins = exchange.fetch_currencies()
    assert set(venue.call(lambda v: dict(v.exchange.account.start))) <= set(coins)
    assert coins["USDT"]["deposit"] is not None
    assert exchange.fetch_status()["status"] == "ok"
    assert exchange.fetch_cross_borrow_rate("USDT")["rate"] >= 0
    for name in ("fetch_deposits", "fetch_withdrawals", "fetch_settlement_history", "fetch_my_liquidations"):
        assert getattr(exchange, name)(*([PERP] if "liquidations" in name else [])) == []


def test_the_ledger_explains_the_balance(venue: VenueThread, exchange: Any) -> None:
    exchange.create_market_order(PERP, "buy", 0.02)
    exchange.create_market_order(PERP, "sell", 0.02)
    entries = exchange.fetch_ledger("USDT")
    assert len(entries) == len(venue.fills()) == 2
    change = sum(exact(e["amount"]) * (1 if e["direction"] == "in" else -1) for e in entries)
    assert venue.balance("USDT") == D(100_000) + change
    (closed,) = exchange.fetch_positions_history([PERP])
    opening, closing = venue.fills()
    assert exact(closed["realizedPnl"]) == closing.value - opening.value - closing.fee - opening.fee


def test_a_transfer_leaves_and_returns(venue: VenueThread, exchange: Any) -> None:
    sent = exchange.transfer("USDT", 250, "unified", "fund")
    assert sent["status"] == "ok"
    assert venue.balance("USDT") == D(99_750)
    exchange.transfer("USDT", 250, "fund", "unified")
    assert venue.balance("USDT") == D(100_000)
    assert {row["id"] for row in exchange.fetch_transfers("USDT")} >= {sent["id"]}


def trigger(price: float, direction: str) -> dict[str, Any]:
    return {"triggerPrice": price, "triggerDirection": direction}


def test_a_conditional_order_waits_and_fires(venue: VenueThread, exchange: Any) -> None:
    exchange.create_market_order(PERP, "buy", 0.02)
    stop = exchange.create_order(PERP, "market", "sell", 0.02, None, trigger(85000, "descending"))
    (seen,) = exchange.fetch_open_orders(PERP, params={"trigger": True})
    assert (seen["id"], seen["triggerPrice"], seen["info"]["orderStatus"]) == (
        stop["id"],
        85000,
        "Untriggered",
    )
    venue.move(lambda m: m.set_levels({849_990: 5000}, {850_000: 5000}, replace=True))
    venue.move(lambda m: m.trade("Sell", "84999", "0.001"))
    assert exchange.fetch_open_orders(PERP, params={"trigger": True}) == []
    assert venue.order(stop["id"]).status == "Filled"
    assert venue.call(lambda v: v.exchange.account.position("BTCUSDT").size) == 0


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (trigger(85000, "descending"), "market"),
        (trigger(90000, "ascending"), "limit"),
        ({"stopLossPrice": 84000}, "market"),
        ({"takeProfitPrice": 91000}, "market"),
    ],
)
def test_a_waiting_order_is_cancelled(
    venue: VenueThread, exchange: Any, params: dict[str, Any], kind: str
) -> None:
    exchange.create_market_order(PERP, "buy", 0.02)
    price = 89000 if kind == "limit" else None
    placed = exchange.create_order(PERP, kind, "sell", 0.02, price, params)
    assert venue.order(placed["id"]).status == "Untriggered"
    exchange.cancel_order(placed["id"], PERP)
    assert venue.order(placed["id"]).status == "Deactivated"


def test_spot_conditional_orders_have_their_own_filter(venue: VenueThread, exchange: Any) -> None:
    placed = exchange.create_order(SPOT, "limit", "sell", 0.01, 90000, {"triggerPrice": 89000})
    assert [o["id"] for o in exchange.fetch_open_orders(SPOT, params={"trigger": True})] == [placed["id"]]
    assert [o["id"] for o in exchange.cancel_all_orders(SPOT, {"trigger": True})] == [placed["id"]]
    assert venue.open_ids() == set()


def test_an_inverse_position_is_paid_in_its_coin(venue: VenueThread, exchange: Any) -> None:
    btc = venue.balance("BTC")
    exchange.create_order(INVERSE, "market", "buy", 1000)
    (fill,) = venue.fills()
    position = exchange.fetch_position(INVERSE)
    assert (position["contracts"], position["side"]) == (1000, "long")
    expected = D(1000) / exact(position["entryPrice"]) * D("0.00055")
    assert abs(fill.fee - expected) < D("1e-8")
    assert venue.balance("BTC") == btc - fill.fee
    assert exact(exchange.fetch_balance()["BTC"]["total"]) == venue.balance("BTC")
    (trade,) = exchange.fetch_my_trades(INVERSE)
    assert trade["fee"]["currency"] == "BTC"
    exchange.create_order(INVERSE, "limit", "sell", 500, 90000)
    assert [o["amount"] for o in exchange.fetch_open_orders(INVERSE)] == [500]
    exchange.cancel_all_orders(INVERSE)


def test_options_have_greeks_and_orders(venue: VenueThread, exchange: Any) -> None:
    exchange.load_markets()
    calls = [
        m
        for m in exchange.markets.values()
        if m["option"] and m["optionType"] == "call" and m["base"] == "BTC"
    ]
    symbol = min(calls, key=lambda m: m["expiry"])["symbol"]
    assert symbol in exchange.fetch_option_chain("BTC")
    greeks = exchange.fetch_greeks(symbol)
    assert 0 < greeks["delta"] < 1
    assert greeks["theta"] < 0 < greeks["vega"]
    assert symbol in exchange.fetch_all_greeks(params={"baseCoin": "BTC"})
    book = exchange.fetch_order_book(symbol)
    best = book["bids"][0][0]
    assert exchange.fetch_option(symbol)["bidPrice"] == best
    placed = exchange.create_order(symbol, "limit", "buy", 0.1, best, {"clientOrderId": "opt"})
    assert [o["id"] for o in exchange.fetch_open_orders(symbol)] == [placed["id"]]
    exchange.cancel_order(placed["id"], symbol)
    assert venue.open_ids() == set()
    exchange.create_order(symbol, "limit", "buy", 0.1, book["asks"][0][0], {"timeInForce": "IOC"})
    (fill,) = venue.fills()
    assert [t["id"] for t in exchange.fetch_my_trades(symbol)] == [fill.exec_id]
    position = exchange.fetch_position(symbol)
    assert (position["contracts"], position["side"]) == (0.1, "long")
