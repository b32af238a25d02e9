"""Which prices of one side of a book changed, in order, as far back as it is worth knowing."""

from __future__ import annotations

# Changes that are remembered; who was away for longer looks at the whole side.
LOG_LENGTH = 1024


class ChangeLog:
    """Prices in the order of their changes, without an end and of bounded length.

    Attributes
    ----------
    forgotten : int
        How many changes are no longer remembered.
    """

    def __init__(self) -> None:
        self.forgotten = 0
        self._prices: list[int] = []

    @property
    def count(self) -> int:
        """How many changes there have been."""
        return self.forgotten + len(self._prices)

    def note(self, ticks: int) -> None:
        """Remember a change at a price."""
        if len(self._prices) >= LOG_LENGTH:
            self.forgotten += len(self._prices)
            self._prices.clear()
        self._prices.append(ticks)

    def since(self, count: int) -> set[int] | None:
        """Prices in ticks that changed after the first `count` changes; None when that is no longer known."""
        return None if count < self.forgotten else set(self._prices[count - self.forgotten :])
