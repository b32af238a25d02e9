from __future__ import annotations

import pytest

from nautilus_bybit_adapter.state.liveness import (
    Action,
    Cadence,
    Renew,
    Replace,
    Silent,
    TopicWatch,
    Watch,
    cadence_of,
)

BOOK = "orderbook.50.BTCUSDT"
OTHER = "orderbook.50.ETHUSDT"


def watch() -> TopicWatch:
    return TopicWatch(lambda topic: None if topic.startswith("publicTrade") else Cadence(30.0, 10.0))


@pytest.mark.parametrize(
    ("topic", "silence_secs"),
    [
        ("orderbook.1.BTCUSDT", 10.0),
        ("orderbook.50.BTCUSDT", 30.0),
        ("orderbook.100.BTC-27MAR26-70000-P-USDT", 30.0),
        ("orderbook.rpi.BTCUSDT", 30.0),
        ("tickers.BTCUSDT", 30.0),
        ("kline.60.BTCUSDT", 90.0),
        ("publicTrade.BTCUSDT", None),
        ("allLiquidation.BTCUSDT", None),
    ],
)
def test_how_long_a_topic_may_be_silent(topic: str, silence_secs: float | None) -> None:
    cadence = cadence_of(topic)
    assert (cadence.silence_secs if cadence else None) == silence_secs


@pytest.mark.parametrize(
    ("topic", "silence_secs", "cadence"),
    [
        ("orderbook.1.BTCUSDT", 6.0, Cadence(2.0, 6.0)),
        ("orderbook.50.BTCUSDT", 6.0, Cadence(6.0, 6.0)),
        ("tickers.BTCUSDT", 700.0, Cadence(700.0, 10.0)),
        ("kline.1.BTCUSDT", 6.0, Cadence(90.0, 90.0)),
        ("kline.1.BTCUSDT", 60.0, Cadence(180.0, 180.0)),
    ],
)
def test_the_silence_that_is_taken_can_be_chosen(topic: str, silence_secs: float, cadence: Cadence) -> None:
    assert cadence_of(topic, silence_secs) == cadence


def test_a_longer_silence_than_the_longest_is_never_made_shorter() -> None:
    patient = TopicWatch(lambda _: Cadence(700.0, 10.0))
    patient.poll(0.0, [BOOK], [BOOK])
    assert patient.poll(700.0, [BOOK], [BOOK]) == [Renew(BOOK)]
    patient.fresh.add(BOOK)
    assert patient.poll(701.0, [BOOK], [BOOK]) == []
    assert patient.poll(1400.9, [BOOK], [BOOK]) == []
    assert patient.poll(1401.0, [BOOK], [BOOK]) == [Renew(BOOK)]


