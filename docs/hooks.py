"""Pages of the documentation that are written by the code: the command line, the venue's faults and the retCodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.ret_codes import TABLE, outcome_of
from nautilus_bybit_adapter.sim.faults.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files


DOCS = Path(__file__).parent


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put pages that lie beside the home page, and are not listed, under the last heading."""
    assert config.nav is not None  # noqa: S101 - mkdocs.yml has one
    complete(config.nav)
    return config


def complete(nav: list[Any]) -> None:
    """Add what other programs write into the folder: reports and tables."""
    listed = str(nav)
    evidence = next(iter(nav[-1].values()))
    for path in sorted(DOCS.glob("*.md")):
        if f"'{path.name}'" not in listed:
            evidence.append(path.name)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - the tests read the pages without mkdocs

    for path, content in generated_pages().items():
        files.append(File.generated(config, path, content=content))
    return files


def generated_pages() -> dict[str, str]:
    """Return the pages by their path."""
    return {
        "reference/cli.md": command_line(),
        "reference/faults.md": fault_kinds(),
        "reference/ret-codes.md": ret_codes(),
    }


def command_line() -> str:
    """Return every command with its help."""
    parts = [
        "# Command line",
        "",
        "Results go to stdout, everything else to stderr. Every command tells its exit code:",
        "",
        *_table(("code", "meaning"), ((str(code.value), _sentence(code)) for code in ExitCode)),
    ]
    context = click.Context(main, info_name="bybit-nt")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101 - it was just listed
        shown = click.Context(command, info_name=f"bybit-nt {name}", max_content_width=100)
        parts += ["", f"## {name}", "", "```text", command.get_help(shown), "```"]
    return "\n".join(parts) + "\n"


def fault_kinds() -> str:
    """Return what can go wrong at the venue."""
    rows = (
        (
            f"`{kind.name}`",
            kind.effect,
            ", ".join(kind.families),
            ", ".join(f"`{key}` ({value!r})" for key, value in kind.options.items()),
        )
        for kind in KINDS.values()
    )
    return "\n".join(
        [
            "# Faults of the venue",
            "",
            "Each is a KIND of `--fault KIND:key=value,...`; see [Rehearse faults](../howto/faults.md).",
            "",
            *_table(("kind", "what it does", "where", "own settings (default)"), rows),
            "",
        ]
    )


def ret_codes() -> str:
    """Return the table of retCodes."""
    rows = (
        (str(code), row.meaning, row.ret_class.name.lower(), outcome_of(code).name if code else "")
        for code, row in sorted(TABLE.items())
    )
    return "\n".join(
        [
            "# retCodes",
            "",
            "What the venue's codes mean, how the package reacts, and what each says about an order. A code that is",
            "not listed says nothing about an order: its outcome is UNKNOWN, and the venue is asked.",
            "",
            *_table(("code", "meaning", "class", "outcome"), rows),
            "",
        ]
    )


def _sentence(code: ExitCode) -> str:
    texts = {
        ExitCode.OK: "done, and all is well",
        ExitCode.NOT_WELL: "done, and the result is not what it should be",
        ExitCode.WRONG_CALL: "an option, a file or a setting is wrong; nothing was done",
        ExitCode.FAILED: "it could not be done, or not to its end",
        ExitCode.INTERRUPTED: "ended by Ctrl-C, with nothing left behind",
        ExitCode.TERMINATED: "ended by SIGTERM, with nothing left behind",
    }
    return texts[code]


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines]
