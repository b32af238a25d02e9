"""Private REST answers about the user and the API key.

Source: Bybit V5 User.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .endpoint import Params, Routes, private, uses

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .auth import Credentials
    from .context import Context
# What the key may do, by family.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "ContractTrade": ("Order", "Position"),
    "Spot": ("SpotTrade",),
    "Wallet": ("AccountTransfer", "SubMemberTransfer"),
    "Options": ("OptionsTrade",),
    "Derivatives": ("DerivativesTrade",),
    "CopyTrading": (),
    "BlockTrade": (),
    "Exchange": ("ExchangeHistory",),
    "NFT": (),
    "Affiliate": (),
    "Earn": ("Earn",),
    "FiatP2P": (),
    "FiatConvertBroker": (),
    "FiatGlobalPay": (),
    "FiatBitPay": (),
    "BitCard": (),
    "ByXPost": (),
}


def api_key_info(exchange: Exchange, credentials: Credentials) -> dict[str, Any]:
    """`/v5/user/query-api`."""
    return {
        "id": "2208369",
        "note": "local venue",
        "apiKey": credentials.api_key,
        "readOnly": 0,
        "secret": "",
        "permissions": {name: list(names) for name, names in PERMISSIONS.items()},
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
        "rsaPublicKey": credentials.public_key.pem if credentials.public_key is not None else "",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_1",
        "kycRegion": "MYS",
        "userIDInt64": "0",
        "inviterIDInt64": "0",
        "affiliateIDInt64": "0",
    }


def _api_key(context: Context, params: Params) -> dict[str, Any]:
    del params
    return api_key_info(context.exchange, context.credentials)


def member_type(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/user/get-member-type`."""
    del params
    return {"accounts": [{"uid": str(exchange.config.uid), "accountType": ["FUND", "UNIFIED"]}]}


def agreement(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/user/agreement`: every product may be traded without signing anything."""
    del exchange, params
    return {}


ROUTES: Routes = {
    ("GET", "/v5/user/query-api"): uses(_api_key, ret_msg=""),
    ("GET", "/v5/user/get-member-type"): private(member_type, ret_msg=""),
    ("POST", "/v5/user/agreement"): private(agreement, ret_msg=""),
}