# What happens, row by row: time, frames since the row before, what is due, where the topic stands then.
STORIES: dict[str, list[tuple[float | str, bool, list[Action], Watch | None]]] = {
    "a flowing topic is left alone": [
        (0.0, False, [], Watch.FLOWING),
        (25.0, True, [], Watch.FLOWING),
        (54.9, False, [], Watch.FLOWING),
    ],
    "silence, an answer: the market is quiet, and longer silence is taken next time": [
        (0.0, True, [], Watch.FLOWING),
        (30.0, False, [Renew(BOOK)], Watch.ASKED),
        (39.9, False, [], Watch.ASKED),
        (40.0, True, [], Watch.FLOWING),
        (99.9, False, [], Watch.FLOWING),
        (100.0, False, [Renew(BOOK)], Watch.ASKED),
        (101.0, True, [], Watch.FLOWING),
        (220.9, False, [], Watch.FLOWING),
        (221.0, False, [Renew(BOOK)], Watch.ASKED),
    ],
    "a market that wakes up is watched as before": [
        (0.0, True, [], Watch.FLOWING),
        (30.0, False, [Renew(BOOK)], Watch.ASKED),
        (31.0, True, [], Watch.FLOWING),
        (32.0, True, [], Watch.FLOWING),
        (62.0, False, [Renew(BOOK)], Watch.ASKED),
    ],
    "no answer costs the connection; flowing on the next one, all is forgotten": [
        (0.0, True, [], Watch.FLOWING),
        (30.0, False, [Renew(BOOK)], Watch.ASKED),
        (40.0, False, [Replace(BOOK)], Watch.REPLACED),
        ("lost", False, [], Watch.REPLACED),
        (100.0, False, [], Watch.REPLACED),
        (101.0, True, [], Watch.FLOWING),
        (131.0, False, [Renew(BOOK)], Watch.ASKED),
    ],
    "silent on the next connection too: told once, and no connection is lost for it again": [
        (0.0, True, [], Watch.FLOWING),
        (30.0, False, [Renew(BOOK)], Watch.ASKED),
        (40.0, False, [Replace(BOOK)], Watch.REPLACED),
        ("lost", False, [], Watch.REPLACED),
        (100.0, False, [], Watch.REPLACED),
        (129.9, False, [], Watch.REPLACED),
        (130.0, False, [Silent(BOOK)], Watch.GIVEN_UP),
        (10_000.0, False, [], Watch.GIVEN_UP),
        ("lost", False, [], Watch.GIVEN_UP),
        (10_100.0, False, [], Watch.GIVEN_UP),
        (10_101.0, True, [], Watch.FLOWING),
    ],
    "another loss while it is asked for begins anew": [
        (0.0, True, [], Watch.FLOWING),
        (30.0, False, [Renew(BOOK)], Watch.ASKED),
        ("lost", False, [], None),
        (50.0, False, [], Watch.FLOWING),
        (79.9, False, [], Watch.FLOWING),
        (80.0, False, [Renew(BOOK)], Watch.ASKED),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_stories(story: list[tuple[float | str, bool, list[Action], Watch | None]]) -> None:
    watched = watch()
    for number, (at, has_frame, actions, state) in enumerate(story):
        if isinstance(at, str):
            watched.on_lost()
        else:
            if has_frame:
                watched.fresh.add(BOOK)
            assert watched.poll(at, [BOOK], [BOOK]) == actions, number
        assert watched.state_of(BOOK) is state, number


def test_quietness_is_believed_for_ten_minutes_at_most() -> None:
    watched = watch()
    now, patience = 0.0, []
    watched.poll(now, [BOOK], [BOOK])
    for _ in range(8):
        began = now
        while not watched.poll(now, [BOOK], [BOOK]):
            now += 1.0
        patience.append(now - began)
        watched.fresh.add(BOOK)
        watched.poll(now, [BOOK], [BOOK])
    assert patience == [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0, 600.0]


def test_a_topic_is_watched_from_its_confirmation_to_its_end() -> None:
    watched = watch()
    watched.poll(0.0, [BOOK], [])
    assert watched.state_of(BOOK) is None
    watched.poll(100.0, [BOOK], [BOOK])
    assert watched.poll(129.0, [BOOK], [BOOK]) == []
    assert watched.poll(130.0, [BOOK], [BOOK]) == [Renew(BOOK)]
    # Its subscription is under way: nothing is due, and it is not forgotten.
    assert watched.poll(131.0, [BOOK], []) == []
    assert watched.state_of(BOOK) is Watch.ASKED
    watched.poll(132.0, [], [])
    assert watched.state_of(BOOK) is None


def test_trades_may_be_silent_for_ever() -> None:
    watched = watch()
    for at in (0.0, 1e6):
        assert watched.poll(at, ["publicTrade.BTCUSDT"], ["publicTrade.BTCUSDT"]) == []


def test_a_flowing_topic_does_not_speak_for_another() -> None:
    watched = watch()
    watched.poll(0.0, [BOOK, OTHER], [BOOK, OTHER])
    watched.fresh.add(OTHER)
    assert watched.poll(30.0, [BOOK, OTHER], [BOOK, OTHER]) == [Renew(BOOK)]


def test_where_all_are_silent_a_few_are_asked_at_a_time() -> None:
    watched = watch()
    topics = [f"orderbook.50.COIN{number}USDT" for number in range(12)]
    watched.poll(0.0, topics, topics)
    assert watched.poll(30.0, topics, topics) == [Renew(topic) for topic in topics[:5]]
    assert watched.poll(31.0, topics, topics) == [Renew(topic) for topic in topics[5:10]]
