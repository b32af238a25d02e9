"""What a frame means does not depend on how its JSON is laid out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.wire import decode_private, decode_public, decode_trade
from nautilus_bybit_adapter.wire.codec import PLAIN_PONGS

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "wire"
PUBLIC = ("book_delta", "book_touch", "ticker_snapshot", "ticker_delta", "trade_linear", "trade_spot")
PRIVATE = ("order_push", "execution_push")


def shuffled(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict):
        keys = data.draw(st.permutations(list(value)))
        return {key: shuffled(value[key], data) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, data) for item in value]
    return value


def relaid(frame: bytes, data: st.DataObject) -> bytes:
    separators = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:  ")]))
    indent = data.draw(st.sampled_from([None, 1]))
    text = json.dumps(shuffled(json.loads(frame), data), separators=separators, indent=indent)
    return f"{data.draw(st.sampled_from(['', ' ', chr(10)]))}{text}".encode()


@pytest.mark.parametrize("name", PUBLIC)
@given(data=st.data())
def test_public_frames(name: str, data: st.DataObject) -> None:
    frame = (FIXTURES / f"{name}.json").read_bytes()
    assert decode_public(relaid(frame, data), "linear") == decode_public(frame, "linear")


@pytest.mark.parametrize("name", PRIVATE)
@given(data=st.data())
def test_private_frames(name: str, data: st.DataObject) -> None:
    frame = (FIXTURES / f"{name}.json").read_bytes()
    assert decode_private(relaid(frame, data)) == decode_private(frame)


@given(payload=st.binary(max_size=200))
def test_rubbish_raises_one_type(payload: bytes) -> None:
    assume(payload not in PLAIN_PONGS)
    for decode in (lambda raw: decode_public(raw, "linear"), decode_private, decode_trade):
        with pytest.raises(BybitDecodeError):
            decode(payload)


@given(cut=st.integers(min_value=0), name=st.sampled_from(PUBLIC))
def test_a_frame_cut_short_raises_one_type(cut: int, name: str) -> None:
    frame = (FIXTURES / f"{name}.json").read_bytes().strip()
    with pytest.raises(BybitDecodeError):
        decode_public(frame[: cut % len(frame)], "linear")


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    topic=st.sampled_from(["order", "execution", "position", "wallet", "tickers.X", "orderbook.50.X", "x"]),
)
def test_strange_data_raises_one_type_or_is_read(value: Any, topic: str) -> None:
    payload = json.dumps(
        {"topic": topic, "creationTime": 1, "ts": 1, "type": "delta", "data": value}
    ).encode()
    for decode in (lambda raw: decode_public(raw, "linear"), decode_private):
        try:
            decode(payload)
        except BybitDecodeError as exc:
            assert exc.excerpt == payload[:80]  # noqa: PT017 - both endings are right
