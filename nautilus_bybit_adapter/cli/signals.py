"""Ctrl-C and SIGTERM, so that a command leaves nothing behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """
    The process was asked to end; whatever was begun has been cleaned up where this is seen.

    Parameters
    ----------
    number : signal.Signals
        The signal.

    """

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number


def raise_on_sigterm() -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that every `finally` and `with` runs."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        raise Interrupted(signal.Signals(number))

    signal.signal(signal.SIGTERM, on_signal)


class Signals:
    """SIGINT and SIGTERM of one coroutine; made by `ends_on_signals`."""

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._task = task
        self._is_held = False
        self.received: list[signal.Signals] = []
        self.take()

    def take(self) -> None:
        """Take both signals over; again after a `TradingNode` was made, which takes them for itself."""
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._on_signal, number)

    def hold(self) -> None:
        """Only remember signals from here on: what follows cleans up, and must not be cut short."""
        self._is_held = True

    def _on_signal(self, number: signal.Signals) -> None:
        if not self.received and not self._is_held:
            self._task.cancel()
        self.received.append(number)


@contextmanager
def ends_on_signals() -> Iterator[Signals]:
    """
    Let SIGINT and SIGTERM cancel the running task inside the block; for coroutines.

    The first signal cancels and further ones are ignored, so that nothing cuts the cleaning up short.

    Raises
    ------
    Interrupted
        If a signal came.

    """
    signals = Signals()
    try:
        yield signals
    except asyncio.CancelledError:
        if not signals.received:
            raise
    if signals.received:
        raise Interrupted(signals.received[0])
