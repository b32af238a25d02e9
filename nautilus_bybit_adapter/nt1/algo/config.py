"""Configuration of the smart-limit algorithm."""

from __future__ import annotations

import math

from nautilus_trader.config import ExecAlgorithmConfig
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId

_BPS = 10_000.0
_BOOK_DEPTHS = (1, 50, 200, 1000)


class SmartLimitExecAlgorithmConfig(ExecAlgorithmConfig, frozen=True, kw_only=True):
    """Configuration for `SmartLimitExecAlgorithm`.

    Parameters
    ----------
    exec_algorithm_id : ExecAlgorithmId, default ``SMART_LIMIT``
        What strategies name in their orders.
    slippage_threshold : float, default 0.01
        The guard: the largest slippage against the mid that a market order may have at the 95 % quantile of its
        forecast, as a fraction (0.01 is 1 %). Beyond it, and where the visible depth does not fill the
        quantity, only capped limits are sent. Above 0 and at most 1.
    tail_weight : float, default 0.1
        What the 95 % quantile counts in the cost that a route is chosen by, from 0.
    fill_time_secs : float, default 3.2
        Time constant of the fill of an order that follows the touch, where no fitted model says: the order fills
        within T with 1 - exp(-T / fill_time_secs). The default is that of recorded BTC and ETH markets.
    unfilled_drift_bps : float, default 1
        How far the mid has typically run away from an order that was not filled, basis points per square root
        of a second; likewise.
    horizon_secs : float, default 15
        How long an order rests at the touch before it crosses, unless the order says otherwise.
    max_cross_bps : float, default 10
        How far beyond the opposite best price a crossing child may trade, basis points, unless the order
        says otherwise. Above 0 and at most the guard.
    min_reprice_interval_ms : int, default 250
        Least time between two prices of a resting child, and between two attempts to cross.
    settle_ms : int, default 100
        Time between a canceled child and the next one, for fills that are still on their way.
    max_cross_attempts : int, default 3
        How often to cross in a row while something remains.
    max_reposts : int, default 20
        How often to post again after the venue took a post-only child off.
    max_rejections : int, default 3
        How often to send again after the venue or the risk engine refused a child for another reason.
    book_depth : int, default 50
        Levels to subscribe to: 1, 50, 200 or 1000.
    book_timeout_secs : float, default 5
        How long an order waits for the first complete book before it does without.
    instrument_ids : list of InstrumentId, optional
        Instruments whose books are subscribed to on start, so that their first order does not wait.

    Raises
    ------
    ValueError
        If a value is out of its range.

    """

    exec_algorithm_id: ExecAlgorithmId | None = ExecAlgorithmId("SMART_LIMIT")
    slippage_threshold: float = 0.01
    tail_weight: float = 0.1
    fill_time_secs: float = 3.2
    unfilled_drift_bps: float = 1.0
    horizon_secs: float = 15.0
    max_cross_bps: float = 10.0
    min_reprice_interval_ms: int = 250
    settle_ms: int = 100
    max_cross_attempts: int = 3
    max_reposts: int = 20
    max_rejections: int = 3
    book_depth: int = 50
    book_timeout_secs: float = 5.0
    instrument_ids: list[InstrumentId] | None = None

    def __post_init__(self) -> None:
        self._above("slippage_threshold", 1.0)
        self._above("horizon_secs", 86_400.0)
        self._above("max_cross_bps", self.slippage_threshold * _BPS)
        self._above("book_timeout_secs", 600.0)
        self._above("fill_time_secs", 86_400.0)
        self._from_zero("tail_weight", 10.0)
        self._from_zero("unfilled_drift_bps", 1_000.0)
        for name, low, high in (
            ("min_reprice_interval_ms", 1, 60_000),
            ("settle_ms", 0, 60_000),
            ("max_cross_attempts", 1, 100),
            ("max_reposts", 0, 10_000),
            ("max_rejections", 0, 100),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; it must be a whole number from {low} to {high}")
        if self.book_depth not in _BOOK_DEPTHS:
            allowed = ", ".join(map(str, _BOOK_DEPTHS))
            raise ValueError(f"book_depth is {self.book_depth!r}; it must be one of {allowed}")

    def _above(self, name: str, most: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{name} is {value!r}; it must be a number above 0 and at most {most:g}")
        if not 0 < value <= most:
            raise ValueError(f"{name} is {value!r}; it must be above 0 and at most {most:g}")

    def _from_zero(self, name: str, most: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise ValueError(f"{name} is {value!r}; it must be a number from 0 to {most:g}")
