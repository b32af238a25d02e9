"""What is traded, with the filters Bybit publishes, in the units of the books.

Source: Bybit V5 Get Instruments Info.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from .amounts import ZERO, coin_amount, padded, stripped
from .expiries import Series  # noqa: TC001 - read by dataclass users at run time
from .pre_listing import PreListing  # noqa: TC001 - read by dataclass users at run time
from .tiers import RiskTier  # noqa: TC001 - read by dataclass users at run time

LINEAR = "linear"
SPOT = "spot"
INVERSE = "inverse"
OPTION = "option"
CATEGORIES = (SPOT, LINEAR, INVERSE, OPTION)
DERIVATIVES = (LINEAR, INVERSE, OPTION)
# Prices end there on the captured BTCUSDT instrument, whatever the tick.
MAX_TICKS = 19_999_998
# An inverse value is a quotient; every amount of a coin has 8 decimals.
_COIN_UNIT = Decimal("1E-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Fields of `instruments-info` that no rule of the venue reads; they are shown as they are listed.

    Times are ms as text. `status` is that at the start, `series` says what is listed after a delivery, and
    `pre_listing` what happens before a launch.
    """

    status: str = "Trading"
    launch_time: str = "1585526400000"
    display_name: str = ""
    symbol_type: str = ""
    copy_trading: str = "both"
    post_only_max_qty: Decimal | None = None
    max_amount: Decimal = Decimal(1_999_999_999)
    quote_precision: Decimal = Decimal("0.0000001")
    innovation: str = "0"
    margin_trading: str = "utaOnly"
    multiplier: str = "1"
    tags: tuple[str, ...] = ()
    series: Series | None = None
    pre_listing: PreListing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One tradable symbol.

    Prices are integers of `tick` and quantities integers of `lot` inside the books.

    Parameters
    ----------
    category, symbol, base, quote : str
        Bybit's names.
    settle : str
        Coin of results and fees of a derivative; the quote coin when empty.
    contract : str
        `contractType`, e.g. `LinearPerpetual` or `InverseFutures`; `Call` or `Put` of an option; `""` on spot.
    tick, lot : Decimal
        Price and quantity step. A quantity is in base coin, on inverse in USD.
    min_qty, max_qty, max_market_qty : Decimal
        Quantity filters, in the unit of the quantity.
    min_notional : Decimal
        Least order value in quote coin; 0 for none.
    price_scale : int
        Decimals of public linear and inverse prices.
    min_price, max_price : Decimal
        Price filter; a `max_price` of 0 stands for 19 999 998 ticks.
    max_leverage, leverage_step : Decimal
        Leverage filter of linear and inverse.
    mmr : Decimal
        Maintenance margin rate of the lowest risk tier.
    risk_limit : Decimal
        Value up to which the lowest risk tier reaches.
    risk_tiers : tuple of RiskTier
        Table of risk tiers; when it is empty the tiers follow from the lowest one.
    delivery_ms : int
        Time of delivery; 0 when it never is.
    delivery_fee_rate : Decimal
        Fee of a delivery as a fraction of its value.
    strike : Decimal
        Strike of an option in quote coin.
    volatility : Decimal
        Annual volatility at which an option is quoted, e.g. 0.55.
    funding_minutes : int
        Minutes between two fundings; 0 without funding.
    funding_cap : Decimal
        Highest funding rate, and with the other sign the lowest.
    ratio_x, ratio_y : Decimal
        Price band ratios (`riskParameters`).
    reference_price : Decimal
        Where a synthetic or quiet book starts.
    index_price : Decimal
        Where the index starts; the reference price when it is 0.
    symbol_id : int
        Bybit's numeric id.
    full_name : str
        Name of the base coin.
    listing : Listing
        What is only shown.
    """

    category: str
    symbol: str
    base: str
    quote: str
    settle: str = ""
    contract: str = ""
    tick: Decimal
    lot: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal
    price_scale: int
    min_price: Decimal = ZERO
    max_price: Decimal = ZERO
    max_leverage: Decimal = Decimal(1)
    leverage_step: Decimal = Decimal("0.01")
    mmr: Decimal = ZERO
    risk_limit: Decimal = Decimal(300_000)
    risk_tiers: tuple[RiskTier, ...] = ()
    delivery_ms: int = 0
    delivery_fee_rate: Decimal = ZERO
    strike: Decimal = ZERO
    volatility: Decimal = ZERO
    funding_minutes: int = 0
    funding_cap: Decimal = Decimal("0.00333")
    ratio_x: Decimal
    ratio_y: Decimal
    reference_price: Decimal
    index_price: Decimal = ZERO
    symbol_id: int
    full_name: str
    listing: Listing = Listing()

    def __post_init__(self) -> None:
        if not self.settle:
            object.__setattr__(self, "settle", self.base if self.category == INVERSE else self.quote)
        if not self.index_price:
            object.__setattr__(self, "index_price", self.reference_price)
        if not self.min_price:
            object.__setattr__(self, "min_price", self.tick)

    @property
    def key(self) -> tuple[str, str]:
        """Category and symbol, which together name a market."""
        return (self.category, self.symbol)

    @property
    def max_ticks(self) -> int:
        """Highest limit price of a derivative, ticks."""
        return int(self.max_price / self.tick) if self.max_price else MAX_TICKS

    @property
    def is_spot(self) -> bool:
        """Whether coins change hands and there is no position."""
        return self.category == SPOT

    @property
    def is_derivative(self) -> bool:
        """Whether it has a position: every category but spot."""
        return self.category != SPOT

    @property
    def is_inverse(self) -> bool:
        """Whether quantities are USD and amounts are in the base coin."""
        return self.category == INVERSE

    @property
    def is_option(self) -> bool:
        """Whether it is an option."""
        return self.category == OPTION

    @property
    def is_perpetual(self) -> bool:
        """Whether it is a derivative without delivery."""
        return self.is_derivative and not self.delivery_ms

    def price(self, ticks: int) -> Decimal:
        """Price of `ticks` in quote coin."""
        return ticks * self.tick

    def qty(self, lots: int) -> Decimal:
        """Quantity of `lots` in base coin, on inverse in USD."""
        return lots * self.lot

    def worth(self, qty: Decimal, price: Decimal) -> Decimal:
        """Value of `qty` at `price`: exact in quote coin, on inverse in base coin with 8 decimals."""
        return coin_amount(qty / price) if self.is_inverse else qty * price

    def value(self, ticks: int, lots: int) -> Decimal:
        """Value of `lots` at `ticks`: exact in quote coin, on inverse in base coin with 8 decimals."""
        if self.is_inverse:
            # A conditional market order has no price yet.
            return coin_amount(lots * self.lot / (ticks * self.tick)) if ticks else ZERO
        return ticks * lots * self.tick * self.lot

    def turnover_units(self, ticks: int, lots: int) -> int:
        """Value of a trade as an integer that can be summed; `turnover` turns sums back."""
        return int(self.value(ticks, lots) / _COIN_UNIT) if self.is_inverse else ticks * lots

    def turnover(self, units: int) -> Decimal:
        """Amount of summed `turnover_units`: in quote coin, on inverse in base coin."""
        return units * _COIN_UNIT if self.is_inverse else units * self.tick * self.lot

    def average(self, value: Decimal, qty: Decimal) -> Decimal:
        """Average price of `qty` traded for `value`; 0 when there is none."""
        if not value or not qty:
            return ZERO
        return qty / value if self.is_inverse else value / qty

    def to_ticks(self, price: Decimal) -> int | None:
        """Integer ticks of `price`; None when it is off the grid."""
        return None if price % self.tick else int(price / self.tick)

    def to_lots(self, qty: Decimal) -> int | None:
        """Integer lots of `qty`; None when it is off the grid."""
        return None if qty % self.lot else int(qty / self.lot)

    def price_text(self, ticks: int) -> str:
        """Public price: padded to the price scale on linear and inverse, stripped on spot and option."""
        if self.category in {SPOT, OPTION}:
            return stripped(ticks, self.tick)
        return padded(ticks, self.tick, self.price_scale)

    def qty_text(self, lots: int) -> str:
        """Public quantity: padded to the step on linear and inverse, stripped on spot and option."""
        if not lots:
            return "0"
        if self.category in {SPOT, OPTION}:
            return stripped(lots, self.lot)
        return padded(lots, self.lot, places(self.lot))

    def with_tick(self, tick: Decimal) -> Instrument:
        """Return the same instrument on another price grid, with the same highest price."""
        most = self.max_price - self.max_price % tick
        return replace(
            self, tick=tick, price_scale=max(self.price_scale, places(tick)), min_price=tick, max_price=most
        )

    def wire(self) -> dict[str, Any]:
        """Item of `/v5/market/instruments-info`."""
        from .listing import listed  # noqa: PLC0415 - the listing is made of instruments

        return listed(self)


@cache
def places(step: Decimal) -> int:
    """Decimals of `step`, trailing zeros aside: 1 and 1.0 are the same key to a cache."""
    exponent = step.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def default_catalogue(now_ms: int | None = None) -> tuple[Instrument, ...]:
    """Return the instruments the venue serves unless told otherwise; see `catalogue.default_catalogue`."""
    from .catalogue import default_catalogue as load  # noqa: PLC0415 - the catalogue is made of instruments

    return load(now_ms).instruments
