"""How far the load of a file has come, kept beside the catalogue: what makes it go on after an interruption."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.report import LoadReport

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1


class Part(msgspec.Struct, frozen=True):
    """A file that is in the catalogue, whole.

    Attributes
    ----------
    data : str
        The class of its rows, and the instrument's id or the bar type.
    path : str
        The file, from the catalogue's root.
    rows : int
        How many there are.
    """

    data: str
    path: str
    rows: int


class LoadState(msgspec.Struct):
    """What is in the catalogue of one source.

    Attributes
    ----------
    sha256 : str
        The source's checksum: another file under the same name starts anew.
    form : str
        What the rows depend on beside the source: precisions, rows of a part, where it is cut.
    parts : list of Part
        What has been written.
    report : LoadReport or None
        The report, once the source is done.
    """

    sha256: str
    form: str
    version: int = _VERSION
    parts: list[Part] = []
    report: LoadReport | None = None


def read_state(path: Path) -> LoadState | None:
    """Return what a state file says, or None where there is none.

    Raises
    ------
    BybitHistoryError
        If it cannot be read.
    """
    try:
        state = msgspec.json.decode(path.read_bytes(), type=LoadState)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as e:
        raise BybitHistoryError(str(path), 0, f"cannot be read ({e}); remove it to load anew") from e
    if state.version != _VERSION:
        raise BybitHistoryError(
            str(path),
            0,
            f"is of version {state.version}, this program writes {_VERSION}; remove it to load anew",
        )
    return state


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def write_state(path: Path, state: LoadState) -> None:
    """Keep a state."""
    write_whole(path, msgspec.json.encode(state))
