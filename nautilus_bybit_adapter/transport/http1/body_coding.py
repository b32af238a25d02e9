"""Bodies that were compressed on the way, in bounded memory.

Source: RFC 9110, section 8.4.
"""

from __future__ import annotations

import zlib

# What `decoded` can read, for `Accept-Encoding`.
CODINGS = "gzip, deflate"

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_BARE_DEFLATE = -zlib.MAX_WBITS
_DEFLATE_METHOD = 8


class BadAnswer(Exception):  # noqa: N818 - not ours to raise further: the connection makes a loss of it
    """What came is no HTTP answer that can be taken."""


def decoded(body: bytes, coding: str, max_size: int) -> bytes:
    """Return a body as it was before its `Content-Encoding`.

    Parameters
    ----------
    body : bytes
        As it came.
    coding : str
        The header's value; `""` and `identity` for none.
    max_size : int
        The largest result taken, in bytes.

    Raises
    ------
    BadAnswer
        If the coding is not one of `CODINGS`, the body is damaged or cut short, or the result is too large.
    """
    name = coding.strip().lower()
    if name in {"", "identity"} or not body:
        return body
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise BadAnswer(f"the body has the unknown coding {coding!r}")
    # Some servers send `deflate` without the frame that belongs around it.
    is_bare = name == "deflate" and body[0] & 0x0F != _DEFLATE_METHOD
    parts: list[bytes] = []
    left, rest = max_size, body
    try:
        while rest:
            inflater = zlib.decompressobj(_BARE_DEFLATE if is_bare else _GZIP_OR_ZLIB)
            parts.append(inflater.decompress(rest, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise BadAnswer(f"the body is larger than {max_size} bytes")
            if not inflater.eof:
                raise BadAnswer("the compressed body is cut short")
            rest = inflater.unused_data
    except zlib.error as exc:
        raise BadAnswer(f"the compressed body is damaged ({exc})") from exc
    return b"".join(parts)
