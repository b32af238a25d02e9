"""Sends pre-encoded public frames as fast as the socket takes them, from a process of its own.

``python frame_server.py FRAMES`` reads JSON lines, prints its port, and to each client that connects sends, once the
client has said something, an acknowledgement of every subscription and then all frames.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import sys
from pathlib import Path

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT = 0x81
CHUNK = 1 << 18


def frame(payload: bytes) -> bytes:
    """Return an unmasked text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """Return the payload of a client's masked frame."""
    _, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, blob: bytes) -> None:
    """Shake hands, acknowledge, send everything."""
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(
        line.split(b":", 1)[1].strip()
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key")
    )
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()  # noqa: S324 - what RFC 6455 asks for
    writer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
    )
    try:
        while True:
            request = await read_frame(reader)
            if b'"subscribe"' not in request:
                continue
            req_id = json.loads(request).get("req_id", "")
            ack = {"success": True, "ret_msg": "", "conn_id": "bench", "req_id": req_id, "op": "subscribe"}
            writer.write(frame(json.dumps(ack).encode()))
            for start in range(0, len(blob), CHUNK):
                writer.write(blob[start : start + CHUNK])
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Serve until the process is ended."""
    blob = b"".join(frame(line) for line in Path(sys.argv[1]).read_bytes().splitlines())
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, blob), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
