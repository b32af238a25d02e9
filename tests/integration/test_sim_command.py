"""`python -m nautilus_bybit_adapter.sim` as a user starts it."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from rsa_pair import public_pem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "nautilus_bybit_adapter.sim"]


@contextmanager
def started(*args: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    process = subprocess.Popen([*COMMAND, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def fetched(url: str) -> dict[str, Any]:
    with urlopen(url) as response:  # noqa: S310 - the URL the venue printed
        return dict(json.load(response))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_then_silence_until_the_signal(number: signal.Signals) -> None:
    with started("--balance", "USDT=5000", "--balance", "SOL=3") as (process, ready):
        assert list(ready) == [
            "rest",
            "ws_public",
            "ws_private",
            "ws_trade",
            "api_key",
            "api_secret",
            "symbols",
        ]
        assert (ready["api_key"], ready["api_secret"]) == ("sim-key", "sim-secret")
        assert fetched(f"{ready['rest']}/v5/market/time")["retCode"] == 0
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def recording(tmp_path: Path, *, damaged: bool) -> Path:
    levels = {"s": "BTCUSDT", "b": [["86000", "1"]], "a": [["86000.1", "1"]], "u": 1, "seq": 1}
    frame = {"topic": "orderbook.200.BTCUSDT", "type": "snapshot", "ts": 1, "data": levels, "cts": 1}
    late = json.dumps(frame | {"cts": 300, "type": "delta"})
    lines = [f"1000000 {json.dumps(frame)}", "900000000 {" if damaged else f"300000000 {late}"]
    path = tmp_path / "linear_BTCUSDT.frames.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def failure(*args: str) -> str:
    done = subprocess.run([*COMMAND, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode not in {0, -signal.SIGKILL}
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_recording_is_replayed_and_its_last_book_stays(tmp_path: Path) -> None:
    path = recording(tmp_path, damaged=False)
    with started("--replay", str(path), "--speed", "100", "--market", "quiet") as (_, ready):
        book = fetched(f"{ready['rest']}/v5/market/orderbook?category=linear&symbol=BTCUSDT")["result"]
        assert book["b"] == [["86000.00", "1.000"]]


def test_damage_found_while_serving_ends_it_with_one_sentence(tmp_path: Path) -> None:
    path = recording(tmp_path, damaged=True)
    assert f"{path}, line 2: not JSON" in failure("--replay", str(path))


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--replay", "absent.frames.gz"], "there is no such file"),
        (["--host", "192.0.2.1"], "--allow-remote"),
        (["--speed", "0"], "speed must be above 0"),
        (["--balance", "USDT"], "--balance expects COIN=AMOUNT, got 'USDT'"),
        (["--balance", "USDT=x"], "--balance expects COIN=AMOUNT"),
        (["--balance", "USDT=-1"], "must not be negative"),
        (["--port", "99999"], "port must be from 0 to 65535"),
        (["--port", "x"], "x"),
        (["--what"], "--what"),
        (["--max-request-bytes", "0"], "0 is not in the range 1<=x<=1073741824"),
        (["--max-topics", "many"], "--max-topics"),
        (["--rsa-public-key", "absent.pem"], "absent.pem: cannot be read: No such file or directory"),
    ],
)
def test_wrong_starts_say_why_in_one_sentence(args: list[str], text: str) -> None:
    stderr = failure(*args)
    assert text in stderr
    assert len(stderr.strip().splitlines()) <= 4


def test_bounds_and_a_public_key_come_from_the_command_line(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(public_pem())
    args = ("--market", "quiet", "--max-request-bytes", "100", "--rsa-public-key", str(key))
    with started(*args) as (_, ready):
        assert ready["api_secret"] == ""
        long = Request(f"{ready['rest']}/v5/order/create", data=b"x" * 101, method="POST")  # noqa: S310 - as above
        with pytest.raises(HTTPError) as refused:
            urlopen(long)  # noqa: S310 - the same
        assert refused.value.code == 413
        refused.value.close()


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}" in failure("--port", port)
