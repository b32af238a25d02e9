"""Private REST answers about the account.

Source: Bybit V5 Account, Position and User.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.instruments import LINEAR, SPOT
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.wallet import wallet_row

from .endpoint import Routes, private, uses

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

# Unified account 2.0.
_UNIFIED_STATUS = 5


def wallet_balance(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/wallet-balance`."""
    if params.get("accountType") != "UNIFIED":
        raise bad_param("accountType only support UNIFIED.")
    asked = read_text(params, "coin")
    held = exchange.account.balances
    coins = asked.split(",") if asked else [coin for coin, amount in held.items() if amount]
    return {"list": [wallet_row(exchange.account, exchange.risk, coins)]}


def account_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/info`."""
    del params
    return {
        "marginMode": "REGULAR_MARGIN",
        "updatedTime": str(exchange.started_ms),
        "unifiedMarginStatus": _UNIFIED_STATUS,
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }


def fee_rate(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/fee-rate`."""
    category = read_category(params)
    if category not in {LINEAR, SPOT}:
        return {"list": []}
    markets = (
        [exchange.market(params)]
        if params.get("symbol")
        else [market for key, market in sorted(exchange.markets.items()) if key[0] == category]
    )
    rates = exchange.account.rates[category]
    rows = [
        {
            "symbol": market.instrument.symbol,
            "takerFeeRate": plain(rates.taker),
            "makerFeeRate": plain(rates.maker),
        }
        for market in markets
    ]
    return {"category": category, "list": rows} if category == SPOT else {"list": rows}


def set_leverage(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/position/set-leverage`."""
    exchange.set_leverage(params)
    return {}


def _api_key(context: Context, params: Params) -> dict[str, Any]:
    return api_key_info(context.exchange, params, context.credentials.api_key)


def api_key_info(exchange: Exchange, params: Params, api_key: str) -> dict[str, Any]:
    """`/v5/user/query-api`."""
    del params
    return {
        "id": "2208369",
        "note": "local venue",
        "apiKey": api_key,
        "readOnly": 0,
        "secret": "",
        "permissions": {
            "ContractTrade": ["Order", "Position"],
            "Spot": ["SpotTrade"],
            "Wallet": ["AccountTransfer", "SubMemberTransfer"],
            "Options": ["OptionsTrade"],
            "Derivatives": ["DerivativesTrade"],
            "CopyTrading": [],
            "BlockTrade": [],
            "Exchange": ["ExchangeHistory"],
            "NFT": [],
            "Affiliate": [],
            "Earn": ["Earn"],
            "FiatP2P": [],
            "FiatConvertBroker": [],
            "FiatGlobalPay": [],
            "FiatBitPay": [],
            "BitCard": [],
            "ByXPost": [],
        },
        "ips": ["*"],
        "type": 1,
        "deadlineDay": 83,
        "expiredAt": "2030-01-01T00:00:00Z",
        "createdAt": "2025-10-13T03:20:45Z",
        "unified": 0,
        "uta": 1,
        "userID": exchange.config.uid,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_1",
        "kycRegion": "MYS",
        "userIDInt64": "0",
        "inviterIDInt64": "0",
        "affiliateIDInt64": "0",
    }


ROUTES: Routes = {
    ("GET", "/v5/order/realtime"): private(queries.open_orders),
    ("GET", "/v5/order/history"): private(queries.order_history),
    ("GET", "/v5/execution/list"): private(queries.executions),
    ("GET", "/v5/position/list"): private(queries.positions),
    ("POST", "/v5/position/set-leverage"): private(set_leverage),
    ("GET", "/v5/account/wallet-balance"): private(wallet_balance),
    ("GET", "/v5/account/info"): private(account_info),
    ("GET", "/v5/account/fee-rate"): private(fee_rate),
    ("GET", "/v5/user/query-api"): uses(_api_key, ret_msg=""),
}
