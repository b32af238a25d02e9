"""Authenticating a socket.

Source: Bybit V5 "Connect: Authentication".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitAuthError, BybitConfigError
from nautilus_bybit_adapter.wire.control import encode_auth
from nautilus_bybit_adapter.wire.signing import sign_ws

if TYPE_CHECKING:
    from nautilus_bybit_adapter.wire.control import ControlMessage
    from nautilus_bybit_adapter.wire.signing import Credentials

_EXPIRES_IN_MS = 10_000


def require_credentials(credentials: Credentials | None, socket: str) -> Credentials:
    """Return the credentials, or raise `BybitConfigError` where there are none."""
    if credentials is None:
        raise BybitConfigError(f"The {socket} socket needs credentials, and none were given.")
    return credentials


def local_time_ms() -> int:
    """Return this machine's time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def auth_request(credentials: Credentials, now_ms: int) -> bytes:
    """Return an `auth` request that is valid for ten seconds from `now_ms` (the venue's epoch ms)."""
    expires_ms = now_ms + _EXPIRES_IN_MS
    return encode_auth(f"auth-{now_ms}", credentials.api_key, expires_ms, sign_ws(credentials, expires_ms))


def auth_refusal(ack: ControlMessage) -> BybitAuthError:
    """Return the error for a refused `auth` request."""
    return BybitAuthError("auth", ack.ret_code, ack.message)
