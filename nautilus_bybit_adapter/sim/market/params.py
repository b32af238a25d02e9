"""Shape of the synthetic flow.

The arrivals follow R. Cont, S. Stoikov and R. Talreja, "A stochastic model for order book dynamics",
Operations Research 58 (2010): limit orders, cancellations and market orders are independent Poisson processes,
limit orders the rarer the farther from the price. Log-normal sizes and the share of an order's size that is
cancelled are chosen, and so are all figures marked so below: they make a book that moves at the pace at which
Bybit pushes its large perpetuals.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowParams:
    """Rates and sizes of the flow of one busy market; quieter ones run at a part of the rates.

    Parameters
    ----------
    adds_per_s, cancels_per_s, markets_per_s : float
        Arrival rates of limit orders, cancellations and market orders (chosen; the ratio of market to limit
        orders is about that of Cont, Stoikov and Talreja's table of estimates).
    volatility_bps : float
        Standard deviation of the latent price over one second, in 1/10000 (chosen: 14 % a year).
    mean_distance : float
        Mean distance of a new limit order from the middle, ticks (chosen; exponential where the source has a
        power law).
    levels : int
        Levels per side the book is kept at, at least (chosen: more than the 200-level topic shows).
    level_value, trade_value : float
        Median value of a limit and a market order in quote coin, of options in index value (chosen).
    size_sigma : float
        Standard deviation of the logarithm of sizes (chosen).
    max_spread : int
        Spread in ticks above which somebody improves the quote (chosen).
    burst_every_s, burst_s : float
        Mean time between two volatility bursts of a coin and their mean length, s (chosen).
    burst_volatility, burst_markets : float
        Factor on the volatility and on the rate of market orders during a burst (chosen).
    thin_every_s, thin_s : float
        Mean time between two thin spells of a symbol and their mean length, s (chosen).
    thin_adds : float
        Factor on the rate and size of limit orders during a thin spell (chosen).
    basis_bps, basis_s : float
        Standard deviation of a symbol's own deviation from its coin's price, in 1/10000, and the time after
        which a deviation has shrunk to its 2.7th part, s (chosen).
    index_lag_s : float
        Time constant of the index behind the latent price, s (chosen).
    option_quotes_per_s, option_trades_per_s : float
        How often an option is quoted anew, and traded (chosen).
    rpi_quotes_per_s, retail_per_s : float
        How often market makers quote retail traders anew, and how often these trade (chosen).
    rpi_value : float
        Median value of such a quote and of such a trade in quote coin (chosen).
    option_spread_vol : float
        Half the spread of an option in percent of volatility (chosen).
    """

    adds_per_s: float = 90.0
    cancels_per_s: float = 75.0
    markets_per_s: float = 5.0
    volatility_bps: float = 0.25
    mean_distance: float = 25.0
    levels: int = 220
    level_value: float = 6_000.0
    trade_value: float = 2_000.0
    size_sigma: float = 1.1
    max_spread: int = 3
    burst_every_s: float = 90.0
    burst_s: float = 5.0
    burst_volatility: float = 4.0
    burst_markets: float = 3.0
    thin_every_s: float = 120.0
    thin_s: float = 6.0
    thin_adds: float = 0.4
    basis_bps: float = 0.3
    basis_s: float = 20.0
    index_lag_s: float = 2.0
    rpi_quotes_per_s: float = 2.0
    retail_per_s: float = 1.0
    rpi_value: float = 800.0
    option_quotes_per_s: float = 2.0
    option_trades_per_s: float = 0.05
    option_spread_vol: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 1 if field.name in {"levels", "max_spread"} else 0
            if not value >= least or value == float("inf"):
                raise ValueError(f"{field.name} must be a number of at least {least}, got {value}")
