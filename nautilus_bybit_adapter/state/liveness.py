"""Finding out that a topic has gone silent on a connection that looks healthy.

A venue may stop publishing a topic while pongs and other topics still arrive. A topic that is overdue is asked
for anew, which makes a live one answer with a snapshot: so a quiet market is told from a dead stream. One that
does not answer costs the connection; one that stays silent on the next connection too is reported, and no
longer costs the others theirs.

Source: Bybit V5 "Public: Orderbook", "Ticker" and "Kline".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class Watch(Enum):
    """Where a watched topic stands."""

    FLOWING = "flowing"
    ASKED = "asked"
    REPLACED = "replaced"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How long a topic may be silent.

    Parameters
    ----------
    silence_secs : float
        Seconds without a frame after which the topic is asked for anew.
    answer_secs : float
        Seconds a live topic takes to answer that with a frame.
    """

    silence_secs: float
    answer_secs: float


@dataclass(frozen=True, slots=True)
class Renew:
    """Ask for the topic anew."""

    topic: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace the connection: the topic did not answer."""

    topic: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Tell that the topic is silent on a fresh connection too."""

    topic: str


type Action = Renew | Replace | Silent

SILENCE_SECS = 30.0
_ANSWER_SECS = 10.0
# A candle without a trade is repeated every minute, and only then.
_CANDLES_SECS = 90.0
_LONGEST_SILENCE_SECS = 600.0
# Where everything is silent, a few topics tell as much as all of them.
_MOST_AT_ONCE = 5


def cadence_of(topic: str, silence_secs: float = SILENCE_SECS) -> Cadence | None:
    """Return how long a topic may be silent, or `None` for one that may be silent for ever, such as trades.

    Parameters
    ----------
    topic : str
        The topic.
    silence_secs : float
        Seconds for a topic that speaks when something changes. Depth 1 is repeated every 3 s whatever happens, and is
        given a third of it; candles are given three times as much, and at least 90 s.
    """
    kind, _, rest = topic.partition(".")
    answer_secs = min(_ANSWER_SECS, silence_secs)
    if kind == "orderbook" and rest.startswith("1."):
        return Cadence(silence_secs / 3, answer_secs)
    if kind in {"orderbook", "tickers"}:
        return Cadence(silence_secs, answer_secs)
    candles_secs = max(_CANDLES_SECS, 3 * silence_secs)
    return Cadence(candles_secs, candles_secs) if kind == "kline" else None


@dataclass(slots=True)
class _Topic:
    """A watched topic; `since` is when its present wait began, `None` until it is confirmed again."""

    cadence: Cadence
    patience_secs: float
    state: Watch = Watch.FLOWING
    since: float | None = None

    def flow(self, now: float) -> None:
        """Take note of a frame; a market that turned out to be quiet is waited for longer each time."""
        if self.state is Watch.ASKED:
            longest = max(self.cadence.silence_secs, _LONGEST_SILENCE_SECS)
            self.patience_secs = min(self.patience_secs * 2, longest)
        else:
            self.patience_secs = self.cadence.silence_secs
        self.state, self.since = Watch.FLOWING, now

    def is_overdue(self, now: float, secs: float) -> bool:
        """Tell whether the present wait has taken this many seconds; an unset wait begins now."""
        if self.since is None:
            self.since = now
        return now - self.since >= secs


class TopicWatch:
    """The watchdog of one connection's topics.

    Parameters
    ----------
    cadence : callable
        Returns how long a topic may be silent, or `None` where it is not to be watched.

    Attributes
    ----------
    fresh : set of str
        Topics that had a frame since the last `poll`; whoever reads frames adds to it.
    """

    __slots__ = ("_cadence", "_topics", "fresh")

    def __init__(self, cadence: Callable[[str], Cadence | None] = cadence_of) -> None:
        self.fresh: set[str] = set()
        self._cadence = cadence
        self._topics: dict[str, _Topic] = {}

    def state_of(self, name: str) -> Watch | None:
        """Return where a topic stands, or `None` if it is not watched."""
        topic = self._topics.get(name)
        return None if topic is None else topic.state

    def on_lost(self) -> None:
        """Begin anew with the next connection; what was silent on this one is remembered."""
        self.fresh.clear()
        remembered = {Watch.REPLACED, Watch.GIVEN_UP}
        self._topics = {name: topic for name, topic in self._topics.items() if topic.state in remembered}
        for topic in self._topics.values():
            topic.since = None

    def poll(self, now: float, wanted: Collection[str], confirmed: Collection[str]) -> list[Action]:
        """Take note of the topics that had a frame, and return what is to be done about the silent ones.

        Parameters
        ----------
        now : float
            Monotonic time, in seconds.
        wanted, confirmed : collection of str
            The topics asked for, and those among them whose subscription the venue has confirmed.
        """
        kept = set(wanted)
        self._topics = {name: topic for name, topic in self._topics.items() if name in kept}
        actions: list[Action] = []
        for name in confirmed:
            topic = self._topics.get(name) or self._begin(name)
            if topic is None:
                continue
            if name in self.fresh:
                topic.flow(now)
            elif (action := self._look(name, topic, now, len(actions))) is not None:
                actions.append(action)
        self.fresh.clear()
        return actions

    def _look(self, name: str, topic: _Topic, now: float, busy: int) -> Action | None:
        match topic.state:
            case Watch.FLOWING if topic.is_overdue(now, topic.patience_secs) and busy < _MOST_AT_ONCE:
                topic.state, topic.since = Watch.ASKED, now
                return Renew(name)
            case Watch.ASKED if topic.is_overdue(now, topic.cadence.answer_secs):
                topic.state, topic.since = Watch.REPLACED, now
                return Replace(name)
            case Watch.REPLACED if topic.is_overdue(now, topic.patience_secs):
                topic.state, topic.since = Watch.GIVEN_UP, now
                return Silent(name)
            case _:
                return None

    def _begin(self, name: str) -> _Topic | None:
        cadence = self._cadence(name)
        if cadence is None:
            return None
        return self._topics.setdefault(name, _Topic(cadence, cadence.silence_secs))
