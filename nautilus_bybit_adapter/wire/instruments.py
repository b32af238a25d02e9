"""Instruments per category.

What is read from JSON holds no cycles, so the collector need not look into thousands of rows that stay.

Source: Bybit V5 "Get Instruments Info".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.words import ContractTypeText, InstrumentStatusText, OptionsTypeText


class LeverageFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Allowed leverage, as multiples."""

    max_leverage: str = ""
    min_leverage: str = ""
    leverage_step: str = ""


class PriceFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Price increment and bounds in the quote coin; spot has the increment only."""

    tick_size: str
    min_price: str = ""
    max_price: str = ""


class LotSizeFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Order sizes of a contract in the base coin, for inverse USD; `min_notional_value` in the quote coin."""

    qty_step: str
    min_order_qty: str
    max_order_qty: str = ""
    max_mkt_order_qty: str = ""
    post_only_max_order_qty: str = ""
    min_notional_value: str = ""


class SpotLotSizeFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Order sizes of a spot pair in the base coin; `min_order_amt` and `max_order_amt` in the quote coin."""

    base_precision: str
    quote_precision: str = ""
    min_order_qty: str = ""
    max_order_qty: str = ""
    min_order_amt: str = ""
    max_order_amt: str = ""
    max_limit_order_qty: str = ""
    max_market_order_qty: str = ""
    post_only_max_limit_order_size: str = ""


class RiskParameters(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Price limits around the mark or index price, as fractions."""

    price_limit_ratio_x: str = ""
    price_limit_ratio_y: str = ""


class AuctionPhase(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A phase before listing, such as `CallAuction`; times are epoch milliseconds in strings."""

    phase: str
    start_time: str = ""
    end_time: str = ""


class AuctionFees(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Fee rates before listing, as fractions."""

    auction_fee_rate: str = ""
    taker_fee_rate: str = ""
    maker_fee_rate: str = ""


class PreListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Where a contract stands before its listing."""

    cur_auction_phase: str = ""
    phases: list[AuctionPhase] = []
    auction_fee_info: AuctionFees = AuctionFees()
    skip_call_auction: bool = False


class BybitInstrumentLinear(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A linear or inverse contract; `contract_type` tells which.

    `launch_time` and `delivery_time` are epoch milliseconds in strings, `delivery_time` `"0"` for a perpetual
    that is not being delisted. `funding_interval` is in minutes, 0 for dated futures; funding and delivery
    rates are fractions. `price_scale` is a number of decimals. `is_public_rpi` and `my_rpi_permission` are told
    only of the account's own instruments.
    """

    symbol: str
    contract_type: ContractTypeText
    status: InstrumentStatusText
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
    pre_listing_info: PreListing | None = None
    symbol_type: str = ""
    symbol_id: int = 0
    display_name: str = ""
    full_name: str = ""
    market_region: str = ""
    underlying_ticker: str = ""
    tags: list[str] = []
    forbid_upl_withdrawal: bool = False
    is_public_rpi: bool = False
    my_rpi_permission: bool = False


# Inverse contracts have the same fields.
BybitInstrumentInverse = BybitInstrumentLinear


class BybitInstrumentSpot(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A spot pair; `xstock_multiplier` says how many shares one token of a stock stands for."""

    symbol: str
    status: InstrumentStatusText
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
    xstock_multiplier: str = ""


class BybitInstrumentOption(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """An option; `options_type` is `Call` or `Put`.

    `launch_time` and `delivery_time` are epoch milliseconds in strings, `delivery_fee_rate` a fraction.
    """

    symbol: str
    options_type: OptionsTypeText
    status: InstrumentStatusText
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
