"""Spreading one category's topics over as many connections as the venue's limits ask for.

Source: Bybit V5 "Connect: Public channel - Args limits".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Two quotes and a comma go with each topic.
_CHARS_BESIDE_A_TOPIC = 3


@dataclass(slots=True)
class _Shard:
    topics: set[str] = field(default_factory=set)
    chars: int = 0


class TopicShards:
    """Which connection carries which topic: the first one with room, and always the same one.

    Parameters
    ----------
    max_topics : int
        Topics of one connection.
    max_chars : int
        Characters of all topics of one connection.
    """

    def __init__(self, max_topics: int, max_chars: int) -> None:
        self._max_topics = max_topics
        self._max_chars = max_chars
        self._shards: list[_Shard] = []
        self._homes: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many connections there are; one that has become empty is used again."""
        return len(self._shards)

    def home_of(self, topic: str) -> int | None:
        """Return the number of the connection that carries a topic, or `None` if none does."""
        return self._homes.get(topic)

    def add(self, topics: Iterable[str]) -> dict[int, tuple[str, ...]]:
        """Give topics that have no connection one, and return every topic by its connection's number."""
        return self._by_home((topic, self._home(topic)) for topic in dict.fromkeys(topics))

    def remove(self, topics: Iterable[str]) -> dict[int, tuple[str, ...]]:
        """Forget topics, and return those that had a connection by its number."""
        gone = [
            (topic, home)
            for topic in dict.fromkeys(topics)
            if (home := self._homes.pop(topic, None)) is not None
        ]
        for topic, home in gone:
            shard = self._shards[home]
            shard.topics.remove(topic)
            shard.chars -= len(topic) + _CHARS_BESIDE_A_TOPIC
        return self._by_home(gone)

    def _home(self, topic: str) -> int:
        known = self._homes.get(topic)
        if known is not None:
            return known
        size = len(topic) + _CHARS_BESIDE_A_TOPIC
        number = next(
            (at for at, shard in enumerate(self._shards) if self._has_room(shard, size)), self.count
        )
        if number == self.count:
            self._shards.append(_Shard())
        shard = self._shards[number]
        shard.topics.add(topic)
        shard.chars += size
        self._homes[topic] = number
        return number

    def _has_room(self, shard: _Shard, size: int) -> bool:
        return len(shard.topics) < self._max_topics and shard.chars + size <= self._max_chars

    @staticmethod
    def _by_home(pairs: Iterable[tuple[str, int]]) -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = {}
        for topic, home in pairs:
            found.setdefault(home, []).append(topic)
        return {home: tuple(topics) for home, topics in found.items()}
