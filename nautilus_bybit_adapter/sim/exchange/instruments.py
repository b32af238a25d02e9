"""The catalogue: what is traded, with the filters Bybit publishes.

Source: Bybit V5 Get Instruments Info.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .amounts import padded, plain, stripped

LINEAR = "linear"
SPOT = "spot"
# Prices end there on the captured BTCUSDT instrument, whatever the tick.
MAX_TICKS = 19_999_998
CATEGORIES = ("spot", "linear", "inverse", "option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One tradable symbol.

    Prices are integers of `tick` and quantities integers of `lot` inside the books.

    Parameters
    ----------
    category, symbol, base, quote : str
        Bybit's names.
    tick, lot : Decimal
        Price and quantity step.
    min_qty, max_qty, max_market_qty : Decimal
        Quantity filters in base coin.
    min_notional : Decimal
        Least order value in quote coin.
    price_scale : int
        Decimals of public linear prices.
    max_leverage : Decimal
        Highest leverage (linear).
    mmr : Decimal
        Maintenance margin rate of the lowest risk tier (linear).
    ratio_x, ratio_y : Decimal
        Price band ratios (`riskParameters`).
    reference_price : Decimal
        Where a synthetic or quiet book starts.
    symbol_id : int
        Bybit's numeric id.
    full_name : str
        Name of the base coin.
    """

    category: str
    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal
    price_scale: int
    max_leverage: Decimal = Decimal(1)
    mmr: Decimal = Decimal(0)
    ratio_x: Decimal
    ratio_y: Decimal
    reference_price: Decimal
    symbol_id: int
    full_name: str

    @property
    def key(self) -> tuple[str, str]:
        """Category and symbol, which together name a market."""
        return (self.category, self.symbol)

    @property
    def max_ticks(self) -> int:
        """Highest limit price of a derivative, ticks."""
        return MAX_TICKS

    @property
    def is_linear(self) -> bool:
        """Whether it is a derivative with a position."""
        return self.category == LINEAR

    def price(self, ticks: int) -> Decimal:
        """Price of `ticks` in quote coin."""
        return ticks * self.tick

    def qty(self, lots: int) -> Decimal:
        """Quantity of `lots` in base coin."""
        return lots * self.lot

    def value(self, ticks: int, lots: int) -> Decimal:
        """Exact value in quote coin of `lots` at `ticks`."""
        return ticks * lots * self.tick * self.lot

    def to_ticks(self, price: Decimal) -> int | None:
        """Integer ticks of `price`; None when it is off the grid."""
        return None if price % self.tick else int(price / self.tick)

    def to_lots(self, qty: Decimal) -> int | None:
        """Integer lots of `qty`; None when it is off the grid."""
        return None if qty % self.lot else int(qty / self.lot)

    def price_text(self, ticks: int) -> str:
        """Public price: padded to the price scale on linear, stripped on spot."""
        return padded(ticks, self.tick, self.price_scale) if self.is_linear else stripped(ticks, self.tick)

    def qty_text(self, lots: int) -> str:
        """Public quantity: padded to the step on linear, stripped on spot."""
        if not lots:
            return "0"
        return padded(lots, self.lot, _places(self.lot)) if self.is_linear else stripped(lots, self.lot)

    def with_tick(self, tick: Decimal) -> Instrument:
        """Return the same instrument on another price grid."""
        return replace(self, tick=tick, price_scale=max(self.price_scale, _places(tick)))

    def wire(self) -> dict[str, Any]:
        """Item of `/v5/market/instruments-info`."""
        return _linear_item(self) if self.is_linear else _spot_item(self)


