"""Who signs what: REST requests and WebSocket logins.

Source: Bybit V5 Authentication.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param

from .rsa_key import RsaKey  # noqa: TC001 - the type of a field

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_RECV_WINDOW_MS = 5000
FUTURE_TOLERANCE_MS = 1000
LOGIN_ARGS = 3
LONGEST_MS_TEXT = 15
REQUIRED_HEADERS = ("X-BAPI-API-KEY", "X-BAPI-TIMESTAMP", "X-BAPI-SIGN")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Key of the one account, with its secret or, for a key of the RSA type, with the public half of the pair."""

    api_key: str
    api_secret: str = field(repr=False)
    public_key: RsaKey | None = None

    def sign(self, payload: str | bytes) -> str:
        """HMAC-SHA256 of `payload` in lower-case hex."""
        raw = payload.encode() if isinstance(payload, str) else payload
        return hmac.new(self.api_secret.encode(), raw, hashlib.sha256).hexdigest()

    def matches(self, payload: str | bytes, signature: str) -> bool:
        """Whether `signature` is that of `payload`."""
        if self.public_key is not None:
            return self.public_key.verifies(
                payload.encode() if isinstance(payload, str) else payload, signature
            )
        return hmac.compare_digest(self.sign(payload).encode(), signature.encode())


def check_time(timestamp: str, recv_window: str, now_ms: int, skew_ms: int = 0) -> None:
    """Refuse a request outside the receive window with 10002.

    With `skew_ms` the clock that the venue shows is as good as its own: which requests of the own clock the skew
    refuses is decided before.
    """
    if not _is_ms(timestamp) or not _is_ms(recv_window):
        raise bad_param("params error: timestamp or recv_window is not an integer")
    for clock_ms in {now_ms, now_ms + skew_ms}:
        if clock_ms - int(recv_window) <= int(timestamp) < clock_ms + FUTURE_TOLERANCE_MS:
            return
    raise VenueError(
        10002,
        "invalid request, please check your server timestamp or recv_window param. "
        f"req_timestamp[{timestamp}],server_timestamp[{now_ms + skew_ms}],recv_window[{recv_window}]",
    )


def _is_ms(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_MS_TEXT


def check_request(
    credentials: Credentials,
    headers: Mapping[str, str],
    query: str,
    body: bytes,
    now_ms: int,
    *,
    skew_ms: int = 0,
) -> None:
    """Check time, key and signature of a REST request.

    The raw query string is tried as received, then percent-decoded: some clients sign before their HTTP
    library encodes. `skew_ms` is how far the clock is off that the venue shows.

    Raises
    ------
    VenueError
        10002, 10003 or 10004.
    """
    timestamp = headers["X-BAPI-TIMESTAMP"]
    recv_window = headers.get("X-BAPI-RECV-WINDOW", "")
    check_time(timestamp, recv_window or str(DEFAULT_RECV_WINDOW_MS), now_ms, skew_ms)
    key = headers["X-BAPI-API-KEY"]
    if key != credentials.api_key:
        raise VenueError(10003, "API key is invalid.")
    prefix = (timestamp + key + recv_window).encode()
    payloads = [body] if body else [query.encode(), unquote(query).encode(), unquote_plus(query).encode()]
    if not any(credentials.matches(prefix + payload, headers["X-BAPI-SIGN"]) for payload in payloads):
        origin = (prefix + payloads[0]).decode(errors="replace")
        raise VenueError(10004, f"error sign! origin_string[{origin}]")


def check_login(credentials: Credentials, args: object, now_ms: int, skew_ms: int = 0) -> None:
    """Check `[apiKey, expires, signature]` of a WebSocket login.

    `skew_ms` is how far the clock is off that the venue shows; a login of its past is not expired.

    Raises
    ------
    VenueError
        10001 when malformed or expired, 10003 for another key, 10004 for a wrong signature.
    """
    if not isinstance(args, list) or len(args) != LOGIN_ARGS:
        raise bad_param("Params Error")
    key, expires, signature = (str(arg) for arg in args)
    if not _is_ms(expires) or int(expires) <= now_ms + min(0, skew_ms):
        raise bad_param("Params Error")
    if key != credentials.api_key:
        raise VenueError(10003, "API key is invalid.")
    if not credentials.matches(f"GET/realtime{expires}", signature):
        raise VenueError(10004, "error sign! origin_string[GET/realtime" + expires + "]")
