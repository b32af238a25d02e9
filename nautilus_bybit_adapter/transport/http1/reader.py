"""Reading an HTTP/1.1 answer from bytes as they come.

Source: RFC 9112.
"""

from __future__ import annotations

import httptools

from nautilus_bybit_adapter.transport.exchange import HeaderFields, HttpAnswer
from nautilus_bybit_adapter.transport.http1.body_coding import BadAnswer, decoded

# The venue's heads have about 1 kB; its largest page of a thousand rows has about 2 MB.
MAX_HEAD_SIZE = 64 * 1024
MAX_BODY_SIZE = 64 * 1024 * 1024
# Chunk sizes and interim answers come on top of what is kept, and are bounded too.
_MOST_OVERHEAD = 2

_INTERIM = range(100, 200)
_SWITCHING = 101


class AnswerReader:
    """Reads the answers of one connection, one after the other.

    Nothing here waits: `begin` before a request is sent, `feed` with what comes until it says that the answer is whole,
    `feed_eof` if the other side closes.

    Attributes
    ----------
    is_whole : bool
        Whether the answer is complete.
    can_continue : bool
        Whether another request may follow on the connection.
    has_begun : bool
        Whether any byte came since `begin`.
    """

    __slots__ = (
        "_body",
        "_fault",
        "_fields",
        "_has_head",
        "_head_size",
        "_is_interim",
        "_parser",
        "_received",
        "_size",
        "_status",
        "can_continue",
        "is_whole",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        """Expect an answer."""
        self.is_whole = self.can_continue = False
        self._fault = ""
        self._received = 0
        self._start_message()

    @property
    def has_begun(self) -> bool:
        """Whether any byte came since `begin`."""
        return self._received > 0

    @property
    def keep_secs(self) -> float | None:
        """How long the other side keeps an idle connection, where it tells."""
        told = self._fields.get(b"keep-alive")
        if told is None:
            return None
        for part in told.split(b","):
            name, _, value = part.partition(b"=")
            if name.strip().lower() == b"timeout" and value.strip().isdigit():
                return float(value)
        return None

    def feed(self, data: bytes) -> bool:
        """Take bytes, and return whether the answer is whole; what comes after it ends the connection.

        Raises
        ------
        BadAnswer
            If it is none, or too large.
        """
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            self.can_continue = False
            if not self.is_whole:
                raise BadAnswer(self._fault or f"the answer is no HTTP ({exc})") from exc
        if self._fault:
            raise BadAnswer(self._fault)
        if not self.is_whole:
            room = MAX_HEAD_SIZE + (MAX_BODY_SIZE if self._has_head else 0)
            if self._received > _MOST_OVERHEAD * room:
                raise BadAnswer(f"the answer is larger than {room} bytes")
        return self.is_whole

    def feed_eof(self) -> bool:
        """Take the end of the connection, and return whether it makes the answer whole."""
        self.can_continue = False
        is_framed = b"content-length" in self._fields or b"chunked" in self._fields.get(
            b"transfer-encoding", b""
        )
        self.is_whole = self.is_whole or (self._has_head and not is_framed)
        return self.is_whole

    def answer(self) -> HttpAnswer:
        """Return the answer, once it is whole.

        Raises
        ------
        BadAnswer
            If its body cannot be decompressed.
        """
        body = b"".join(self._body)
        coding = self._fields.get(b"content-encoding")
        if coding is not None:
            body = decoded(body, coding.decode("latin-1"), MAX_BODY_SIZE)
        return HttpAnswer(self._status, HeaderFields(self._fields), body)

    # -- what the parser calls ---------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Start over after an interim answer; a second answer was not asked for."""
        if self.is_whole:
            self.can_continue = False
        else:
            self._start_message()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what trails the body, or follows the answer, is no part of its head."""
        if self._has_head or self.is_whole:
            return
        self._head_size += len(name) + len(value) + 4
        if self._head_size > MAX_HEAD_SIZE:
            self._fault = f"the headers are larger than {MAX_HEAD_SIZE} bytes"
            return
        name = name.lower()
        fields = self._fields
        fields[name] = value if name not in fields else fields[name] + b", " + value

    def on_headers_complete(self) -> None:
        """Take the end of the head."""
        if self.is_whole:
            return
        parser = self._parser
        self._status = status = parser.get_status_code()
        self._is_interim = status in _INTERIM and status != _SWITCHING
        self._has_head = not self._is_interim
        self.can_continue = parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """Take a part of the body."""
        if self.is_whole or self._fault:
            return
        self._size += len(data)
        if self._size > MAX_BODY_SIZE:
            self._fault = f"the body is larger than {MAX_BODY_SIZE} bytes"
            self._body.clear()
            return
        self._body.append(data)

    def on_message_complete(self) -> None:
        """Take the end of an answer; an interim one is no end."""
        if not self._is_interim:
            self.is_whole = True

    def _start_message(self) -> None:
        self._fields: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._status = self._size = self._head_size = 0
        self._has_head = self._is_interim = False