def _places(step: Decimal) -> int:
    exponent = step.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _linear_item(it: Instrument) -> dict[str, Any]:
    lot = _places(it.lot)
    tick = f"{it.tick:.{it.price_scale}f}"
    return {
        "symbol": it.symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": it.base,
        "quoteCoin": it.quote,
        "launchTime": "1585526400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(it.price_scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{it.max_leverage:.2f}",
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": tick,
            "maxPrice": f"{it.tick * it.max_ticks:.{it.price_scale}f}",
            "tickSize": tick,
        },
        "lotSizeFilter": {
            "maxOrderQty": f"{it.max_qty:.{lot}f}",
            "minOrderQty": f"{it.min_qty:.{lot}f}",
            "qtyStep": f"{it.lot:.{lot}f}",
            "postOnlyMaxOrderQty": f"{it.max_qty:.{lot}f}",
            "maxMktOrderQty": f"{it.max_market_qty:.{lot}f}",
            "minNotionalValue": plain(it.min_notional),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "settleCoin": it.quote,
        "copyTrading": "both",
        "upperFundingRate": "0.00333",
        "lowerFundingRate": "-0.00333",
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": plain(it.ratio_x), "priceLimitRatioY": plain(it.ratio_y)},
        "displayName": it.symbol,
        "symbolType": "",
        "forbidUplWithdrawal": False,
        "symbolId": it.symbol_id,
        "fullName": it.full_name,
        "marketRegion": "",
        "underlyingTicker": "",
        "tags": [],
    }


def _spot_item(it: Instrument) -> dict[str, Any]:
    return {
        "symbolId": it.symbol_id,
        "symbol": it.symbol,
        "baseCoin": it.base,
        "quoteCoin": it.quote,
        "innovation": "0",
        "status": "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": plain(it.lot),
            "quotePrecision": "0.0000001",
            "minOrderQty": plain(it.min_qty),
            "maxOrderQty": plain(it.max_qty),
            "minOrderAmt": plain(it.min_notional),
            "maxOrderAmt": "1999999999",
            "maxLimitOrderQty": plain(it.max_qty),
            "maxMarketOrderQty": plain(it.max_market_qty),
            "postOnlyMaxLimitOrderSize": plain(it.max_qty * 11),
        },
        "priceFilter": {"tickSize": plain(it.tick)},
        "riskParameters": {"priceLimitRatioX": plain(it.ratio_x), "priceLimitRatioY": plain(it.ratio_y)},
        "symbolType": "",
        "xstockMultiplier": "1",
    }


def default_catalogue() -> tuple[Instrument, ...]:
    """Return the instruments the venue serves unless told otherwise."""
    d = Decimal
    linear_btc = Instrument(
        category=LINEAR, symbol="BTCUSDT", base="BTC", quote="USDT", full_name="Bitcoin", symbol_id=5,
        tick=d("0.10"), lot=d("0.001"), min_qty=d("0.001"), max_qty=d(1190), max_market_qty=d(500),
        min_notional=d(5), price_scale=2, max_leverage=d(150), mmr=d("0.0033"),
        ratio_x=d("0.01"), ratio_y=d("0.02"), reference_price=d(86000),
    )  # fmt: skip
    linear_eth = Instrument(
        category=LINEAR, symbol="ETHUSDT", base="ETH", quote="USDT", full_name="Ethereum", symbol_id=6,
        tick=d("0.01"), lot=d("0.01"), min_qty=d("0.01"), max_qty=d(7240), max_market_qty=d(2500),
        min_notional=d(5), price_scale=2, max_leverage=d(150), mmr=d("0.005"),
        ratio_x=d("0.02"), ratio_y=d("0.04"), reference_price=d(2740),
    )  # fmt: skip
    spot_btc = Instrument(
        category=SPOT, symbol="BTCUSDT", base="BTC", quote="USDT", full_name="Bitcoin", symbol_id=1,
        tick=d("0.1"), lot=d("0.000001"), min_qty=d("0.000001"), max_qty=d(10), max_market_qty=d(10),
        min_notional=d(5), price_scale=1,
        ratio_x=d("0.05"), ratio_y=d("0.05"), reference_price=d(86000),
    )  # fmt: skip
    spot_eth = Instrument(
        category=SPOT, symbol="ETHUSDT", base="ETH", quote="USDT", full_name="Ethereum", symbol_id=2,
        tick=d("0.01"), lot=d("0.00001"), min_qty=d("0.00001"), max_qty=d(400), max_market_qty=d(400),
        min_notional=d(5), price_scale=2,
        ratio_x=d("0.05"), ratio_y=d("0.05"), reference_price=d(2740),
    )  # fmt: skip
    return (linear_btc, linear_eth, spot_btc, spot_eth)
