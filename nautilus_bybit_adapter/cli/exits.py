"""The exit codes of every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit code of `bybit-nt` says.

    `INTERRUPTED` and `TERMINATED` are 128 plus the signal's number, as shells count.
    """

    OK = 0
    """Done, and all is well."""
    NOT_WELL = 1
    """Done, and the result is not what it should be: accounts differ, a check found something wrong, data has gaps."""
    WRONG_CALL = 2
    """An option, a file or a setting is wrong; nothing was done."""
    FAILED = 3
    """It could not be done, or not to its end: the venue refused or did not answer, a disk was full."""
    INTERRUPTED = 130
    """Ended by Ctrl-C (SIGINT), with nothing left behind."""
    TERMINATED = 143
    """Ended by SIGTERM, with nothing left behind."""


EXIT_CODES = "Exit codes: 0 done, 1 done but not well, 2 wrong call, 3 failed, 130 Ctrl-C."
