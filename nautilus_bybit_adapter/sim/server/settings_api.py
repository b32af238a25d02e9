"""Private REST answers about the account's settings.

Source: Bybit V5 Account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.errors import bad_param
from nautilus_bybit_adapter.sim.exchange.profile import DCP_PRODUCTS
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_flag, read_text

from .amount import read_choice, read_needed
from .endpoint import Endpoint, Reply, Routes, private, uses
from .paging import closed_page

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .context import Context
    from .limits import Quota

SHORTEST_DCP_S, LONGEST_DCP_S = 3, 300


def set_margin_mode(context: Context, params: Params, _quota: Quota) -> Reply:
    """`/v5/account/set-margin-mode`; a refusal names its reasons in the result."""
    reasons = context.exchange.set_margin_mode(params)
    if reasons:
        return Reply({"reasons": reasons}, ret_code=3400045, ret_msg="Set margin mode failed")
    _touched(context)
    return Reply({"reasons": []})


def set_hedging(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/set-hedging-mode`."""
    context.profile.hedging = read_choice(params, "setHedgingMode", ("ON", "OFF")) == "ON"
    _touched(context)
    return {}


def set_delta_mode(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/set-delta-mode`."""
    context.profile.delta_mode = read_choice(params, "deltaEnable", ("0", "1")) == "1"
    _touched(context)
    return {}


def set_limit_px_action(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/set-limit-px-action`: what happens to limit prices beyond the band."""
    category = read_category(params)
    if category not in {"spot", "linear", "inverse"}:
        raise bad_param("Illegal category")
    if "modifyEnable" not in params:
        raise bad_param("params error: modifyEnable is required")
    name = "spot" if category == "spot" else "linear"
    modify = read_flag(params, "modifyEnable")
    context.profile.keeps_price[name] = modify
    context.exchange.set_limit_px_action(category, modify=modify)
    _touched(context)
    return {}


def user_settings(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/user-setting-config`.

    `lpa*` says whether a price beyond the band is moved to it, `smsef` and `fmsef` whether fees are paid in MNT.
    """
    del params
    profile = context.profile
    pays_in_mnt = context.exchange.account.fee_terms.mnt_price is not None
    return {
        "lpaSpot": profile.keeps_price["spot"],
        "lpaPerp": profile.keeps_price["linear"],
        "deltaEnable": profile.delta_mode,
        "smsef": pays_in_mnt,
        "fmsef": pays_in_mnt,
    }


def smp_group(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/smp-group`."""
    del params
    group = context.exchange.config.smp_group
    return {"smpGroup": int(group) if str(group).isdecimal() else 0}


def set_dcp(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/order/disconnected-cancel-all`."""
    product = read_choice({"product": "OPTIONS", **params}, "product", DCP_PRODUCTS)
    window = str(params.get("timeWindow"))
    seconds = int(window) if window.isdecimal() and len(window) <= len(str(LONGEST_DCP_S)) else 0
    if not SHORTEST_DCP_S <= seconds <= LONGEST_DCP_S:
        raise bad_param(
            f"params error: timeWindow invalid, allowed range is [{SHORTEST_DCP_S},{LONGEST_DCP_S}]"
        )
    context.profile.dcp[product] = seconds
    _touched(context)
    return {}


def dcp_info(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/account/query-dcp-info`."""
    del params
    dcp = context.profile.dcp
    return {
        "dcpInfos": [
            {"product": product, "dcpStatus": "ON", "timeWindow": str(dcp[product])}
            for product in DCP_PRODUCTS
            if product in dcp
        ]
    }


def modify_mmp(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/mmp-modify`."""
    exchange.modify_mmp(params)
    return {}


def reset_mmp(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/mmp-reset`."""
    exchange.reset_mmp(params)
    return {}


def mmp_state(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/mmp-state`."""
    return {"result": exchange.mmp.state(read_needed(params, "baseCoin"))}


def account_instruments(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/instruments-info`: what the account may trade."""
    category, symbol = read_category(params), read_text(params, "symbol")
    found = sorted(
        (market for key, market in exchange.markets.items() if key[0] == category and symbol in {"", key[1]}),
        key=lambda market: market.instrument.symbol,
    )
    page, cursor = closed_page(found, params, lambda market: market.instrument.symbol, 200, 200)
    rows = [market.listed() | _rpi_flags(exchange, market) for market in page]
    return {"category": category, "list": rows, "nextPageCursor": cursor}


def _rpi_flags(exchange: Exchange, market: TradedMarket) -> dict[str, bool]:
    has_rpi = not market.instrument.is_option
    return {"isPublicRpi": has_rpi, "myRpiPermission": has_rpi and exchange.config.rpi_maker}


def upgraded(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/upgrade-to-uta`: the account is unified already."""
    del exchange, params
    return {
        "unifiedUpdateStatus": "SUCCESS",
        "unifiedUpdateMsg": {"msg": ["The account is a unified account already."]},
    }


def _touched(context: Context) -> None:
    context.profile.updated_ms = context.exchange.now_ms()


ROUTES: Routes = {
    ("POST", "/v5/account/set-margin-mode"): Endpoint(set_margin_mode),
    ("POST", "/v5/account/set-hedging-mode"): uses(set_hedging, ret_msg="SUCCESS"),
    ("POST", "/v5/account/set-delta-mode"): uses(set_delta_mode, ret_msg="success"),
    ("POST", "/v5/account/set-limit-px-action"): uses(set_limit_px_action, ret_msg="success"),
    ("GET", "/v5/account/user-setting-config"): uses(user_settings),
    ("GET", "/v5/account/smp-group"): uses(smp_group, ret_msg="success"),
    ("POST", "/v5/order/disconnected-cancel-all"): uses(set_dcp, ret_msg="success"),
    ("GET", "/v5/account/query-dcp-info"): uses(dcp_info, ret_msg="success"),
    ("POST", "/v5/account/mmp-modify"): private(modify_mmp, ret_msg="success"),
    ("POST", "/v5/account/mmp-reset"): private(reset_mmp, ret_msg="success"),
    ("GET", "/v5/account/mmp-state"): private(mmp_state),
    ("GET", "/v5/account/instruments-info"): private(account_instruments),
    ("POST", "/v5/account/upgrade-to-uta"): private(upgraded, ret_msg=""),
}
