"""Imports go one way; only the framework's room knows the framework."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = "nautilus_bybit_adapter"
ROOT = Path(__file__).resolve().parents[2]

# What each room may import of the package, besides itself.
FOUNDATION = {"errors", "constants", "ret_codes"}
ALLOWED = {
    "errors": {"ret_codes"},
    "constants": set(),
    "ret_codes": set(),
    "_ext": set(),
    "wire": FOUNDATION,
    "state": FOUNDATION | {"wire"},
    "transport": FOUNDATION | {"wire", "state"},
    "warden": FOUNDATION | {"_ext"},
    "history": FOUNDATION | {"wire", "state", "transport"},
    "nt1": FOUNDATION | {"_ext", "wire", "state", "transport", "warden", "history"},
    "sim": set(),
    "cli": FOUNDATION | {"wire", "state", "transport", "warden", "history", "nt1", "sim"},
    "__init__": FOUNDATION | {"wire", "state", "transport", "warden", "history", "nt1"},
}
KNOWS_THE_FRAMEWORK = {"nt1", "cli"}
# A protocol machine waits for nothing, reads no clock, draws no chance and writes no log.
FORBIDDEN_IN_STATE = {"asyncio", "logging", "time", "datetime", "random", "aiohttp", "picows", "socket"}


def room_of(path: Path) -> str:
    relative = path.relative_to(ROOT / PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported_modules(path: Path) -> list[tuple[int, str]]:
    package_parts = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    (*package_parts[: len(package_parts) - node.level + 1], *filter(None, [base]))
                )
            found += [(node.lineno, base)]
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names if base == PACKAGE]
    return found


def violations(path: Path) -> list[str]:
    room = room_of(path)
    broken: list[str] = []
    for line, module in imported_modules(path):
        top, *rest = module.split(".")
        if top == "nautilus_trader" and room not in KNOWS_THE_FRAMEWORK | {"__init__"}:
            broken.append(f"{path.name}:{line} imports {module}")
        if top == PACKAGE and rest and rest[0] != room and rest[0] not in ALLOWED[room] | {"__version__"}:
            broken.append(f"{path.name}:{line} ({room}) imports {module}")
        if room == "state" and top in FORBIDDEN_IN_STATE:
            broken.append(f"{path.name}:{line} imports {module}")
    if room == "state":
        awaiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
        tree = ast.parse(path.read_text())
        broken += [
            f"{path.name}:{node.lineno} awaits" for node in ast.walk(tree) if isinstance(node, awaiting)
        ]
    return broken


@pytest.mark.parametrize(
    "path", sorted((ROOT / PACKAGE).rglob("*.py*")), ids=lambda path: str(path.relative_to(ROOT / PACKAGE))
)
def test_imports_go_one_way(path: Path) -> None:
    if path.suffix not in {".py", ".pyi"}:
        return
    assert violations(path) == []


def test_a_broken_layer_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    bad = tmp_path / PACKAGE / "state" / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("import asyncio\nfrom nautilus_bybit_adapter.nt1 import data\nasync def f(): ...\n")
    assert len(violations(bad)) == 3
    bad.write_text("from ..transport import ws\nimport nautilus_trader\n")
    assert len(violations(bad)) == 2
