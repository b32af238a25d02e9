"""What `bybit-nt record` does."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import Any

from nautilus_bybit_adapter.cli.progress import progress_bars
from nautilus_bybit_adapter.cli.signals import Interrupted, ends_on_signals
from nautilus_bybit_adapter.history.recorder import Recorder, RecorderConfig

_SHOW_SECS = 0.5


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    How a recording ended.

    Attributes
    ----------
    summary : dict of str to Any
        What was written.
    signal : signal.Signals or None
        The signal that ended it.
    error : OSError or None
        Why nothing could be written any more.

    """

    summary: dict[str, Any]
    signal: signal.Signals | None = None
    error: OSError | None = None


async def run_recorder(config: RecorderConfig, duration_secs: float | None) -> Recorded:
    """
    Record for a while, or until a signal.

    Raises
    ------
    BybitError
        If the venue cannot be reached, or refuses the account or every topic.
    OSError
        If the folder cannot be used.

    """
    recorder = Recorder(config)
    ended: signal.Signals | None = None
    try:
        with ends_on_signals():
            await recorder.start()
            await _record(recorder, duration_secs)
    except Interrupted as e:
        ended = e.number
    finally:
        await recorder.stop()
    summary = {
        "frames": recorder.frame_count,
        "bytes": recorder.byte_count,
        "files": recorder.file_count,
        "gaps": recorder.gap_count,
        "refused": recorder.refused,
        "folder": str(config.folder),
    }
    return Recorded(summary, ended, recorder.error)


async def _record(recorder: Recorder, duration_secs: float | None) -> None:
    with progress_bars("bytes") as bars:
        bar = bars.add("recorded")

        async def show() -> None:
            while True:
                bar.reach(recorder.byte_count)
                await asyncio.sleep(_SHOW_SECS)

        showing = asyncio.create_task(show())
        try:
            async with asyncio.timeout(duration_secs):
                await recorder.wait()
        except TimeoutError:
            pass
        finally:
            showing.cancel()
