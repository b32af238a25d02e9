"""The terms of an execution, from the order, its parameters, the instrument and the configuration."""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_trader.model.enums import OrderSide, OrderType
from nautilus_trader.model.objects import Price, Quantity

from nautilus_bybit_adapter.nt1.algo.course import Units
from nautilus_bybit_adapter.nt1.algo.moves import Terms
from nautilus_bybit_adapter.warden.placement import QuantityRules
from nautilus_bybit_adapter.warden.policy import Preferences

if TYPE_CHECKING:
    from nautilus_trader.model.instruments import Instrument
    from nautilus_trader.model.orders import Order

    from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig
    from nautilus_bybit_adapter.nt1.algo.params import OrderParams

_MS = 1_000_000
_SECOND = 1_000_000_000
_BPS = 10_000.0


def rules_of(instrument: Instrument) -> QuantityRules:
    """Return what quantities an instrument takes."""
    minimum, maximum, notional = instrument.min_quantity, instrument.max_quantity, instrument.min_notional
    return QuantityRules(
        lot=instrument.size_increment.as_decimal(),
        minimum=None if minimum is None else minimum.as_decimal(),
        maximum=None if maximum is None else maximum.as_decimal(),
        minimum_notional=None if notional is None else notional.as_decimal(),
        multiplier=instrument.multiplier.as_decimal(),
        is_inverse=instrument.is_inverse,
    )


def units_of(instrument: Instrument) -> Units:
    """Return what an instrument's quantities and fees are counted in."""
    base = instrument.get_base_currency()
    return Units(
        base="" if base is None else base.code,
        quote=instrument.quote_currency.code,
        multiplier=instrument.multiplier.as_decimal(),
        is_inverse=instrument.is_inverse,
    )


def preferences_of(
    instrument: Instrument, params: OrderParams, config: SmartLimitExecAlgorithmConfig
) -> Preferences:
    """Return what a route is chosen by; the fees are those of the instrument, the account's once they are loaded."""
    return Preferences(
        urgency=params.urgency,
        threshold=config.slippage_threshold,
        cap_bps=float(params.max_cross_bps),
        horizon_secs=params.horizon_secs,
        maker_fee_bps=float(instrument.maker_fee) * _BPS,
        taker_fee_bps=float(instrument.taker_fee) * _BPS,
        tail_weight=config.tail_weight,
        fill_time_secs=config.fill_time_secs,
        unfilled_drift_bps=config.unfilled_drift_bps,
    )


def terms_of(
    order: Order,
    instrument: Instrument,
    params: OrderParams,
    config: SmartLimitExecAlgorithmConfig,
    arrived_ns: int,
    now_ns: int,
) -> Terms:
    """Return the terms of an order that has been checked, which came at `arrived_ns`; UNIX nanoseconds."""
    is_limit = order.order_type == OrderType.LIMIT
    return Terms(
        is_buy=order.side == OrderSide.BUY,
        tick=instrument.price_increment.as_decimal(),
        rules=rules_of(instrument),
        preferences=preferences_of(instrument, params, config),
        is_market=not is_limit,
        bound=order.price.as_decimal() if is_limit else None,
        never_cross=is_limit and order.is_post_only,
        deadline_ns=arrived_ns + int(params.horizon_secs * _SECOND),
        book_deadline_ns=now_ns + int(config.book_timeout_secs * _SECOND),
        stale_grace_ns=int(config.book_timeout_secs * _SECOND),
        dust_grace_ns=int(params.horizon_secs * _SECOND),
        cap_bps=params.max_cross_bps,
        reprice_ns=config.min_reprice_interval_ms * _MS,
        settle_ns=config.settle_ms * _MS,
        max_cross_attempts=config.max_cross_attempts,
        max_reposts=config.max_reposts,
        max_rejections=config.max_rejections,
        improve_from=params.improve_from_ticks,
        slices=params.slices,
        size_jitter=params.size_jitter,
        time_jitter=params.time_jitter,
        # Each order draws its own, the same ones in every run.
        seed=zlib.crc32(order.client_order_id.value.encode(), config.jitter_seed),
    )


def exact_price(value: Decimal, instrument: Instrument) -> Price:
    """Return a price at the instrument's precision, without a detour through floating point."""
    return Price.from_decimal(value.quantize(Decimal(1).scaleb(-instrument.price_precision)))


def exact_quantity(value: Decimal, instrument: Instrument) -> Quantity:
    """Return a quantity at the instrument's precision, without a detour through floating point."""
    return Quantity.from_decimal(value.quantize(Decimal(1).scaleb(-instrument.size_precision)))
