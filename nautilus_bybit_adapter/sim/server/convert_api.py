"""REST answers about conversions.

Source: Bybit V5 Convert.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.assets.convert import BAD_PARAM, NO_QUOTE, OPEN, WALLETS, Conversion
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError
from nautilus_bybit_adapter.sim.exchange.queries import read_limit
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .amount import known_coins, read_amount, read_choice, read_needed
from .endpoint import Routes, uses

if TYPE_CHECKING:
    from .context import Context

_LEAST, _MOST = "0.00000001", "1000000000"


def coins(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/exchange/query-coin-list`: every coin that has a price."""
    wallet = WALLETS[read_choice(params, "accountType", tuple(WALLETS))]
    asked = read_text(params, "coin")
    funding = context.funding
    rows = [
        {
            "coin": coin,
            "fullName": coin,
            "icon": "",
            "iconNight": "",
            "accuracyLength": 8,
            "coinType": "crypto",
            "balance": plain(funding.free(wallet, coin)),
            "uBalance": plain(funding.free(wallet, coin) * funding.price(coin)),
            "timePeriod": 0,
            "singleFromMinLimit": _LEAST,
            "singleFromMaxLimit": _MOST,
            "singleToMinLimit": _LEAST,
            "singleToMaxLimit": _MOST,
            "dailyFromMinLimit": "0",
            "dailyFromMaxLimit": _MOST,
            "dailyToMinLimit": "0",
            "dailyToMaxLimit": _MOST,
            "disableFrom": False,
            "disableTo": False,
        }
        for coin in known_coins(context.exchange)
        if funding.price(coin) and asked in {"", coin}
    ]
    return {"coins": rows}


def quote(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/exchange/quote-apply`: stands for 15 seconds."""
    wallet = read_choice(params, "accountType", tuple(WALLETS))
    source, target = read_needed(params, "fromCoin"), read_needed(params, "toCoin")
    if read_needed(params, "requestCoin") != source:
        raise VenueError(BAD_PARAM, "requestCoin must be fromCoin")
    quoted = context.converts.quote(
        wallet=wallet,
        source=source,
        target=target,
        paid=read_amount(params, "requestAmount"),
        request_id=read_text(params, "requestId"),
        now_ms=context.exchange.now_ms(),
    )
    return {
        "quoteTxId": quoted.quote_id,
        "exchangeRate": plain(quoted.rate),
        "fromCoin": source,
        "fromCoinType": "crypto",
        "toCoin": target,
        "toCoinType": "crypto",
        "fromAmount": plain(quoted.paid),
        "toAmount": plain(quoted.bought),
        "expiredTime": str(quoted.expires_ms),
        "requestId": quoted.request_id,
        "extTaxAndFee": [],
    }


def execute(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/exchange/convert-execute`."""
    quoted = context.converts.execute(read_needed(params, "quoteTxId"), context.exchange.now_ms())
    return {"quoteTxId": quoted.quote_id, "exchangeStatus": "processing"}


def result(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/exchange/convert-result-query`."""
    wallet = read_choice(params, "accountType", tuple(WALLETS))
    found = context.converts.quotes.get(read_needed(params, "quoteTxId"))
    if found is None or found.wallet != wallet:
        raise VenueError(NO_QUOTE, "The quote does not exist.")
    return {"result": _row(context, found)}


def history(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/exchange/query-convert-history`: what was converted, newest first, by numbered pages."""
    asked = [name for name in read_text(params, "accountType").split(",") if name]
    if set(asked) - WALLETS.keys():
        raise VenueError(BAD_PARAM, "params error: accountType invalid")
    limit, index = read_limit(params, 20, 100), read_text(params, "index") or "1"
    if not index.isdecimal() or not int(index[:9]) >= 1:
        raise VenueError(BAD_PARAM, "params error: index invalid")
    done = [c for c in reversed(context.converts.quotes.values()) if c.status != OPEN]
    done = [c for c in done if not asked or c.wallet in asked]
    first = (int(index[:9]) - 1) * limit
    return {"list": [_row(context, conversion) for conversion in done[first : first + limit]]}


def _row(context: Context, conversion: Conversion) -> dict[str, Any]:
    return {
        "accountType": conversion.wallet,
        "exchangeTxId": conversion.quote_id,
        "userId": str(context.exchange.config.uid),
        "fromCoin": conversion.source,
        "fromCoinType": "crypto",
        "toCoin": conversion.target,
        "toCoinType": "crypto",
        "fromAmount": plain(conversion.paid),
        "toAmount": plain(conversion.bought),
        "exchangeStatus": conversion.status,
        "extInfo": {"paramType": "", "paramValue": ""},
        "convertRate": plain(conversion.rate),
        "createdAt": str(conversion.created_ms),
    }


ROUTES: Routes = {
    ("GET", "/v5/asset/exchange/query-coin-list"): uses(coins, ret_msg="ok"),
    ("POST", "/v5/asset/exchange/quote-apply"): uses(quote, ret_msg="ok"),
    ("POST", "/v5/asset/exchange/convert-execute"): uses(execute, ret_msg="ok"),
    ("GET", "/v5/asset/exchange/convert-result-query"): uses(result, ret_msg="ok"),
    ("GET", "/v5/asset/exchange/query-convert-history"): uses(history, ret_msg="ok"),
}
