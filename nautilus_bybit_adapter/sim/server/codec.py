"""JSON and text frames as the venue writes them."""

from __future__ import annotations

from functools import lru_cache

import msgspec

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
# First byte of a whole text frame: the last fragment, opcode 1.
_TEXT = b"\x81"
_SHORT, _MEDIUM = 126, 1 << 16


def encoded(value: object) -> bytes:
    """Encode to JSON; `<`, `>` and `&` are escaped the way Go's encoder does."""
    raw = msgspec.json.encode(value)
    if b"<" in raw or b">" in raw or b"&" in raw:
        return raw.decode().translate(_ESCAPES).encode()
    return raw


def dumps(value: object) -> str:
    """Encode to JSON text, see `encoded`."""
    return encoded(value).decode()


def loads(text: str | bytes) -> object:
    """Decode JSON.

    Raises
    ------
    msgspec.DecodeError
        When it is none.
    """
    return msgspec.json.decode(text)


@lru_cache(maxsize=4096)
def text_header(length: int) -> bytes:
    """Return what stands before the `length` bytes of an unmasked text frame, as a server sends it.

    Source: RFC 6455, section 5.2.
    """
    if length < _SHORT:
        return _TEXT + length.to_bytes(1, "big")
    if length < _MEDIUM:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big")
    return _TEXT + b"\x7f" + length.to_bytes(8, "big")
