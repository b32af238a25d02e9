"""Smart limits on recorded order flow cost less than market orders, and are completed."""

from __future__ import annotations

import pytest
from order_policies import POLICIES, execute, make_parents
from recorded_market import RECORDINGS, Recording, instrument_of, market_data

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

SECONDS = 75
SIZES = (10_000, 100_000)


@pytest.mark.parametrize(
    "recording", [RECORDINGS[0], RECORDINGS[2], RECORDINGS[4]], ids=lambda recording: recording.name
)
def test_a_smart_limit_is_cheaper_than_a_market_order_and_is_completed(recording: Recording) -> None:
    if not recording.path.exists():
        pytest.skip(f"the recording {recording.path.name} is not there")
    instrument = instrument_of(recording)
    data = market_data(recording, instrument, SECONDS)
    parents = [make_parents(instrument, data, size, 2.0, seed=1) for size in SIZES]
    tasks = [(policy, them) for them in parents for policy in POLICIES]
    done = iter(execute(instrument, data, tasks))
    for them in parents:
        found = {policy: next(done) for policy in POLICIES}
        costs = {policy: sum(each.cost_bps for each in ex) / len(them) for policy, ex in found.items()}
        smart = found["smart limit"]
        assert sum(each.completion for each in smart) / len(them) >= 0.99
        assert costs["smart limit"] <= costs["market"] - 1.3, costs
        assert 5.0 < costs["market"] < 12.0
        assert all(each.maker <= each.filled == each.parent.quantity for each in smart)


def test_the_same_run_is_the_same_again() -> None:
    recording = RECORDINGS[0]
    if not recording.path.exists():
        pytest.skip(f"the recording {recording.path.name} is not there")
    instrument = instrument_of(recording)
    data = market_data(recording, instrument, 45)
    tasks = [("smart limit", make_parents(instrument, data, 10_000, 2.0, seed=2))]
    config = {"slices": 3, "size_jitter": 0.5}
    first, second = (
        [(each.filled, each.value, each.fees) for each in execute(instrument, data, tasks, config)[0]]
        for _ in range(2)
    )
    assert first == second
