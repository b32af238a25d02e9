"""What the exchange tells its listener after each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .market import Market
    from .orders import PublicTrade


class StaleRowsError(Exception):
    """Rows of an event were first asked for after it was told: a defect of whoever listens."""


class PrivateEvent:
    """Rows of one private frame, written only when somebody listens to them.

    Parameters
    ----------
    topic : str
        `order`, `execution`, `position`, `wallet` or `greeks`.
    category : str
        Category of the rows; `""` for the wallet and greeks.
    ident : str
        The envelope's `id`.
    at_ms : int
        Time of the event, ms.
    write : callable
        Writes the rows as things are while the event is told.
    """

    __slots__ = ("_rows", "_write", "at_ms", "category", "ident", "topic")

    def __init__(
        self, topic: str, category: str, ident: str, at_ms: int, write: Callable[[], list[dict[str, Any]]]
    ) -> None:
        self.topic, self.category, self.ident, self.at_ms = topic, category, ident, at_ms
        self._write: Callable[[], list[dict[str, Any]]] | None = write
        self._rows: list[dict[str, Any]] | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows.

        Raises
        ------
        StaleRowsError
            When the event has been told and nobody asked for them then.
        """
        if self._rows is None:
            if self._write is None:
                raise StaleRowsError(f"{self.topic} {self.ident} has been told")
            self._rows = self._write()
        return self._rows

    def end(self) -> None:
        """Note that everybody has been told; what it speaks of may change now."""
        self._write = None


@dataclass(frozen=True, slots=True)
class TradesEvent:
    """Public trades of one market, in the order of their matching."""

    market: Market
    trades: list[PublicTrade]
    at_ms: int


Event = PrivateEvent | TradesEvent
Sink = Callable[[Event], None]
