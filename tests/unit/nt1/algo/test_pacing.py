from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.nt1.algo.pacing import Pacing, RateBudget

D = Decimal
SECOND = 1_000_000_000


def test_without_slices_and_jitter_nothing_is_drawn() -> None:
    pacing = Pacing(1, 0.5, 0.0, seed=1)
    assert pacing.slice_of(D(10)) is None
    assert pacing.pause_ns(250) == 250
    assert Pacing(4, 0.0, 0.0, seed=1).slice_of(D(10)) == D("2.5")


@given(seed=st.integers(0, 2**32 - 1), slices=st.integers(2, 50), jitter=st.floats(0, 0.9))
def test_slices_and_pauses_stay_within_their_spread_and_are_the_same_for_a_seed(
    seed: int, slices: int, jitter: float
) -> None:
    one, other = Pacing(slices, jitter, jitter, seed), Pacing(slices, jitter, jitter, seed)
    for _ in range(5):
        size, pause = one.slice_of(D(100)), one.pause_ns(1_000)
        assert (size, pause) == (other.slice_of(D(100)), other.pause_ns(1_000))
        assert size is not None
        share = 100 / slices
        assert share * (1 - jitter) - 1e-6 <= float(size) <= share * (1 + jitter) + 1e-6
        assert 1_000 <= pause <= 1_000 * (1 + jitter)


def test_a_rate_budget_frees_a_request_a_second_after_the_first_of_as_many() -> None:
    budget = RateBudget(2)
    budget.on_sent(100)
    assert budget.free_from_ns == 0
    budget.on_sent(200)
    assert budget.free_from_ns == 100 + SECOND
    budget.on_sent(100 + SECOND)
    assert budget.free_from_ns == 200 + SECOND
