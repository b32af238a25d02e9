"""A file's text in blocks, unpacked as it is read."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitHistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 1 << 16
"""Bytes of text given out at a time: of a book they become twenty times as many bytes of rows."""

TABLE_BLOCK_BYTES = 1 << 18
"""The same of a table, whose rows are not much larger than their text."""

_DAMAGE = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as it lies on the disk, in hexadecimal.

    Raises
    ------
    BybitHistoryError
        If it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as e:
        raise BybitHistoryError(str(path), 0, f"cannot be read: {e.strerror or e}") from e


class TextBlocks:
    """The text of a ``.zip`` with one file, of a ``.gz``, or of a plain file, a block at a time.

    Parameters
    ----------
    path : Path
        The file.
    block_bytes : int, default BLOCK_BYTES
        Bytes of text given out at a time.
    is_torn_allowed : bool, default False
        Whether the text may end in the middle of packed data, as a recording that was cut off does; the blocks end
        there then, and `is_torn` says so.

    Attributes
    ----------
    is_torn : bool
        Whether the packed data ended too early.
    share : float
        How much of the file has been read, 0 to 1.
    """

    def __init__(self, path: Path, *, block_bytes: int = BLOCK_BYTES, is_torn_allowed: bool = False) -> None:
        self.path = path
        self.is_torn = False
        self.share = 0.0
        self._block_bytes = block_bytes
        self._is_torn_allowed = is_torn_allowed

    def __iter__(self) -> Iterator[bytes]:
        """Give the blocks out.

        Raises
        ------
        BybitHistoryError
            If the file cannot be read, is cut off or is damaged.
        """
        try:
            with self._opened() as (stream, place, total):
                while block := stream.read(self._block_bytes):
                    self.share = min(1.0, place.tell() / total) if total else 1.0
                    yield block
            self.share = 1.0
        except EOFError as e:
            if not self._is_torn_allowed:
                raise BybitHistoryError(str(self.path), 0, "is cut off: its packed data has no end") from e
            self.is_torn = True
        except _DAMAGE as e:
            raise BybitHistoryError(str(self.path), 0, f"is damaged: {e}") from e
        except OSError as e:
            raise BybitHistoryError(str(self.path), 0, f"cannot be read: {e.strerror or e}") from e

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], IO[bytes], int]]:
        """Open the text; what tells how far it is read, and how far that goes."""
        size = self.path.stat().st_size
        if self.path.suffix == ".zip":
            with zipfile.ZipFile(self.path) as bundle:
                members = bundle.infolist()
                if len(members) != 1:
                    raise BybitHistoryError(
                        str(self.path), 0, f"one file is expected in it; it has {len(members)}"
                    )
                with bundle.open(members[0]) as text:
                    yield text, text, members[0].file_size
        elif self.path.suffix == ".gz":
            with self.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as text:
                yield text, packed, size  # type: ignore[misc]  # a GzipFile reads as a stream does
        else:
            with self.path.open("rb") as text:
                yield text, text, size
