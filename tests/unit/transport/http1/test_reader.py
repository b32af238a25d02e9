"""HTTP answers, whole and broken, as bytes."""

from __future__ import annotations

import gzip
import zlib

import pytest

from nautilus_bybit_adapter.transport.http1 import reader as reader_module
from nautilus_bybit_adapter.transport.http1.body_coding import BadAnswer, decoded
from nautilus_bybit_adapter.transport.http1.reader import MAX_HEAD_SIZE, AnswerReader

OK = b"HTTP/1.1 200 OK\r\n"


def packed_by_gzip(body: bytes) -> bytes:
    """Return the same bytes whenever it is called, as names of tests must be the same in every process."""
    return gzip.compress(body, mtime=0)


def read(*parts: bytes, eof: bool = False) -> AnswerReader:
    reader = AnswerReader()
    for part in parts:
        reader.feed(part)
    if eof:
        reader.feed_eof()
    return reader


@pytest.mark.parametrize(
    ("raw", "eof", "status", "body", "can_continue"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", False, 200, b"{}", True),
        (OK + b"content-length:2\r\n\r\n{}", False, 200, b"{}", True),
        (OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}", False, 200, b"{}", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", False, 200, b"{}", True),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nStatus: x\r\n\r\n",
            False,
            200,
            b"{}",
            True,
        ),
        (OK + b"Content-Length: 0\r\n\r\n", False, 200, b"", True),
        (OK + b"\r\n{}", True, 200, b"{}", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", False, 200, b"{}", False),
        (
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
            False,
            200,
            b"{}",
            True,
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b"", True),
        (b"HTTP/1.1 503 \r\nContent-Length: 4\r\n\r\nbusy", False, 503, b"busy", True),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            + OK
            + b"Content-Length: 2\r\n\r\n{}",
            False,
            200,
            b"{}",
            True,
        ),
        # What nobody asked for ends the connection, and takes nothing from the answer before it.
        (OK + b"Content-Length: 2\r\n\r\n{}garbage", False, 200, b"{}", False),
        (OK + b"Content-Length: 2\r\n\r\n{}" + OK + b"Content-Length: 1\r\n\r\n!", False, 200, b"{}", False),
    ],
)
def test_an_answer_is_read(raw: bytes, eof: bool, status: int, body: bytes, can_continue: bool) -> None:
    reader = read(raw, eof=eof)
    assert reader.is_whole
    answer = reader.answer()
    assert (answer.status, answer.body, reader.can_continue) == (status, body, can_continue)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTT",
        OK,
        OK + b"Content-Length: 3\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_short_is_not_whole(raw: bytes) -> None:
    reader = read(raw, eof=True) if raw else read(eof=True)
    assert not reader.is_whole
    assert not reader.can_continue
    assert reader.has_begun == bool(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/3.7 200 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n",
        OK + b"Bad Name: x\r\n\r\n",
        OK + b"Name: a\x00b\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(raw: bytes) -> None:
    with pytest.raises(BadAnswer, match="no HTTP"):
        read(raw)


def feed_often(reader: AnswerReader, part: bytes) -> None:
    for _ in range(10_000):
        reader.feed(part)


def test_a_head_is_bounded_however_it_comes() -> None:
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    lines = line * (MAX_HEAD_SIZE // len(line) + 1)
    with pytest.raises(BadAnswer, match="headers are larger than 65536 bytes"):
        read(OK + lines + b"\r\n")
    reader = read(OK + b"X-Filler: ")
    with pytest.raises(BadAnswer, match="larger than 65536 bytes"):
        feed_often(reader, b"x" * 1000)
    with pytest.raises(BadAnswer, match="larger than 65536 bytes"):
        feed_often(read(), b"HTTP/1.1 100 Continue\r\n\r\n")


def test_a_body_is_bounded_however_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MAX_BODY_SIZE", 1000)
    assert read(OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000).is_whole
    with pytest.raises(BadAnswer, match="body is larger than 1000 bytes"):
        read(OK + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001)
    endless = read(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    with pytest.raises(BadAnswer, match="body is larger than 1000 bytes"):
        feed_often(endless, b"1\r\nx\r\n")
    packed = packed_by_gzip(b"x" * 1001)
    with pytest.raises(BadAnswer, match="larger than 1000 bytes"):
        read(
            OK + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed
        ).answer()


def test_headers_do_not_mind_case_and_trailers_are_none() -> None:
    raw = (
        OK
        + b"X-Bapi-LIMIT: 20\r\nVia: a\r\nvia: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n"
    )
    headers = read(raw).answer().headers
    assert (headers["x-bapi-limit"], headers.get("X-Bapi-Limit")) == ("20", "20")
    assert headers.get("X-Late", "none") == "none"
    assert headers["VIA"] == "a, b"
    assert sorted(headers) == ["transfer-encoding", "via", "x-bapi-limit"]


@pytest.mark.parametrize(
    ("value", "secs"),
    [(b"timeout=5", 5.0), (b"max=99, Timeout=7", 7.0), (b"timeout=soon", None), (b"", None)],
)
def test_the_other_side_tells_how_long_it_keeps_a_connection(value: bytes, secs: float | None) -> None:
    reader = read(OK + b"Keep-Alive: " + value + b"\r\nContent-Length: 0\r\n\r\n")
    assert reader.keep_secs == secs


BODY = b'{"retCode":0}' * 50


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", packed_by_gzip(BODY)),
        ("X-GZIP", packed_by_gzip(BODY)),
        ("gzip", packed_by_gzip(BODY[:100]) + packed_by_gzip(BODY[100:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", bare_deflate(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_a_compressed_body_is_read(coding: str, packed: bytes) -> None:
    assert decoded(packed, coding, len(BODY)) == BODY
    assert decoded(b"", coding, 0) == b""


@pytest.mark.parametrize(
    ("coding", "packed", "why"),
    [
        ("br", BODY, "unknown coding"),
        ("gzip, gzip", BODY, "unknown coding"),
        ("gzip", BODY, "damaged"),
        ("gzip", packed_by_gzip(BODY)[:-1], "cut short"),
        ("gzip", packed_by_gzip(BODY)[:-8] + bytes(8), "damaged"),
        ("gzip", packed_by_gzip(BODY) + b"more", "damaged"),
        ("deflate", zlib.compress(BODY)[:-1], "cut short"),
        ("gzip", packed_by_gzip(BODY + b"!"), "larger"),
        ("gzip", packed_by_gzip(BODY) + packed_by_gzip(b"!"), "larger"),
    ],
)
def test_a_compressed_body_that_cannot_be_read_is_none(coding: str, packed: bytes, why: str) -> None:
    with pytest.raises(BadAnswer, match=why):
        decoded(packed, coding, len(BODY))
