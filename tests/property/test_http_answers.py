"""However the bytes of an HTTP answer are cut, it is the same answer, and the one that h11 reads."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from nautilus_bybit_adapter.transport.exchange import HttpAnswer
from nautilus_bybit_adapter.transport.http1.body_coding import BadAnswer
from nautilus_bybit_adapter.transport.http1.reader import AnswerReader

NAMES = st.sampled_from(["X-Bapi-Limit", "x-bapi-limit-status", "Date", "Via", "Set-Cookie", "ETag"])
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
PACKERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


class Sent(NamedTuple):
    """What a server sends: all of its bytes, and whether it closes after them."""

    raw: bytes
    is_closed: bool
    body: bytes


def chunked(body: bytes, cuts: list[int]) -> bytes:
    ends = sorted({min(cut, len(body)) for cut in cuts} | {len(body)})
    parts = [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"


@st.composite
def answers(draw: st.DrawFn) -> Sent:
    status = draw(st.sampled_from([200, 400, 403, 429, 502]))
    version = draw(st.sampled_from(["1.1", "1.1", "1.0"]))
    coding = draw(st.sampled_from(list(PACKERS)))
    body = draw(st.binary(max_size=300))
    packed = PACKERS[coding](body) if body else body
    framing = draw(st.sampled_from(["length", "close"] + ["chunked"] * (version == "1.1")))
    lines = [f"{name}: {value}" for name, value in draw(st.lists(st.tuples(NAMES, VALUES), max_size=8))]
    if coding:
        lines.append(f"Content-Encoding: {coding}")
    if framing == "length":
        lines.append(f"Content-Length: {len(packed)}")
    if framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
        packed = chunked(packed, draw(st.lists(st.integers(1, 300), max_size=5)))
    if draw(st.booleans()):
        lines.append("Connection: close")
    interim = INTERIM * draw(st.integers(0, 2))
    head = "".join(f"{line}\r\n" for line in [f"HTTP/{version} {status} Some Words", *lines])
    return Sent(interim + head.encode() + b"\r\n" + packed, framing == "close", body)


def read(parts: list[bytes], *, is_closed: bool) -> tuple[HttpAnswer, bool]:
    reader = AnswerReader()
    for number, part in enumerate(parts):
        assert reader.feed(part) == reader.is_whole
        assert not reader.is_whole or number == len(parts) - 1
    if is_closed:
        assert reader.feed_eof()
    assert reader.is_whole
    return reader.answer(), reader.can_continue


def read_by_h11(sent: Sent) -> tuple[int, dict[str, str], bool]:
    """Return status, headers and whether another request may follow."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(sent.raw)
    status = 0
    headers: dict[str, str] = {}
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(b"")
        elif isinstance(event, h11.Response):
            status = event.status_code
            for name, value in event.headers:
                key = name.decode()
                headers[key] = f"{headers[key]}, {value.decode()}" if key in headers else value.decode()
        elif isinstance(event, h11.EndOfMessage):
            return status, headers, connection.their_state is h11.DONE


@given(sent=answers(), cuts=st.lists(st.integers(0, 1000), max_size=12))
def test_any_cutting_gives_the_same_answer(sent: Sent, cuts: list[int]) -> None:
    places = sorted({min(cut, len(sent.raw)) for cut in cuts} | {0, len(sent.raw)})
    parts = [sent.raw[start:end] for start, end in pairwise(places)]
    answer, can_continue = read(parts, is_closed=sent.is_closed)
    bytewise, also = read([bytes([each]) for each in sent.raw], is_closed=sent.is_closed)
    assert (answer.status, dict(answer.headers), answer.body) == (
        bytewise.status,
        dict(bytewise.headers),
        bytewise.body,
    )
    assert can_continue == also
    assert answer.body == sent.body
    status, headers, keeps = read_by_h11(sent)
    assert (answer.status, dict(answer.headers)) == (status, headers)
    assert can_continue == (keeps and not sent.is_closed)


@given(sent=answers(), at=st.integers(0, 1000))
def test_no_answer_that_was_cut_short_is_taken_for_whole(sent: Sent, at: int) -> None:
    if sent.is_closed or at >= len(sent.raw):
        return
    reader = AnswerReader()
    if at:
        assert not reader.feed(sent.raw[:at])
    assert not reader.feed_eof()
    assert not reader.can_continue


@given(parts=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"\r\n"]))))
@example(parts=[b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrest"])
def test_any_bytes_are_an_answer_or_none(parts: list[bytes]) -> None:
    reader = AnswerReader()
    with suppress(BadAnswer):
        for part in parts:
            if reader.feed(part):
                reader.answer()
        reader.feed_eof()
