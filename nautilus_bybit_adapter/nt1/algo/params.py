"""What a strategy may ask of the smart-limit algorithm, checked before anything is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_trader.model.enums import (
    ContingencyType,
    OrderType,
    TimeInForce,
    contingency_type_to_str,
    order_type_to_str,
    time_in_force_to_str,
)

from nautilus_bybit_adapter.warden.policy import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_trader.model.instruments import Instrument
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig

_MOST_HORIZON_SECS = 86_400.0
_BPS = 10_000.0


class SmartLimitOrderError(ValueError):
    """An order cannot be executed as asked; the message says which value, and what is allowed."""


@dataclass(frozen=True, slots=True)
class OrderParams:
    """The parameters of one order.

    Parameters
    ----------
    urgency : Urgency
    horizon_secs : float
        Seconds to rest at the touch.
    max_cross_bps : Decimal
        Cap of a crossing child, basis points of the touch.

    """

    urgency: Urgency
    horizon_secs: float
    max_cross_bps: Decimal


def parse_params(values: Mapping[str, Any] | None, config: SmartLimitExecAlgorithmConfig) -> OrderParams:
    """Read an order's ``exec_algorithm_params``.

    Parameters
    ----------
    values : mapping, optional
        ``urgency`` ("passive", "normal" or "now"), ``horizon_secs`` and ``max_cross_bps``, each optional.
    config : SmartLimitExecAlgorithmConfig
        Where the defaults come from.

    Raises
    ------
    SmartLimitOrderError
        If a key is unknown or a value out of range.

    """
    given = dict(values or {})
    urgency = given.pop("urgency", Urgency.PASSIVE.value)
    horizon_secs = given.pop("horizon_secs", config.horizon_secs)
    max_cross_bps = given.pop("max_cross_bps", config.max_cross_bps)
    if given:
        key, value = next(iter(given.items()))
        raise SmartLimitOrderError(
            f"exec_algorithm_params has the unknown key {key!r} ({value!r}); "
            "allowed are 'urgency', 'horizon_secs' and 'max_cross_bps'"
        )
    if not isinstance(urgency, str) or urgency not in {known.value for known in Urgency}:
        raise SmartLimitOrderError(f"'urgency' is {urgency!r}; it must be 'passive', 'normal' or 'now'")
    _check_number("horizon_secs", horizon_secs, _MOST_HORIZON_SECS, "one day in seconds")
    _check_number("max_cross_bps", max_cross_bps, config.slippage_threshold * _BPS, "the slippage guard")
    return OrderParams(Urgency(urgency), float(horizon_secs), Decimal(str(max_cross_bps)))


def _check_number(name: str, value: Any, most: float, what: str) -> None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 < value <= most:
        raise SmartLimitOrderError(f"{name!r} is {value!r}; it must be above 0 and at most {most:g}, {what}")


def check_order(order: Order, params: OrderParams, instrument: Instrument | None) -> None:
    """Check that an order is one the algorithm can execute.

    Raises
    ------
    SmartLimitOrderError
        If it is not.

    """
    if instrument is None:
        raise SmartLimitOrderError(f"the instrument {order.instrument_id} is not in the cache")
    if order.order_type not in {OrderType.MARKET, OrderType.LIMIT}:
        name = order_type_to_str(order.order_type)
        raise SmartLimitOrderError(f"the order type is {name}; it must be MARKET or LIMIT")
    is_market = order.order_type == OrderType.MARKET
    allowed = {TimeInForce.GTC, TimeInForce.IOC} if is_market else {TimeInForce.GTC}
    if order.time_in_force not in allowed:
        name = time_in_force_to_str(order.time_in_force)
        raise SmartLimitOrderError(
            f"the time in force is {name}; it must be GTC, or IOC for a market order: "
            "how long to try is 'horizon_secs'"
        )
    if order.is_quote_quantity:
        raise SmartLimitOrderError("the quantity is in quote units; it must be in base units")
    if order.contingency_type != ContingencyType.NO_CONTINGENCY:
        name = contingency_type_to_str(order.contingency_type)
        raise SmartLimitOrderError(f"the order is part of a contingency ({name}); it must stand alone")
    if order.order_type == OrderType.LIMIT and order.display_qty is not None:
        raise SmartLimitOrderError(f"'display_qty' is {order.display_qty}; it must be left out")
    if order.order_type == OrderType.LIMIT and order.is_post_only and params.urgency is not Urgency.PASSIVE:
        said = params.urgency.value
        raise SmartLimitOrderError(f"'urgency' is {said!r} for a post-only order; it must be 'passive'")
