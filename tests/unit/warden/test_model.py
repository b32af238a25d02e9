"""Coefficients are read strictly, written so that they read back, and blended between cells."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nautilus_bybit_adapter.warden.calibration.coefficients import model_toml
from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model import (
    LOG_HORIZON,
    Cell,
    FillModel,
    Linear,
    Model,
    ModelError,
    Provenance,
    Source,
    parse_model,
    read_model,
)

COUNT = len(FEATURES)


def ramp(start: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return start + np.arange(COUNT) / 8.0


def cell(horizon_ms: int, notional: float) -> Cell:
    mean, q90, q95 = (Linear(float(k), ramp(k)) for k in range(3))
    return Cell(horizon_ms, notional, 7, ramp(-1.0), ramp(0.5), mean, q90, q95, 1.25, 1.5)


def small_model() -> Model:
    fill = FillModel(
        ("own_queue", LOG_HORIZON),
        np.array([0.5, 0.0]),
        np.array([2.0, 1.0]),
        np.array([-1.0, 0.5]),
        0.25,
        100,
        10_000,
    )
    provenance = Provenance("2026-01-02", "0.1.0", 'a "note"\n', (Source("a.frames.gz", "00ff", "s", "e"),))
    return Model(tuple(cell(h, n) for h in (100, 1000) for n in (1e4, 1e6)), fill, provenance)


TEXT = model_toml(small_model())


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(TEXT)
    model = read_model(path)
    assert model_toml(model) == TEXT
    assert model.provenance == small_model().provenance
    assert (model.horizons_ms, model.notionals) == ((100, 1000), (1e4, 1e6))
    np.testing.assert_array_equal(model.cells[3].q95.coefficients, ramp(2.0))


@pytest.mark.parametrize(
    ("horizon_ms", "notional", "expected"),
    [
        (100, 1e4, {(100, 1e4): 1.0}),
        (10, 1.0, {(100, 1e4): 1.0}),
        (9000, 1e9, {(1000, 1e6): 1.0}),
        (100, 1e5, {(100, 1e4): 0.5, (100, 1e6): 0.5}),
        (
            math.sqrt(1e5),
            1e5,
            {(100, 1e4): 0.25, (100, 1e6): 0.25, (1000, 1e4): 0.25, (1000, 1e6): 0.25},
        ),
    ],
)
def test_cells_blend_in_logs(
    horizon_ms: float, notional: float, expected: dict[tuple[int, float], float]
) -> None:
    found = {(c.horizon_ms, c.notional): weight for c, weight in small_model().blend(horizon_ms, notional)}
    assert found == pytest.approx(expected)


def test_a_fill_probability() -> None:
    fill = small_model().fill
    assert fill is not None
    features = [0.0] * COUNT
    features[FEATURES.index("own_queue")] = 2.5
    expected = 1 / (1 + math.exp(-(0.25 - 1.0 + 0.5 * math.log(0.5))))
    assert fill.probability(features, 500) == pytest.approx(expected)
    assert fill.probability(features, 10) == fill.probability(features, 100)
    features[FEATURES.index("own_queue")] = 1e9
    assert 0 < fill.probability(features, 500) < 0.01


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    """Return the file after a change, as TOML of plain values."""
    table = tomllib.loads(TEXT)
    change(table)
    return to_toml(table)


def to_toml(table: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {inline(value)}" for key, value in table.items())


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(table: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        at: Any = table
        for key in parents:
            at = at[int(key)] if key.isdigit() else at[key]
        if isinstance(at, list):
            at[int(last)] = value
        elif value is None:
            del at[last]
        else:
            at[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("format_version", 2), r"m: format_version is 2; it must be 1"),
        (put("format_version", "1"), r"m: format_version is '1'; it must be an integer of at least 1"),
        (
            put("features/0", "wind"),
            r"m: features differ from this version's in wind, imbalance_1; they must",
        ),
        (put("cells/0/means/3", math.nan), r"m: cells\[0\]\.means\[3\] is nan; it must be a finite number"),
        (put("cells/1/scales/0", 0), r"m: cells\[1\]\.scales\[0\] is 0; it must be a finite number above 0"),
        (put("cells/1/q90/coefficients", [1.0]), r"q90\.coefficients is 'a list of 1'; it must be a list of"),
        (put("cells/1/q90/intercept", True), r"cells\[1\]\.q90\.intercept is True; it must be a finite"),
        (put("cells/2/naive_q95", 10**400), r"naive_q95 is 10+; it must be a finite number"),
        (put("cells/0/notional", None), r"m: cells\[0\]\.notional is missing"),
        (put("cells/0/colour", "red"), r"m: cells\[0\]\.colour is unknown; allowed are horizon_ms, "),
        (put("cells/3/horizon_ms", 300), r"they must hold every horizon with every notional once"),
        (put("cells", []), r"m: cells is \[\]; it must be a list of tables, at least one"),
        (put("fill/inputs/0", "wind"), r"m: fill\.inputs has 'wind'; each must be one of activity, "),
        (put("fill/longest_ms", 50), r"m: fill\.longest_ms is 50; it must be an integer of at least 100"),
        (put("provenance/note", 5), r"m: provenance\.note is 5; it must be a text"),
        (put("provenance", None), r"m: provenance is missing"),
        (put("extra", 1), r"m: extra is unknown"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[dict[str, Any]], None], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        parse_model(changed(change), "m")


def test_no_toml_is_said_to_be_none() -> None:
    with pytest.raises(ModelError, match="m is no TOML"):
        parse_model("cells = [", "m")


def test_without_a_fill_block_there_is_no_fill_model() -> None:
    assert parse_model(changed(put("fill", None)), "m").fill is None
