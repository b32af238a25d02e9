"""Public facts: risk tiers, insurance, price limits, index components, deliveries, status, announcements.

Source: Bybit V5 Market, System Status, Announcement.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.instruments import LINEAR
from nautilus_bybit_adapter.sim.exchange.noise import noise
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.tiers import initial_rate, tiers_of

from .endpoint import Routes, public, shows
from .paging import closed_page

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .context import Context

RISK_PAGE = 15
_LAST_DELIVERIES = 50
INSURANCE_USDT = Decimal(25_000_000)
MINUTE_MS = 60_000
_INDEX_SOURCES = ("Bitstamp", "Coinbase", "Kraken", "LMAX")


def price_limit_row(market: TradedMarket) -> dict[str, str]:
    """Return the highest buy and the lowest sell price of a market."""
    highest, lowest = market.band()
    it = market.instrument
    return {"symbol": it.symbol, "buyLmt": it.price_text(highest), "sellLmt": it.price_text(lowest)}


def price_limit(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/price-limit`."""
    market = exchange.market({"category": LINEAR, **params})
    return price_limit_row(market) | {"ts": str(exchange.now_ms())}


def risk_limit(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/risk-limit`: the tiers of one symbol, or of fifteen symbols a page."""
    category = read_category(params)
    if category not in {"linear", "inverse"}:
        raise bad_param("Illegal category")
    if params.get("symbol"):
        markets, cursor = [exchange.market(params)], ""
    else:
        every = [market for key, market in sorted(exchange.markets.items()) if key[0] == category]
        markets, cursor = closed_page(
            every, {**params, "limit": None}, lambda market: market.instrument.symbol, RISK_PAGE, RISK_PAGE
        )
    rows = [row for market in markets for row in risk_rows(market)]
    return {"category": category, "list": rows, "nextPageCursor": cursor}


def risk_rows(market: TradedMarket) -> list[dict[str, Any]]:
    """Risk tiers of a market, lowest first."""
    return [
        {
            "id": tier.number,
            "symbol": market.instrument.symbol,
            "riskLimitValue": plain(tier.limit),
            "maintenanceMargin": plain(tier.mmr),
            "initialMargin": plain(initial_rate(tier)),
            "isLowestRisk": int(tier.number == 1),
            "maxLeverage": f"{tier.max_leverage:.2f}",
            "mmDeduction": plain(tier.deduction) if tier.deduction else "",
        }
        for tier in tiers_of(market.instrument)
    ]


def insurance_rows(exchange: Exchange, coin: str = "") -> list[dict[str, str]]:
    """Balances of the insurance pools by coin, drawn anew every minute."""
    minute = exchange.now_ms() // MINUTE_MS
    settles = sorted({it.settle for it in _contracts(exchange, LINEAR)})
    settles += sorted({it.settle for it in _contracts(exchange, "inverse")})
    rows = []
    for settle in settles:
        if coin not in {"", settle}:
            continue
        stray = noise(exchange.config.seed, "insurance", settle, minute)
        balance = INSURANCE_USDT + stray * 1000
        rows.append({"coin": settle, "symbols": "", "balance": plain(balance), "value": plain(balance)})
    return rows


def insurance(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/insurance`."""
    updated = exchange.now_ms() // MINUTE_MS * MINUTE_MS
    return {"updatedTime": str(updated), "list": insurance_rows(exchange, read_text(params, "coin"))}


def adl_rows(exchange: Exchange, symbol: str = "") -> list[dict[str, str]]:
    """Insurance pools as the auto-deleveraging alert shows them: none is near its trigger."""
    rows = []
    for it in (*_contracts(exchange, LINEAR), *_contracts(exchange, "inverse")):
        if symbol in {"", it.symbol}:
            balance = INSURANCE_USDT + noise(exchange.config.seed, "adl", it.category, it.symbol) * 1000
            rows.append(
                {
                    "coin": it.settle,
                    "symbol": it.symbol,
                    "balance": plain(balance),
                    "maxBalance": "",
                    "insurancePnlRatio": "0",
                    "pnlRatio": "0",
                    "adlTriggerThreshold": "10000",
                    "adlStopRatio": "-0.25",
                }
            )
    return rows


def adl_alert(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/adlAlert`."""
    return {
        "updateTime": str(exchange.now_ms()),
        "list": adl_rows(exchange, read_text(params, "symbol")),
    }


def index_components(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/index-price-components`."""
    name = read_text(params, "indexName")
    market = next((m for key, m in sorted(exchange.markets.items()) if key[1] == name), None)
    if market is None:
        raise bad_param("params error: indexName invalid")
    price, share = plain(market.mark), plain(Decimal(1) / len(_INDEX_SOURCES))
    parts = [
        {
            "exchange": source,
            "spotPair": name,
            "equivalentPrice": price,
            "multiplier": "1",
            "price": price,
            "weight": share,
        }
        for source in _INDEX_SOURCES
    ]
    return {
        "indexName": name,
        "lastPrice": price,
        "updateTime": str(exchange.now_ms()),
        "components": parts,
    }


def delivery_price(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/delivery-price`: contracts that have been delivered here."""
    category = read_category(params)
    if category == "spot":
        raise bad_param("Illegal category")
    symbol, base = read_text(params, "symbol"), read_text(params, "baseCoin")
    rows = [
        {"symbol": key[1], "deliveryPrice": plain(done.price), "deliveryTime": str(done.at_ms)}
        for key, done in reversed(exchange.delivered.items())
        if key[0] == category
        and symbol in {"", key[1]}
        and base in {"", exchange.markets[key].instrument.base}
    ]
    found, cursor = closed_page(rows, params, lambda row: row["symbol"], 50, 200)
    return {"category": category, "list": found, "nextPageCursor": cursor}


def new_delivery_price(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/new-delivery-price`."""
    base = read_text(params, "baseCoin")
    if read_category(params) != "option" or not base:
        raise bad_param("params error: category must be option and baseCoin is required")
    rows = [
        {"deliveryPrice": plain(done.price), "deliveryTime": str(done.at_ms)}
        for key, done in reversed(exchange.delivered.items())
        if key[0] == "option" and exchange.markets[key].instrument.base == base
    ]
    return {"category": "option", "list": rows[:_LAST_DELIVERIES]}


def fee_groups(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/market/fee-group-info`."""
    if read_text(params, "productType") != "contract":
        raise bad_param("params error: productType invalid")
    symbols = [it.symbol for it in _contracts(exchange, LINEAR)]
    group = {
        "groupName": "G1(Major Coins)",
        "weightingFactor": 1,
        "symbolsNumbers": len(symbols),
        "symbols": symbols,
        "feeRates": {"pro": [], "marketMaker": []},
        "updateTime": str(exchange.started_ms),
    }
    return {"list": [group]}


def system_status(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/system/status`: maintenance that was announced."""
    ident, state = read_text(params, "id"), read_text(params, "state")
    rows = [row for row in context.notices if ident in {"", row["id"]} and state in {"", row["state"]}]
    return {"list": rows}


def announcements(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/announcements/index`: there are none."""
    del exchange
    if not read_text(params, "locale"):
        raise bad_param("params error: locale is required")
    return {"total": 0, "list": []}


def _contracts(exchange: Exchange, category: str) -> list[Any]:
    return [market.instrument for key, market in sorted(exchange.markets.items()) if key[0] == category]


ROUTES: Routes = {
    ("GET", "/v5/market/price-limit"): public(price_limit, ret_msg=""),
    ("GET", "/v5/market/risk-limit"): public(risk_limit),
    ("GET", "/v5/market/insurance"): public(insurance),
    ("GET", "/v5/market/adlAlert"): public(adl_alert),
    ("GET", "/v5/market/index-price-components"): public(index_components, ret_msg=""),
    ("GET", "/v5/market/delivery-price"): public(delivery_price, ret_msg="success"),
    ("GET", "/v5/market/new-delivery-price"): public(new_delivery_price, ret_msg=""),
    ("GET", "/v5/market/fee-group-info"): public(fee_groups),
    ("GET", "/v5/system/status"): shows(system_status, ret_msg=""),
    ("GET", "/v5/announcements/index"): public(announcements),
}
