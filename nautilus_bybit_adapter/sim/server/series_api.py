"""Public series beside prices: funding, open interest, long and short accounts, volatility.

What happened before the venue started is drawn from its seed, so that an answer repeats.
Source: Bybit V5 Get Funding Rate History, Get Open Interest, Get Long Short Ratio, Get Historical Volatility.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.candles import DAY_MS, MINUTE_MS
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.history import FIRST_DAY
from nautilus_bybit_adapter.sim.exchange.noise import noise
from nautilus_bybit_adapter.sim.exchange.queries import LONGEST_MS_TEXT, read_limit, read_ms
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text

from .endpoint import Endpoint, Reply, Routes, public
from .tickers import open_interest

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .context import Context
    from .limits import Quota

PERIOD_MS = {
    "5min": 5 * MINUTE_MS,
    "15min": 15 * MINUTE_MS,
    "30min": 30 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "1d": DAY_MS,
}
HOUR_MS = 60 * MINUTE_MS
FUNDING_RATE = Decimal("0.0001")
VOLATILITY_DAYS = (7, 14, 21, 30, 60, 90, 180, 270)
LONGEST_VOLATILITY_MS = 30 * DAY_MS
_HALF = Decimal("0.5")
# How far the drawn figures stray from their middle.
_INTEREST_SPREAD = Decimal("0.05")
_RATIO_SPREAD = Decimal("0.15")
_FUNDING_SPREAD = Decimal("0.0001")


def funding_history(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/funding/history`, newest first."""
    market = _derivative(exchange, params)
    it, limit = market.instrument, read_limit(params, 200, 200)
    start, end = read_ms(params, "startTime"), read_ms(params, "endTime")
    if start is not None and end is None:
        raise bad_param("params error: endTime is required with startTime")
    if not it.funding_minutes:
        return {"category": it.category, "list": []}
    interval = it.funding_minutes * MINUTE_MS
    last = min(exchange.now_ms() if end is None else end, exchange.now_ms()) // interval
    first = max(FIRST_DAY * DAY_MS, start or 0)
    rows = [
        {
            "symbol": it.symbol,
            "fundingRate": plain(_funding_rate(exchange, market, number * interval)),
            "fundingRateTimestamp": str(number * interval),
        }
        for number in range(last, max(last - limit, -(-first // interval) - 1), -1)
    ]
    return {"category": it.category, "list": rows}


def _funding_rate(exchange: Exchange, market: TradedMarket, at_ms: int) -> Decimal:
    it = market.instrument
    for settled in reversed(exchange.funding.history.get(it.key, ())):
        if settled.at_ms == at_ms:
            return settled.rate
    if at_ms >= exchange.started_ms:
        return FUNDING_RATE
    stray = noise(exchange.config.seed, it.category, it.symbol, "funding", at_ms)
    return FUNDING_RATE + stray * _FUNDING_SPREAD


def interest_history(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/open-interest`, newest first."""
    market = _derivative(exchange, params)
    it = market.instrument
    found, cursor = _times(exchange, params, "intervalTime", 200)
    rows = []
    for at_ms in found:
        stray = noise(exchange.config.seed, it.category, it.symbol, "interest", at_ms)
        amount = open_interest(market) * (1 + stray * _INTEREST_SPREAD)
        rows.append(
            {
                "openInterest": f"{amount:.3f}",
                "singleOpenInterest": f"{amount / 2:.3f}",
                "timestamp": str(at_ms),
            }
        )
    return {"symbol": it.symbol, "category": it.category, "list": rows, "nextPageCursor": cursor}


def account_ratio(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/account-ratio`, newest first."""
    it = _derivative(exchange, params).instrument
    found, cursor = _times(exchange, params, "period", 500)
    rows = []
    for at_ms in found:
        stray = noise(exchange.config.seed, it.category, it.symbol, "ratio", at_ms)
        buys = (_HALF + stray * _RATIO_SPREAD).quantize(Decimal("0.0001"))
        rows.append(
            {
                "symbol": it.symbol,
                "buyRatio": plain(buys),
                "sellRatio": plain(1 - buys),
                "timestamp": str(at_ms),
            }
        )
    return {"list": rows, "nextPageCursor": cursor}


def historical_volatility(context: Context, params: Params, _quota: Quota) -> Reply:
    """`/v5/market/historical-volatility`: hourly values, newest first, as a bare list."""
    exchange = context.exchange
    if read_category(params) != "option":
        raise bad_param("Illegal category")
    base = read_text(params, "baseCoin") or "BTC"
    period = str(params.get("period") or VOLATILITY_DAYS[0])
    if period not in {str(days) for days in VOLATILITY_DAYS}:
        raise bad_param("params error: period invalid")
    start, end = read_ms(params, "startTime"), read_ms(params, "endTime")
    if (start is None) != (end is None):
        raise bad_param("params error: startTime and endTime must be given together")
    last = exchange.now_ms() if end is None else min(end, exchange.now_ms())
    first = last - DAY_MS if start is None else start
    if last - first > LONGEST_VOLATILITY_MS:
        raise bad_param("The time range between startTime and endTime cannot exceed 30 days")
    rows = [
        {
            "period": int(period),
            "value": plain(_HALF + noise(exchange.config.seed, base, "volatility", period, at_ms) / 10),
            "time": str(at_ms),
        }
        for at_ms in range(last // HOUR_MS * HOUR_MS, first - 1, -HOUR_MS)
    ]
    return Reply(rows, beside={"category": "option"})


def _derivative(exchange: Exchange, params: Params) -> TradedMarket:
    if read_category(params) not in {"linear", "inverse"}:
        raise bad_param("Illegal category")
    return exchange.market(params)


def _times(exchange: Exchange, params: Params, name: str, most: int) -> tuple[range, str]:
    text = read_text(params, name)
    if text not in PERIOD_MS:
        raise bad_param(f"params error: {name} invalid")
    step, limit = PERIOD_MS[text], read_limit(params, 50, most)
    start, end = read_ms(params, "startTime"), read_ms(params, "endTime")
    if start is not None and end is not None and end < start:
        raise bad_param("params error: endTime must not be before startTime")
    last = min(exchange.now_ms() if end is None else end, exchange.now_ms()) // step * step
    after = unquote(read_text(params, "cursor")).rpartition(",")[2]
    if after:
        last = min(last, _number(after) - step)
    times = range(last, max(FIRST_DAY * DAY_MS, start or 0) - 1, -step)
    found = times[:limit]
    return found, quote(f"{found[0]},{found[-1]}", safe="") if len(times) > limit else ""


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_MS_TEXT:
        raise bad_param("params error: cursor invalid")
    return int(text)


ROUTES: Routes = {
    ("GET", "/v5/market/funding/history"): public(funding_history),
    ("GET", "/v5/market/open-interest"): public(interest_history),
    ("GET", "/v5/market/account-ratio"): public(account_ratio),
    ("GET", "/v5/market/historical-volatility"): Endpoint(
        historical_volatility, private=False, ret_msg="SUCCESS"
    ),
}
