"""What the documentation shows is what there is: code runs, commands parse, links lead somewhere, pages are found."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path, PurePosixPath

import click
import pytest
from doc_pages import (
    DOCS,
    ROOT,
    Block,
    anchors_of,
    blocks,
    check_strategy,
    generated,
    links_of,
    navigation,
    written,
)

from nautilus_bybit_adapter import REPLACED
from nautilus_bybit_adapter import __all__ as public_names
from nautilus_bybit_adapter.cli import main

CONTEXT = click.Context(main, info_name="bybit-nt")


def test_every_block_of_python_runs(venue: dict[str, str], tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "BYBIT_NT_VENUE": venue["rest"],
        "BYBIT_BASE_URL_HTTP": venue["rest"],
        "BYBIT_BASE_URL_WS_PUBLIC": venue["ws_public"],
        "BYBIT_BASE_URL_WS_PRIVATE": venue["ws_private"],
        "BYBIT_BASE_URL_WS_TRADE": venue["ws_trade"],
        "BYBIT_TESTNET_API_KEY": venue["api_key"],
        "BYBIT_TESTNET_API_SECRET": venue["api_secret"],
        "PYTHONPATH": str(ROOT / "tests" / "support"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "doc_pages"],
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
        env=environ,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "self.subscribe_everything(instrument_id)",
        "self.subscribe_trade_ticks(instrument_id, nothing=1)",
        "from nautilus_bybit_adapter import BybitNothing",
        "from nautilus_bybit_adapter import BybitOrderParams\nBybitOrderParams(nothing='1')",
    ],
)
def test_a_wrong_line_of_a_strategy_is_seen(code: str) -> None:
    with pytest.raises((AssertionError, AttributeError, ImportError, TypeError)):
        check_strategy(Block("page.md", 1, "python", "strategy", f"{code}\n"))


def check_command(words: list[str], where: str) -> None:
    assert words, where
    command = main.get_command(CONTEXT, words[0])
    assert command is not None, f"{where}: bybit-nt {words[0]}"
    context = click.Context(command, info_name=words[0])
    command.make_parser(context).parse_args(list(words[1:]))


def check_line(line: str, where: str) -> None:
    words = shlex.split(line, comments=True)
    while words and ("=" in words[0] or words[0] == "export"):
        words = words[1:]
    if not words:
        return
    tool, rest = words[0], words[1:]
    if "|" in rest:
        rest = rest[: rest.index("|")]
    match tool:
        case "bybit-nt":
            check_command(rest, where)
        case "make":
            targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            assert {word for word in rest if "=" not in word} <= set(targets), where
        case "python":
            assert (ROOT / rest[0]).exists(), where
        case "pip":
            assert rest[0] == "install", where
        case _:
            raise AssertionError(f"{where}: nobody checks {tool}")


@pytest.mark.parametrize("block", blocks("bash"), ids=lambda block: block.name)
def test_every_command_parses(block: Block) -> None:
    for line in block.code.replace("\\\n", " ").splitlines():
        check_line(line, f"{block.name}: {line}")


def test_a_wrong_command_is_seen() -> None:
    for line in (
        "bybit-nt nothing",
        "bybit-nt sim --nothing",
        "make nothing",
        "python examples/nothing.py",
        "ls",
    ):
        with pytest.raises((AssertionError, click.NoSuchOption)):
            check_line(line, line)


def test_every_page_is_in_the_navigation_and_every_entry_is_a_page() -> None:
    assert sorted(navigation()) == sorted({*written(), *generated()})


def test_every_link_leads_somewhere() -> None:
    pages = {**written(), **generated()}
    for page, text in pages.items():
        for link in links_of(text):
            if link.startswith(("https://", "http://127.0.0.1")):
                continue
            target, _, anchor = link.partition("#")
            path = os.path.normpath(PurePosixPath(page).parent / target) if target else page
            assert path in pages or (DOCS / path).exists(), f"{page}: {link}"
            if anchor:
                assert anchor in anchors_of(pages[path]), f"{page}: {link}"


def test_every_command_and_example_a_page_names_exists() -> None:
    commands = set(main.list_commands(CONTEXT))
    for page, text in written().items():
        assert set(re.findall(r"`bybit-nt ([a-z]+)", text)) <= commands, page
        for name in re.findall(r"`(examples/[\w.]+)`", text):
            assert (ROOT / name).exists(), f"{page}: {name}"
        for name in re.findall(r"`(Bybit[A-Z]\w+)`", text):
            assert name in {*public_names, *REPLACED} or name.endswith("Error"), f"{page}: {name}"


def test_every_command_and_fault_and_code_has_its_row() -> None:
    pages = generated()
    for name in main.list_commands(CONTEXT):
        assert f"\n## {name}\n" in pages["reference/cli.md"]
    assert "| `lose_ack` |" in pages["reference/faults.md"]
    assert "| 110007 |" in pages["reference/ret-codes.md"]
    assert "| UNKNOWN |" in pages["reference/ret-codes.md"]
