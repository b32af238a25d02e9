"""Frames as bytes."""

from __future__ import annotations

import pytest

from nautilus_bybit_adapter.sim.server.codec import encoded, text_header


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, "8100"),
        (125, "817d"),
        (126, "817e007e"),
        (65_535, "817effff"),
        (65_536, "817f0000000000010000"),
    ],
)
def test_the_header_of_a_text_frame_has_the_shortest_length(length: int, header: str) -> None:
    assert text_header(length).hex() == header


def test_markup_is_escaped_as_go_does() -> None:
    assert encoded({"a": "<&>", "b": "é"}) == '{"a":"\\u003c\\u0026\\u003e","b":"é"}'.encode()
