"""What the README shows is what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_the_first_program_builds_a_node() -> None:
    first, *others = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", first + "\nassert isinstance(node, TradingNode)"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for block in others:
        compile(block, "README.md", "exec")


def test_every_make_target_and_file_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_disclaimer_stands() -> None:
    prose = " ".join(README.replace(">", " ").split())
    assert (
        "not affiliated with, endorsed by or supported by Nautech Systems Pty Ltd, the NautilusTrader project"
        in prose
    )
