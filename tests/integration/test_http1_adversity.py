"""The connection pool against servers that misbehave byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
import uvloop
from raw_http import (
    Answer,
    Exchange,
    RawServer,
    raw_server,
    resetting,
    sending,
    sending_and_closing,
    silent,
    until,
    whole,
)

from nautilus_bybit_adapter.errors import BybitConnectionError, BybitTimeoutError, Outcome
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.exchange import ExchangeLost, HttpAnswer, HttpRequest
from nautilus_bybit_adapter.transport.http1.pool import ConnectionPool
from nautilus_bybit_adapter.wire import Credentials, PlaceOrder

# The loop of Python and the one the framework's node chooses.
RUNNERS: list[Callable[[Coroutine[Any, Any, None]], None]] = [asyncio.run, uvloop.run]

BODY = b'{"retCode":0,"result":{}}'
FINE = sending(whole(BODY))
GET = HttpRequest("GET", "/v5/market/time?a=b%2Cc", {})
POST = HttpRequest("POST", "/v5/order/create", {"Content-Type": "application/json"}, b'{"qty":"1"}')
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def run(
    scenario: Callable[[RawServer, ConnectionPool], Awaitable[None]],
    *answers: Answer,
    keep_secs: float = 15.0,
    limit: int = 100,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), raw_server(*answers) as server:
            pool = ConnectionPool(keep_secs=keep_secs, limit=limit)
            try:
                await scenario(server, pool)
            finally:
                await pool.close()
            assert pool.open_count == 0

    for runner in RUNNERS:
        runner(main())


async def ask(
    server: RawServer, pool: ConnectionPool, request: HttpRequest = GET, secs: float = 5.0
) -> HttpAnswer:
    return await pool.exchange(server.url, request, secs)


async def lose(
    server: RawServer, pool: ConnectionPool, request: HttpRequest = POST, secs: float = 5.0
) -> ExchangeLost:
    with pytest.raises(ExchangeLost) as lost:
        await ask(server, pool, request, secs)
    return lost.value


def test_requests_are_what_they_should_be_and_share_a_connection() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        for request in (GET, POST, GET):
            answer = await ask(server, pool, request)
            assert (answer.status, answer.body) == (200, BODY)
        assert server.connections == [0, 0, 0]
        get, post, _ = server.exchanges
        host = server.url.removeprefix("http://").encode()
        assert get.head.startswith(b"GET /v5/market/time?a=b%2Cc HTTP/1.1\r\nHost: " + host + b"\r\n")
        assert b"\r\nAccept-Encoding: gzip, deflate\r\n" in get.head
        assert b"Content-Length" not in get.head
        assert post.head.startswith(b"POST /v5/order/create HTTP/1.1\r\n")
        assert b"\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" in post.head
        assert post.body == POST.body

    run(scenario, FINE)


@pytest.mark.parametrize(
    "answer",
    [
        sending(*(bytes([each]) for each in whole(BODY))),
        sending(CHUNKED, b"19\r", b"\n" + BODY, b"\r\n0", b"\r\n\r\n"),
        sending(whole(gzip.compress(BODY), b"Content-Encoding: gzip")),
        sending(b"HTTP/1.1 100 Continue\r\n\r\n", whole(BODY)),
        sending_and_closing(b"HTTP/1.0 200 OK\r\n\r\n", BODY),
        sending_and_closing(whole(BODY, b"Connection: close")),
        sending(whole(BODY) + b"and more"),
        sending(whole(BODY) + whole(b"another")),
    ],
)
def test_an_answer_arrives_whole_whatever_its_form(answer: Answer) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        for _ in range(2):
            assert (await ask(server, pool, POST)).body == BODY

    run(scenario, answer)


@pytest.mark.parametrize(
    "answer",
    [
        sending(whole(BODY) + b"and more"),
        sending(whole(BODY) + whole(b"another")),
        sending(whole(BODY, b"Connection: close")),
        sending(whole(BODY, b"Keep-Alive: timeout=1")),
        sending(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    ],
)
def test_a_connection_that_cannot_be_trusted_is_not_used_again(answer: Answer) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool, POST)
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 1]

    run(scenario, answer, FINE)


def test_bytes_that_nobody_asked_for_end_an_idle_connection() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool)
        server.writers[0].write(whole(b"a trap"))
        await server.ended[0].wait()
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 1]

    run(scenario, FINE)


@pytest.mark.parametrize(
    "answer",
    [
        sending_and_closing(),
        resetting,
        sending_and_closing(b"HTTP/1.1 200"),
        sending_and_closing(whole(BODY)[:-1]),
        sending_and_closing(CHUNKED, b"19\r\n" + BODY + b"\r\n"),
        sending(CHUNKED, b"zz\r\n"),
        sending(CHUNKED, b"2\r\n{}}}"),
        sending(b"220 smtp ready\r\n"),
        sending(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
        sending(whole(BODY, b"Content-Encoding: br")),
        sending(whole(gzip.compress(BODY)[:-4], b"Content-Encoding: gzip")),
    ],
)
def test_an_order_whose_answer_is_lost_was_sent_once_and_may_exist(answer: Answer) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        lost = await lose(server, pool)
        assert lost.is_sent
        assert not lost.is_timeout
        assert len(server.exchanges) == 1
        # The next request finds a connection of its own.
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 1]

    run(scenario, answer, FINE)


@pytest.mark.parametrize("first", [sending_and_closing(), resetting])
def test_a_read_whose_connection_closes_without_a_byte_is_sent_once_more(first: Answer) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        assert (await ask(server, pool)).body == BODY
        assert server.connections == [0, 1]

    run(scenario, first, FINE)


def test_a_read_is_not_sent_a_third_time_nor_after_a_byte_of_its_answer() -> None:
    async def closing(server: RawServer, pool: ConnectionPool) -> None:
        assert (await lose(server, pool, GET)).is_stale
        assert server.connections == [0, 1]

    async def beginning(server: RawServer, pool: ConnectionPool) -> None:
        assert not (await lose(server, pool, GET)).is_stale
        assert server.connections == [0]

    run(closing, sending_and_closing())
    run(beginning, sending_and_closing(b"H"), FINE)


def test_an_order_on_a_kept_connection_that_is_known_to_be_closed_takes_a_new_one() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool)
        server.writers[0].transport.abort()
        await until(lambda: not pool.open_count)
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 1]
        assert [exchange.body for exchange in server.exchanges] == [b"", POST.body]

    run(scenario, FINE)


def test_an_idle_connection_is_kept_for_its_time_only() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool, POST)
        await asyncio.sleep(0.1)
        await ask(server, pool, POST)
        assert server.connections == [0, 1]

    run(scenario, FINE, keep_secs=0.05)


@pytest.mark.parametrize(
    "answer",
    [silent, sending(b"HTTP/1.1 200 OK\r\n"), sending(whole(BODY)[:-1]), sending(CHUNKED, b"19\r\n{")],
)
def test_a_slow_answer_ends_at_its_deadline_and_its_connection_with_it(answer: Answer) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        # On a connection that is there already nothing but the answer can be late.
        await ask(server, pool, POST)
        lost = await lose(server, pool, secs=0.1)
        assert (lost.is_sent, lost.is_timeout) == (True, True)
        await server.ended[0].wait()
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 0, 1]

    run(scenario, FINE, answer, FINE)


def test_an_answer_that_drips_ends_at_its_deadline_too() -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.send(CHUNKED)
        while True:
            await exchange.send(b"1\r\n \r\n")
            await asyncio.sleep(0.005)

    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool, POST)
        assert (await lose(server, pool, secs=0.15)).is_timeout

    run(scenario, FINE, drip)


def test_a_caller_that_leaves_takes_its_connection_along() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        task = asyncio.create_task(ask(server, pool, POST))
        await until(lambda: bool(server.exchanges))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.ended[0].wait()
        # What was meant for the one who left reaches nobody.
        assert (await ask(server, pool, POST)).body == BODY
        assert server.connections == [0, 1]

    run(scenario, sending(whole(b"not yours")[:-1]), FINE)


def test_requests_beyond_the_limit_wait_their_time() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        first = asyncio.create_task(ask(server, pool, POST))
        await until(lambda: bool(server.exchanges))
        lost = await lose(server, pool, secs=0.05)
        assert (lost.is_sent, lost.is_timeout) == (False, True)
        second = asyncio.create_task(ask(server, pool, POST))
        await asyncio.sleep(0)
        await server.exchanges[0].send(whole(BODY))
        assert (await first).body == (await second).body == BODY
        assert server.connections == [0, 0]

    run(scenario, silent, FINE, limit=1)


def test_who_leaves_the_queue_for_a_connection_takes_nobodys_place() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        first = asyncio.create_task(ask(server, pool, POST))
        await until(lambda: bool(server.exchanges))
        waiting = [asyncio.create_task(ask(server, pool, POST)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await server.exchanges[0].send(whole(BODY))
        await first
        # The second has its turn by now, and leaves in the very moment.
        waiting[1].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in results] == [True, True, False]
        assert (await ask(server, pool, POST)).body == BODY

    run(scenario, silent, FINE, limit=1)


def test_each_exchange_of_a_connection_has_its_own_deadline() -> None:
    async def late(exchange: Exchange) -> None:
        # Past the deadline of the exchange before.
        await asyncio.sleep(1.2)
        await exchange.send(whole(BODY))

    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        await ask(server, pool, POST, secs=10.0)
        await ask(server, pool, POST, secs=1.0)
        assert (await ask(server, pool, POST, secs=10.0)).body == BODY
        assert (await lose(server, pool, secs=0.1)).is_timeout
        assert server.connections == [0, 0, 0, 0]

    run(scenario, FINE, FINE, late, silent)


def test_many_at_once_keep_their_answers_apart() -> None:
    async def echo(exchange: Exchange) -> None:
        await exchange.send(whole(exchange.head.split(b" ")[1]))

    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        async def one(number: int) -> None:
            answer = await ask(server, pool, HttpRequest("GET", f"/{number}", {}))
            assert answer.body == f"/{number}".encode()

        await asyncio.gather(*(one(number) for number in range(200)))
        assert len(server.writers) <= 8

    run(scenario, echo, limit=8)


def test_nothing_is_sent_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

        async def main() -> None:
            pool = ConnectionPool()
            for base_url, is_unreachable in ((url, False), ("https://no-such-host.invalid", True)):
                with pytest.raises(ExchangeLost) as lost:
                    await pool.exchange(base_url, POST, 5.0)
                assert (lost.value.is_sent, lost.value.is_unreachable) == (False, is_unreachable)
            await pool.close()

        asyncio.run(main())


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", "/v5?a=b\r\nHost: evil", {}),
        HttpRequest("GET", "/v5?a= HTTP/1.1", {}),
        HttpRequest("GET", "/v5?a=é", {}),
        HttpRequest("GET", "/v5", {"X-BAPI-API-KEY": "key\r\nX-Other: 1"}),
        HttpRequest("GET", "/v5", {"X-BAPI-API-KEY": "ké"}),
    ],
)
def test_a_request_cannot_be_made_into_two(request_: HttpRequest) -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        assert not (await lose(server, pool, request_)).is_sent
        assert not server.exchanges

    run(scenario, FINE)


def test_closing_ends_what_is_under_way() -> None:
    async def scenario(server: RawServer, pool: ConnectionPool) -> None:
        waiting = asyncio.create_task(lose(server, pool, POST))
        await until(lambda: bool(server.exchanges))
        await pool.close()
        assert (await waiting).is_sent
        lost = await lose(server, pool, POST)
        assert not lost.is_sent
        assert len(server.exchanges) == 1

    run(scenario, silent)


ORDER = PlaceOrder(
    category="linear", symbol="BTCUSDT", side="Buy", order_type="Limit", qty="1", order_link_id="m-1"
)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (resetting, BybitConnectionError),
        (sending_and_closing(), BybitConnectionError),
        (sending_and_closing(whole(BODY)[:-1]), BybitConnectionError),
        (sending(b"HTTP/1.1 2"), BybitTimeoutError),
    ],
)
def test_an_order_through_the_client_is_never_sent_twice(answer: Answer, error: type[Exception]) -> None:
    def now() -> bytes:
        return whole(b'{"retCode":0,"result":{"timeSecond":"1","timeNano":"%d"},"time":1}' % time.time_ns())

    async def venue(exchange: Exchange) -> None:
        await (exchange.send(now()) if exchange.head.startswith(b"GET") else answer(exchange))

    async def main() -> None:
        async with raw_server(venue) as server:
            client = BybitHTTPClient(
                base_url=server.url,
                credentials=Credentials("key", "secret"),
                timeout_secs=1.0,
                backoff=Backoff(base_secs=0.001, cap_secs=0.002),
            )
            await client.open()
            with pytest.raises(error) as caught:
                await client.place_order(ORDER)
            assert isinstance(caught.value, BybitConnectionError | BybitTimeoutError)
            assert caught.value.outcome is Outcome.UNKNOWN
            assert sum(exchange.head.startswith(b"POST") for exchange in server.exchanges) == 1
            await client.close()

    for runner in RUNNERS:
        runner(main())
