"""No request, however odd, gets anything but an answer or a venue error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.server import account_api, kline_api, market_api, series_api, trade_api
from nautilus_bybit_adapter.sim.server.codec import dumps

WORDS = [
    "linear", "spot", "inverse", "BTCUSDT", "Buy", "Sell", "Limit", "Market", "GTC", "IOC", "FOK",
    "PostOnly", "1", "0.001", "86000", "86000.1", "0", "-1", "true", "UNIFIED", "TickSize",
    "Percent", "None", "CancelMaker", "baseCoin", "quoteCoin", "USDT", "BTC", "Trade", "D", "M",
    "60", "StopOrder", "tpslOrder", "Partial", "MarkPrice", "2", "85000", "87000",
    "Queue", "9999999999999999", "1e9", "%3A", ":,", "٣",
]  # fmt: skip
LIKELY = st.sampled_from(WORDS)
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), LIKELY
)
JSON = st.one_of(
    LIKELY, SCALAR, st.lists(SCALAR, max_size=2), st.dictionaries(st.text(max_size=3), SCALAR, max_size=2)
)
FIELDS = [
    "category", "symbol", "side", "orderType", "qty", "price", "timeInForce", "reduceOnly",
    "positionIdx", "orderLinkId", "orderId", "smpType", "marketUnit", "slippageToleranceType",
    "slippageTolerance", "isLeverage", "orderFilter", "triggerPrice", "closeOnTrigger",
    "buyLeverage", "sellLeverage", "settleCoin", "baseCoin", "triggerDirection", "triggerBy",
    "takeProfit", "stopLoss", "tpslMode", "tpTriggerBy", "tpOrderType", "tpLimitPrice", "tpSize", "slSize",
    "trailingStop", "activePrice", "bboSideType", "bboLevel", "rpiTakerAccess", "stopOrderType",
]  # fmt: skip
GOOD = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.1",
    "price": "86000",
    "orderLinkId": "known",
    "buyLeverage": "5",
    "sellLeverage": "5",
}
CHANGES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4)
QUERY_FIELDS = [
    "category", "symbol", "limit", "cursor", "startTime", "endTime", "orderId", "orderLinkId",
    "openOnly", "orderFilter", "execType", "settleCoin", "baseCoin", "orderStatus", "interval",
    "start", "end", "accountType", "coin", "status",
]  # fmt: skip
QUERY = st.dictionaries(st.sampled_from(QUERY_FIELDS), st.one_of(LIKELY, st.text(max_size=8)), max_size=5)


def new_exchange() -> Exchange:
    exchange = Exchange(ExchangeConfig(), lambda: 1_700_000_000_000, lambda _event: None)
    for category in ("linear", "spot"):
        exchange.markets[category, "BTCUSDT"].set_book([("86000", "1")], [("86000.1", "1")])
        exchange.place(GOOD | {"category": category, "price": "85000"})
        market_order = {
            "orderType": "Market",
            "qty": "100" if category == "spot" else "0.1",
            "orderLinkId": "",
        }
        exchange.place(GOOD | {"category": category} | market_order)
    return exchange


def answered(exchange: Exchange, params: dict[str, Any]) -> None:
    calls = (
        exchange.place,
        exchange.amend,
        exchange.set_leverage,
        exchange.trading_stop,
        lambda p: trade_api.batch(exchange, "create", {"category": p.get("category"), "request": [p, p]}, 2),
        exchange.cancel,
        exchange.cancel_all,
    )
    for call in calls:
        with contextlib.suppress(VenueError):
            call(params)
    exchange.check()


@settings(max_examples=300, deadline=None)
@given(CHANGES)
def test_any_order_request_is_answered(changes: dict[str, Any]) -> None:
    exchange = new_exchange()
    answered(exchange, GOOD | changes)
    answered(exchange, changes)


@settings(max_examples=300, deadline=None)
@given(QUERY)
def test_any_query_is_answered(query: dict[str, str]) -> None:
    exchange = new_exchange()
    for params in (query, {"category": "linear", "symbol": "BTCUSDT"} | query):
        for call in (
            queries.open_orders,
            queries.order_history,
            queries.executions,
            queries.positions,
            market_api.instruments,
            market_api.orderbook,
            market_api.tickers,
            market_api.recent_trades,
            kline_api.kline,
            series_api.funding_history,
            account_api.wallet_balance,
            account_api.fee_rate,
        ):
            with contextlib.suppress(VenueError):
                assert dumps(call(exchange, params))
    exchange.check()
