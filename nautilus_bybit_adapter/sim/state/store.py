"""The state file: SQLite with the last checkpoint and the inputs since.

The write-ahead log is on and `synchronous` is NORMAL: what is committed is with the operating system, so it
survives any end of the process, `kill -9` too; a loss of power may cost the last transactions and never the
file. FULL would wait for the disk at every order, and a venue to rehearse on need not outlive its machine.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from .errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FORMAT = "1"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL,
                                       at_ms INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS inputs (number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, target TEXT NOT NULL,
                                   name TEXT NOT NULL, body BLOB NOT NULL, mark TEXT NOT NULL);
"""


class Row(NamedTuple):
    """One kept input; `mark` tells the exchange after it from another one."""

    number: int
    at_ms: int
    target: str
    name: str
    body: bytes
    mark: str


class Store:
    """A state file that one venue has open.

    Parameters
    ----------
    path : Path
        The file; made when it is absent.
    semantics : str
        Version of what the inputs and objects in it mean.

    Raises
    ------
    StateError
        When it is no state file, another venue has it open or it is of another version.
    """

    def __init__(self, path: Path, semantics: str) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0)
            try:
                self._open(semantics)
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as e:
            if "locked" in str(e):
                raise StateError(f"{path}: another venue has it open") from e
            raise StateError(f"{path}: not a state file that can be written: {e}") from e

    def _open(self, semantics: str) -> None:
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        facts = dict(self._db.execute("SELECT name, value FROM facts"))
        facts.setdefault("format", FORMAT)
        facts.setdefault("semantics", semantics if "build" not in facts else "0")
        for name, value in (("format", FORMAT), ("semantics", semantics)):
            if facts[name] != value:
                raise StateError(
                    f"{self.path}: state of {name} {facts[name]}, and this venue reads {name} {value}; start the "
                    "version that wrote it, or with another file"
                )
        self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
        self._db.execute("COMMIT")

    def checkpoint(self) -> tuple[int, int, bytes] | None:
        """Return number of the last input in it, its time and body; None in a new file."""
        row = self._read("SELECT number, at_ms, body FROM checkpoint").fetchone()
        return None if row is None else (int(row[0]), int(row[1]), bytes(row[2]))

    def inputs(self) -> Iterator[Row]:
        """Return the inputs since the checkpoint, in order."""
        query = "SELECT number, at_ms, target, name, body, mark FROM inputs ORDER BY number"
        return (Row(*row) for row in self._read(query))

    def fact(self, name: str) -> str | None:
        """Return what is kept beside the inputs under a name."""
        row = self._read("SELECT value FROM facts WHERE name = ?", name).fetchone()
        return None if row is None else str(row[0])

    def append(self, rows: Iterable[Row], facts: Mapping[str, str]) -> None:
        """Commit inputs and facts together.

        Raises
        ------
        StateError
            When the file cannot be written.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            self._db.execute("COMMIT")
        except sqlite3.Error as e:
            raise StateError(f"{self.path}: cannot be written: {e}") from e

    def write_checkpoint(self, number: int, at_ms: int, body: bytes) -> None:
        """Commit a checkpoint in place of the last one and of the inputs that led to it.

        Raises
        ------
        StateError
            When the file cannot be written.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)", (number, at_ms, body))
            self._db.execute("DELETE FROM inputs WHERE number <= ?", (number,))
            self._db.execute("COMMIT")
        except sqlite3.Error as e:
            raise StateError(f"{self.path}: cannot be written: {e}") from e

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _read(self, query: str, *values: str) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, values)
        except sqlite3.Error as e:
            raise StateError(f"{self.path}: cannot be read: {e}") from e
