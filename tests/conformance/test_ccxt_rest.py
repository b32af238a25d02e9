"""ccxt's blocking client: unified calls, each checked against the venue's books, orders, ledger and positions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ccxt  # type: ignore[import-untyped] # it carries no marker of its annotations
import ccxt_client
import pytest
from ccxt_client import exact
from venue_thread import VenueThread

D = Decimal
PERP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
KEY = {PERP: ("linear", "BTCUSDT"), SPOT: ("spot", "BTCUSDT")}
FAR = {PERP: 80000, SPOT: 82000}


def resting(exchange: Any, symbol: str, amount: float = 0.01, **params: Any) -> str:
    return str(exchange.create_order(symbol, "limit", "buy", amount, FAR[symbol], params)["id"])


def test_every_market_of_the_catalogue_loads(venue: VenueThread, exchange: Any) -> None:
    markets = exchange.load_markets()
    catalogue = venue.call(lambda v: {k: m.instrument for k, m in v.exchange.markets.items()})
    kinds = {"spot": lambda m: m["spot"], "linear": lambda m: m["linear"] and not m["option"]}
    kinds |= {"inverse": lambda m: m["inverse"] and not m["option"], "option": lambda m: m["option"]}
    for category, is_one in kinds.items():
        found = {m["id"] for m in markets.values() if is_one(m)}
        assert found == {symbol for each, symbol in catalogue if each == category}
    for symbol in (PERP, SPOT):
        it, market = catalogue[KEY[symbol]], markets[symbol]
        assert exact(market["precision"]["price"]) == it.tick
        assert exact(market["precision"]["amount"]) == it.lot
        assert (market["base"], market["quote"], market["active"]) == (it.base, it.quote, True)
        assert exact(market["limits"]["cost"]["min"]) == it.min_notional
    assert markets[PERP]["settle"] == "USDT"
    assert exact(markets[PERP]["limits"]["leverage"]["max"]) == catalogue[KEY[PERP]].max_leverage
    assert exact(markets[PERP]["contractSize"]) == 1


def test_time(venue: VenueThread, exchange: Any) -> None:
    assert abs(exchange.fetch_time() - venue.call(lambda v: v.exchange.now_ms())) < 5000


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_book_ticker_trades_and_candles(venue: VenueThread, exchange: Any, symbol: str) -> None:
    category, name = KEY[symbol]
    for side, lots in (("Buy", 3), ("Sell", 5)):
        venue.move(lambda m, s=side, n=lots: m.take(s, n), name, category)  # type: ignore[misc] # defaults
    market = venue.call(lambda v: v.exchange.markets[category, name])
    it = market.instrument
    book = exchange.fetch_order_book(symbol, 20)
    for levels, key in ((market.book.bids, "bids"), (market.book.asks, "asks")):
        expected = [(it.price(t), it.qty(lots)) for t, lots in levels.top(20).items()]
        assert [(exact(price), exact(size)) for price, size in book[key]] == expected
    ticker = exchange.fetch_ticker(symbol)
    assert exact(ticker["bid"]) == it.price(market.book.bids.best or 0)
    assert exact(ticker["ask"]) == it.price(market.book.asks.best or 0)
    assert exact(ticker["last"]) == it.price(market.last_ticks)
    trades = exchange.fetch_trades(symbol)
    # It sorts by time, and both may have happened in the same millisecond.
    assert {(t["side"], exact(t["amount"])) for t in trades} == {("buy", it.qty(3)), ("sell", it.qty(5))}
    assert {t["id"] for t in trades} == {t.trade_id for t in market.tape}
    candles = exchange.fetch_ohlcv(symbol, "1m")
    assert exact(candles[-1][4]) == it.price(market.last_ticks)
    assert exchange.fetch_ohlcv(symbol, "1h", limit=1)[0][4] == candles[-1][4]


def test_many_tickers_at_once(exchange: Any) -> None:
    found = exchange.fetch_tickers([PERP, "ETH/USDT:USDT"])
    assert set(found) == {PERP, "ETH/USDT:USDT"}
    assert found[PERP]["bid"] < found[PERP]["ask"]
    best = exchange.fetch_bids_asks([SPOT, "ETH/USDT"])
    assert best[SPOT]["bid"] < best[SPOT]["ask"]


def test_funding(exchange: Any) -> None:
    rate = exchange.fetch_funding_rate(PERP)
    assert rate["symbol"] == PERP
    assert rate["fundingRate"] is not None
    assert rate["fundingTimestamp"] > exchange.fetch_time()
    assert set(exchange.fetch_funding_rates([PERP, "ETH/USDT:USDT"])) == {PERP, "ETH/USDT:USDT"}
    history = exchange.fetch_funding_rate_history(PERP)
    assert all(row["symbol"] == PERP for row in history)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_a_limit_order_is_placed_edited_and_cancelled(venue: VenueThread, exchange: Any, symbol: str) -> None:
    placed = exchange.create_limit_buy_order(symbol, 0.01, FAR[symbol], {"clientOrderId": "mine"})
    assert venue.open_ids() == {placed["id"]}
    seen = exchange.fetch_open_order(placed["id"], symbol)
    assert (seen["status"], seen["side"], seen["type"]) == ("open", "buy", "limit")
    assert (seen["clientOrderId"], seen["price"], seen["amount"]) == ("mine", FAR[symbol], 0.01)
    assert (seen["filled"], seen["remaining"], seen["timeInForce"]) == (0, 0.01, "GTC")
    exchange.edit_order(placed["id"], symbol, "limit", "buy", 0.02, FAR[symbol] + 100)
    order = venue.order(placed["id"])
    assert order.instrument.price(order.ticks) == FAR[symbol] + 100
    assert order.instrument.qty(order.lots) == D("0.02")
    (opened,) = exchange.fetch_open_orders(symbol)
    assert (opened["price"], opened["amount"]) == (FAR[symbol] + 100, 0.02)
    exchange.cancel_order(placed["id"], symbol)
    assert venue.open_ids() == set()
    assert exchange.fetch_open_orders(symbol) == []
    assert [o["id"] for o in exchange.fetch_canceled_orders(symbol)] == [placed["id"]]
    assert [o["status"] for o in exchange.fetch_canceled_and_closed_orders(symbol)] == ["canceled"]


def test_a_position_is_opened_turned_and_closed(venue: VenueThread, exchange: Any) -> None:
    cash = venue.balance("USDT")
    bought = exchange.create_market_buy_order(PERP, 0.4)
    (fill,) = venue.fills()
    (trade,) = exchange.fetch_my_trades(PERP)
    assert (trade["id"], trade["order"]) == (fill.exec_id, bought["id"])
    assert (exact(trade["amount"]), exact(trade["price"])) == (D("0.4"), D("86000.1"))
    assert exact(trade["fee"]["cost"]) == fill.fee
    assert (trade["takerOrMaker"], trade["fee"]["currency"]) == ("taker", "USDT")
    closed = exchange.fetch_closed_order(bought["id"], PERP)
    assert (closed["status"], closed["filled"], closed["average"]) == ("closed", 0.4, 86000.1)
    assert [t["id"] for t in exchange.fetch_order_trades(bought["id"], PERP)] == [fill.exec_id]
    position = exchange.fetch_position(PERP)
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.4, 86000.1)
    assert [p["symbol"] for p in exchange.fetch_positions([PERP])] == [PERP]
    balance = exchange.fetch_balance()
    assert exact(balance["USDT"]["total"]) == cash - fill.fee

    exchange.create_order(PERP, "market", "sell", 0.6)
    position = exchange.fetch_position(PERP)
    assert (position["side"], position["contracts"]) == ("short", 0.2)
    exchange.create_reduce_only_order(PERP, "market", "buy", 0.2)
    assert venue.call(lambda v: v.exchange.account.position("BTCUSDT").size) == 0
    assert all(not p["contracts"] for p in exchange.fetch_positions([PERP]))
    fees = sum((f.fee for f in venue.fills()), D(0))
    flow = sum((f.value if f.side == "Sell" else -f.value for f in venue.fills()), D(0))
    assert venue.balance("USDT") == cash + flow - fees
    assert exact(exchange.fetch_balance()["USDT"]["total"]) == venue.balance("USDT")
    assert len(exchange.fetch_my_trades(PERP)) == len(venue.fills()) > 3


def test_spot_buys_by_cost_and_by_amount(venue: VenueThread, exchange: Any) -> None:
    btc = venue.balance("BTC")
    exchange.create_market_buy_order_with_cost(SPOT, 860)
    (fill,) = venue.fills()
    assert fill.value <= 860 < fill.value + 1
    exchange.create_market_sell_order(SPOT, 0.005)
    trades = exchange.fetch_my_trades(SPOT)
    assert [(t["side"], t["fee"]["currency"]) for t in trades] == [("buy", "BTC"), ("sell", "USDT")]
    balance = exchange.fetch_balance({"type": "spot"})
    expected = btc + fill.order.instrument.qty(fill.lots) - fill.fee - D("0.005")
    assert exact(balance["BTC"]["total"]) == venue.balance("BTC") == expected


def test_a_resting_spot_order_is_not_free_money(exchange: Any) -> None:
    exchange.create_limit_sell_order(SPOT, 0.25, 88000)
    balance = exchange.fetch_balance()
    assert (balance["BTC"]["total"], balance["BTC"]["used"], balance["BTC"]["free"]) == (1, 0.25, 0.75)


@pytest.mark.parametrize(
    ("params", "price", "status"),
    [
        ({"timeInForce": "IOC"}, 86500, "closed"),
        ({"timeInForce": "FOK"}, 80000, "canceled"),
        ({"postOnly": True}, 86500, "canceled"),
        ({"postOnly": True}, 80000, "open"),
    ],
)
def test_time_in_force(exchange: Any, params: dict[str, Any], price: float, status: str) -> None:
    placed = exchange.create_order(PERP, "limit", "buy", 0.01, price, params)
    found = exchange.fetch_order(placed["id"], PERP, {"acknowledged": True})
    assert (found["status"], found["postOnly"]) == (status, "postOnly" in params)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_several_orders_at_once(venue: VenueThread, exchange: Any, symbol: str) -> None:
    one = {"symbol": symbol, "type": "limit", "side": "buy", "amount": 0.01, "price": FAR[symbol]}
    placed = exchange.create_orders([one, one | {"price": FAR[symbol] + 10}, one])
    ids = [order["id"] for order in placed]
    assert venue.open_ids() == set(ids)
    exchange.edit_orders([one | {"id": ids[0], "amount": 0.03}, one | {"id": ids[1], "amount": 0.04}])
    amounts = [order.instrument.qty(order.lots) for order in map(venue.order, ids)]
    assert amounts == [D("0.03"), D("0.04"), D("0.01")]
    exchange.cancel_orders(ids[:2], symbol)
    assert venue.open_ids() == {ids[2]}
    exchange.cancel_orders_for_symbols([{"id": ids[2], "symbol": symbol}])
    assert venue.open_ids() == set()


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_cancel_all(venue: VenueThread, exchange: Any, symbol: str) -> None:
    ids = {resting(exchange, symbol) for _ in range(3)}
    assert {order["id"] for order in exchange.cancel_all_orders(symbol)} == ids
    assert venue.open_ids() == set()
    assert exchange.cancel_all_orders(symbol) == []


def test_pages(exchange: Any) -> None:
    ids = {resting(exchange, PERP) for _ in range(7)}
    assert {order["id"] for order in exchange.fetch_open_orders(PERP, params={"paginate": True})} == ids
    for _ in range(5):
        exchange.create_market_order(PERP, "buy", 0.001)
    assert len(exchange.fetch_my_trades(PERP, limit=2)) == 2
    trades = exchange.fetch_my_trades(PERP, params={"paginate": True, "paginationCalls": 5})
    assert len({trade["id"] for trade in trades}) == 5


def test_leverage_and_fees(venue: VenueThread, exchange: Any) -> None:
    exchange.set_leverage(25, PERP)
    assert venue.call(lambda v: v.exchange.account.position("BTCUSDT").leverage) == 25
    leverage = exchange.fetch_leverage(PERP)
    assert (leverage["longLeverage"], leverage["shortLeverage"]) == (25, 25)
    with pytest.raises(ccxt.BadRequest, match="110043"):
        exchange.set_leverage(25, PERP)
    fee = exchange.fetch_trading_fee(PERP)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.00055)
    assert exchange.fetch_margin_mode(PERP)["marginMode"] == "cross"


@pytest.mark.parametrize(
    ("symbol", "order", "error"),
    [
        (PERP, ("limit", "buy", 100, 80000), ccxt.InsufficientFunds),
        (SPOT, ("limit", "buy", 5, 83000), ccxt.InsufficientFunds),
        (SPOT, ("market", "sell", 5), ccxt.InsufficientFunds),
        (SPOT, ("limit", "buy", 0.01, 95000), ccxt.InvalidOrder),
        (PERP, ("limit", "buy", 0.001, 1000), ccxt.InvalidOrder),
        (SPOT, ("limit", "buy", 0.00001, 82000), ccxt.InvalidOrder),
    ],
)
def test_refused_orders(
    venue: VenueThread, exchange: Any, symbol: str, order: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        exchange.create_order(symbol, *order)
    assert venue.open_ids() == set()


def test_errors_become_its_own(venue: VenueThread, exchange: Any) -> None:
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order("00000000-0000-0000-0000-000000000000", PERP)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.edit_order("00000000-0000-0000-0000-000000000000", PERP, "limit", "buy", 0.01, 80000)
    with pytest.raises(ccxt.InvalidOrder):
        exchange.create_reduce_only_order(PERP, "market", "sell", 0.01)
    resting(exchange, PERP, clientOrderId="once")
    with pytest.raises(ccxt.InvalidOrder):
        resting(exchange, PERP, clientOrderId="once")
    exchange.load_markets()
    for field in ("apiKey", "secret"):
        stranger = ccxt_client.rest(venue, **{field: "other"})
        stranger.markets = exchange.markets
        with pytest.raises(ccxt.AuthenticationError):
            stranger.private_get_v5_account_info()
        stranger.session.close()


def test_rate_limits_and_clocks_become_its_own_errors() -> None:
    with VenueThread(rate_limits=True) as venue:
        exchange = ccxt_client.rest(venue)
        exchange.load_markets()
        burst = (resting(exchange, PERP) for _ in range(40))
        with pytest.raises(ccxt.RateLimitExceeded):
            list(burst)
        late = ccxt_client.rest(venue, options={"timeDifference": 60_000})
        with pytest.raises(ccxt.InvalidNonce):
            late.private_get_v5_account_info()
        for client in (exchange, late):
            client.session.close()
