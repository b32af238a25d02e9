"""Instrument rows as the venue sends them."""

from __future__ import annotations

from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
    LeverageFilter,
    LotSizeFilter,
    PriceFilter,
    SpotLotSizeFilter,
)

LINEAR_ROW = BybitInstrumentLinear(
    symbol="BTCUSDT",
    contract_type="LinearPerpetual",
    status="Trading",
    base_coin="BTC",
    quote_coin="USDT",
    settle_coin="USDT",
    price_filter=PriceFilter(tick_size="0.10", min_price="0.10", max_price="1999999.80"),
    lot_size_filter=LotSizeFilter(
        qty_step="0.001",
        min_order_qty="0.001",
        max_order_qty="1190.000",
        max_mkt_order_qty="500.000",
        min_notional_value="5",
    ),
    leverage_filter=LeverageFilter(min_leverage="1", max_leverage="150.00", leverage_step="0.01"),
    launch_time="1585526400000",
    delivery_time="0",
)
SPOT_ROW = BybitInstrumentSpot(
    symbol="BTCUSDT",
    status="Trading",
    base_coin="BTC",
    quote_coin="USDT",
    price_filter=PriceFilter(tick_size="0.1"),
    lot_size_filter=SpotLotSizeFilter(
        base_precision="0.000001",
        quote_precision="0.0000001",
        min_order_qty="0.000001",
        max_limit_order_qty="10",
        min_order_amt="5",
    ),
)
INVERSE_ROW = BybitInstrumentLinear(
    symbol="BTCUSD",
    contract_type="InversePerpetual",
    status="Trading",
    base_coin="BTC",
    quote_coin="USD",
    settle_coin="BTC",
    price_filter=PriceFilter(tick_size="0.10", min_price="0.10", max_price="1999999.80"),
    lot_size_filter=LotSizeFilter(
        qty_step="1", min_order_qty="1", max_order_qty="25000000", max_mkt_order_qty="5000000"
    ),
    leverage_filter=LeverageFilter(min_leverage="1", max_leverage="100.00", leverage_step="0.01"),
    launch_time="1542240000000",
    delivery_time="0",
    funding_interval=480,
)
OPTION_ROW = BybitInstrumentOption(
    symbol="BTC-27MAR26-70000-P-USDT",
    options_type="Put",
    status="Trading",
    base_coin="BTC",
    quote_coin="USDT",
    settle_coin="USDT",
    price_filter=PriceFilter(tick_size="5", min_price="5", max_price="1110000"),
    lot_size_filter=LotSizeFilter(qty_step="0.01", min_order_qty="0.01", max_order_qty="500"),
    launch_time="1735689600000",
    delivery_time="1774598400000",
    delivery_fee_rate="0.00015",
)
