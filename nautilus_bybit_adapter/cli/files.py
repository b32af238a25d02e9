"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nautilus_bybit_adapter.errors import BybitConfigError


def check_folder(path: Path) -> None:
    """
    Make the folder of a file that is written in the end, before anything else is done.

    Raises
    ------
    BybitConfigError
        If no file can be written there.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise BybitConfigError(f"{path} cannot be written: {path.parent}: {e.strerror or e}") from e
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise BybitConfigError(f"{path} cannot be written")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give a temporary path beside `path`, which takes its place when the block ends well and is removed when not.

    Raises
    ------
    OSError
        If the folder cannot be written.

    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
