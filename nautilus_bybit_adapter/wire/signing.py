"""Request signatures.

Source: Bybit V5 "Integration Guidance: Authentication" and "Connect: Authentication".
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nautilus_bybit_adapter.errors import BybitCredentialsError

_BLOCK_SIZE = hashlib.sha256().block_size
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_PEM_MARK = "PRIVATE KEY-----"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An API key and its secret; neither shows in a log.

    Parameters
    ----------
    api_key : str
        The API key.
    api_secret : str
        Its secret; for a self-generated RSA key the private key as PEM text.

    Raises
    ------
    BybitCredentialsError
        If the secret looks like a PEM private key and is none that can be used.
    """

    api_key: str
    api_secret: str
    _rsa_key: RSAPrivateKey | None = field(init=False, compare=False)
    _keyed: tuple[hashlib._Hash, hashlib._Hash] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        key = _load_rsa_key(self.api_secret) if is_pem(self.api_secret) else None
        object.__setattr__(self, "_rsa_key", key)
        object.__setattr__(self, "_keyed", _keyed_digests(self.api_secret.encode()))

    @property
    def label(self) -> str:
        """What to call the account in messages: the last characters of its key."""
        shown = self.api_key[-4:] if len(self.api_key) > 4 else ""  # noqa: PLR2004 - a key shorter than that stays hidden whole
        return f"***{shown}"

    def sign(self, message: bytes) -> str:
        """Return a signature: HMAC-SHA256 in hex, or RSASSA-PKCS1-v1_5 with SHA-256 in base64."""
        if self._rsa_key is not None:
            return base64.b64encode(self._rsa_key.sign(message, PKCS1v15(), SHA256())).decode()
        inner, outer = (digest.copy() for digest in self._keyed)
        inner.update(message)
        outer.update(inner.digest())
        return outer.hexdigest()

    def __repr__(self) -> str:
        return f"Credentials(api_key='{self.label}', api_secret='***')"


def is_pem(secret: str) -> bool:
    """Return whether a secret is a private key as PEM text."""
    return _PEM_MARK in secret


def _keyed_digests(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Return the two halves of an HMAC that have read its key.

    Copied for each signature they save looking up the algorithm and reading the key, which is most of its cost.

    Source: RFC 2104, section 4.
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_SIZE else key).ljust(_BLOCK_SIZE, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))


def _load_rsa_key(pem: str) -> RSAPrivateKey:
    # What the library says may quote the key, so none of it is passed on.
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise BybitCredentialsError(
            "The private key in api_secret is encrypted: give it without a passphrase."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BybitCredentialsError("The private key in api_secret is no PEM that can be read.") from None
    if not isinstance(key, RSAPrivateKey):
        raise BybitCredentialsError("The private key in api_secret is no RSA key, which Bybit asks for.")
    return key


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
    return credentials.sign(f"{timestamp_ms}{credentials.api_key}{recv_window_ms}".encode() + raw)


def sign_ws(credentials: Credentials, expires_ms: int) -> str:
    """Return the signature of a WebSocket `auth` request that expires at `expires_ms` (epoch ms)."""
    return credentials.sign(f"GET/realtime{expires_ms}".encode())
