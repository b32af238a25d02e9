"""Writes a model as the TOML that `parse_model` reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.warden.features import FEATURES
from nautilus_bybit_adapter.warden.model import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from nautilus_bybit_adapter.warden.model import Cell, FillModel, Linear, Model, Source

_DIGITS = 7
_HEAD = "# Coefficients of a slippage forecast, written by `bybit-nt calibrate`. Features in the order of `features`."


def model_toml(model: Model) -> str:
    """Return the file of a model; numbers keep seven significant digits."""
    provenance = model.provenance
    lines = [
        _HEAD,
        f"format_version = {FORMAT_VERSION}",
        _texts("features", FEATURES),
        "",
        "[provenance]",
        f"fitted_at = {_text(provenance.fitted_at)}",
        f"code_version = {_text(provenance.code_version)}",
        f"note = {_text(provenance.note)}",
    ]
    for source in provenance.sources:
        lines += _source_lines(source)
    for cell in model.cells:
        lines += _cell_lines(cell)
    if model.fill is not None:
        lines += _fill_lines(model.fill)
    return "\n".join(lines) + "\n"


def _source_lines(source: Source) -> list[str]:
    fields = (("name", source.name), ("sha256", source.sha256), ("start", source.start), ("end", source.end))
    return ["", "[[provenance.sources]]", *(f"{key} = {_text(value)}" for key, value in fields)]


def _cell_lines(cell: Cell) -> list[str]:
    return [
        "",
        "[[cells]]",
        f"horizon_ms = {cell.horizon_ms}",
        f"notional = {_number(cell.notional)}",
        f"samples = {cell.samples}",
        f"naive_q90 = {_number(cell.naive_q90)}",
        f"naive_q95 = {_number(cell.naive_q95)}",
        _numbers("means", cell.means),
        _numbers("scales", cell.scales),
        *_linear_lines("mean", cell.mean),
        *_linear_lines("q90", cell.q90),
        *_linear_lines("q95", cell.q95),
    ]


def _linear_lines(key: str, linear: Linear) -> list[str]:
    return [
        f"{key}.intercept = {_number(linear.intercept)}",
        _numbers(f"{key}.coefficients", linear.coefficients),
    ]


def _fill_lines(fill: FillModel) -> list[str]:
    return [
        "",
        "[fill]",
        f"shortest_ms = {fill.shortest_ms}",
        f"longest_ms = {fill.longest_ms}",
        f"intercept = {_number(fill.intercept)}",
        _texts("inputs", fill.inputs),
        _numbers("means", fill.means),
        _numbers("scales", fill.scales),
        _numbers("coefficients", fill.coefficients),
    ]


def _number(value: float) -> str:
    return repr(float(f"{value:.{_DIGITS}g}"))


def _numbers(key: str, values: NDArray[np.float64]) -> str:
    return f"{key} = {_list([_number(value) for value in values.tolist()])}"


def _texts(key: str, values: Sequence[str]) -> str:
    return f"{key} = {_list(_text(value) for value in values)}"


def _text(value: str) -> str:
    # A basic string of TOML allows every escape that JSON writes.
    return json.dumps(value)


def _list(items: Iterable[str]) -> str:
    rows: list[str] = []
    for item in items:
        if rows and len(rows[-1]) + len(item) < 110:  # noqa: PLR2004 - width of a line
            rows[-1] += f" {item},"
        else:
            rows.append(f"    {item},")
    return "\n".join(["[", *rows, "]"])
