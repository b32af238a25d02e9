"""Turns a market's events into rows: what was known at a time, and what an order cost a horizon later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nautilus_bybit_adapter.warden.calibration.events import BookEvent
from nautilus_bybit_adapter.warden.calibration.passive import PLACE_MS
from nautilus_bybit_adapter.warden.calibration.surface import SurfaceRows
from nautilus_bybit_adapter.warden.depth import take
from nautilus_bybit_adapter.warden.feature_state import FeatureState
from nautilus_bybit_adapter.warden.features import FEATURES, feature_vector, volatility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.calibration.events import Event
    from nautilus_bybit_adapter.warden.calibration.passive import PassiveOrders
    from nautilus_bybit_adapter.warden.depth import Levels

SIDES = (1, -1)
_MS_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Sampling:
    """When and for what a market is sampled.

    Parameters
    ----------
    notionals : Sequence[float]
        Sizes of the orders, quote units.
    horizons_ms : Sequence[int]
        Multiples of `step_ms`.
    step_ms : int
        Between samples.
    warm_up_ms : int
        After the first book, before the first sample.

    """

    notionals: Sequence[float]
    horizons_ms: Sequence[int]
    step_ms: int = 100
    warm_up_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class MarketSamples:
    """The samples of one market: n times, 2 sides (buy, sell), z sizes, h horizons, f features.

    Parameters
    ----------
    name : str
    times_ns : int64 array, shape (n,)
        Receive times, UNIX nanoseconds.
    features : float64 array, shape (n, 2, z, f)
        NaN where there is no forecast.
    walk_bps, volatility, stray_bps, half_spread_bps : float64 arrays, shape (n, 2, z)
    surface : float64 array, shape (n, 2, 2)
        Curvatures of the depth surface, `SURFACE`.
    cost_bps : float64 array, shape (n, 2, z, h)
        What the order cost against the mid of its time; NaN where the book did not fill it.

    """

    name: str
    times_ns: NDArray[np.int64]
    features: NDArray[np.float64]
    walk_bps: NDArray[np.float64]
    volatility: NDArray[np.float64]
    stray_bps: NDArray[np.float64]
    half_spread_bps: NDArray[np.float64]
    surface: NDArray[np.float64]
    cost_bps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    time_ns: int
    bids: Levels
    asks: Levels
    mid: float | None


def sample_market(
    name: str,
    events: Iterable[Event],
    sampling: Sampling,
    *,
    multiplier: float = 1.0,
    is_inverse: bool = False,
    orders: PassiveOrders | None = None,
    on_progress: Callable[[], None] | None = None,
) -> MarketSamples:
    """Sample a market on a clock of receive times.

    Parameters
    ----------
    name : str
    events : Iterable[Event]
        In the order received.
    sampling : Sampling
    multiplier, is_inverse
        As of `FeatureState`.
    orders : PassiveOrders, optional
        Follows passive orders, two placed every half second.
    on_progress : callable, optional
        Called once per event.

    Returns
    -------
    MarketSamples

    """
    state = FeatureState(multiplier, is_inverse)
    shape = (len(SIDES), len(sampling.notionals))
    rows: list[NDArray[np.float64]] = []
    snapshots: list[_Snapshot] = []
    surfaces = [SurfaceRows(sampling.step_ms / 1_000.0) for _ in SIDES]
    for now_ns in _clock(events, state, sampling, orders, on_progress):
        if orders is not None and len(snapshots) * sampling.step_ms % PLACE_MS == 0:
            orders.place(state, now_ns)
        snapshots.append(_Snapshot(now_ns, state.bids, state.asks, state.mid))
        for surface, side in zip(surfaces, (state.asks, state.bids), strict=True):
            surface.add(side, volatility(state, 1))
        row = np.full((*shape, len(FEATURES) + 4), np.nan)
        if state.mid is not None:
            for s, sign in enumerate(SIDES):
                for z, notional in enumerate(sampling.notionals):
                    quantity = state.quantity_of(notional, state.mid)
                    vector = feature_vector(state, sign, quantity, now_ns)
                    if vector is not None:
                        scale = vector.scale
                        row[s, z, :-4] = vector.values
                        row[s, z, -4:] = (
                            vector.walk_bps,
                            scale.volatility,
                            scale.stray_bps,
                            scale.half_spread_bps,
                        )
        rows.append(row)
    table = np.array(rows).reshape(-1, *shape, len(FEATURES) + 4)
    quantities = [
        [math.nan if shot.mid is None else state.quantity_of(n, shot.mid) for n in sampling.notionals]
        for shot in snapshots
    ]
    return MarketSamples(
        name,
        np.array([shot.time_ns for shot in snapshots], dtype=np.int64),
        table[..., :-4],
        table[..., -4],
        table[..., -3],
        table[..., -2],
        table[..., -1],
        np.stack([surface.curvatures() for surface in surfaces], axis=1),
        _costs(snapshots, quantities, sampling),
    )


def _clock(
    events: Iterable[Event],
    state: FeatureState,
    sampling: Sampling,
    orders: PassiveOrders | None,
    on_progress: Callable[[], None] | None,
) -> Iterator[int]:
    """Feed the state, and stop at every sample time with all that was received until then."""
    due: int | None = None
    for event in events:
        while due is not None and event.received_ns > due:
            yield due
            due += sampling.step_ms * _MS_NS
        if isinstance(event, BookEvent):
            state.on_book(event.ts_ns, event.bids, event.asks)
            if due is None:
                due = event.received_ns + sampling.warm_up_ms * _MS_NS
        else:
            state.on_trade(event.ts_ns, event.is_buy, event.price, event.size)
        if orders is not None:
            orders.on_event(event)
        if on_progress is not None:
            on_progress()


def _costs(
    snapshots: Sequence[_Snapshot], quantities: Sequence[Sequence[float]], sampling: Sampling
) -> NDArray[np.float64]:
    shape = (len(snapshots), len(SIDES), len(sampling.notionals), len(sampling.horizons_ms))
    costs = np.full(shape, np.nan)
    for h, horizon in enumerate(sampling.horizons_ms):
        steps = horizon // sampling.step_ms
        for i in range(len(snapshots) - steps):
            mid, later = snapshots[i].mid, snapshots[i + steps]
            if mid is None:
                continue
            for s, sign in enumerate(SIDES):
                side = later.asks if sign > 0 else later.bids
                for z, quantity in enumerate(quantities[i]):
                    taken = take(side, sign, quantity, mid)
                    if taken is not None:
                        costs[i, s, z, h] = taken.cost_bps
    return costs
