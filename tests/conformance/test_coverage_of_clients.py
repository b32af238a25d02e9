"""Each foreign client makes enough distinct calls for its suite to mean something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CLIENTS = {"pybit": {"session", "stream", "socket"}, "ccxt": {"exchange", "client"}}


def calls(client: str) -> set[str]:
    """Names of the client's methods that its tests use."""
    found = set()
    for path in Path(__file__).parent.glob(f"test_{client}_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            if node.value.id in CLIENTS[client]:
                found.add(node.attr)
    return found


@pytest.mark.parametrize(("client", "least"), [("pybit", 140), ("ccxt", 80)])
def test_distinct_calls(client: str, least: int) -> None:
    assert len(calls(client)) >= least
