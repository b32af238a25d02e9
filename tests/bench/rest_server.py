"""Answers REST requests with prebuilt bodies, from a process of its own, so that the venue is not what is measured.

``python rest_server.py ANSWERS`` reads a JSON object of targets to bodies, prints its port, and answers every request
in the order of its connection. A target is a path, or a path with the category and the cursor of a list:
``/v5/market/instruments-info?category=linear&cursor=``. It checks no signature.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

END = b"\r\n\r\n"
UNKNOWN = b'{"retCode":10001,"retMsg":"no such answer","result":{},"retExtInfo":{},"time":1}'


class Answers(asyncio.Protocol):
    """One client connection; requests have no body or say how long it is."""

    def __init__(self, bodies: dict[bytes, bytes]) -> None:
        self._bodies = bodies
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while (end := self._buffer.find(END)) >= 0:
            head = self._buffer[:end]
            at = head.lower().find(b"content-length:")
            size = int(head[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + size:
                return
            self._buffer = self._buffer[end + 4 + size :]
            assert self._transport is not None
            self._transport.write(self._answer(head.split(b" ", 2)[1]))

    def _answer(self, target: bytes) -> bytes:
        path, _, query = target.partition(b"?")
        body = self._bodies.get(path) or self._bodies.get(_listed(path, query), UNKNOWN)
        if path == b"/v5/market/time":
            now = time.time_ns()
            result = {"timeSecond": str(now // 10**9), "timeNano": str(now)}
            body = json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "time": now // 10**6}).encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        ) + body


def _listed(path: bytes, query: bytes) -> bytes:
    given = dict(pair.split(b"=", 1) for pair in query.split(b"&") if b"=" in pair)
    return b"%s?category=%s&cursor=%s" % (path, given.get(b"category", b""), given.get(b"cursor", b""))


async def main() -> None:
    """Serve until the process is ended."""
    stored = json.loads(Path(sys.argv[1]).read_bytes())
    bodies = {target.encode(): body.encode() for target, body in stored.items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answers(bodies), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
