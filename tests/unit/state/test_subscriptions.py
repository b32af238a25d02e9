from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.subscriptions import (
    AckResult,
    Refusal,
    Subscriptions,
    TopicRequest,
    TopicState,
)
from nautilus_bybit_adapter.wire.control import ControlKind, ControlMessage


def ack(request: TopicRequest, *, success: bool = True, message: str = "") -> ControlMessage:
    return ControlMessage(kind=ControlKind.SUBSCRIBE, success=success, message=message, req_id=request.req_id)


def answer_all(machine: Subscriptions, requests: tuple[TopicRequest, ...], bad: set[str]) -> list[AckResult]:
    """Answer as the venue does: one bad topic fails its whole request."""
    results = []
    waiting = list(requests)
    while waiting:
        request = waiting.pop(0)
        hit = bad.intersection(request.topics)
        result = machine.on_ack(
            ack(request, success=not hit, message="handler not found" if hit else ""), 0.0
        )
        results.append(result)
        waiting += result.requests
    return results


def test_topics_wait_for_the_connection() -> None:
    machine = Subscriptions()
    assert machine.want(["a", "b"], 0.0) == ()
    assert not machine.is_settled
    assert machine.on_open(0.0) == (TopicRequest("s1", "subscribe", ("a", "b")),)
    assert machine.state_of("a") is TopicState.PENDING


def test_an_ack_confirms() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    (request,) = machine.want(["a", "b"], 0.0)
    assert machine.on_ack(ack(request), 0.0).confirmed == ("a", "b")
    assert machine.is_settled
    assert machine.confirmed == ("a", "b")


def test_a_topic_is_asked_for_once() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    machine.want(["a", "a"], 0.0)
    assert machine.want(["a"], 0.0) == ()


def test_spot_takes_ten_at_a_time() -> None:
    machine = Subscriptions(max_args=10)
    machine.on_open(0.0)
    requests = machine.want([f"t{n}" for n in range(25)], 0.0)
    assert [len(request.topics) for request in requests] == [10, 10, 5]
    assert len({request.req_id for request in requests}) == 3


@given(
    names=st.lists(st.text(alphabet="abc.", min_size=1, max_size=40), unique=True, max_size=60),
    max_args=st.none() | st.integers(min_value=1, max_value=12),
    max_chars=st.integers(min_value=43, max_value=200),
)
def test_chunks_hold_everything_and_keep_the_limits(
    names: list[str], max_args: int | None, max_chars: int
) -> None:
    machine = Subscriptions(max_args=max_args, max_chars=max_chars)
    machine.on_open(0.0)
    requests = machine.want(names, 0.0)
    assert [name for request in requests for name in request.topics] == names
    for request in requests:
        assert len(request.topics) <= (max_args or 1000)
        assert sum(len(name) + 3 for name in request.topics) <= max_chars


def test_already_subscribed_is_a_success() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    (request,) = machine.want(["a"], 0.0)
    refusal = ack(request, success=False, message="error:already subscribed,topic:a")
    assert machine.on_ack(refusal, 0.0).confirmed == ("a",)


def test_one_bad_topic_is_found_and_the_others_flow() -> None:
    machine = Subscriptions(max_tries=3)
    machine.on_open(0.0)
    requests = machine.want([f"t{n}" for n in range(8)], 0.0)
    results = answer_all(machine, requests, {"t5"})
    assert {name for result in results for name in result.confirmed} == {f"t{n}" for n in range(8)} - {"t5"}
    assert [refusal for result in results for refusal in result.refused] == [
        Refusal("t5", "handler not found")
    ]
    assert machine.state_of("t5") is TopicState.REFUSED
    assert machine.is_settled
    assert "t5" not in machine.wanted
    # 8, then 4+4, 2+2, 1+1, and two more tries of the one.
    assert len(results) == 9


@given(bad=st.sets(st.integers(min_value=0, max_value=30)), count=st.integers(min_value=1, max_value=30))
def test_whatever_is_bad_exactly_that_is_refused(bad: set[int], count: int) -> None:
    machine = Subscriptions()
    names = [f"t{n}" for n in range(count)]
    bad_names = {f"t{n}" for n in bad}
    machine.want(names, 0.0)
    results = answer_all(machine, machine.on_open(0.0), bad_names)
    assert {refusal.topic for result in results for refusal in result.refused} == bad_names & set(names)
    assert set(machine.confirmed) == set(names) - bad_names


