"""What was loaded, and what was missing: for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

MOST_GAPS = 1000
"""Gaps that a report names one by one; the others are counted."""

_NS = 1_000_000_000


class Gap(msgspec.Struct, frozen=True):
    """A place where the data is not whole.

    Attributes
    ----------
    line : int
        Line of the file, from 1; 0 where there is none.
    ts_ns : int
        From when on, UNIX nanoseconds.
    reason : str
        ``gap`` (frames are missing), ``crossed``, ``unreadable``, or why the recorder saw nothing.
    until_ns : int
        When data came again; 0 while it has not.
    """

    line: int
    ts_ns: int
    reason: str
    until_ns: int = 0


class LoadReport(msgspec.Struct):
    """What became of one file.

    Attributes
    ----------
    source, kind, instrument_id : str
        The file, what it is, and what it is of.
    bytes, sha256
        Its size on the disk and its checksum.
    status : str
        ``loaded``, ``already loaded``, ``interrupted`` or ``failed``.
    lines : int
        Lines of its text.
    rows : dict of str to int
        Rows of each class of data.
    first_ns, last_ns : int
        ``ts_init`` of the first row and of the last one, UNIX nanoseconds.
    gap_count, dropped_lines, late_rows, cut_rows : int
        Places with missing data; lines that could not be used; frames whose time lay before that of the one above and
        was raised to it; rows left to the next file, which has them too.
    is_torn : bool
        Whether the file ended too early, as a recording may.
    gaps : list of Gap
        The first of the gaps.
    error : str
        Why it failed.
    seconds : float
        How long it took.
    files : list of str
        What was written, from the catalogue's root.
    """

    source: str
    kind: str
    instrument_id: str
    bytes: int = 0
    sha256: str = ""
    status: str = "loaded"
    lines: int = 0
    rows: dict[str, int] = {}
    first_ns: int = 0
    last_ns: int = 0
    gap_count: int = 0
    dropped_lines: int = 0
    late_rows: int = 0
    cut_rows: int = 0
    is_torn: bool = False
    gaps: list[Gap] = []
    error: str = ""
    seconds: float = 0.0
    files: list[str] = []

    def add_gap(self, line: int, ts_ns: int, reason: str, until_ns: int = 0) -> None:
        """Note that data is missing from here on."""
        self.gap_count += 1
        if len(self.gaps) < MOST_GAPS:
            self.gaps.append(Gap(line, ts_ns, reason, until_ns))

    def end_gap(self, ts_ns: int) -> None:
        """Note that data comes again."""
        if self.gaps and not self.gaps[-1].until_ns and self.gap_count <= MOST_GAPS:
            self.gaps[-1] = msgspec.structs.replace(self.gaps[-1], until_ns=ts_ns)

    def see(self, first_ns: int, last_ns: int) -> None:
        """Note the times of some more rows."""
        self.first_ns = min(self.first_ns or first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)


def as_json(reports: list[LoadReport]) -> str:
    """Return reports as JSON."""
    return msgspec.json.format(msgspec.json.encode(reports)).decode()


def as_text(report: LoadReport) -> str:
    """Return a report as a few lines."""
    rows = ", ".join(f"{count:,} {name}" for name, count in sorted(report.rows.items())) or "no rows"
    lines = [
        f"{report.source}: {report.status}",
        f"  {report.kind} of {report.instrument_id}, {report.bytes:,} bytes, sha256 {report.sha256[:16] or '-'}",
        f"  {report.lines:,} lines, {rows}",
    ]
    if report.first_ns:
        lines.append(f"  {moment(report.first_ns)} to {moment(report.last_ns)}")
    troubles = [
        (report.gap_count, "gaps"),
        (report.dropped_lines, "lines that could not be used"),
        (report.late_rows, "rows that came late"),
        (report.cut_rows, "rows left to the next file"),
    ]
    lines += [f"  {count:,} {what}" for count, what in troubles if count]
    lines += [
        f"    line {gap.line}, {moment(gap.ts_ns)}: {gap.reason}"
        + (f", until {moment(gap.until_ns)}" if gap.until_ns else "")
        for gap in report.gaps[:20]
    ]
    if report.is_torn:
        lines.append("  the file was cut off; what is whole of it was loaded")
    if report.error:
        lines.append(f"  {report.error}")
    return "\n".join(lines)


def moment(ts_ns: int) -> str:
    """Return a time in ISO 8601, to the millisecond."""
    return datetime.fromtimestamp(ts_ns // _NS, UTC).strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{ts_ns % _NS // 1_000_000:03}Z"
    )
