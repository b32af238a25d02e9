from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def venue() -> Iterator[dict[str, str]]:
    """Start the venue as a command and give what its start line says."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nautilus_bybit_adapter.sim", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    try:
        yield msgspec.json.decode(process.stdout.readline())
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(10) == 0
