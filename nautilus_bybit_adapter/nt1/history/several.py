"""Several files into a catalogue at once, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import msgspec

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import Source, SourceKind, first_lines
from nautilus_bybit_adapter.nt1.history.catalog import LoadPlan
from nautilus_bybit_adapter.nt1.history.worker import Order, Said
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.codec import decode_public
from nautilus_bybit_adapter.wire.market import OrderbookMessage

_COMMAND = (sys.executable, "-m", "nautilus_bybit_adapter.nt1.history.worker")
_KILL_AFTER_SECS = 30.0

OnShare = Callable[[LoadPlan, float], None]


def without_overlaps(plans: Sequence[LoadPlan]) -> list[LoadPlan]:
    """
    Return plans in which each archive of a book ends where the next one of its market begins.

    Archives of a day hold a few seconds of the next one. The next begins with a snapshot, which replaces the book, so
    that nothing is lost by the cut.

    Raises
    ------
    BybitHistoryError
        If a file cannot be read.

    """
    starts = {plan.source.path: _start_ns(plan.source) for plan in plans}
    by_market: dict[object, list[int]] = defaultdict(list)
    for plan in plans:
        if plan.source.kind is SourceKind.BOOK:
            by_market[plan.market.id].append(starts[plan.source.path])
    cut = []
    for plan in plans:
        start = starts[plan.source.path]
        later = [each for each in by_market[plan.market.id] if each > start]
        is_book = plan.source.kind is SourceKind.BOOK
        cut.append(replace(plan, until_ns=min(later, default=0)) if is_book else plan)
    return cut


def _start_ns(source: Source) -> int:
    if source.kind is not SourceKind.BOOK:
        return 0
    lines = first_lines(source.path, 1)
    try:
        message = decode_public(lines[0].encode(), source.category) if lines else None
    except BybitDecodeError:
        message = None  # the load says what is wrong with it
    return message.ts * MS_TO_NS if isinstance(message, OrderbookMessage) else 0


class SeveralFiles:
    """
    Loads files, a few at a time.

    Parameters
    ----------
    plans : Sequence[LoadPlan]
        What to load.
    jobs : int
        How many processes at once.
    on_share : OnShare
        Is told, in another thread, how much of a file has been read.

    """

    def __init__(self, plans: Sequence[LoadPlan], jobs: int, on_share: OnShare) -> None:
        self._plans = plans
        self._jobs = max(1, min(jobs, len(plans)))
        self._on_share = on_share
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    def run(self) -> list[LoadReport]:
        """
        Load them, and return a report for each: of what failed too.

        Raises
        ------
        KeyboardInterrupt
            If the main thread was interrupted: the processes have ended, and the next run goes on from there.

        """
        pool = ThreadPoolExecutor(self._jobs, thread_name_prefix="load")
        futures = [pool.submit(self._load, plan) for plan in self._plans]
        try:
            return [future.result() for future in futures]
        except BaseException:
            self._stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        with self._lock:
            self._is_stopped = True
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(_KILL_AFTER_SECS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _load(self, plan: LoadPlan) -> LoadReport:
        report = LoadReport(
            plan.source.path.name, str(plan.source.kind), plan.market.id.value, status="interrupted"
        )
        with self._lock:
            if self._is_stopped:
                return report
            process = subprocess.Popen(  # noqa: S603 - this interpreter and this package
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Ctrl-C reaches the command alone, which ends its processes.
                start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
            self._running.add(process)
        try:
            return self._followed(plan, process, report)
        finally:
            with self._lock:
                self._running.discard(process)

    def _followed(self, plan: LoadPlan, process: subprocess.Popen[bytes], report: LoadReport) -> LoadReport:
        assert process.stdin is not None  # noqa: S101 - asked for
        assert process.stdout is not None  # noqa: S101 - asked for
        assert process.stderr is not None  # noqa: S101 - asked for
        process.stdin.write(msgspec.json.encode(Order.of(plan)) + b"\n")
        process.stdin.close()
        found: LoadReport | None = None
        for line in process.stdout:
            said = msgspec.json.decode(line, type=Said)
            if said.report is not None:
                found = said.report
            elif said.error:
                where = f"line {said.line}: " if said.line else ""
                report.status, report.error = "failed", where + said.error
            elif not said.is_interrupted:
                self._on_share(plan, said.share)
        lost = process.stderr.read().decode(errors="replace").strip()
        code = process.wait()
        process.stdout.close()
        process.stderr.close()
        if found is None and report.status != "failed" and code not in {0, -15}:
            report.status = "failed"
            report.error = (
                f"the process ended with {code}: {lost.splitlines()[-1] if lost else 'nothing said'}"
            )
        return found or report
