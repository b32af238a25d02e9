"""Bybit instruments as framework instruments.

Source: Bybit V5 "Get Instruments Info".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from nautilus_trader.model.enums import OptionKind
from nautilus_trader.model.identifiers import Symbol
from nautilus_trader.model.instruments import (
    CryptoFuture,
    CryptoOption,
    CryptoPerpetual,
    CurrencyPair,
    Instrument,
)

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.fixed import CURRENCIES, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of
from nautilus_bybit_adapter.nt1.mapping.increments import (
    delivery_ns,
    fraction_of,
    instant_ns,
    least_notional,
    listed_price,
    most_quantity,
    places_of,
    price_grid,
    quantity_grid,
)
from nautilus_bybit_adapter.nt1.mapping.margins import Margins, margins_at
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitProductType, ContractType, InstrumentStatus
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrument,
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
)

# What an account without a VIP level pays, where the venue does not tell (no key, or the demo environment).
# Source: Bybit fee schedule; the linear figures are those of a VIP 0 account.
DEFAULT_FEES: dict[BybitProductType, tuple[Decimal, Decimal]] = {
    BybitProductType.SPOT: (Decimal("0.001"), Decimal("0.001")),
    BybitProductType.LINEAR: (Decimal("0.0002"), Decimal("0.00055")),
    BybitProductType.INVERSE: (Decimal("0.0002"), Decimal("0.00055")),
    BybitProductType.OPTION: (Decimal("0.0002"), Decimal("0.0003")),
}
_ONE = quantity_of("1", 0)
_OPTION_PARTS = 4
_PERPETUALS = frozenset({ContractType.LINEAR_PERPETUAL, ContractType.INVERSE_PERPETUAL})
_FUTURES = frozenset({ContractType.LINEAR_FUTURES, ContractType.INVERSE_FUTURES})
_OPTION_KINDS = {"Call": OptionKind.CALL, "Put": OptionKind.PUT, "C": OptionKind.CALL, "P": OptionKind.PUT}


def category_of(item: BybitInstrument) -> BybitProductType:
    """
    Return the category a row belongs to.

    Asked for a base coin, the venue answers linear and inverse contracts together; what neither word of the contract
    type tells, the settle coin does.
    """
    if isinstance(item, BybitInstrumentSpot):
        return BybitProductType.SPOT
    if isinstance(item, BybitInstrumentOption):
        return BybitProductType.OPTION
    if item.contract_type.startswith("Inverse"):
        return BybitProductType.INVERSE
    if item.contract_type.startswith("Linear") or item.settle_coin != item.base_coin:
        return BybitProductType.LINEAR
    return BybitProductType.INVERSE


def is_known_kind(item: BybitInstrument) -> bool:
    """Return whether the row says what kind of contract it is in a word this version knows."""
    if isinstance(item, BybitInstrumentLinear):
        return item.contract_type in _PERPETUALS or item.contract_type in _FUTURES
    return not isinstance(item, BybitInstrumentOption) or item.options_type in _OPTION_KINDS


def is_tradable(instrument: Instrument) -> bool:
    """
    Return whether the venue takes orders for an instrument, as far as its ``info`` says.

    Only status ``Trading`` does: before the launch there are auctions with rules of their own, and what delivers or
    is closed takes no order.
    """
    return bool((instrument.info or {}).get("status") == InstrumentStatus.TRADING)


def fees_of(category: BybitProductType, rate: BybitFeeRate | None) -> tuple[Decimal, Decimal]:
    """
    Return (maker, taker) as fractions of the value traded.

    Raises
    ------
    BybitDecodeError
        If a rate is no decimal number.

    """
    if rate is None:
        return DEFAULT_FEES[category]
    return fraction_of(rate.maker_fee_rate, "makerFeeRate"), fraction_of(rate.taker_fee_rate, "takerFeeRate")


def instrument_of(
    item: BybitInstrument, rate: BybitFeeRate | None, ts_ns: int, margins: Margins | None = None
) -> Instrument:
    """
    Return the framework's instrument of a row.

    Parameters
    ----------
    item : BybitInstrument
        The venue's row.
    rate : BybitFeeRate or None
        The account's fee rates; None for the venue's default ones.
    ts_ns : int
        When the row was read, epoch nanoseconds.
    margins : Margins or None
        Of the contract's lowest risk tier; None for what its highest leverage tells.

    Raises
    ------
    BybitDecodeError
        If the row makes no instrument; the field, its value and what is allowed are named.

    """
    try:
        if isinstance(item, BybitInstrumentSpot):
            return spot_instrument(item, rate, ts_ns)
        if isinstance(item, BybitInstrumentOption):
            return option_instrument(item, rate, ts_ns)
        return contract_instrument(item, rate, ts_ns, margins)
    except (BybitDecodeError, ArithmeticError, ValueError) as e:
        raise BybitDecodeError(f"{item.symbol!r} makes no instrument: {e}") from e


def spot_instrument(item: BybitInstrumentSpot, rate: BybitFeeRate | None, ts_ns: int) -> CurrencyPair:
    """
    Return a spot pair.

    Source: Bybit V5 market/instrument (spot). ``basePrecision`` is the quantity step, ``minOrderAmt`` the minimum
    notional; ``minOrderQty``, ``maxOrderQty`` and ``maxOrderAmt`` are no longer checked by the venue.
    """
    lot, grid = item.lot_size_filter, price_grid(item.price_filter)
    size_places, step, least = quantity_grid(lot.base_precision, lot.min_order_qty, "basePrecision")
    maker, taker = fees_of(BybitProductType.SPOT, rate)
    return CurrencyPair(
        instrument_id=instrument_id_of(_checked_symbol(item.symbol), BybitProductType.SPOT),
        raw_symbol=Symbol(item.symbol),
        base_currency=CURRENCIES[item.base_coin],
        quote_currency=CURRENCIES[item.quote_coin],
        price_precision=grid.places,
        size_precision=size_places,
        price_increment=grid.increment,
        size_increment=step,
        lot_size=step,
        ts_event=ts_ns,
        ts_init=ts_ns,
        min_quantity=least,
        max_quantity=most_quantity(lot.max_limit_order_qty or lot.max_order_qty, size_places),
        min_notional=least_notional(lot.min_order_amt, item.quote_coin),
        maker_fee=maker,
        taker_fee=taker,
        info=msgspec.to_builtins(item),
    )


def contract_instrument(
    item: BybitInstrumentLinear, rate: BybitFeeRate | None, ts_ns: int, margins: Margins | None = None
) -> CryptoPerpetual | CryptoFuture:
    """
    Return a linear or inverse contract: a perpetual or a dated future.

    An inverse contract is worth one USD and settles in its base coin. A contract type this version does not know is a
    perpetual where it has a funding interval or no day of delivery.

    Source: Bybit V5 market/instrument (linear, inverse).
    """
    category = category_of(item)
    lot, grid = item.lot_size_filter, price_grid(item.price_filter)
    size_places, step, least = quantity_grid(lot.qty_step, lot.min_order_qty, "qtyStep")
    maker, taker = fees_of(category, rate)
    margin_init, margin_maint = margins or margins_at(item.leverage_filter.max_leverage)
    base = CURRENCIES[item.base_coin]
    # What tells the two apart comes last, and is all that is copied.
    make: Callable[..., CryptoPerpetual | CryptoFuture] = CryptoPerpetual
    apart: dict[str, Any] = {"base_currency": base}
    if not _is_perpetual(item):
        make = CryptoFuture
        apart = {
            "underlying": base,
            "activation_ns": instant_ns(item.launch_time, "launchTime"),
            "expiration_ns": delivery_ns(item.delivery_time),
        }
    return make(
        instrument_id=instrument_id_of(_checked_symbol(item.symbol), category),
        raw_symbol=Symbol(item.symbol),
        quote_currency=CURRENCIES[item.quote_coin],
        settlement_currency=CURRENCIES[item.settle_coin],
        is_inverse=category is BybitProductType.INVERSE,
        price_precision=grid.places,
        size_precision=size_places,
        price_increment=grid.increment,
        size_increment=step,
        lot_size=step,
        multiplier=_ONE,
        ts_event=ts_ns,
        ts_init=ts_ns,
        min_quantity=least,
        max_quantity=most_quantity(lot.max_order_qty, size_places),
        min_notional=least_notional(lot.min_notional_value, item.quote_coin),
        min_price=grid.lowest,
        max_price=grid.highest,
        margin_init=margin_init,
        margin_maint=margin_maint,
        maker_fee=maker,
        taker_fee=taker,
        info=msgspec.to_builtins(item),
        **apart,
    )


def linear_instrument(
    item: BybitInstrumentLinear, rate: BybitFeeRate | None, ts_ns: int
) -> CryptoPerpetual | CryptoFuture:
    """Return a linear contract; see `contract_instrument`."""
    return contract_instrument(item, rate, ts_ns)


def option_instrument(item: BybitInstrumentOption, rate: BybitFeeRate | None, ts_ns: int) -> CryptoOption:
    """
    Return an option; its strike is in the symbol only, as in ``BTC-27MAR26-70000-P-USDT``.

    Source: Bybit V5 market/instrument (option).
    """
    lot, grid = item.lot_size_filter, price_grid(item.price_filter)
    size_places, step, least = quantity_grid(lot.qty_step, lot.min_order_qty, "qtyStep")
    maker, taker = fees_of(BybitProductType.OPTION, rate)
    strike, kind = option_terms(item)
    return CryptoOption(
        instrument_id=instrument_id_of(_checked_symbol(item.symbol), BybitProductType.OPTION),
        raw_symbol=Symbol(item.symbol),
        underlying=CURRENCIES[item.base_coin],
        quote_currency=CURRENCIES[item.quote_coin],
        settlement_currency=CURRENCIES[item.settle_coin],
        is_inverse=False,
        option_kind=kind,
        strike_price=listed_price(strike, places_of(strike, "strike")),
        activation_ns=instant_ns(item.launch_time, "launchTime"),
        expiration_ns=delivery_ns(item.delivery_time),
        price_precision=grid.places,
        size_precision=size_places,
        price_increment=grid.increment,
        size_increment=step,
        ts_event=ts_ns,
        ts_init=ts_ns,
        multiplier=_ONE,
        lot_size=step,
        min_quantity=least,
        max_quantity=most_quantity(lot.max_order_qty, size_places),
        min_notional=least_notional(lot.min_notional_value, item.quote_coin),
        min_price=grid.lowest,
        max_price=grid.highest,
        maker_fee=maker,
        taker_fee=taker,
        info=msgspec.to_builtins(item),
    )


def option_terms(item: BybitInstrumentOption) -> tuple[str, OptionKind]:
    """
    Return strike (a decimal string, in the quote coin) and kind of an option.

    Raises
    ------
    BybitDecodeError
        If the symbol does not hold them.

    """
    parts = item.symbol.split("-")
    if len(parts) < _OPTION_PARTS:
        raise BybitDecodeError(f"symbol {item.symbol!r} is not COIN-DAY-STRIKE-KIND, as an option's is")
    kind = _OPTION_KINDS.get(item.options_type) or _OPTION_KINDS.get(parts[3])
    if kind is None:
        raise BybitDecodeError(f"optionsType {item.options_type!r} of {item.symbol} is neither Call nor Put")
    return parts[2], kind


def _is_perpetual(item: BybitInstrumentLinear) -> bool:
    if item.contract_type in _PERPETUALS:
        return True
    if item.contract_type in _FUTURES:
        return False
    return item.funding_interval > 0 or item.delivery_time in {"", "0"}


def _checked_symbol(symbol: str) -> str:
    if not symbol or not symbol.isascii() or not symbol.isprintable() or " " in symbol:
        raise BybitDecodeError(f"symbol {symbol!r} is not made of printable ASCII")
    return symbol
