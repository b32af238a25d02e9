"""Tickers of the REST endpoint and of the public topic.

Figures of 24 hours and of one hour begin with the venue. Source: Bybit V5 Get Tickers and WebSocket Ticker.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, plain
from nautilus_bybit_adapter.sim.exchange.noise import noise

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

# Value of all open contracts of a perpetual or dated future, in quote coin.
_INTEREST_VALUE = Decimal("21840724.346") * 1000
_OPTION_INTEREST = Decimal(120)
_DAY_MS = 86_400_000
_YEAR_DAYS = 365


def open_interest(market: TradedMarket) -> Decimal:
    """Quantity of all open contracts, which nothing here changes: base coin, on inverse USD."""
    it = market.instrument
    if it.is_option:
        return ((1 + noise(0, it.symbol, "interest")) * _OPTION_INTEREST).quantize(it.lot)
    if it.is_inverse:
        return _INTEREST_VALUE.quantize(Decimal(1))
    return (_INTEREST_VALUE / it.reference_price).quantize(it.lot)


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
    """Snapshot data of the topic of a perpetual or dated future, linear or inverse."""
    it = market.instrument
    price = it.price_text
    interest = open_interest(market)
    worth = f"{it.worth(interest, market.mark):.2f}"
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
        "openInterestValue": worth,
        "turnover24h": f"{it.turnover(market.turnover):.4f}",
        "volume24h": f"{it.qty(market.volume_lots):.4f}",
        **(_funding(market) if it.is_perpetual else {}),
        "singleOpenInterest": plain(interest / 2),
        "singleOpenInterestValue": f"{it.worth(interest / 2, market.mark):.2f}",
        **(_next_funding(market) if it.is_perpetual else _delivery(market, now_ms, rest=False)),
        **best_prices(market),
        **(_before_launch(market) if it.is_perpetual else {}),
    }


def option_ticker(market: TradedMarket, *, rest: bool) -> dict[str, Any]:
    """Ticker of an option; the topic and the REST item differ in the names of a few fields."""
    it, value = market.instrument, market.option_value()
    best = best_prices(market)
    ivs = {
        side: plain(market.iv(Decimal(best[f"{side}1Price"]))) if best[f"{side}1Price"] else "0"
        for side in ("bid", "ask")
    }
    number = "1" if rest else ""
    index = plain(market.index)
    traded = plain(it.qty(market.volume_lots)), plain(it.turnover(market.turnover))
    return {
        "symbol": it.symbol,
        f"bid{number}Price": best["bid1Price"] or "0",
        f"bid{number}Size": best["bid1Size"] or "0",
        f"bid{number}Iv": ivs["bid"],
        f"ask{number}Price": best["ask1Price"] or "0",
        f"ask{number}Size": best["ask1Size"] or "0",
        f"ask{number}Iv": ivs["ask"],
        "lastPrice": it.price_text(market.last_ticks),
        "highPrice24h": it.price_text(market.high_ticks),
        "lowPrice24h": it.price_text(market.low_ticks),
        "markPrice": plain(market.mark),
        "indexPrice": index,
        "markIv" if rest else "markPriceIv": plain(it.volatility),
        "underlyingPrice": index,
        "openInterest": plain(open_interest(market)),
        "turnover24h": traded[1],
        "volume24h": traded[0],
        "totalVolume": traded[0],
        "totalTurnover": traded[1],
        "delta": f"{value.delta:.8f}",
        "gamma": f"{value.gamma:.8f}",
        "vega": f"{value.vega:.8f}",
        "theta": f"{value.theta:.8f}",
        "predictedDeliveryPrice": "0",
        "change24h": _change(market),
    }


def topic_ticker(market: TradedMarket, now_ms: int) -> dict[str, Any]:
    """Everything a ticker topic knows of a market."""
    it = market.instrument
    if it.is_option:
        return option_ticker(market, rest=False)
    return linear_ticker(market, now_ms) if it.is_derivative else spot_ticker(market)


def best_prices(market: TradedMarket) -> dict[str, str]:
    """Best bid and ask with sizes; `""` where a side is empty."""
    found = {}
    if market.is_silent:
        return {f"{name}{what}": "" for name in ("bid1", "ask1") for what in ("Price", "Size")}
    for name, side in (("bid1", market.book.bids), ("ask1", market.book.asks)):
        best = side.best
        level = side.at(best) if best is not None else None
        found[f"{name}Price"] = market.instrument.price_text(best) if best is not None else ""
        found[f"{name}Size"] = market.instrument.qty_text(level.total) if level is not None else ""
    return found


def rest_ticker(market: TradedMarket, now_ms: int) -> dict[str, Any]:
    """Item of `/v5/market/tickers`."""
    it = market.instrument
    if it.is_option:
        return option_ticker(market, rest=True)
    if not it.is_derivative:
        return spot_ticker(market) | best_prices(market)
    row = linear_ticker(market, now_ms)
    del row["tickDirection"]
    if not it.is_perpetual:
        phase = {"preOpenPrice": "", "preQty": "", "curPreListingPhase": ""}
        empty = {"fundingIntervalHour": "", "fundingCap": "", **phase}
        return row | _delivery(market, now_ms, rest=True) | empty
    return row | {
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
        "basis": "",
        "basisRateYear": "",
    }


def _funding(market: TradedMarket) -> dict[str, str]:
    it = market.instrument
    return {"fundingIntervalHour": str(it.funding_minutes // 60), "fundingCap": plain(it.funding_cap)}


def _next_funding(market: TradedMarket) -> dict[str, str]:
    return {
        "nextFundingTime": str(market.next_funding_ms()),
        "fundingRate": plain(market.funding_rate()),
    }


def _delivery(market: TradedMarket, now_ms: int, *, rest: bool) -> dict[str, str]:
    """Fields of a dated future; the topic writes the time of delivery as a date."""
    it = market.instrument
    index = market.index
    basis = it.price(market.last_ticks) - index
    rate = basis / index if index else ZERO
    days = Decimal(max(1, it.delivery_ms - now_ms)) / _DAY_MS
    at = datetime.fromtimestamp(it.delivery_ms / 1000, UTC)
    return {
        "nextFundingTime": "0" if rest else "",
        "fundingRate": "",
        "deliveryTime": str(it.delivery_ms) if rest else f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "basisRate": f"{rate:.8f}",
        "basis": f"{basis:.2f}",
        "basisRateYear": f"{rate * _YEAR_DAYS / days:.8f}",
        "deliveryFeeRate": plain(it.delivery_fee_rate),
        "predictedDeliveryPrice": "0.0",
    }


def _before_launch(market: TradedMarket) -> dict[str, str]:
    """Price and quantity at which the auction would match; the phase stays when the contract trades."""
    it, crossing = market.instrument, market.crossing() if market.gathers else None
    meets = crossing is not None and crossing.lots
    return {
        "preOpenPrice": it.price_text(crossing.ticks) if crossing is not None and meets else "",
        "preQty": it.qty_text(crossing.lots) if crossing is not None and meets else "",
        "curPreListingPhase": market.phase,
    }


def _change(market: TradedMarket) -> str:
    change = Decimal(market.last_ticks - market.start_ticks) / market.start_ticks
    return plain(change.quantize(Decimal("0.000001")))
