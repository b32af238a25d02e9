"""What the venue reads beside its code is part of the package, wherever that is installed."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

PACKAGE = files("nautilus_bybit_adapter")
ROOT = Path(__file__).parents[3]


def test_the_shipped_catalogue_is_in_the_package() -> None:
    found = json.loads((PACKAGE / "sim" / "catalogue" / "default.json").read_text())
    assert found


@pytest.mark.parametrize("name", ["page.html", "page.css", "page.js"])
def test_the_page_is_in_the_package(name: str) -> None:
    assert (PACKAGE / "sim" / "web" / name).read_bytes()


def test_the_wheel_takes_the_package_whole() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["scikit-build"]
    wheel = build.get("wheel", {})
    assert wheel.get("packages") == ["nautilus_bybit_adapter"]
    assert not wheel.get("exclude")
