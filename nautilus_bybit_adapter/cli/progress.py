"""Progress of long work, on stderr, and only where a person looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text


class Bar:
    """
    One line of progress.

    Parameters
    ----------
    progress : Progress
        What shows it.
    name : str
        What is being worked on, such as a file's name.
    total : float or None
        How much there is to do; `None` where nobody knows.

    """

    def __init__(self, progress: Progress, name: str, total: float | None) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=total)

    def advance(self, amount: float) -> None:
        """Tell that so much more is done."""
        self._progress.advance(self._task, amount)

    def reach(self, done: float, total: float | None = None) -> None:
        """Tell how much is done in all, and of how much where that is known only now."""
        self._progress.update(self._task, completed=done, total=total)


class Bars:
    """Lines of progress below each other; made by `progress_bars`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def add(self, name: str, total: float | None = None) -> Bar:
        """Begin a line; totals and amounts count bytes or items, as `progress_bars` was told."""
        return Bar(self._progress, name, total)


class _Rate(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def progress_bars(unit: Literal["bytes", "items"] = "bytes", *, is_quiet: bool = False) -> Iterator[Bars]:
    """
    Show lines of progress with rate and time left while the block runs.

    Without a terminal on stderr nothing is shown and nothing is written; ``NO_COLOR`` and ``TERM=dumb`` are respected.

    Parameters
    ----------
    unit : {"bytes", "items"}
        What is counted.
    is_quiet : bool, default False
        Show nothing at all.

    """
    console = Console(stderr=True)
    counted: tuple[ProgressColumn, ...] = (
        (DownloadColumn(), TransferSpeedColumn()) if unit == "bytes" else (MofNCompleteColumn(), _Rate())
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *counted,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=is_quiet or not console.is_terminal,
        # What commands print is their own business.
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        yield Bars(progress)
