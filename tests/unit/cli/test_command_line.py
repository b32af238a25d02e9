"""What all commands have in common."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from nautilus_bybit_adapter.cli import COMMANDS, main
from nautilus_bybit_adapter.cli.exits import EXIT_CODES, ExitCode
from nautilus_bybit_adapter.cli.files import whole_file
from nautilus_bybit_adapter.cli.group import LazyGroup
from nautilus_bybit_adapter.cli.output import as_json
from nautilus_bybit_adapter.cli.progress import progress_bars
from nautilus_bybit_adapter.errors import BybitConfigError, BybitTimeoutError


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    first = (command(name).help or "").strip().splitlines()[0]
    assert COMMANDS[name][1] == first


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_and_exit_codes(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert f"bybit-nt {name}" in shown.output.partition("Examples:")[2]
    assert EXIT_CODES in " ".join(shown.output.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_a_wrong_call(name: str) -> None:
    done = CliRunner().invoke(main, [name, "--nonsense"])
    assert done.exit_code == ExitCode.WRONG_CALL
    assert "--nonsense" in done.stderr


def test_help_and_completion_import_neither_the_framework_nor_a_client() -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from nautilus_bybit_adapter.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "assert CliRunner().invoke(main, ['completion', 'zsh']).exit_code == 0\n"
        "heavy = {'nautilus_trader', 'aiohttp', 'numpy', 'pyarrow', 'picows', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_names_the_command(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "bybit-nt" in done.stdout
    assert f"_BYBIT_NT_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [("bybit-nt do", ["doctor"]), ("bybit-nt completion f", ["fish"]), ("bybit-nt demo --se", ["--seed"])],
)
def test_the_shell_is_told_what_may_follow(words: str, expected: list[str]) -> None:
    given = {
        "_BYBIT_NT_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = CliRunner().invoke(main, [], prog_name="bybit-nt", env=given)
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == expected


def failing(error: BaseException) -> LazyGroup:
    group = LazyGroup("bybit-nt", homes={})

    @group.command()
    def fail() -> None:
        raise error

    return group


@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (BybitConfigError("port is wrong"), 2, "Error: port is wrong\n"),
        (BybitTimeoutError("no answer"), 3, "Error: no answer\n"),
        (click.ClickException("not possible"), 3, "Error: not possible\n"),
        (OSError(28, "No space left on device", "/data/x"), 3, "Error: /data/x: No space left on device\n"),
        (TimeoutError(), 3, "Error: TimeoutError\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
)
def test_an_error_is_one_sentence_and_a_code(error: BaseException, code: int, shown: str) -> None:
    done = CliRunner().invoke(failing(error), ["fail"])
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", shown)


def test_a_result_as_json_keeps_decimals_exact() -> None:
    from decimal import Decimal  # noqa: PLC0415 - of this test alone

    assert json.loads(as_json({"fee": Decimal("0.10"), "code": ExitCode.OK})) == {"fee": "0.10", "code": 0}


def test_progress_is_silent_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bars("bytes") as bars:
        bar = bars.add("a file", total=100)
        bar.advance(40)
        bar.reach(100)
    with progress_bars("items") as bars:
        bars.add("rows").advance(1)
    assert capfd.readouterr() == ("", "")


def test_progress_on_a_terminal_goes_to_stderr_and_respects_no_color(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes any stream for a terminal
    monkeypatch.setenv("NO_COLOR", "1")
    with progress_bars("items") as bars:
        bars.add("rows", total=3).advance(2)
    out, err = capfd.readouterr()
    assert out == ""
    assert "rows" in err
    assert "2/3" in err
    assert "\x1b[3" not in err, "a colour"


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), ValueError("x")])
def test_a_file_is_whole_or_not_there(error: BaseException | None, tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    path.write_text("old")

    def write() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("new")
            if error is not None:
                raise error

    if error is None:
        write()
    else:
        with pytest.raises(type(error)):
            write()
    assert path.read_text() == ("new" if error is None else "old")
    assert [each.name for each in tmp_path.iterdir()] == ["result.txt"]


def test_the_codes_are_documented() -> None:
    listed: dict[str, Any] = {each.name: each for each in ExitCode}
    assert (listed["INTERRUPTED"], listed["TERMINATED"]) == (130, 143)
    for each in (ExitCode.OK, ExitCode.NOT_WELL, ExitCode.WRONG_CALL, ExitCode.FAILED, ExitCode.INTERRUPTED):
        assert f" {each.value} " in EXIT_CODES
