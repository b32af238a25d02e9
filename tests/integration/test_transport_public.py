from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from scripted_venue import ScriptedVenue, Socket, scripted_venue

from nautilus_bybit_adapter.errors import BybitConfigError, BybitConnectionError
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.transport import BybitPublicWebSocket, SocketOptions
from nautilus_bybit_adapter.wire import OrderbookMessage

PATH = "/v5/public/linear"
QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02), step_timeout_secs=5.0)


def book(topic: str, u: int, kind: str = "snapshot") -> dict[str, Any]:
    return {
        "topic": topic,
        "type": kind,
        "ts": 1,
        "data": {"s": "BTCUSDT", "b": [["1", "2"]], "a": [], "u": u},
    }


class Consumer:
    """Keeps what a socket tells."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[Any, int]] = asyncio.Queue()
        self.lives: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self.stales: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self.refused: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def socket(
        self, venue: ScriptedVenue, category: str = "linear", options: SocketOptions = QUICK, **extra: Any
    ) -> BybitPublicWebSocket:
        return BybitPublicWebSocket(
            category,
            base_url=venue.ws_url("/v5/public"),
            on_message=lambda message, ts: self.messages.put_nowait((message, ts)),
            on_live=self.lives.put_nowait,
            on_stale=self.stales.put_nowait,
            on_refused=lambda topic, text: self.refused.put_nowait((topic, text)),
            options=options,
            **extra,
        )


async def soon[T](queue: asyncio.Queue[T]) -> T:
    async with asyncio.timeout(10):
        return await queue.get()


def test_a_frame_arrives_with_the_clocks_stamp() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(venue, clock_ns=lambda: 1_234)
            socket.subscribe("orderbook.50.BTCUSDT")
            await socket.connect()
            assert socket.is_live
            assert socket.confirmed_topics == ("orderbook.50.BTCUSDT",)
            await venue.sockets[0].send(book("orderbook.50.BTCUSDT", 5))
            message, ts_init = await soon(consumer.messages)
            assert isinstance(message, OrderbookMessage)
            assert (message.data.u, ts_init) == (5, 1_234)
            await socket.disconnect()
            assert not socket.is_live
            await venue.until(lambda: not venue.sockets)

    asyncio.run(scenario())


def test_a_lost_connection_comes_back_with_all_topics() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(venue)
            socket.subscribe("orderbook.50.BTCUSDT", "publicTrade.BTCUSDT")
            await socket.connect()
            await soon(consumer.lives)
            socket.subscribe("tickers.BTCUSDT")
            await venue.until(lambda: ["tickers.BTCUSDT"] in venue.subscribed())
            venue.messages.clear()
            venue.sockets[0].cut()
            stale = await soon(consumer.stales)
            assert {"orderbook.50.BTCUSDT", "publicTrade.BTCUSDT"} <= set(stale)
            confirmed = await soon(consumer.lives)
            assert venue.subscribed() == [["orderbook.50.BTCUSDT", "publicTrade.BTCUSDT", "tickers.BTCUSDT"]]
            assert len(confirmed) == 3
            assert socket.connection_count == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_close_frame_is_a_loss_too() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(venue)
            await socket.connect()
            await soon(consumer.lives)
            await venue.sockets[0].ws.close(code=1012)
            await soon(consumer.lives)
            assert venue.connections[PATH] == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_silent_venue_is_dead_at_the_pong_deadline() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:

            async def no_pong(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "ping" and socket.number == 1:
                    # Data flows on: it is no answer.
                    await socket.send(book("orderbook.50.BTCUSDT", 9, "delta"))
                    return True
                return False

            venue.reply = no_pong
            options = SocketOptions(
                ping_interval_secs=0.05, pong_timeout_secs=0.2, backoff=Backoff(base_secs=0.01, cap_secs=0.02)
            )
            socket = consumer.socket(venue, options=options)
            socket.subscribe("orderbook.50.BTCUSDT")
            await socket.connect()
            await soon(consumer.lives)
            await soon(consumer.stales)
            await soon(consumer.lives)
            pings = sum(message["op"] == "ping" for _, message in venue.messages)
            # The second connection is answered and stays.
            await venue.until(lambda: sum(m["op"] == "ping" for _, m in venue.messages) > pings + 8)
            assert venue.connections[PATH] == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_one_bad_topic_does_not_cost_the_others() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:

            async def strict(socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "subscribe" and "tickers.NOPE" in message["args"]:
                    text = "error:handler not found,topic:tickers.NOPE"
                    await socket.send(
                        {"success": False, "ret_msg": text, "op": "subscribe", "req_id": message["req_id"]}
                    )
                    return True
                return False

            venue.reply = strict
            socket = consumer.socket(venue)
            good = [f"tickers.S{n}" for n in range(5)]
            socket.subscribe(*good[:3], "tickers.NOPE", *good[3:])
            await socket.connect()
            assert set(socket.confirmed_topics) == set(good)
            topic, text = await soon(consumer.refused)
            assert (topic, text) == ("tickers.NOPE", "error:handler not found,topic:tickers.NOPE")
            assert venue.subscribed().count(["tickers.NOPE"]) == 3
            await socket.disconnect()

    asyncio.run(scenario())


def test_spot_asks_for_ten_topics_at_a_time() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = Consumer().socket(venue, "spot")
            socket.subscribe(*(f"tickers.S{n}" for n in range(23)))
            await socket.connect()
            assert [len(args) for args in venue.subscribed()] == [10, 10, 3]
            assert len(socket.confirmed_topics) == 23
            await socket.disconnect()

    asyncio.run(scenario())


def test_resubscribing_touches_that_topic_alone() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = Consumer().socket(venue)
            socket.subscribe("orderbook.50.BTCUSDT", "orderbook.50.ETHUSDT")
            await socket.connect()
            venue.messages.clear()
            socket.resubscribe("orderbook.50.BTCUSDT")
            await venue.until(lambda: len(venue.messages) == 2)
            assert [(m["op"], m["args"]) for _, m in venue.messages] == [
                ("unsubscribe", ["orderbook.50.BTCUSDT"]),
                ("subscribe", ["orderbook.50.BTCUSDT"]),
            ]
            assert socket.is_live
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_message_in_fragments_is_put_together() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(venue)
            await socket.connect()
            raw = json.dumps(book("orderbook.50.BTCUSDT", 77)).encode()
            venue_end = venue.sockets[0].ws
            writer = venue_end._writer
            assert writer is not None
            # Text without FIN, two continuations, the last with FIN, and a ping in between.
            for head, part in ((0x01, raw[:20]), (0x00, raw[20:50]), (0x89, b"hi"), (0x80, raw[50:])):
                writer.transport.write(bytes([head, len(part)]) + part)
            message, _ = await soon(consumer.messages)
            assert message.data.u == 77
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_bad_frame_is_counted_and_the_next_one_read(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(venue)
            await socket.connect()
            for bad in ('{"topic":"orderbook.50.BTCUSDT","data":', '{"topic":"orderbook.50.X","ts":1}'):
                await venue.sockets[0].send(bad)
            await venue.sockets[0].send(book("orderbook.50.BTCUSDT", 3))
            message, _ = await soon(consumer.messages)
            assert message.data.u == 3
            assert socket.bad_frame_count == 2
            assert socket.is_live
            await socket.disconnect()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "orderbook.50.X" in caplog.text


def test_a_failing_consumer_costs_one_frame() -> None:
    async def scenario() -> None:
        seen: asyncio.Queue[int] = asyncio.Queue()

        def consume(message: Any, _ts_init: int) -> None:
            if message.data.u == 1:
                raise KeyError("consumer")
            seen.put_nowait(message.data.u)

        async with scripted_venue() as venue:
            socket = BybitPublicWebSocket(
                "linear", base_url=venue.ws_url("/v5/public"), on_message=consume, options=QUICK
            )
            await socket.connect()
            await venue.sockets[0].send(book("orderbook.50.X", 1))
            await venue.sockets[0].send(book("orderbook.50.X", 2))
            assert await soon(seen) == 2
            assert (socket.bad_frame_count, socket.connection_count) == (1, 1)
            await socket.disconnect()

    asyncio.run(scenario())


def test_nobody_there_is_one_clear_error() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            url = venue.ws_url("/v5/public")
        socket = BybitPublicWebSocket("linear", base_url=url, on_message=lambda *_: None, options=QUICK)
        with pytest.raises(BybitConnectionError, match="was not live within"):
            await socket.connect(timeout_secs=0.3)
        assert not socket.is_live

    asyncio.run(scenario())


def test_it_connects_again_after_a_disconnect() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            socket = Consumer().socket(venue)
            socket.subscribe("tickers.BTCUSDT")
            for round_number in (1, 2):
                await socket.connect()
                assert socket.confirmed_topics == ("tickers.BTCUSDT",)
                await socket.disconnect()
                await socket.disconnect()
                assert venue.connections[PATH] == round_number

    asyncio.run(scenario())


def test_it_waits_for_a_venue_that_comes_late() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            port = int(venue.url.rpartition(":")[2])
        consumer = Consumer()
        socket = consumer.socket(venue)
        connecting = asyncio.create_task(socket.connect(timeout_secs=10))
        await asyncio.sleep(0)
        async with scripted_venue(port):
            await connecting
            assert socket.is_live
            await socket.disconnect()

    asyncio.run(scenario())


def test_no_answer_to_subscribe_starts_over() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:

            async def deaf_at_first(socket: Socket, message: dict[str, Any]) -> bool:
                return message["op"] == "subscribe" and socket.number == 1

            venue.reply = deaf_at_first
            options = SocketOptions(
                step_timeout_secs=0.2, backoff=Backoff(base_secs=0.01, cap_secs=0.02), ping_interval_secs=20
            )
            socket = consumer.socket(venue, options=options)
            socket.subscribe("tickers.BTCUSDT")
            await socket.connect()
            assert venue.connections[PATH] >= 1
            assert socket.confirmed_topics == ("tickers.BTCUSDT",)
            await socket.disconnect()

    asyncio.run(scenario())


@pytest.mark.parametrize("status", [403, 404, 429, 502])
def test_an_upgrade_that_is_refused_is_tried_again(status: int) -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            venue.upgrade_status = status
            socket = consumer.socket(venue)
            connecting = asyncio.create_task(socket.connect())
            await venue.until(lambda: venue.connections[PATH] >= 2)
            venue.upgrade_status = 0
            await connecting
            assert socket.is_live
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_host_that_accepts_and_says_nothing_is_given_up() -> None:
    async def scenario() -> None:
        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            socket = BybitPublicWebSocket(
                "linear",
                base_url=f"ws://127.0.0.1:{port}/v5/public",
                on_message=lambda *_: None,
                options=SocketOptions(connect_timeout_secs=0.1, backoff=Backoff(base_secs=0.01)),
            )
            with pytest.raises(BybitConnectionError, match="cannot connect"):
                await socket.connect(timeout_secs=0.4)

    asyncio.run(scenario())


def test_disconnecting_ends_the_attempts_at_once() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            socket = consumer.socket(
                venue, options=SocketOptions(backoff=Backoff(base_secs=1000.0, cap_secs=1000.0))
            )
            await socket.connect()
            venue.sockets[0].cut()
            await soon(consumer.stales)
            async with asyncio.timeout(5):
                await socket.disconnect()
            assert venue.connections[PATH] == 1

    asyncio.run(scenario())


def test_a_frame_larger_than_allowed_starts_over() -> None:
    async def scenario() -> None:
        consumer = Consumer()
        async with scripted_venue() as venue:
            options = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02), max_frame_size=1000)
            socket = consumer.socket(venue, options=options)
            await socket.connect()
            await soon(consumer.lives)
            await venue.sockets[0].send("x" * 2000)
            await soon(consumer.lives)
            assert venue.connections[PATH] == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_consumer_that_fails_when_told_of_a_loss_does_not_stop_the_reconnect() -> None:
    async def scenario() -> None:
        lives: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

        def fail(_topics: tuple[str, ...]) -> None:
            raise KeyError("consumer")

        async with scripted_venue() as venue:
            socket = BybitPublicWebSocket(
                "linear",
                base_url=venue.ws_url("/v5/public"),
                on_message=lambda *_: None,
                on_live=lives.put_nowait,
                on_stale=fail,
                options=QUICK,
            )
            await socket.connect()
            await soon(lives)
            venue.sockets[0].cut()
            await soon(lives)
            await socket.disconnect()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("ws://127.0.0.1:1/v5/public", "ws://127.0.0.1:1/v5/public/linear"),
        ("ws://localhost:1/v5/public/linear/", "ws://localhost:1/v5/public/linear"),
        ("wss://example.com/v5/public", "wss://example.com/v5/public/linear"),
        (None, "wss://stream-testnet.bybit.com/v5/public/linear"),
    ],
)
def test_addresses(base_url: str | None, url: str) -> None:
    assert BybitPublicWebSocket("linear", base_url=base_url, on_message=lambda *_: None).url == url


@pytest.mark.parametrize(
    ("category", "base_url"),
    [("linear", "ws://example.com/v5/public"), ("linear", "http://127.0.0.1:1"), ("futures", None)],
)
def test_addresses_that_are_refused(category: str, base_url: str | None) -> None:
    with pytest.raises(BybitConfigError):
        BybitPublicWebSocket(category, base_url=base_url, on_message=lambda *_: None)
