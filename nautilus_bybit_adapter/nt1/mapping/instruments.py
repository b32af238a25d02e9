"""Bybit instruments as framework instruments."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from nautilus_trader.model.identifiers import Symbol
from nautilus_trader.model.instruments import CryptoFuture, CryptoPerpetual, CurrencyPair, Instrument
from nautilus_trader.model.objects import Money, Price, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.fixed import (
    currency_of,
    decimals_of,
    money_of,
    price_of,
    quantity_of,
)
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS, instrument_id_of
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.instruments import BybitInstrumentLinear, BybitInstrumentSpot

# What an account without a VIP level pays, where the venue does not tell (no key, or the demo environment).
# Source: Bybit fee schedule; the linear figures are those of a VIP 0 account.
DEFAULT_FEES: dict[BybitProductType, tuple[Decimal, Decimal]] = {
    BybitProductType.SPOT: (Decimal("0.001"), Decimal("0.001")),
    BybitProductType.LINEAR: (Decimal("0.0002"), Decimal("0.00055")),
    BybitProductType.INVERSE: (Decimal("0.0002"), Decimal("0.00055")),
    BybitProductType.OPTION: (Decimal("0.0002"), Decimal("0.0003")),
}


def fees_of(category: BybitProductType, rate: BybitFeeRate | None) -> tuple[Decimal, Decimal]:
    """Return (maker, taker) as fractions of the value traded."""
    if rate is None:
        return DEFAULT_FEES[category]
    return Decimal(rate.maker_fee_rate), Decimal(rate.taker_fee_rate)


def spot_instrument(item: BybitInstrumentSpot, rate: BybitFeeRate | None, ts_ns: int) -> CurrencyPair:
    """
    Return a spot pair.

    Source: Bybit V5 market/instrument (spot). ``basePrecision`` is the quantity step, ``minOrderAmt`` the minimum
    notional; ``minOrderQty``, ``maxOrderQty`` and ``maxOrderAmt`` are no longer checked by the venue.
    """
    lot, tick = item.lot_size_filter, item.price_filter.tick_size
    price_precision, size_precision = decimals_of(tick), decimals_of(lot.base_precision)
    quote = currency_of(item.quote_coin)
    maker, taker = fees_of(BybitProductType.SPOT, rate)
    return CurrencyPair(
        instrument_id=instrument_id_of(item.symbol, BybitProductType.SPOT),
        raw_symbol=Symbol(item.symbol),
        base_currency=currency_of(item.base_coin),
        quote_currency=quote,
        price_precision=price_precision,
        size_precision=size_precision,
        price_increment=price_of(tick, price_precision),
        size_increment=quantity_of(lot.base_precision, size_precision),
        ts_event=ts_ns,
        ts_init=ts_ns,
        min_quantity=_quantity_or_none(lot.min_order_qty, size_precision),
        max_quantity=_quantity_or_none(lot.max_limit_order_qty or lot.max_order_qty, size_precision),
        min_notional=_money_or_none(lot.min_order_amt, item.quote_coin),
        maker_fee=maker,
        taker_fee=taker,
        info=msgspec.to_builtins(item),
    )


def linear_instrument(
    item: BybitInstrumentLinear, rate: BybitFeeRate | None, ts_ns: int
) -> CryptoPerpetual | CryptoFuture:
    """
    Return a linear perpetual or dated future.

    The maintenance margin is half the initial margin at the highest leverage, which is what the lowest risk tier
    of the venue shows (0.0033 at 150x).

    Source: Bybit V5 market/instrument (linear).

    Raises
    ------
    BybitDecodeError
        If the contract type is not known here.

    """
    lot, prices = item.lot_size_filter, item.price_filter
    price_precision, size_precision = decimals_of(prices.tick_size), decimals_of(lot.qty_step)
    maker, taker = fees_of(BybitProductType.LINEAR, rate)
    margin_init = Decimal(1) / Decimal(item.leverage_filter.max_leverage)
    fields = {
        "instrument_id": instrument_id_of(item.symbol, BybitProductType.LINEAR),
        "raw_symbol": Symbol(item.symbol),
        "quote_currency": currency_of(item.quote_coin),
        "settlement_currency": currency_of(item.settle_coin),
        "is_inverse": False,
        "price_precision": price_precision,
        "size_precision": size_precision,
        "price_increment": price_of(prices.tick_size, price_precision),
        "size_increment": quantity_of(lot.qty_step, size_precision),
        "lot_size": quantity_of(lot.qty_step, size_precision),
        "ts_event": ts_ns,
        "ts_init": ts_ns,
        "min_quantity": _quantity_or_none(lot.min_order_qty, size_precision),
        "max_quantity": _quantity_or_none(lot.max_order_qty, size_precision),
        "min_notional": _money_or_none(lot.min_notional_value, item.quote_coin),
        "min_price": _price_or_none(prices.min_price, price_precision),
        "max_price": _price_or_none(prices.max_price, price_precision),
        "margin_init": margin_init,
        "margin_maint": margin_init / 2,
        "maker_fee": maker,
        "taker_fee": taker,
        "info": msgspec.to_builtins(item),
    }
    if item.contract_type == "LinearPerpetual":
        return CryptoPerpetual(base_currency=currency_of(item.base_coin), **fields)
    if item.contract_type == "LinearFutures":
        return CryptoFuture(
            underlying=currency_of(item.base_coin),
            activation_ns=int(item.launch_time or "0") * MS_TO_NS,
            expiration_ns=int(item.delivery_time or "0") * MS_TO_NS,
            **fields,
        )
    raise BybitDecodeError(
        f"contractType {item.contract_type!r} of {item.symbol} is not known here: "
        "LinearPerpetual and LinearFutures are"
    )


def instrument_of(
    item: BybitInstrumentSpot | BybitInstrumentLinear, rate: BybitFeeRate | None, ts_ns: int
) -> Instrument:
    """Return the framework's instrument of a row of any supported category; raises `BybitDecodeError`."""
    if isinstance(item, BybitInstrumentSpot):
        return spot_instrument(item, rate, ts_ns)
    return linear_instrument(item, rate, ts_ns)


def _quantity_or_none(text: str, precision: int) -> Quantity | None:
    return quantity_of(text, precision) if text and Decimal(text) else None


def _price_or_none(text: str, precision: int) -> Price | None:
    return price_of(text, precision) if text and Decimal(text) else None


def _money_or_none(text: str, coin: str) -> Money | None:
    return money_of(text, currency_of(coin)) if text and Decimal(text) else None
