"""A TCP server that answers HTTP with the bytes a test gives it, and notes what each connection carried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

type Answer = Callable[[Exchange], Awaitable[None]]

END = b"\r\n\r\n"


class Exchange:
    """The server's side of one request."""

    def __init__(self, head: bytes, body: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        self.head = head
        self.body = body
        self.connection = connection
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        """Send each part by itself."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(0)

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        self.writer.transport.abort()


class RawServer:
    """Answers each request with the next of the given answers, the last one for ever."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.exchanges: list[Exchange] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.ended: list[asyncio.Event] = []
        self.url = ""

    @property
    def connections(self) -> list[int]:
        """Which connection each request came on."""
        return [exchange.connection for exchange in self.exchanges]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.writers)
        self.writers.append(writer)
        self.ended.append(asyncio.Event())
        try:
            while True:
                head = await reader.readuntil(END)
                size = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.lower().split(b"\r\n")
                        if line.startswith(b"content-length:")
                    ),
                    0,
                )
                exchange = Exchange(head, await reader.readexactly(size), number, writer)
                self.exchanges.append(exchange)
                await self.answers[min(len(self.exchanges), len(self.answers)) - 1](exchange)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended[number].set()
            writer.close()


@asynccontextmanager
async def raw_server(*answers: Answer) -> AsyncIterator[RawServer]:
    """Serve on a port of this machine."""
    venue = RawServer(list(answers))
    server = await asyncio.start_server(venue.serve, "127.0.0.1", 0)
    venue.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield venue
    finally:
        server.close()
        for writer in venue.writers:
            writer.transport.abort()
        await server.wait_closed()


async def until(is_true: Callable[[], bool]) -> None:
    """Let the event loop turn until something is so."""
    while not is_true():  # noqa: ASYNC110 - the sockets of both sides turn in this loop
        await asyncio.sleep(0)


def sending(*parts: bytes) -> Answer:
    """Answer with these bytes, part by part."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(*parts)

    return answer


def sending_and_closing(*parts: bytes) -> Answer:
    """Answer with these bytes, and close."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(*parts)
        exchange.close()

    return answer


async def resetting(exchange: Exchange) -> None:
    """Reset the connection in place of an answer."""
    exchange.reset()


async def silent(_exchange: Exchange) -> None:
    """Answer nothing."""


def whole(body: bytes, *headers: bytes) -> bytes:
    """Return an answer with its length."""
    lines = b"".join(line + b"\r\n" for line in headers)
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (lines, len(body), body)
