"""Order requests: read from the wire's fields, checked against the instrument's filters.

Source: Bybit V5 Place Order; texts of the errors as captured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .amounts import parse_amount
from .errors import VenueError, bad_param
from .instruments import CATEGORIES, Instrument

if TYPE_CHECKING:
    from .market import Market

Params = Mapping[str, Any]
LINK_ID_LIMIT = 45
_LINK_ID = re.compile(r"[0-9A-Za-z_-]*")
_TIFS = ("GTC", "IOC", "FOK", "PostOnly")
_SMP_TYPES = ("", "None", "CancelMaker", "CancelTaker", "CancelBoth")
_UNSERVED = ("triggerPrice", "takeProfit", "stopLoss", "orderIv", "bboSideType", "closeOnTrigger")
# Text of 10001 on linear, code and text on spot.
_REFUSALS = {
    "price": ("params error: price invalid", 170130, "Data sent for parameter 'price' is not valid."),
    "price step": ("Price invalid", 170134, "Order price has too many decimals."),
    "qty step": ("Qty invalid", 170137, "Order quantity has too many decimals."),
    "least qty": (
        "The number of contracts exceeds minimum limit allowed",
        170136,
        "Order quantity exceeded lower limit.",
    ),
    "most qty": (
        "The number of contracts exceeds maximum limit allowed",
        170341,
        "Order quantity exceeded upper limit.",
    ),
}
_MAX_SLIPPAGE_TICKS = 10_000
_MAX_SLIPPAGE_PERCENT = 10
_PERCENT_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A well-formed request for a new order; `ticks` is 0 for a market order."""

    side: str
    order_type: str
    tif: str
    ticks: int
    lots: int
    budget: Decimal | None
    market_unit: str
    link_id: str
    reduce_only: bool
    smp_type: str
    slippage_type: str
    slippage: str
    is_leverage: str


def read_category(params: Params) -> str:
    """Return a known category or raise 10001."""
    category = params.get("category")
    if category not in CATEGORIES:
        raise bad_param("Illegal category" if category else "params error: Category is required")
    return str(category)


def is_given(params: Params, name: str) -> bool:
    """Whether a field is there and not empty."""
    value = params.get(name)
    return value is not None and value != ""


def read_flag(params: Params, name: str) -> bool:
    """Return a boolean that may come as JSON boolean or as text."""
    value = params.get(name)
    if value in (None, "", False, "false", "False"):
        return False
    if value in (True, "true", "True"):
        return True
    raise bad_param(f"params error: {name} invalid")


def read_text(params: Params, name: str) -> str:
    """Return a string, `""` when it is absent."""
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_param(f"params error: {name} invalid")
    return value


def read_link_id(params: Params) -> str:
    """Return a valid `orderLinkId`, `""` when none is given."""
    link_id = read_text(params, "orderLinkId")
    if len(link_id) > LINK_ID_LIMIT:
        raise bad_param(f"order link id is longer than {LINK_ID_LIMIT}")
    if not _LINK_ID.fullmatch(link_id):
        raise bad_param("params error: OrderLinkId invalid")
    return link_id


def read_order(params: Params, market: Market) -> OrderRequest:
    """Read a create request.

    Raises
    ------
    VenueError
        With the code and text of the first field that is wrong.
    """
    _refuse_unserved(params)
    it = market.instrument
    side = _one_of(params, "side", ("Buy", "Sell"))
    order_type = _one_of(params, "orderType", ("Limit", "Market"))
    is_market = order_type == "Market"
    tif = "IOC" if is_market else _one_of(params, "timeInForce", _TIFS, default="GTC")
    link_id = read_link_id(params)
    if it.is_linear and is_given(params, "positionIdx") and str(params["positionIdx"]) != "0":
        raise bad_param("position idx not match position mode")
    reduce_only = read_flag(params, "reduceOnly") and it.is_linear
    ticks = 0 if is_market else read_price(params, it)
    unit = _market_unit(params, it, side) if is_market else ""
    budget = _read_budget(params, it) if unit == "quoteCoin" else None
    lots = 0 if budget is not None else read_qty(params, it, is_market=is_market, clip=reduce_only)
    if lots and not reduce_only:
        check_notional(it, ticks or market.touch_price(side) or market.mark_ticks, lots)
    slippage_type, slippage = _read_slippage(params, is_market=is_market)
    return OrderRequest(
        side=side,
        order_type=order_type,
        tif=tif,
        ticks=ticks,
        lots=lots,
        budget=budget,
        market_unit=unit if not it.is_linear else "",
        link_id=link_id,
        reduce_only=reduce_only,
        smp_type=_one_of(params, "smpType", _SMP_TYPES, default="None"),
        slippage_type=slippage_type,
        slippage=slippage,
        is_leverage="" if it.is_linear else str(params.get("isLeverage") or 0),
    )


