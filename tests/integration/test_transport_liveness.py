"""Sockets that look healthy and are not, and topics spread over several of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from scripted_venue import ScriptedVenue, Socket, answer, scripted_venue
from trading import until

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.state.liveness import Cadence
from nautilus_bybit_adapter.transport import BybitPublicWebSocket, PublicSocketPool, SocketOptions

QUIET, DEAD, TRADES = "orderbook.50.QUIETUSDT", "orderbook.50.DEADUSDT", "publicTrade.QUIETUSDT"
# The link looks at its topics as often as it pings.
OPTIONS = SocketOptions(
    ping_interval_secs=0.02, pong_timeout_secs=5.0, backoff=Backoff(base_secs=0.01, cap_secs=0.02)
)


def book(topic: str) -> dict[str, Any]:
    data = {"s": topic.rpartition(".")[2], "b": [["1", "2"]], "a": [], "u": 7, "seq": 1}
    return {"topic": topic, "type": "snapshot", "ts": 1, "data": data}


async def answer_with_snapshots(socket: Socket, message: dict[str, Any]) -> bool:
    """Answer like a venue whose market is quiet: a snapshot after each subscription, and nothing else."""
    await answer(socket, message)
    if message["op"] == "subscribe":
        for topic in message["args"]:
            if topic != DEAD and topic.startswith("orderbook"):
                await socket.send(book(topic))
    return True


def quick(topic: str) -> Cadence | None:
    return Cadence(silence_secs=0.1, answer_secs=0.1) if topic.startswith("orderbook") else None


def public(
    venue: ScriptedVenue,
    on_message: Callable[[Any, int], None] = lambda _message, _ts_init: None,
    options: SocketOptions = OPTIONS,
    **extra: Any,
) -> BybitPublicWebSocket:
    return BybitPublicWebSocket(
        "linear",
        base_url=venue.ws_url("/v5/public"),
        on_message=on_message,
        options=options,
        cadence=quick,
        **extra,
    )


def test_a_quiet_market_is_asked_for_anew_and_keeps_its_connection() -> None:
    async def scenario() -> None:
        seen: list[Any] = []
        async with scripted_venue() as venue:
            venue.reply = answer_with_snapshots
            socket = public(venue, on_message=lambda message, _: seen.append(message))
            socket.subscribe(QUIET, TRADES)
            await socket.connect()
            await until(lambda: socket.renewal_count >= 2 and len(seen) > 2, "two renewals")
            assert socket.replacement_count == 0
            assert venue.connections["/v5/public/linear"] == 1
            asked = [topic for topics in venue.subscribed()[1:] for topic in topics]
            assert set(asked) == {QUIET}
            await socket.disconnect()

    asyncio.run(scenario())


def test_an_open_socket_with_a_dead_topic_is_replaced_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        silent: list[str] = []
        stale: list[tuple[str, ...]] = []
        async with scripted_venue() as venue:
            venue.reply = answer_with_snapshots
            socket = public(venue, on_silent=silent.append, on_stale=stale.append)
            socket.subscribe(QUIET, DEAD)
            await socket.connect()
            await until(lambda: silent, "the report of the silent topic")
            assert silent == [DEAD]
            assert set(stale[0]) >= {QUIET}
            renewals = socket.renewal_count
            # The healthy topic lives on, and the dead one costs no other connection.
            await until(lambda: socket.renewal_count > renewals, "another renewal of the quiet topic")
            assert socket.replacement_count == 1
            assert venue.connections["/v5/public/linear"] == 2
            await socket.disconnect()

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())
    assert f"{DEAD} fell silent and did not answer" in caplog.text
    assert f"{DEAD} is silent on a fresh connection too" in caplog.text


def test_a_pool_spreads_topics_and_loses_none_over_a_reconnect() -> None:
    async def scenario() -> None:
        seen: set[str] = set()
        topics = [f"orderbook.50.COIN{number}USDT" for number in range(7)]
        async with scripted_venue() as venue:
            venue.reply = answer_with_snapshots
            options = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02))
            pool = PublicSocketPool(
                lambda: public(venue, options=options, on_message=lambda message, _: seen.add(message.topic)),
                max_topics=3,
            )
            pool.subscribe(*topics[:4])
            await pool.connect()
            assert pool.is_live
            pool.subscribe(*topics[4:])
            await until(lambda: seen == set(topics), "a snapshot of every topic")
            assert [len(socket.confirmed_topics) for socket in pool.sockets] == [3, 3, 1]
            seen.clear()
            venue.sockets[1].cut()
            await until(lambda: len(seen) == 3 and pool.is_live, "the topics of the lost socket")
            assert set(pool.confirmed_topics) == set(topics)
            pool.unsubscribe(topics[0])
            pool.subscribe("orderbook.50.NEWUSDT")
            await until(lambda: "orderbook.50.NEWUSDT" in pool.confirmed_topics, "the new topic")
            assert len(pool.sockets) == 3
            pool.resubscribe(topics[6])
            await until(lambda: topics[6] in seen, "a fresh snapshot")
            await pool.disconnect()
            assert not pool.is_live
            await pool.connect()
            assert set(pool.confirmed_topics) == {*topics[1:], "orderbook.50.NEWUSDT"}
            await pool.disconnect()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_topics": 0}, "max_topics must be at least 1; it is 0."),
        ({"max_chars": 21_001}, "max_chars must be from 1 to 21,000; it is 21001."),
    ],
)
def test_limits_that_cannot_be(limits: dict[str, int], message: str) -> None:
    with pytest.raises(BybitConfigError, match=message):
        PublicSocketPool(lambda: pytest.fail("no socket is needed"), **limits)
