from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.state.shards import TopicShards


def test_topics_fill_one_connection_and_then_the_next() -> None:
    shards = TopicShards(max_topics=2, max_chars=1000)
    assert shards.add(["a", "b", "c"]) == {0: ("a", "b"), 1: ("c",)}
    assert shards.add(["d", "e"]) == {1: ("d",), 2: ("e",)}
    assert shards.count == 3


def test_characters_count_with_their_quotes_and_comma() -> None:
    shards = TopicShards(max_topics=100, max_chars=16)
    assert shards.add(["12345", "67890"]) == {0: ("12345", "67890")}
    assert shards.add(["x"]) == {1: ("x",)}


def test_a_topic_stays_where_it_is() -> None:
    shards = TopicShards(max_topics=1, max_chars=1000)
    shards.add(["a", "b"])
    assert shards.add(["b", "b", "a"]) == {1: ("b",), 0: ("a",)}
    assert shards.count == 2


def test_room_that_is_given_back_is_used_again() -> None:
    shards = TopicShards(max_topics=1, max_chars=1000)
    shards.add(["a", "b"])
    assert shards.remove(["a", "unknown"]) == {0: ("a",)}
    assert shards.home_of("a") is None
    assert shards.add(["c"]) == {0: ("c",)}


@given(
    st.lists(st.tuples(st.booleans(), st.sets(st.text("abcdefgh", min_size=1, max_size=5), max_size=6))),
    st.integers(1, 4),
    st.integers(8, 40),
)
def test_no_connection_carries_more_than_it_may(
    steps: list[tuple[bool, set[str]]], max_topics: int, max_chars: int
) -> None:
    shards = TopicShards(max_topics, max_chars)
    carried: dict[str, int] = {}
    for is_add, topics in steps:
        moved = (shards.add if is_add else shards.remove)(sorted(topics))
        for home, names in moved.items():
            for name in names:
                if is_add:
                    assert carried.setdefault(name, home) == home
                else:
                    assert carried.pop(name) == home
        for number in range(shards.count):
            mine = [name for name, home in carried.items() if home == number]
            assert len(mine) <= max_topics
            assert sum(len(name) + 3 for name in mine) <= max_chars
        assert all(shards.home_of(name) == home for name, home in carried.items())
