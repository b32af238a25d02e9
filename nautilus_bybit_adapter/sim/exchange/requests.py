"""Order requests: read from the wire's fields, checked against the instrument's filters.

Source: Bybit V5 Place Order; texts of the errors as captured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .amounts import parse_amount, plain
from .conditions import (
    Protection,
    Trigger,
    check_protection,
    read_protection,
    read_spot_trigger,
    read_trigger,
)
from .errors import VenueError, bad_param
from .fields import (
    LINK_ID_LIMIT,
    Params,
    is_given,
    one_of,
    read_category,
    read_flag,
    read_link_id,
    read_text,
)
from .market_orders import bbo_ticks, iv_ticks, read_budget, read_iv, read_slippage, read_unit

if TYPE_CHECKING:
    from decimal import Decimal

    from .instruments import Instrument
    from .market import Market

__all__ = [
    "LINK_ID_LIMIT",
    "OrderRequest",
    "Params",
    "check_notional",
    "is_given",
    "read_category",
    "read_flag",
    "read_link_id",
    "read_order",
    "read_position_idx",
    "read_price",
    "read_qty",
    "read_text",
]
_TIFS = ("GTC", "IOC", "FOK", "PostOnly", "RPI")
_SMP_TYPES = ("", "None", "CancelMaker", "CancelTaker", "CancelBoth")
# `stopOrderType` of a conditional spot order by its `orderFilter`.
_STOP_KINDS = {"tpslOrder": "tpslOrder", "StopOrder": "Stop"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A well-formed request for a new order.

    `ticks` is 0 for a market order; `lots` is 0 for one that is worth `budget` or closes everything.
    """

    side: str
    order_type: str
    tif: str
    ticks: int
    lots: int
    budget: Decimal | None
    market_unit: str
    link_id: str
    reduce_only: bool
    close_on_trigger: bool
    smp_type: str
    slippage_type: str
    slippage: str
    is_leverage: str
    position_idx: int
    stop_kind: str
    trigger: Trigger | None
    protection: Protection | None
    at_best_level: bool
    order_iv: str
    rpi_taker_access: bool
    mmp: bool

    @property
    def closes_all(self) -> bool:
        """Whether it closes whatever is open."""
        return self.budget is None and not self.lots


def read_order(
    params: Params, market: Market, *, hedged: bool = False, rpi_maker: bool = False
) -> OrderRequest:
    """Read a create request.

    Parameters
    ----------
    params : mapping
        Fields of the request.
    market : Market
        Where it is placed.
    hedged : bool
        Whether the symbol has a long and a short leg.
    rpi_maker : bool
        Whether the account may place retail price improvement orders.

    Raises
    ------
    VenueError
        With the code and text of the first field that is wrong.
    """
    it = market.instrument
    side = one_of(params, "side", ("Buy", "Sell"))
    order_type = one_of(params, "orderType", ("Limit", "Market"))
    is_market = order_type == "Market"
    tif = "IOC" if is_market else _read_tif(params, it, rpi_maker=rpi_maker)
    link_id = read_link_id(params)
    if it.is_option and not link_id:
        raise VenueError(3100198, "orderLinkId can not be empty.")
    order_iv = read_iv(params) if it.is_option and not is_market else ""
    position_idx = read_position_idx(params, hedged=hedged) if it.is_derivative else 0
    reduce_only = read_flag(params, "reduceOnly") and it.is_derivative
    if position_idx and (side == "Buy") != (position_idx == 1):
        reduce_only = True  # a leg only ever holds its own side
    close_on_trigger = read_flag(params, "closeOnTrigger") and it.is_derivative
    stop_kind, trigger = _read_condition(params, market)
    at_best = is_given(params, "bboSideType") and it.is_derivative and not is_market
    ticks = 0
    if order_iv:
        ticks = iv_ticks(market, order_iv)
    elif not is_market:
        ticks = bbo_ticks(params, market, side) if at_best else read_price(params, it)
    unit = read_unit(params, it, side) if is_market else ""
    budget = read_budget(params, it) if unit == "quoteCoin" else None
    closes_all = reduce_only and close_on_trigger and params.get("qty") == "0"
    lots = 0
    if budget is None and not closes_all:
        lots = read_qty(params, it, is_market=is_market, clip=reduce_only, tif=tif)
    if lots and not reduce_only and not close_on_trigger:
        reference = ticks or (trigger.ticks if trigger else 0) or market.touch_price(side)
        check_notional(it, reference or market.mark_ticks, lots)
    slippage_type, slippage = read_slippage(params, is_market=is_market and trigger is None)
    return OrderRequest(
        side=side,
        order_type=order_type,
        tif=tif,
        ticks=ticks,
        lots=lots,
        budget=budget,
        market_unit=unit if not it.is_derivative else "",
        link_id=link_id,
        reduce_only=reduce_only,
        close_on_trigger=close_on_trigger,
        smp_type=one_of(params, "smpType", _SMP_TYPES, default="None"),
        slippage_type=slippage_type,
        slippage=slippage,
        is_leverage="" if it.is_derivative else _read_leverage_flag(params),
        position_idx=position_idx,
        stop_kind=stop_kind,
        trigger=trigger,
        protection=_read_order_protection(
            params, market, side, ticks, closes=reduce_only or close_on_trigger
        ),
        at_best_level=at_best,
        order_iv=order_iv,
        rpi_taker_access=read_flag(params, "rpiTakerAccess"),
        mmp=read_flag(params, "mmp") and it.is_option,
    )


