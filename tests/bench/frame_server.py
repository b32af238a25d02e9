"""Sends pre-encoded public frames from a process of its own.

``python frame_server.py FRAMES TOPICS RATE REPEAT`` reads JSON lines and prints its port. To each client, once it has
subscribed to TOPICS topics, it sends every frame, the whole file REPEAT times: as fast as the socket takes them where
RATE is 0, else RATE a second with random gaps. The times of the writes (`time.monotonic_ns`) are left in FRAMES.sent,
as 64-bit integers, when all are written.
"""

from __future__ import annotations

import array
import base64
import hashlib
import json
import random
import socket
import sys
import time
from pathlib import Path

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT = 0x81
CHUNK = 1 << 18
LEAD_NS = 100_000_000


def frame(payload: bytes) -> bytes:
    """Return an unmasked text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload


class Client:
    """A connection whose handshake is done."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._reader = connection.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._exactly(1)
        key = next(
            line.split(b":", 1)[1].strip()
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key")
        )
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()  # noqa: S324 - what RFC 6455 asks for
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )

    def _exactly(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) != size:
            raise ConnectionError("the client is gone")
        return data

    def _read_payload(self) -> bytes:
        """Return the payload of a client's masked frame."""
        _, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(self._exactly(2), "big")
        mask = self._exactly(4)
        payload = self._exactly(size)
        return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))

    def await_topics(self, count: int) -> None:
        """Acknowledge subscriptions until there are enough of them."""
        topics: set[str] = set()
        while len(topics) < count:
            request = self._read_payload()
            if b'"subscribe"' not in request:
                continue
            decoded = json.loads(request)
            topics.update(decoded["args"])
            ack = {
                "success": True,
                "ret_msg": "",
                "conn_id": "bench",
                "req_id": decoded.get("req_id", ""),
                "op": "subscribe",
            }
            self.connection.sendall(frame(json.dumps(ack).encode()))

    def read_to_end(self) -> None:
        """Return when the client has gone."""
        while self.connection.recv(1 << 16):
            pass


def send_flat_out(connection: socket.socket, blob: memoryview, repeat: int) -> None:
    """Send everything as fast as it is taken."""
    for _ in range(repeat):
        for start in range(0, len(blob), CHUNK):
            connection.sendall(blob[start : start + CHUNK])


def send_paced(connection: socket.socket, frames: list[bytes], rate: float) -> array.array[int]:
    """Send each frame at its time, with random gaps; return the times of the writes."""
    chance = random.Random(11)  # noqa: S311 - the same gaps each time
    sent = array.array("q")
    due = time.monotonic_ns() + LEAD_NS
    for each in frames:
        wait = due - time.monotonic_ns()
        if wait > 0:
            time.sleep(wait / 1e9)
        sent.append(time.monotonic_ns())
        connection.sendall(each)
        due += int(chance.expovariate(rate) * 1e9)
    return sent


def main() -> None:
    """Serve one client after another until the process is ended."""
    path, topics, rate, repeat = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    frames = [frame(line) for line in path.read_bytes().splitlines()]
    blob = memoryview(b"".join(frames))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            client = Client(connection)
            client.await_topics(topics)
            if rate:
                sent = send_paced(connection, frames, rate)
                unfinished = path.with_suffix(".part")
                unfinished.write_bytes(sent.tobytes())
                unfinished.rename(path.with_suffix(".sent"))
            else:
                send_flat_out(connection, blob, repeat)
            client.read_to_end()
        except OSError:
            pass
        finally:
            connection.close()


if __name__ == "__main__":
    main()
