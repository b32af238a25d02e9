"""Configuration of the smart-limit algorithm."""

from __future__ import annotations

import math

from nautilus_trader.config import ExecAlgorithmConfig
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId

_BPS = 10_000.0
_BOOK_DEPTHS = (1, 50, 200, 1000)
_ON_STOP = ("cancel", "keep")
MOST_SLICES = 1_000
MOST_SIZE_JITTER = 0.9
MOST_TIME_JITTER = 10.0
MOST_IMPROVE_FROM = 1_000_000


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
    coefficients : str, optional
        A file of coefficients for the forecast, as ``bybit-nt calibrate`` writes it; ``None`` is the model that ships
        with the package.
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
    max_rejections : int, default 5
        How often to send again after the venue or the risk engine refused a child for another reason; the
        pause doubles each time.
    max_amends_per_sec : int, default 8
        Amendments within any second, over all orders. Bybit allows 10 requests a second to an ordinary account,
        and cancels and new children come on top.
    improve_from_ticks : int, default 3
        Spread in ticks from which a resting child goes one tick before the best price, unless the order says
        otherwise; 0 for never.
    slices : int, default 1
        In how many parts an order rests, one after the other, unless the order says otherwise.
    size_jitter : float, default 0.2
        Most relative deviation of a slice from its share, 0 to 0.9; of no effect on an order in one part.
    time_jitter : float, default 0.2
        By how much of itself a pause may be longer, 0 to 10.
    jitter_seed : int, default 0
        With an order's client id, the seed of its jitter: the same run is the same run again.
    max_book_age_secs : float, default 15
        How long a book may be without an update before nothing rests on it and nothing is placed.
    children_on_stop : str, default ``cancel``
        ``cancel``: stopping withdraws every child and closes every parent. ``keep``: they are left as they are,
        and taken up again on start, as they are after a process was killed.
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
    coefficients: str | None = None
    fill_time_secs: float = 3.2
    unfilled_drift_bps: float = 1.0
    horizon_secs: float = 15.0
    max_cross_bps: float = 10.0
    min_reprice_interval_ms: int = 250
    settle_ms: int = 100
    max_cross_attempts: int = 3
    max_reposts: int = 20
    max_rejections: int = 5
    max_amends_per_sec: int = 8
    improve_from_ticks: int = 3
    slices: int = 1
    size_jitter: float = 0.2
    time_jitter: float = 0.2
    jitter_seed: int = 0
    max_book_age_secs: float = 15.0
    children_on_stop: str = "cancel"
    book_depth: int = 50
    book_timeout_secs: float = 5.0
    instrument_ids: list[InstrumentId] | None = None

    def __post_init__(self) -> None:
        self._above("slippage_threshold", 1.0)
        self._above("horizon_secs", 86_400.0)
        self._above("max_cross_bps", self.slippage_threshold * _BPS)
        self._above("book_timeout_secs", 600.0)
        self._above("fill_time_secs", 86_400.0)
        self._above("max_book_age_secs", 86_400.0)
        self._from_zero("size_jitter", MOST_SIZE_JITTER)
        self._from_zero("time_jitter", MOST_TIME_JITTER)
        self._from_zero("tail_weight", 10.0)
        self._from_zero("unfilled_drift_bps", 1_000.0)
        for name, low, high in (
            ("min_reprice_interval_ms", 1, 60_000),
            ("settle_ms", 0, 60_000),
            ("max_cross_attempts", 1, 100),
            ("max_reposts", 0, 10_000),
            ("max_rejections", 0, 100),
            ("max_amends_per_sec", 1, 10_000),
            ("improve_from_ticks", 0, MOST_IMPROVE_FROM),
            ("slices", 1, MOST_SLICES),
            ("jitter_seed", 0, 2**32 - 1),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; it must be a whole number from {low} to {high}")
        self._check_words()

    def _check_words(self) -> None:
        if self.book_depth not in _BOOK_DEPTHS:
            allowed = ", ".join(map(str, _BOOK_DEPTHS))
            raise ValueError(f"book_depth is {self.book_depth!r}; it must be one of {allowed}")
        path: object = self.coefficients
        if path is not None and not (isinstance(path, str) and path):
            raise ValueError(f"coefficients is {path!r}; it must be the path of a file, or None")
        if self.children_on_stop not in _ON_STOP:
            raise ValueError(f"children_on_stop is {self.children_on_stop!r}; it must be 'cancel' or 'keep'")

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
