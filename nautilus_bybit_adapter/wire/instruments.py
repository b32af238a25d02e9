"""Instruments per category.

Source: Bybit V5 "Get Instruments Info".
"""

from __future__ import annotations

import msgspec


class LeverageFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Allowed leverage."""

    max_leverage: str = ""
    min_leverage: str = ""
    leverage_step: str = ""


class PriceFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Price increment and bounds; spot has the increment only."""

    tick_size: str
    min_price: str = ""
    max_price: str = ""


class LotSizeFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Order sizes of a contract: base coin, for inverse USD."""

    qty_step: str
    min_order_qty: str
    max_order_qty: str = ""
    max_mkt_order_qty: str = ""
    post_only_max_order_qty: str = ""
    min_notional_value: str = ""


class SpotLotSizeFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Order sizes of a spot pair; `min_order_amt` is in the quote coin."""

    base_precision: str
    quote_precision: str = ""
    min_order_qty: str = ""
    max_order_qty: str = ""
    min_order_amt: str = ""
    max_order_amt: str = ""
    max_limit_order_qty: str = ""
    max_market_order_qty: str = ""
    post_only_max_limit_order_size: str = ""


class RiskParameters(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Price limits around the mark or index price, as fractions."""

    price_limit_ratio_x: str = ""
    price_limit_ratio_y: str = ""


class BybitInstrumentLinear(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A linear or inverse contract; `contract_type` tells which.

    `launch_time` and `delivery_time` are epoch milliseconds in strings, `delivery_time` `"0"` for a perpetual
    that is not being delisted. `funding_interval` is in minutes, 0 for dated futures.
    """

    symbol: str
    contract_type: str
    status: str
    base_coin: str
    quote_coin: str
    settle_coin: str
    price_filter: PriceFilter
    lot_size_filter: LotSizeFilter
    leverage_filter: LeverageFilter = LeverageFilter()
    risk_parameters: RiskParameters = RiskParameters()
    launch_time: str = ""
    delivery_time: str = ""
    delivery_fee_rate: str = ""
    price_scale: str = ""
    funding_interval: int = 0
    upper_funding_rate: str = ""
    lower_funding_rate: str = ""
    unified_margin_trade: bool = False
    copy_trading: str = ""
    is_pre_listing: bool = False
    symbol_type: str = ""
    symbol_id: int = 0
    display_name: str = ""


# Inverse contracts have the same fields.
BybitInstrumentInverse = BybitInstrumentLinear


class BybitInstrumentSpot(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A spot pair."""

    symbol: str
    status: str
    base_coin: str
    quote_coin: str
    price_filter: PriceFilter
    lot_size_filter: SpotLotSizeFilter
    risk_parameters: RiskParameters = RiskParameters()
    margin_trading: str = ""
    innovation: str = ""
    st_tag: str = ""
    symbol_type: str = ""
    symbol_id: int = 0


class BybitInstrumentOption(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An option; `options_type` is `Call` or `Put`."""

    symbol: str
    options_type: str
    status: str
    base_coin: str
    quote_coin: str
    settle_coin: str
    price_filter: PriceFilter
    lot_size_filter: LotSizeFilter
    launch_time: str = ""
    delivery_time: str = ""
    delivery_fee_rate: str = ""
    symbol_id: int = 0
    display_name: str = ""


type BybitInstrument = BybitInstrumentLinear | BybitInstrumentSpot | BybitInstrumentOption
