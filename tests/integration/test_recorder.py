"""The recorder on a venue that cuts, refuses and mixes."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from archives import book_frame, plan_of, trade_frame
from nautilus_trader.model.data import OrderBookDelta
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from scripted_venue import ScriptedVenue, Socket, scripted_venue

from nautilus_bybit_adapter.errors import BybitConfigError, BybitConnectionError
from nautilus_bybit_adapter.history.recorder import Recorder, RecorderConfig
from nautilus_bybit_adapter.nt1.history import load_file
from nautilus_bybit_adapter.state.session import Backoff
from nautilus_bybit_adapter.transport.options import SocketOptions

TOPICS = ["orderbook.50.BTCUSDT", "publicTrade.BTCUSDT"]
LEVELS = ([("1.00", "1.000")], [("2.00", "1.000")])
QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.05))


def snapshot(u: int) -> str:
    return book_frame(u, u, *LEVELS, snapshot=True, depth=50)


class Kept:
    """Counts what has been kept."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def take(self, topic: str, _payload: bytes, _received_ns: int) -> None:
        self._frames.put_nowait(topic)

    async def until(self, count: int) -> None:
        """Wait for so many more frames."""
        async with asyncio.timeout(10):
            for _ in range(count):
                await self._frames.get()


def recorder_of(venue: ScriptedVenue, folder: Path, topics: dict[str, list[str]]) -> tuple[Recorder, Kept]:
    kept = Kept()
    public = venue.ws_url("/v5/public")
    config = RecorderConfig(folder=folder, topics=topics, public_url=public, options=QUICK)
    return Recorder(config, on_kept=kept.take), kept


def lines_of(folder: Path) -> dict[str, list[bytes]]:
    return {
        "_".join(path.name.split("_")[:2]): [
            line.partition(b" ")[2] for line in gzip.decompress(path.read_bytes()).splitlines()
        ]
        for path in sorted(folder.glob("*.frames.gz"))
    }


def test_a_cut_connection_is_a_marked_gap_and_an_empty_book(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            recorder, kept = recorder_of(venue, tmp_path, {"linear": TOPICS})
            await recorder.start()
            for frame in (snapshot(5), book_frame(6, 6, [("1.00", "3.000")], [], depth=50)):
                await venue.sockets[0].send(frame)
            await kept.until(2)
            venue.sockets[0].cut()
            await venue.until(
                lambda: venue.connections["/v5/public/linear"] == 2 and len(venue.subscribed()) == 2
            )
            await venue.sockets[-1].send(snapshot(90))
            await kept.until(1)
            await recorder.stop()
            assert recorder.gap_count == 1

    asyncio.run(scenario())
    ((name, lines),) = lines_of(tmp_path).items()
    assert name == "linear_BTCUSDT"
    assert [b'"topic":"gap"' in line for line in lines] == [False, False, True, False]
    (path,) = tmp_path.glob("*.frames.gz")
    report = load_file(plan_of(path, tmp_path / "cat"))
    assert [gap.reason for gap in report.gaps] == ["the connection was lost"]
    deltas: list[OrderBookDelta] = ParquetDataCatalog(str(tmp_path / "cat")).order_book_deltas()
    assert [delta.is_clear for delta in deltas] == [True, False, False, False, True, True, False, False]


def test_each_market_has_its_own_file_whatever_the_order_of_keys(tmp_path: Path) -> None:
    topics = {"linear": ["publicTrade.BTCUSDT", "publicTrade.ETHUSDT"], "spot": ["publicTrade.BTCUSDT"]}

    async def scenario() -> None:
        async with scripted_venue() as venue:
            recorder, kept = recorder_of(venue, tmp_path, topics)
            await recorder.start()
            sockets = {socket.path.rpartition("/")[2]: socket for socket in venue.sockets}
            await sockets["linear"].send(trade_frame(1, "1", "1", "a"))
            await sockets["linear"].send(trade_frame(2, "1", "1", "b", symbol="ETHUSDT"))
            await sockets["spot"].send('{"type":"snapshot","ts":1,"topic":"publicTrade.BTCUSDT","data":[]}')
            await kept.until(3)
            await recorder.stop()

    asyncio.run(scenario())
    found = lines_of(tmp_path)
    assert {name: len(lines) for name, lines in found.items()} == {
        "linear_BTCUSDT": 1,
        "linear_ETHUSDT": 1,
        "spot_BTCUSDT": 1,
    }


def test_a_venue_that_refuses_everything_leaves_no_file(tmp_path: Path) -> None:
    async def refuse(socket: Socket, message: dict[str, Any]) -> bool:
        if message.get("op") != "subscribe":
            return False
        await socket.send(
            {"success": False, "ret_msg": "handler not found", "op": "subscribe", "conn_id": "c"}
        )
        return True

    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.reply = refuse
            recorder, _ = recorder_of(venue, tmp_path, {"linear": ["orderbook.7.BTCUSDT"]})
            with pytest.raises(BybitConnectionError, match=r"orderbook\.7\.BTCUSDT"):
                await recorder.start()

    asyncio.run(scenario())
    assert not list(tmp_path.iterdir())


def test_a_disk_that_takes_no_more_ends_the_recording_with_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            recorder, kept = recorder_of(venue, tmp_path, {"linear": TOPICS})
            await recorder.start()
            await venue.sockets[0].send(snapshot(5))
            await kept.until(1)
            with monkeypatch.context() as patched:
                patched.setattr(os, "write", _full)
                await venue.sockets[0].send(snapshot(6))
                async with asyncio.timeout(10):
                    await recorder.wait()
            assert isinstance(recorder.error, OSError)
            await recorder.stop()

    def _full(_fd: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    asyncio.run(scenario())
    ((_, lines),) = lines_of(tmp_path).items()
    assert lines == [snapshot(5).encode()]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"topics": {}}, "topics is empty"),
        ({"topics": {"linear": TOPICS}, "rotate_bytes": 0}, "rotate_bytes is 0; it must be above 0"),
        ({"topics": {"linear": TOPICS}, "sync_secs": -1.0}, "sync_secs is -1.0"),
    ],
)
def test_a_wrong_setting_is_said(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BybitConfigError, match=sentence):
        RecorderConfig(folder=tmp_path, **options)
