"""Archives to framework objects and into a catalogue, beside the framework's own loader and wranglers.

The order book is Bybit's own archive repeated to 200 MB, with times and sequences that go on; the trades are a made-up
day. The framework's side gets a part of each, as it holds a hundred times the file in memory: rates are compared, in
megabytes of unpacked text for a second of processor time. Every measurement is a process of its own.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from edge import Result
from history_peer import deltas_of, perpetual
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.currencies import XRP
from nautilus_trader.model.enums import BookType
from recorded_data import ARCHIVE, FOLDER

from nautilus_bybit_adapter.nt1.history import BybitOrderBookDeltaDataLoader

HERE = Path(__file__).resolve().parent

BOOK_MB, BOOK_PART_MB = 200, 6
TRADES, TRADES_PART = 1_000_000, 100_000
ROUNDS = 3
SNAPSHOTS_LOOKED_AT = 40
BOOK_NAME = "2024-12-01_XRPUSDT_ob500.data.zip"
TRADES_NAME = "BTCUSDT2024-12-01.csv.gz"


def book_lines(archive: Path, megabytes: float) -> Iterator[bytes]:
    """Repeat an archive's frames; each repetition goes on where the last one ended, with a snapshot."""
    with zipfile.ZipFile(archive) as bundle:
        frames = [json.loads(line) for line in bundle.read(bundle.namelist()[0]).splitlines()]
    update, size, shift = frames[0]["data"]["u"], 0, 0
    span = frames[-1]["ts"] - frames[0]["ts"] + 100
    while size < megabytes * 1e6:
        for frame in frames:
            data = {**frame["data"], "u": update, "seq": frame["data"]["seq"] + 1000 * shift}
            moved = {**frame, "ts": frame["ts"] + shift, "data": data, "cts": frame["cts"] + shift}
            line = json.dumps(moved, separators=(",", ":")).encode() + b"\r\n"
            update += 1
            size += len(line)
            yield line
        shift += span


def trade_lines(count: int) -> Iterator[str]:
    """Return a day of trades in the columns of a contract's archive."""
    chance = random.Random(11)  # noqa: S311 - the same day each time
    price = 950_000
    yield "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n"
    for number in range(count):
        price += chance.randrange(-3, 4)
        side = "Buy" if chance.random() < 0.5 else "Sell"
        size = chance.randrange(1, 5000)
        seconds = 1_733_011_200 + 86_400 * number / count
        trade_id = f"{chance.getrandbits(128):032x}"
        yield (
            f"{seconds:.4f},BTCUSDT,{side},0.{size:04}"[:-1] + f",{price / 10:.2f},ZeroMinusTick,"
            f"{trade_id[:8]}-{trade_id[8:12]}-{trade_id[12:16]}-{trade_id[16:20]}-{trade_id[20:]},1,0.1,1\n"
        )


def write_files(archive: Path, folder: Path) -> None:
    """Write the whole files, and the parts that the framework's side can take."""
    for name, megabytes in (("whole", BOOK_MB), ("part", BOOK_PART_MB)):
        place = folder / name
        place.mkdir()
        with (
            zipfile.ZipFile(place / BOOK_NAME, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as bundle,
            bundle.open("book.data", "w") as text,
        ):
            text.writelines(book_lines(archive, megabytes))
    for name, count in (("whole", TRADES), ("part", TRADES_PART)):
        with gzip.open(folder / name / TRADES_NAME, "wt", compresslevel=5) as text:
            text.writelines(line for line in trade_lines(count) if line.split(",")[3].strip("0."))


def right_snapshots(path: Path, deltas: Iterable[Any]) -> int:
    """Return at how many of the first snapshots the framework's book has the archive's levels."""
    with zipfile.ZipFile(path) as bundle:
        frames = [json.loads(line) for line in bundle.read(bundle.namelist()[0]).splitlines()]
    snapshots = [each["data"] for each in frames if each["type"] == "snapshot"][:SNAPSHOTS_LOOKED_AT]
    wanted = {each["seq"]: each for each in snapshots}
    book, right = OrderBook(perpetual("XRPUSDT", XRP, "0.0001", "1").id, BookType.L2_MBP), 0
    for sequence, group in groupby(deltas, key=lambda delta: delta.sequence):
        for delta in group:
            book.apply_delta(delta)
        if (data := wanted.get(sequence)) is not None:
            sides = [[float(level.price) for level in levels] for levels in (book.bids(), book.asks())]
            bids = sorted((float(price) for price, _ in data["b"]), reverse=True)
            right += sides == [bids, sorted(float(price) for price, _ in data["a"])]
    return right


def measured(script: str, what: str, path: Path, folder: Path) -> dict[str, float]:
    """Run a measurement; its rate is of the unpacked text."""
    place = tempfile.mkdtemp(dir=folder)
    done = subprocess.run(
        [sys.executable, str(HERE / script), what, str(path), place],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "rate": text_size(path) / 1e6 / found["seconds"]}


def text_size(path: Path) -> int:
    """Return how much text is packed in a file, bytes."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as bundle:
            return bundle.infolist()[0].file_size
    with gzip.open(path) as text:
        return sum(len(block) for block in iter(lambda: text.read(1 << 20), b""))


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return every line of this bench."""
    if not (FOLDER / ARCHIVE).is_file():
        progress("there is no archive to load; name its folder with BYBIT_NT_DATA")
        return []
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(FOLDER / ARCHIVE, folder)
        for title, ours, peer, file in (
            ("book archive to deltas, one by one", "deltas", "objects", BOOK_NAME),
            ("book archive to deltas, a frame each", "frames", "objects", BOOK_NAME),
            ("trade archive to trades", "trades", "objects", TRADES_NAME),
            ("trade archive into a catalogue", "catalogue", "catalogue", TRADES_NAME),
            ("book archive into a catalogue", "catalogue", "catalogue", BOOK_NAME),
        ):
            mine = [measured("history_ours.py", ours, folder / "whole" / file, folder) for _ in range(ROUNDS)]
            theirs = [
                measured("history_peer.py", peer, folder / "part" / file, folder) for _ in range(ROUNDS)
            ]
            rates = [each["rate"] for each in mine]
            rate, peers = statistics.median(rates), statistics.median(each["rate"] for each in theirs)
            results.append(
                Result(title, "MB/cpu s", rate, peers, rate / peers, (max(rates) - min(rates)) / rate)
            )
            progress(f"{title}: {rate:,.1f} MB/s, peer {peers:,.2f} MB/s")
        # Of the last line, books into a catalogue.
        peaks = [max(each["peak_mb"] for each in side) for side in (mine, theirs)]
        title = f"peak memory, {BOOK_MB} MB of books (peer: {BOOK_PART_MB} MB)"
        results.append(Result(title, "MB", peaks[0], peaks[1], peaks[1] / peaks[0], 0.0))
        path = folder / "part" / BOOK_NAME
        own = BybitOrderBookDeltaDataLoader.deltas(path, perpetual("XRPUSDT", XRP, "0.0001", "1"))
        right = [right_snapshots(path, deltas) for deltas in (chain.from_iterable(own), deltas_of(path))]
        results.append(
            Result(f"books right at {SNAPSHOTS_LOOKED_AT} snapshots", "books", right[0], right[1], None, 0.0)
        )
        progress(
            f"{title}: {peaks[0]:,.0f} MB, peer {peaks[1]:,.0f} MB; right books {right[0]} and {right[1]}"
        )
    return results
