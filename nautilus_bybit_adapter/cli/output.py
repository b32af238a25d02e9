"""What commands share in talking to people and to programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click
import msgspec

from nautilus_bybit_adapter.cli.exits import EXIT_CODES


def epilog(*examples: str) -> str:
    """Return the end of a command's help: examples, one a line, and the exit codes."""
    lines = "\n".join(f"  {each}" for each in examples)
    return f"\b\nExamples:\n{lines}\n\n{EXIT_CODES}"


def json_option[F: Callable[..., Any]](function: F) -> F:
    """Add ``--json`` (argument ``is_json``): the result as JSON on stdout, for programs."""
    return click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")(function)


def has_colour() -> bool:
    """Tell whether what is printed may be coloured: on a terminal, and without ``NO_COLOR``."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def as_json(result: Any) -> str:
    """Return a result as indented JSON; decimals and times become text, as they are exact there."""
    return msgspec.json.format(msgspec.json.encode(result)).decode()
