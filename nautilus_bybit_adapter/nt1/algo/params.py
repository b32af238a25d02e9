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

from nautilus_bybit_adapter.nt1.algo.config import (
    MOST_IMPROVE_FROM,
    MOST_SIZE_JITTER,
    MOST_SLICES,
    MOST_TIME_JITTER,
)
from nautilus_bybit_adapter.warden.policy import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_trader.model.instruments import Instrument
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig

_MOST_HORIZON_SECS = 86_400.0
_BPS = 10_000.0
_SECOND = 1_000_000_000
PARAMS = (
    "urgency",
    "horizon_secs",
    "deadline_ns",
    "max_cross_bps",
    "slices",
    "size_jitter",
    "time_jitter",
    "improve_from_ticks",
)


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
    slices : int
        In how many parts it rests.
    size_jitter, time_jitter : float
        Relative spread of slices and pauses.
    improve_from_ticks : int
        Spread from which it goes one tick before the best price; 0 for never.

    """

    urgency: Urgency
    horizon_secs: float
    max_cross_bps: Decimal
    slices: int
    size_jitter: float
    time_jitter: float
    improve_from_ticks: int


def parse_params(
    values: Mapping[str, Any] | None, config: SmartLimitExecAlgorithmConfig, now_ns: int
) -> OrderParams:
    """Read an order's ``exec_algorithm_params``.

    Parameters
    ----------
    values : mapping, optional
        ``urgency`` ("passive", "normal" or "now"), ``horizon_secs`` or ``deadline_ns`` (UNIX nanoseconds),
        ``max_cross_bps``, ``slices``, ``size_jitter``, ``time_jitter`` and ``improve_from_ticks``, each optional.
    config : SmartLimitExecAlgorithmConfig
        Where the defaults come from.
    now_ns : int
        When the order came, UNIX nanoseconds.

    Raises
    ------
    SmartLimitOrderError
        If a key is unknown or a value out of range.

    """
    given = dict(values or {})
    unknown = [key for key in given if key not in PARAMS]
    if unknown:
        allowed = ", ".join(repr(key) for key in PARAMS[:-1])
        raise SmartLimitOrderError(
            f"exec_algorithm_params has the unknown key {unknown[0]!r} ({given[unknown[0]]!r}); "
            f"allowed are {allowed} and {PARAMS[-1]!r}"
        )
    urgency = given.get("urgency", Urgency.PASSIVE.value)
    if not isinstance(urgency, str) or urgency not in {known.value for known in Urgency}:
        raise SmartLimitOrderError(f"'urgency' is {urgency!r}; it must be 'passive', 'normal' or 'now'")
    max_cross_bps = given.get("max_cross_bps", config.max_cross_bps)
    _check_number("max_cross_bps", max_cross_bps, config.slippage_threshold * _BPS, "the slippage guard")
    return OrderParams(
        urgency=Urgency(urgency),
        horizon_secs=_horizon(given, config, now_ns),
        max_cross_bps=Decimal(str(max_cross_bps)),
        slices=_whole("slices", given.get("slices", config.slices), 1, MOST_SLICES),
        size_jitter=_share("size_jitter", given.get("size_jitter", config.size_jitter), MOST_SIZE_JITTER),
        time_jitter=_share("time_jitter", given.get("time_jitter", config.time_jitter), MOST_TIME_JITTER),
        improve_from_ticks=_whole(
            "improve_from_ticks",
            given.get("improve_from_ticks", config.improve_from_ticks),
            0,
            MOST_IMPROVE_FROM,
        ),
    )


def _horizon(given: Mapping[str, Any], config: SmartLimitExecAlgorithmConfig, now_ns: int) -> float:
    if "deadline_ns" not in given:
        secs = given.get("horizon_secs", config.horizon_secs)
        _check_number("horizon_secs", secs, _MOST_HORIZON_SECS, "one day in seconds")
        return float(secs)
    if "horizon_secs" in given:
        raise SmartLimitOrderError("'horizon_secs' and 'deadline_ns' are both given; one of them is allowed")
    deadline = given["deadline_ns"]
    last = now_ns + int(_MOST_HORIZON_SECS) * _SECOND
    if isinstance(deadline, bool) or not isinstance(deadline, int) or not now_ns < deadline <= last:
        raise SmartLimitOrderError(
            f"'deadline_ns' is {deadline!r}; it must be UNIX nanoseconds after {now_ns}, at most one day"
        )
    return (deadline - now_ns) / _SECOND


def _check_number(name: str, value: Any, most: float, what: str) -> None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 < value <= most:
        raise SmartLimitOrderError(f"{name!r} is {value!r}; it must be above 0 and at most {most:g}, {what}")


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SmartLimitOrderError(f"{name!r} is {value!r}; it must be a whole number from {low} to {high}")
    return value


def _share(name: str, value: Any, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise SmartLimitOrderError(f"{name!r} is {value!r}; it must be a number from 0 to {most:g}")
    return float(value)


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
