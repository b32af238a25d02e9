"""Request signatures.

Source: Bybit V5 "Integration Guidance: Authentication" and "Connect: Authentication".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An API key and its secret; neither shows in a log.

    Parameters
    ----------
    api_key : str
        The API key.
    api_secret : str
        Its secret.
    """

    api_key: str
    api_secret: str

    @property
    def label(self) -> str:
        """What to call the account in messages: the last characters of its key."""
        shown = self.api_key[-4:] if len(self.api_key) > 4 else ""  # noqa: PLR2004 - a key shorter than that stays hidden whole
        return f"***{shown}"

    def __repr__(self) -> str:
        return f"Credentials(api_key='{self.label}', api_secret='***')"


def sign_rest(credentials: Credentials, timestamp_ms: int, recv_window_ms: int, payload: str | bytes) -> str:
    """Return the signature of a REST request.

    Parameters
    ----------
    credentials : Credentials
        Key and secret.
    timestamp_ms : int
        Milliseconds since the epoch, as in `X-BAPI-TIMESTAMP`.
    recv_window_ms : int
        Milliseconds, as in `X-BAPI-RECV-WINDOW`.
    payload : str or bytes
        The raw query string without `?`, or the raw body, exactly as sent.
    """
    raw = payload.encode() if isinstance(payload, str) else payload
    return _hmac_hex(
        credentials.api_secret, f"{timestamp_ms}{credentials.api_key}{recv_window_ms}".encode() + raw
    )


def sign_ws(credentials: Credentials, expires_ms: int) -> str:
    """Return the signature of a WebSocket `auth` request that expires at `expires_ms` (epoch ms)."""
    return _hmac_hex(credentials.api_secret, f"GET/realtime{expires_ms}".encode())


def _hmac_hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