def read_position_idx(params: Params, *, hedged: bool) -> int:
    """Return the leg of a position: 0 one-way, 1 or 2 when the symbol is hedged."""
    text = str(params.get("positionIdx") or 0) if is_given(params, "positionIdx") else "0"
    if text not in (("1", "2") if hedged else ("0",)):
        raise bad_param("position idx not match position mode")
    return int(text)


def _read_tif(params: Params, it: Instrument, *, rpi_maker: bool) -> str:
    tif = one_of(params, "timeInForce", _TIFS, default="GTC")
    if tif == "RPI" and (it.is_option or not rpi_maker):
        if it.is_derivative:
            raise VenueError(110119, "Only RPI market makers can place RPI orders.")
        raise VenueError(170355, "RPI orders are restricted to approved market makers.")
    return tif


def _read_condition(params: Params, market: Market) -> tuple[str, Trigger | None]:
    if market.instrument.is_option:
        return "", None
    if market.instrument.is_derivative:
        trigger = read_trigger(params, market)
        return ("Stop" if trigger else "", trigger)
    if not is_given(params, "orderFilter") or params["orderFilter"] == "Order":
        return "", None
    if params["orderFilter"] not in _STOP_KINDS:
        raise VenueError(170201, "Your order filter is not valid.")
    return _STOP_KINDS[params["orderFilter"]], read_spot_trigger(params, market)


def _read_order_protection(
    params: Params, market: Market, side: str, ticks: int, *, closes: bool
) -> Protection | None:
    it = market.instrument
    protection = read_protection(params, it, default_mode="Full" if it.is_derivative else "Partial")
    if not protection:
        return None
    if closes:
        raise bad_param("params error: takeProfit and stopLoss are not allowed with reduceOnly")
    if not it.is_derivative and not ticks:
        raise VenueError(170130, "Data sent for parameter 'takeProfit' is not valid.")
    check_protection(protection, market, side, ticks or None)
    return protection


def _read_leverage_flag(params: Params) -> str:
    flag = str(params.get("isLeverage") or 0)
    if flag not in {"0", "1"}:
        raise bad_param("params error: isLeverage invalid")
    return flag


def read_price(params: Params, it: Instrument) -> int:
    """Return a limit price in ticks."""
    price = parse_amount(params.get("price"))
    if not price:
        raise _refusal(it, "price")
    ticks = it.to_ticks(price)
    if ticks is None:
        raise _refusal(it, "price step")
    if it.is_derivative and ticks > it.max_ticks:
        raise VenueError(110003, "Order price is out of permissible range")
    return ticks


def read_qty(params: Params, it: Instrument, *, is_market: bool, clip: bool = False, tif: str = "GTC") -> int:
    """Return a quantity in lots, within the filters; `clip` lets a reduce-only qty be cut or split later.

    On spot the least quantity is not checked, and an order that never takes has an upper limit of its own.
    """
    qty = parse_amount(params.get("qty"))
    if it.is_option and qty and qty < it.min_qty:
        raise VenueError(3100116, f"Order quantity below the lower limit {plain(it.min_qty)}.")
    lots = it.to_lots(qty) if qty else None
    if not qty or lots is None:
        raise _refusal(it, "qty step")
    if qty < it.min_qty and not it.is_spot:
        raise _refusal(it, "least qty")
    if qty > _most_qty(it, is_market=is_market, tif=tif) and not clip:
        raise _refusal(it, "most qty")
    return lots


def _most_qty(it: Instrument, *, is_market: bool, tif: str) -> Decimal:
    if is_market:
        return it.max_market_qty
    if it.is_spot and tif in {"PostOnly", "RPI"}:
        return it.listing.post_only_max_qty or it.max_qty
    return it.max_qty


def check_notional(it: Instrument, ticks: int, lots: int) -> None:
    """Raise when the order's value is below the instrument's minimum."""
    if it.value(ticks, lots) >= it.min_notional:
        return
    if it.is_derivative:
        raise VenueError(
            110094, f"Order does not meet minimum order value {it.min_notional.normalize():f}{it.quote}"
        )
    raise VenueError(170140, "Order value exceeded lower limit.")


def _refusal(it: Instrument, fault: str) -> VenueError:
    linear_text, spot_code, spot_text = _REFUSALS[fault]
    return bad_param(linear_text) if it.is_derivative else VenueError(spot_code, spot_text)
