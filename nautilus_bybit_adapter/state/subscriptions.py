"""Which topics are wanted, which are confirmed, and what to send to bring the two together.

The venue refuses a whole request when one topic in it is bad, so a refused request is halved until the bad
topic stands alone; that one is tried again a few times and then given up with the venue's text.

Source: Bybit V5 "Connect: How to Subscribe to Topics".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nautilus_bybit_adapter.wire.control import ControlMessage


class TopicState(Enum):
    """Where a wanted topic stands."""

    WANTED = "wanted"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TopicRequest:
    """A request to send: `op` is `subscribe` or `unsubscribe`."""

    req_id: str
    op: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A topic that was given up, with the venue's text."""

    topic: str
    message: str


@dataclass(frozen=True, slots=True)
class AckResult:
    """What follows from an ack: requests to send, topics confirmed, topics given up."""

    requests: tuple[TopicRequest, ...] = ()
    confirmed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class _Pending:
    op: str
    topics: tuple[str, ...]
    deadline: float


@dataclass(slots=True)
class _Topic:
    state: TopicState = TopicState.WANTED
    tries: int = 0


@dataclass(slots=True)
class Subscriptions:
    """The topics of one socket.

    Parameters
    ----------
    max_args : int or None
        Topics in one request; `None` for no limit.
    max_chars : int
        Characters of all topics in one request.
    max_tries : int
        How often a topic is asked for alone before it is given up.
    timeout_secs : float
        Seconds an ack may take.
    """

    max_args: int | None = None
    max_chars: int = 21_000
    max_tries: int = 3
    timeout_secs: float = 10.0
    _topics: dict[str, _Topic] = field(default_factory=dict)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _is_open: bool = False
    _count: int = 0

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every topic asked for and not given up, in the order of asking."""
        return tuple(name for name, topic in self._topics.items() if topic.state is not TopicState.REFUSED)

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The topics whose data flows."""
        return tuple(name for name, topic in self._topics.items() if topic.state is TopicState.CONFIRMED)

    @property
    def is_settled(self) -> bool:
        """Whether every wanted topic is confirmed or given up."""
        settled = {TopicState.CONFIRMED, TopicState.REFUSED}
        return all(topic.state in settled for topic in self._topics.values())

    def state_of(self, name: str) -> TopicState | None:
        """Return where a topic stands, or `None` if it is not wanted."""
        topic = self._topics.get(name)
        return None if topic is None else topic.state

    def want(self, names: Iterable[str], now: float) -> tuple[TopicRequest, ...]:
        """Ask for topics; a topic asked for already is left alone, a refused one gets another chance."""
        fresh = []
        for name in dict.fromkeys(names):
            topic = self._topics.get(name)
            if topic is None or topic.state is TopicState.REFUSED:
                self._topics[name] = _Topic()
                fresh.append(name)
        return self._ask("subscribe", fresh, now) if self._is_open else ()

    def drop(self, names: Iterable[str], now: float) -> tuple[TopicRequest, ...]:
        """Ask for topics no more."""
        gone = [name for name in dict.fromkeys(names) if self._topics.pop(name, None) is not None]
        return self._ask("unsubscribe", gone, now) if self._is_open else ()

    def renew(self, name: str, now: float) -> tuple[TopicRequest, ...]:
        """Drop one wanted topic and ask for it again, which makes the venue send a snapshot."""
        if name not in self._topics:
            return ()
        self._topics[name] = _Topic()
        if not self._is_open:
            return ()
        return (*self._ask("unsubscribe", [name], now), *self._ask("subscribe", [name], now))

    def on_open(self, now: float) -> tuple[TopicRequest, ...]:
        """Ask for everything wanted on a fresh connection."""
        self._is_open = True
        self._pending.clear()
        names = self.wanted
        for name in names:
            self._topics[name] = _Topic()
        return self._ask("subscribe", names, now)

    def on_lost(self) -> tuple[str, ...]:
        """Forget every confirmation, and return the topics that lost theirs."""
        lost = self.confirmed
        self._is_open = False
        self._pending.clear()
        for name in self.wanted:
            self._topics[name] = _Topic()
        return lost

    def on_ack(self, ack: ControlMessage, now: float) -> AckResult:
        """Take an answer to a subscribe or unsubscribe request."""
        if ack.succeeded_topics or ack.failed_topics:
            return self._on_topic_lists(ack, now)
        pending = self._pending.pop(ack.req_id or self._only_pending(), None)
        if pending is None or pending.op == "unsubscribe":
            return AckResult()
        if ack.success or (ack.is_already_subscribed and len(pending.topics) == 1):
            return AckResult(confirmed=self._confirm(pending.topics))
        return self._on_refused(pending.topics, ack.message, now)

    def on_tick(self, now: float) -> AckResult:
        """Ask again for what was never answered."""
        overdue = [req_id for req_id, pending in self._pending.items() if now >= pending.deadline]
        requests: list[TopicRequest] = []
        refused: list[Refusal] = []
        for req_id in overdue:
            pending = self._pending.pop(req_id)
            if pending.op == "subscribe":
                result = self._on_refused(pending.topics, "the venue did not answer", now)
                requests += result.requests
                refused += result.refused
        return AckResult(requests=tuple(requests), refused=tuple(refused))

    def _only_pending(self) -> str:
        """Return the one request under way, for sockets that do not repeat the id; else `""`."""
        return next(iter(self._pending)) if len(self._pending) == 1 else ""

    def _on_topic_lists(self, ack: ControlMessage, now: float) -> AckResult:
        answered = {*ack.succeeded_topics, *ack.failed_topics}
        for req_id, pending in list(self._pending.items()):
            if answered.issuperset(pending.topics):
                del self._pending[req_id]
                if pending.op == "unsubscribe":
                    return AckResult()
        confirmed = self._confirm(ack.succeeded_topics)
        failed = tuple(name for name in ack.failed_topics if self.state_of(name) is TopicState.PENDING)
        retried = self._on_refused(failed, ack.message, now) if failed else AckResult()
        return AckResult(requests=retried.requests, confirmed=confirmed, refused=retried.refused)

    def _confirm(self, names: Iterable[str]) -> tuple[str, ...]:
        confirmed = []
        for name in names:
            topic = self._topics.get(name)
            if topic is not None and topic.state is TopicState.PENDING:
                topic.state = TopicState.CONFIRMED
                confirmed.append(name)
        return tuple(confirmed)

    def _on_refused(self, names: tuple[str, ...], message: str, now: float) -> AckResult:
        # A topic dropped or confirmed meanwhile is no longer asked for.
        names = tuple(name for name in names if self.state_of(name) is TopicState.PENDING)
        if len(names) > 1:
            middle = len(names) // 2
            halves = (names[:middle], names[middle:])
            return AckResult(
                requests=tuple(request for half in halves for request in self._ask("subscribe", half, now))
            )
        if not names:
            return AckResult()
        (name,) = names
        topic = self._topics[name]
        topic.tries += 1
        if topic.tries < self.max_tries:
            return AckResult(requests=self._ask("subscribe", names, now))
        topic.state = TopicState.REFUSED
        return AckResult(refused=(Refusal(name, message),))

    def _ask(self, op: str, names: Iterable[str], now: float) -> tuple[TopicRequest, ...]:
        requests = []
        for chunk in self._chunks(names):
            self._count += 1
            req_id = f"{op[0]}{self._count}"
            self._pending[req_id] = _Pending(op, chunk, now + self.timeout_secs)
            if op == "subscribe":
                for name in chunk:
                    self._topics[name].state = TopicState.PENDING
            requests.append(TopicRequest(req_id, op, chunk))
        return tuple(requests)

    def _chunks(self, names: Iterable[str]) -> Iterator[tuple[str, ...]]:
        chunk: list[str] = []
        chars = 0
        for name in names:
            # Two quotes and a comma go with each topic.
            size = len(name) + 3
            if chunk and (chars + size > self.max_chars or len(chunk) == self.max_args):
                yield tuple(chunk)
                chunk, chars = [], 0
            chunk.append(name)
            chars += size
        if chunk:
            yield tuple(chunk)
