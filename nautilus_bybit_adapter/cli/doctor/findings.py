"""What a check found, and how it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    The outcome of a check.

    Parameters
    ----------
    check : str
        What was checked, in a word or two.
    state : State
        How it came out.
    said : str
        What is right or wrong, as a sentence.
    advice : str
        What to do; empty where there is nothing to do.

    """

    check: str
    state: State
    said: str
    advice: str = ""


_WIDTH = 16


def as_text(findings: list[Finding]) -> str:
    """Return one line a finding, its advice on a line below, and a line that counts."""
    lines = []
    for each in findings:
        lines.append(f"{each.state.value:<8} {each.check:<{_WIDTH}} {each.said}")
        if each.advice:
            lines.append(f"{'':<8} {'':<{_WIDTH}} -> {each.advice}")
    wrong, warnings = (
        sum(each.state is state for each in findings) for state in (State.WRONG, State.WARNING)
    )
    lines.append("")
    lines.append(
        f"{wrong} wrong, {warnings} to look at."
        if wrong or warnings
        else "Everything that was checked is right."
    )
    return "\n".join(lines)


def as_json(findings: list[Finding], environment: str) -> str:
    """Return ``{"environment", "is_right", "checks": [{"check", "state", "said", "advice"}]}``."""
    report = {
        "environment": environment,
        "is_right": not any(each.state is State.WRONG for each in findings),
        "checks": [asdict(each) for each in findings],
    }
    return msgspec.json.format(msgspec.json.encode(report)).decode()
