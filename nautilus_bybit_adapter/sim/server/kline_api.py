"""The four kline paths.

Source: Bybit V5 Get Kline, Get Mark Price Kline, Get Index Price Kline, Get Premium Index Price Kline.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.candles import INTERVALS, Candle, candle_start
from nautilus_bybit_adapter.sim.exchange.chart import candles, earlier_start, next_start
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.instruments import INVERSE, LINEAR, OPTION, SPOT
from nautilus_bybit_adapter.sim.exchange.queries import read_limit, read_ms
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .endpoint import Endpoint, Routes, public

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

MOST = 1000
MOST_OPTION = 500
# Part of a candle's move away from its mean that shows as a premium over the index.
PREMIUM_SHARE = Decimal("0.02")

Rows = list[list[str]]


def kline(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/kline`, newest first; the newest candle is still forming."""
    market, rows = _select(exchange, params, (SPOT, LINEAR, INVERSE))
    return _result(market, [_trade_row(market, at_ms, candle) for at_ms, candle in rows])


def mark_kline(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/mark-price-kline`: the traded candles, the newest closing at the mark price."""
    market, rows = _select(exchange, params, (LINEAR, INVERSE, OPTION))
    return _result(market, _priced(exchange, market, rows))


def index_kline(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/index-price-kline`: index and mark are one price here."""
    market, rows = _select(exchange, params, (LINEAR, INVERSE))
    return _result(market, _priced(exchange, market, rows))


def premium_kline(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/premium-index-price-kline`, fractions of the index price."""
    market, rows = _select(exchange, params, (LINEAR,))
    return _result(market, [[str(at_ms), *_premium(candle)] for at_ms, candle in rows])


def _select(
    exchange: Exchange, params: Params, categories: tuple[str, ...]
) -> tuple[TradedMarket, list[tuple[int, Candle]]]:
    market = exchange.market({"category": LINEAR, **params})
    category = market.instrument.category
    if category not in categories:
        raise bad_param("Illegal category")
    interval = read_text(params, "interval")
    if interval not in INTERVALS:
        raise bad_param("params error: interval invalid")
    limit = read_limit(params, 200, MOST_OPTION if category == OPTION else MOST)
    start, end = read_ms(params, "start"), read_ms(params, "end")
    now_ms = exchange.now_ms()
    if start is not None and end is not None and end < start:
        raise bad_param("params error: end must not be before start")
    if start is not None and start > now_ms:
        return market, []
    if start is not None and end is None:
        # Only a start: forward from it.
        end = start
        for _ in range(limit):
            end = next_start(candle_start(end, interval), interval)
            if end > now_ms:
                break
    last = min(now_ms if end is None else end, now_ms)
    first = earlier_start(candle_start(last, interval), interval, limit)
    found = candles(exchange, market, interval, first if start is None else max(start, first), last)
    rows = list(found.items())
    rows = rows[:limit] if start is not None and read_ms(params, "end") is None else rows[-limit:]
    return market, rows[::-1]


def _result(market: TradedMarket, rows: Rows) -> dict[str, Any]:
    return {"symbol": market.instrument.symbol, "category": market.instrument.category, "list": rows}


def _trade_row(market: TradedMarket, at_ms: int, candle: Candle) -> list[str]:
    it = market.instrument
    prices = (it.price_text(ticks) for ticks in candle[:4])
    return [str(at_ms), *prices, it.qty_text(candle.volume), f"{it.turnover(candle.turnover):f}"]


def _priced(exchange: Exchange, market: TradedMarket, rows: list[tuple[int, Candle]]) -> Rows:
    text = market.instrument.price_text
    table = []
    for i, (at_ms, candle) in enumerate(rows):
        opened, high, low, close = candle[:4]
        if not i and exchange.now_ms() - at_ms >= 0:
            close = market.mark_ticks
            high, low = max(high, close), min(low, close)
        table.append([str(at_ms), text(opened), text(high), text(low), text(close)])
    return table


def _premium(candle: Candle) -> list[str]:
    mean = Decimal(sum(candle[:4])) / 4
    return [f"{(ticks - mean) / mean * PREMIUM_SHARE:.6f}" for ticks in candle[:4]]


def _path(
    name: str, function: Callable[[Exchange, Params], dict[str, Any]]
) -> tuple[tuple[str, str], Endpoint]:
    return ("GET", f"/v5/market/{name}"), public(function)


ROUTES: Routes = dict(
    (
        _path("kline", kline),
        _path("mark-price-kline", mark_kline),
        _path("index-price-kline", index_kline),
        _path("premium-index-price-kline", premium_kline),
    )
)
