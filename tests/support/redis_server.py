"""A Redis of a test's own, that a node keeps its cache in."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from venue_thread import eventually


@contextmanager
def redis_server(folder: Path) -> Iterator[int]:
    """Yield the port of a Redis, or skip the test where there is none to start."""
    command = shutil.which("redis-server")
    if command is None:
        pytest.skip("redis-server is not installed, so that there is no database to keep the cache in")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([command, *words], stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: _listens(port), "the start of Redis")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
