"""Rows hold what was known at their time, and what an order cost a horizon later."""

from __future__ import annotations

import numpy as np
import pytest
from thin_market import START_NS, Thin, thin_events

from nautilus_bybit_adapter.warden.calibration.dataset import Sampling, sample_market
from nautilus_bybit_adapter.warden.calibration.events import BookEvent, Event
from nautilus_bybit_adapter.warden.calibration.rows import cell_rows
from nautilus_bybit_adapter.warden.depth import take

MS = 1_000_000
SAMPLING = Sampling((500.0, 3_000.0), (100, 1_000), warm_up_ms=2_000)
EVENTS = thin_events(Thin(secs=40))


def book_at(now_ns: int) -> BookEvent:
    return [e for e in EVENTS if isinstance(e, BookEvent) and e.received_ns <= now_ns][-1]


def test_costs_are_walks_of_the_book_a_horizon_later() -> None:
    samples = sample_market("thin", EVENTS, SAMPLING)
    assert samples.times_ns[0] == START_NS + 2_000 * MS
    assert set(np.diff(samples.times_ns).tolist()) == {100 * MS}
    checked = 0
    for i in range(0, len(samples.times_ns) - 10, 37):
        now = int(samples.times_ns[i])
        known = book_at(now)
        mid = (known.bids[0][0] + known.asks[0][0]) / 2
        for s, sign in enumerate((1, -1)):
            for z, notional in enumerate(SAMPLING.notionals):
                for h, horizon in enumerate(SAMPLING.horizons_ms):
                    later = book_at(now + horizon * MS)
                    taken = take(later.asks if sign > 0 else later.bids, sign, notional / mid, mid)
                    found = samples.cost_bps[i, s, z, h]
                    if taken is None:
                        assert np.isnan(found)
                    else:
                        assert found == pytest.approx(taken.cost_bps)
                        checked += 1
    assert checked > 50


def test_no_row_looks_ahead() -> None:
    whole = sample_market("thin", EVENTS, SAMPLING)
    half: list[Event] = EVENTS[: len(EVENTS) // 2]
    known = sample_market("thin", half, SAMPLING)
    count = len(known.times_ns)
    assert 0 < count < len(whole.times_ns)
    np.testing.assert_array_equal(whole.features[:count], known.features)


def test_rows_are_scaled_sorted_and_whole() -> None:
    markets = [sample_market(f"m{k}", thin_events(Thin(seed=k, secs=30)), SAMPLING) for k in range(2)]
    rows = cell_rows(markets, 1, 1, 1_000, 3_000.0)
    assert rows.markets == ("m0", "m1")
    assert np.isfinite(rows.features).all()
    assert np.isfinite(rows.deviation).all()
    assert (rows.scale_bps > 0).all()
    assert (np.diff(rows.times_ns) >= 0).all()
    at = np.flatnonzero((rows.market == 1) & (rows.side == 0))
    wanted = np.isfinite(markets[1].cost_bps[:, 0, 1, 1]) & np.isfinite(markets[1].walk_bps[:, 0, 1])
    assert len(at) == wanted.sum() > 0
    back = rows.deviation[at] * rows.scale_bps[at] + markets[1].walk_bps[wanted, 0, 1]
    np.testing.assert_allclose(back, markets[1].cost_bps[wanted, 0, 1, 1], rtol=1e-9, atol=1e-9)