def read_price(params: Params, it: Instrument) -> int:
    """Return a limit price in ticks."""
    price = parse_amount(params.get("price"))
    if not price:
        raise _refusal(it, "price")
    ticks = it.to_ticks(price)
    if ticks is None:
        raise _refusal(it, "price step")
    if it.is_linear and ticks > it.max_ticks:
        raise VenueError(110003, "Order price is out of permissible range")
    return ticks


def read_qty(params: Params, it: Instrument, *, is_market: bool, clip: bool = False) -> int:
    """Return a quantity in lots, within the filters; `clip` lets a reduce-only qty be truncated later."""
    qty = parse_amount(params.get("qty"))
    lots = it.to_lots(qty) if qty else None
    if not qty or lots is None:
        raise _refusal(it, "qty step")
    if qty < it.min_qty:
        raise _refusal(it, "least qty")
    if qty > (it.max_market_qty if is_market else it.max_qty) and not clip:
        raise _refusal(it, "most qty")
    return lots


def check_notional(it: Instrument, ticks: int, lots: int) -> None:
    """Raise when the order's value is below the instrument's minimum."""
    if it.value(ticks, lots) >= it.min_notional:
        return
    if it.is_linear:
        raise VenueError(
            110094, f"Order does not meet minimum order value {it.min_notional.normalize():f}{it.quote}"
        )
    raise VenueError(170140, "Order value exceeded lower limit.")


def _refusal(it: Instrument, fault: str) -> VenueError:
    linear_text, spot_code, spot_text = _REFUSALS[fault]
    return bad_param(linear_text) if it.is_linear else VenueError(spot_code, spot_text)


def _refuse_unserved(params: Params) -> None:
    for name in _UNSERVED:
        if is_given(params, name) and params[name] not in ("0", False, "false"):
            raise bad_param(f"params error: {name} is not served by this venue")
    if is_given(params, "orderFilter") and params["orderFilter"] != "Order":
        raise VenueError(170201, "Your order filter is not served by this venue.")


def _one_of(params: Params, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = params.get(name)
    if default is not None and not is_given(params, name):
        return default
    if not isinstance(value, str) or value not in allowed:
        raise bad_param(f"params error: {name} invalid")
    return value


def _market_unit(params: Params, it: Instrument, side: str) -> str:
    default = "quoteCoin" if not it.is_linear and side == "Buy" else "baseCoin"
    if it.is_linear:
        return default
    return _one_of(params, "marketUnit", ("baseCoin", "quoteCoin"), default=default)


def _read_budget(params: Params, it: Instrument) -> Decimal:
    amount = parse_amount(params.get("qty"))
    if not amount or amount % Decimal("1E-7"):
        raise VenueError(170148, "Market order amount has too many decimals.")
    if amount < it.min_notional:
        raise VenueError(170140, "Order value exceeded lower limit.")
    return amount


def _read_slippage(params: Params, *, is_market: bool) -> tuple[str, str]:
    kind = read_text(params, "slippageToleranceType")
    if not kind or not is_market:
        return "UNKNOWN", "0"
    text = read_text(params, "slippageTolerance")
    amount = parse_amount(text)
    if kind == "TickSize":
        if amount is None or amount % 1 or not 1 <= amount <= _MAX_SLIPPAGE_TICKS:
            raise VenueError(110108, "slippageTolerance of TickSize must be an integer from 1 to 10000")
    elif kind == "Percent":
        if (
            amount is None
            or amount % _PERCENT_PLACES
            or not _PERCENT_PLACES <= amount <= _MAX_SLIPPAGE_PERCENT
        ):
            raise VenueError(110109, "slippageTolerance of Percent must be from 0.01 to 10")
    else:
        raise bad_param("params error: slippageToleranceType invalid")
    return kind, text
