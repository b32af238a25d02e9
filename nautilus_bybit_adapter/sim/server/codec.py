"""JSON as the venue writes it."""

from __future__ import annotations

import msgspec

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def dumps(value: object) -> str:
    """Encode to JSON; `<`, `>` and `&` are escaped the way Go's encoder does."""
    raw = msgspec.json.encode(value)
    if b"<" in raw or b">" in raw or b"&" in raw:
        return raw.decode().translate(_ESCAPES)
    return raw.decode()


def loads(text: str | bytes) -> object:
    """Decode JSON.

    Raises
    ------
    msgspec.DecodeError
        When it is none.
    """
    return msgspec.json.decode(text)
