"""Whatever a catalogue holds, a row makes an instrument or is refused with a reason; nothing else happens."""

from __future__ import annotations

from typing import Any

import msgspec
from bybit_rows import INVERSE_ROW, LINEAR_ROW, OPTION_ROW, SPOT_ROW
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.instruments import category_of, instrument_of
from nautilus_bybit_adapter.wire.instruments import BybitInstrument
from nautilus_bybit_adapter.wire.rows import decode_row

ROWS: list[BybitInstrument] = [SPOT_ROW, LINEAR_ROW, INVERSE_ROW, OPTION_ROW]
ODD_TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1e-17",
            "1E+40",
            "NaN",
            "-Infinity",
            "0.000000000000000001",
            "\N{FULLWIDTH DIGIT NINE}",
            "1_000",
            " 1",
            "é",
        ]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.text(max_size=12),
)


def leaves(value: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, item in value.items():
        found += leaves(item, (*path, name)) if isinstance(item, dict) else [(*path, name)]
    return found


@st.composite
def odd_rows(draw: st.DrawFn) -> tuple[bytes, type[BybitInstrument]]:
    """Draw a row of a category with up to four of its fields replaced."""
    row = draw(st.sampled_from(ROWS))
    plain = msgspec.to_builtins(row)
    for path in draw(st.lists(st.sampled_from(leaves(plain)), min_size=1, max_size=4, unique=True)):
        inner = plain
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = draw(st.one_of(ODD_TEXT, st.integers(-(2**70), 2**70), st.none()))
    return msgspec.json.encode(plain), type(row)


@given(odd_rows())
def test_a_row_makes_an_instrument_or_is_refused_with_a_reason(
    odd: tuple[bytes, type[BybitInstrument]],
) -> None:
    raw, row_type = odd
    try:
        row: BybitInstrument = decode_row(raw, row_type)
    except msgspec.DecodeError:
        return  # left out, counted and logged by the REST client
    refusal = ""
    try:
        instrument = instrument_of(row, None, 1)
    except BybitDecodeError as e:
        refusal = str(e)
    if refusal:
        assert refusal.startswith(f"{row.symbol!r} makes no instrument: ")
        return
    assert isinstance(instrument, Instrument)
    assert instrument.id.value == f"{row.symbol}-{category_of(row).name}.BYBIT"
    assert instrument.raw_symbol.value == row.symbol
    assert instrument.price_increment.as_decimal() > 0
    assert instrument.size_increment.as_decimal() > 0
