"""Tickers of the REST endpoint and of the public topic.

Source: Bybit V5 Get Tickers and WebSocket Ticker.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import plain

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

_FUNDING_INTERVAL_MS = 8 * 3_600_000
_OPEN_INTEREST = Decimal("253961.911")


def spot_ticker(market: TradedMarket) -> dict[str, Any]:
    """Return the data of the spot topic; it has no best bid and ask."""
    price = market.instrument.price_text
    return {
        "symbol": market.instrument.symbol,
        "lastPrice": price(market.last_ticks),
        "highPrice24h": price(market.high_ticks),
        "lowPrice24h": price(market.low_ticks),
        "prevPrice24h": price(market.start_ticks),
        "volume24h": plain(market.instrument.qty(market.volume_lots)),
        "turnover24h": plain(market.instrument.turnover(market.turnover)),
        "price24hPcnt": _change(market),
        "usdIndexPrice": price(market.index_ticks),
    }


def linear_ticker(market: TradedMarket, now_ms: int) -> dict[str, Any]:
    """Snapshot data of the linear topic."""
    it = market.instrument
    price = it.price_text
    interest = _OPEN_INTEREST
    return {
        "symbol": it.symbol,
        "tickDirection": market.tick_direction,
        "price24hPcnt": _change(market),
        "lastPrice": price(market.last_ticks),
        "prevPrice24h": price(market.start_ticks),
        "highPrice24h": price(market.high_ticks),
        "lowPrice24h": price(market.low_ticks),
        "prevPrice1h": price(market.start_ticks),
        "markPrice": price(market.mark_ticks),
        "indexPrice": price(market.index_ticks),
        "openInterest": plain(interest),
        "openInterestValue": f"{interest * market.mark:.2f}",
        "turnover24h": f"{it.turnover(market.turnover):.4f}",
        "volume24h": f"{it.qty(market.volume_lots):.4f}",
        "fundingIntervalHour": "8",
        "fundingCap": "0.00333",
        "singleOpenInterest": plain(interest / 2),
        "singleOpenInterestValue": f"{interest / 2 * market.mark:.2f}",
        "nextFundingTime": str((now_ms // _FUNDING_INTERVAL_MS + 1) * _FUNDING_INTERVAL_MS),
        "fundingRate": "0.0001",
        **best_prices(market),
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "",
    }


def best_prices(market: TradedMarket) -> dict[str, str]:
    """Best bid and ask with sizes; `""` where a side is empty."""
    found = {}
    for name, side in (("bid1", market.book.bids), ("ask1", market.book.asks)):
        best = side.best
        level = side.at(best) if best is not None else None
        found[f"{name}Price"] = market.instrument.price_text(best) if best is not None else ""
        found[f"{name}Size"] = market.instrument.qty_text(level.total) if level is not None else ""
    return found


def rest_ticker(market: TradedMarket, now_ms: int) -> dict[str, Any]:
    """Item of `/v5/market/tickers`."""
    if not market.instrument.is_linear:
        return spot_ticker(market) | best_prices(market)
    row = linear_ticker(market, now_ms)
    del row["tickDirection"]
    return row | {
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
        "basis": "",
        "basisRateYear": "",
    }


def _change(market: TradedMarket) -> str:
    change = Decimal(market.last_ticks - market.start_ticks) / market.start_ticks
    return plain(change.quantize(Decimal("0.000001")))
