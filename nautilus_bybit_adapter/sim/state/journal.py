"""Keeps what the venue acknowledged.

Every input of the exchange (requests, moves of the markets by flows, recordings and tests) is written with its
time before anything it led to is sent to anybody. A restart reads the last checkpoint, carries the inputs since
out again and checks after each that the same came of it.

What it costs: one row of about 500 bytes and 30 microseconds for every move of a market (200 to 300 a second for
each market whose synthetic flow runs), one transaction per request and per turn of the venue, a pause every
300 000 inputs while a checkpoint of everything is made (0.03 s after a start, more with many orders and fills),
and a restart that carries out some 30 000 inputs a second since the last checkpoint. An orderly end makes one.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.inputs import REQUEST, Input

from .errors import StateError
from .freeze import freeze, thaw
from .store import Row, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from nautilus_bybit_adapter.sim.assets.convert import ConvertDesk
    from nautilus_bybit_adapter.sim.assets.fixed_borrows import FixedBorrows
    from nautilus_bybit_adapter.sim.assets.members import SubMembers
    from nautilus_bybit_adapter.sim.earn.book import EarnBook
    from nautilus_bybit_adapter.sim.exchange.events import Sink
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.funding_wallet import FundingWallet
    from nautilus_bybit_adapter.sim.exchange.profile import Profile

    # Carries a request out again: method and path, params, items granted.
    Again = Callable[[str, dict[str, Any], int], object]

# Version of what a state file means. Raise it when the same inputs lead elsewhere than they did, or when an object
# that is kept has other attributes; a change that does neither keeps it, and files written before are still read.
SEMANTICS = "1"
CHECKPOINT_INPUTS = 300_000
_READING = "GET "


@dataclass(slots=True)
class Memory:
    """Everything a venue has to remember."""

    exchange: Exchange
    profile: Profile
    funding: FundingWallet
    earn: EarnBook
    converts: ConvertDesk
    members: SubMembers
    fixed_borrows: FixedBorrows

    def mark(self) -> str:
        """Return what tells this exchange from one with another history."""
        account, orders, entered = self.exchange.account, self.exchange.orders, self.exchange.register.entered
        last = next(reversed(orders), "") if orders else ""
        fill = account.executions[-1].exec_id if account.executions else ""
        return f"{entered} {last} {len(account.executions)} {fill} {len(account.ledger)}"


class Journal:
    """The state file of one venue.

    Parameters
    ----------
    path : Path
        The file; made when it is absent.

    Raises
    ------
    StateError
        When the file cannot be used.

    Attributes
    ----------
    is_urgent : bool
        Whether the input under way was told to somebody, so that it has to be written at once.
    places : callable, optional
        Returns by name how far recordings have been played, written with the inputs they led to.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path, SEMANTICS)
        self._memory: Memory | None = None
        self._rows: list[Row] = []
        self._number = self._since = self.last_ms = 0
        self._mark = ""
        self.is_urgent = False
        self.places: Callable[[], Mapping[str, str]] | None = None
        self._places: dict[str, str] = {}

    def place(self, name: str) -> str | None:
        """Return how far a recording had been played, None when it never was."""
        return self._store.fact(name)

    def restore(self, sink: Sink) -> Memory | None:
        """Return what the last checkpoint holds, None in a new file.

        Raises
        ------
        StateError
            When it is damaged.
        """
        found = self._store.checkpoint()
        if found is None:
            return None
        self._number, self.last_ms, body = found
        memory = thaw(body, sink)
        if not isinstance(memory, Memory):
            raise StateError(f"{self._store.path}: the checkpoint holds no venue")
        return memory

    def replay(self, memory: Memory, again: Again) -> int:
        """Carry out the inputs since the checkpoint and return how many there were.

        Raises
        ------
        StateError
            When one leads elsewhere than it did.
        """
        for row in self._store.inputs():
            if row.number != self._number + 1:
                raise StateError(f"{self._store.path}: input {self._number + 1} is missing")
            self._number, self.last_ms = row.number, row.at_ms
            self._since += 1
            args, kwargs = thaw(row.body)
            with memory.exchange.inputs.at(row.at_ms), contextlib.suppress(Exception):
                # Refused then, refused again; what matters is what it left behind.
                _carry_out(memory, row, args, kwargs, again)
            if memory.mark() != row.mark:
                raise StateError(
                    f"{self._store.path}: input {row.number} ({row.target} {row.name}) led to "
                    f"{memory.mark()!r}, and to {row.mark!r} when it was kept"
                )
        return self._since

    def start(self, memory: Memory) -> None:
        """Keep every input from now on."""
        self._memory = memory
        self._mark = memory.mark()
        if self._store.checkpoint() is None:
            self.checkpoint()
        memory.exchange.inputs.keep = self.keep

    def keep(self, taken: Input) -> None:
        """Keep an input that was carried out.

        Raises
        ------
        StateError
            When it has to be written at once and cannot be.
        """
        assert self._memory is not None  # noqa: S101 - nobody calls it before `start`
        before, self._mark = self._mark, self._memory.mark()
        if taken.name.startswith(_READING) and before == self._mark:
            return
        self._number += 1
        self.last_ms = taken.at_ms
        body = freeze((taken.args, taken.kwargs))
        self._rows.append(Row(self._number, taken.at_ms, taken.target, taken.name, body, self._mark))
        if self.is_urgent or taken.target in {REQUEST, "exchange"}:
            self.commit()

    def commit(self) -> None:
        """Write what was kept.

        Raises
        ------
        StateError
            When the file cannot be written.
        """
        self.is_urgent = False
        places = dict(self.places()) if self.places is not None else {}
        if self._rows or places != self._places:
            self._store.append(self._rows, places)
            self._since += len(self._rows)
            self._rows.clear()
            self._places = places

    @property
    def is_long(self) -> bool:
        """Whether a restart would take long enough that a checkpoint is due."""
        return self._since >= CHECKPOINT_INPUTS

    def checkpoint(self) -> None:
        """Write everything as it is now, in place of the inputs that led to it.

        Raises
        ------
        StateError
            When something cannot be kept or the file cannot be written.
        """
        assert self._memory is not None  # noqa: S101 - nobody calls it before `start`
        self.commit()
        exchange = self._memory.exchange
        callbacks = {key: market.on_ask for key, market in exchange.markets.items()}
        for market in exchange.markets.values():
            market.on_ask = None
        try:
            body = freeze(self._memory, exchange.sink)
        finally:
            for key, market in exchange.markets.items():
                market.on_ask = callbacks[key]
        self._store.write_checkpoint(self._number, self.last_ms, body)
        self._since = 0

    def abandon(self) -> None:
        """Close the file as it is."""
        self._store.close()

    def close(self) -> None:
        """Make a checkpoint and close the file."""
        try:
            if self._memory is not None:
                self._memory.exchange.inputs.keep = None
                self.checkpoint()
        finally:
            self._store.close()


def _carry_out(memory: Memory, row: Row, args: tuple[Any, ...], kwargs: dict[str, Any], again: Again) -> None:
    if row.target == REQUEST:
        again(row.name, *args)
    elif row.target == "exchange":
        getattr(memory.exchange, row.name)(*args, **kwargs)
    else:
        category, _, symbol = row.target.partition("/")
        getattr(memory.exchange.markets[category, symbol], row.name)(*args, **kwargs)