def test_a_refused_topic_gets_another_chance_when_asked_for_again() -> None:
    machine = Subscriptions(max_tries=1)
    machine.on_open(0.0)
    answer_all(machine, machine.want(["a"], 0.0), {"a"})
    assert machine.state_of("a") is TopicState.REFUSED
    (request,) = machine.want(["a"], 0.0)
    assert machine.on_ack(ack(request), 0.0).confirmed == ("a",)


def test_a_reconnect_replays_everything_but_what_was_refused() -> None:
    machine = Subscriptions(max_tries=1)
    machine.on_open(0.0)
    answer_all(machine, machine.want(["a", "b", "c"], 0.0), {"b"})
    assert machine.on_lost() == ("a", "c")
    assert machine.confirmed == ()
    (request,) = machine.on_open(0.0)
    assert request.topics == ("a", "c")


def test_an_ack_of_the_old_connection_means_nothing() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    (old,) = machine.want(["a"], 0.0)
    machine.on_lost()
    machine.on_open(0.0)
    assert machine.on_ack(ack(old), 0.0) == AckResult()
    assert machine.confirmed == ()


def test_dropping() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    answer_all(machine, machine.want(["a", "b"], 0.0), set())
    (request,) = machine.drop(["a", "never asked for"], 0.0)
    assert (request.op, request.topics) == ("unsubscribe", ("a",))
    assert machine.wanted == ("b",)
    assert machine.on_ack(ack(request), 0.0) == AckResult()


def test_a_topic_dropped_while_its_ack_is_under_way_stays_dropped() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    (request,) = machine.want(["a", "b"], 0.0)
    machine.drop(["a"], 0.0)
    assert machine.on_ack(ack(request), 0.0).confirmed == ("b",)
    assert machine.state_of("a") is None


def test_renewing_asks_for_that_topic_alone() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    answer_all(machine, machine.want(["a", "b"], 0.0), set())
    first, second = machine.renew("a", 0.0)
    assert (first.op, first.topics, second.op, second.topics) == (
        "unsubscribe",
        ("a",),
        "subscribe",
        ("a",),
    )
    assert machine.confirmed == ("b",)
    machine.on_ack(ack(first), 0.0)
    assert machine.on_ack(ack(second), 0.0).confirmed == ("a",)
    assert machine.renew("unknown", 0.0) == ()


def test_what_is_never_answered_is_asked_again_and_then_given_up() -> None:
    machine = Subscriptions(max_tries=2, timeout_secs=10.0)
    machine.on_open(0.0)
    machine.want(["a"], 0.0)
    assert machine.on_tick(9.9) == AckResult()
    again = machine.on_tick(10.0)
    assert [request.topics for request in again.requests] == [("a",)]
    assert machine.on_tick(20.0).refused == (Refusal("a", "the venue did not answer"),)


def test_an_ack_without_id_belongs_to_the_only_request() -> None:
    machine = Subscriptions()
    machine.on_open(0.0)
    machine.want(["a"], 0.0)
    nameless = ControlMessage(kind=ControlKind.SUBSCRIBE, success=True)
    assert machine.on_ack(nameless, 0.0).confirmed == ("a",)
    machine.want(["b"], 0.0)
    machine.want(["c"], 0.0)
    assert machine.on_ack(nameless, 0.0) == AckResult()


def test_option_acks_name_their_topics() -> None:
    machine = Subscriptions(max_tries=1)
    machine.on_open(0.0)
    machine.want(["a", "b"], 0.0)
    answer = ControlMessage(
        kind=ControlKind.SUBSCRIBE,
        success=False,
        message="refused",
        succeeded_topics=("a",),
        failed_topics=("b",),
    )
    result = machine.on_ack(answer, 0.0)
    assert result.confirmed == ("a",)
    assert result.refused == (Refusal("b", "refused"),)
    assert machine.on_tick(1e9) == AckResult()
