from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.clock import ClockOffset, ClockSample


def test_half_of_the_round_trip_is_taken_off() -> None:
    sample = ClockSample(sent_ms=1000.0, server_ms=6050.0, received_ms=1100.0)
    assert (sample.round_trip_ms, sample.offset_ms) == (100.0, 5000.0)


def test_the_quickest_answer_knows_best() -> None:
    clock = ClockOffset()
    assert (clock.offset_ms, clock.error_ms) == (0.0, None)
    clock.add(ClockSample(1000.0, 6400.0, 1500.0))
    clock.add(ClockSample(2000.0, 7010.0, 2020.0))
    clock.add(ClockSample(3000.0, 8300.0, 3400.0))
    assert (clock.offset_ms, clock.error_ms) == (5000.0, 10.0)
    assert clock.to_server_ms(10_000.0) == 15_000
    clock.reset()
    assert clock.offset_ms == 0.0


def test_an_answer_from_before_the_question_is_ignored() -> None:
    clock = ClockOffset()
    clock.add(ClockSample(2000.0, 7000.0, 1000.0))
    assert clock.error_ms is None


@given(
    true_offset=st.integers(min_value=-100_000, max_value=100_000),
    trips=st.lists(
        st.tuples(st.integers(min_value=0, max_value=500), st.integers(min_value=0, max_value=500)),
        min_size=1,
    ),
)
def test_the_error_is_bounded(true_offset: int, trips: list[tuple[int, int]]) -> None:
    clock = ClockOffset()
    now = 0.0
    for out_ms, back_ms in trips:
        clock.add(ClockSample(now, now + out_ms + true_offset, now + out_ms + back_ms))
        now += 1000.0
    assert clock.error_ms is not None
    assert abs(clock.offset_ms - true_offset) <= clock.error_ms
