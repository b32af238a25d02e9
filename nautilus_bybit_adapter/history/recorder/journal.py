"""One file of a recording while it is written, and what becomes of it.

Lines go to the operating system at once and unpacked, so that nothing of them is lost when the process is killed; the
file is packed when it is full. Only a whole ``*.frames.gz`` ever carries that name.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PART_SUFFIX = ".frames.part"
_PACKED_SUFFIX = ".frames.gz"
_COPY_BYTES = 1 << 20
_TAIL_BYTES = 1 << 16


class Journal:
    """A file that takes lines.

    Parameters
    ----------
    path : Path
        Where it is to lie; it ends with `.frames.part`, and must not exist.

    Attributes
    ----------
    size : int
        Bytes written.
    line_count : int
        Lines written.
    last_ns : int
        The receive time of the last line, UNIX nanoseconds.
    is_dirty : bool
        Whether something was written since the last `sync`.

    Raises
    ------
    OSError
        If it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.size = 0
        self.line_count = 0
        self.last_ns = 0
        self.is_dirty = False

    def write(self, received_ns: int, line: bytes) -> None:
        """Hand a line to the operating system.

        Parameters
        ----------
        received_ns : int
            Its receive time, UNIX nanoseconds.
        line : bytes
            All of it, with its end.

        Raises
        ------
        OSError
            If it was not taken whole; what was taken of it is removed.
        """
        try:
            written = os.write(self._fd, line)
        except OSError:
            os.ftruncate(self._fd, self.size)
            raise
        if written != len(line):
            os.ftruncate(self._fd, self.size)
            raise OSError(f"{self.path}: only {written} of {len(line)} bytes were written; is the disk full?")
        self.size += written
        self.line_count += 1
        self.last_ns = received_ns
        self.is_dirty = True

    def sync(self) -> None:
        """Have everything written reach the disk."""
        self.is_dirty = False
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Pack what was written; a file without a line goes."""
        os.close(self._fd)
        seal(self.path)


def seal(path: Path) -> Path | None:
    """Pack a journal that nobody writes to, and return the recording, or None where nothing was in it.

    Raises
    ------
    OSError
        If there is no room; the journal is kept then.
    """
    if path.stat().st_size == 0:
        path.unlink()
        return None
    target = path.with_name(path.name.removesuffix(PART_SUFFIX) + _PACKED_SUFFIX)
    if not target.exists():
        unfinished = target.with_name(target.name + ".tmp")
        with (
            path.open("rb") as lines,
            unfinished.open("wb") as sink,
            gzip.GzipFile("", "wb", 6, sink, mtime=0) as packed,
        ):
            shutil.copyfileobj(lines, packed, _COPY_BYTES)
            packed.close()
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.replace(target)
    path.unlink()
    return target


def recover(folder: Path) -> dict[str, int]:
    """Make recordings of the journals that a process left behind; those of a living one are left alone.

    A line that was cut off is dropped.

    Returns
    -------
    dict of str to int
        For each market that was recorded, as its files begin, the last receive time, UNIX nanoseconds.

    Raises
    ------
    OSError
        If there is no room, or a file cannot be read.
    """
    found: dict[str, int] = {}
    for path in sorted(folder.glob(f"*{PART_SUFFIX}")):
        fd = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(fd, _whole_size(fd))
            last_ns = _last_time(fd)
        except BlockingIOError:
            continue
        finally:
            os.close(fd)
        seal(path)
        if last_ns:
            found[market_of(path)] = last_ns
    return found


def market_of(path: Path) -> str:
    """Return how the names of a market's files begin, such as `linear_BTCUSDT`."""
    return "_".join(path.name.split("_")[:2])


def _whole_size(fd: int) -> int:
    """Return where the last whole line ends."""
    end = os.fstat(fd).st_size
    while end:
        start = max(0, end - _TAIL_BYTES)
        place = os.pread(fd, end - start, start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _last_time(fd: int) -> int:
    """Return the time at the beginning of the last line, 0 where there is none."""
    size = os.fstat(fd).st_size
    end = max(0, size - 1)
    start = 0
    while end:
        begin = max(0, end - _TAIL_BYTES)
        place = os.pread(fd, end - begin, begin).rfind(b"\n")
        if place >= 0:
            start = begin + place + 1
            break
        end = begin
    stamp = os.pread(fd, 20, start).split(b" ")[0]
    return int(stamp) if stamp.isdigit() else 0
