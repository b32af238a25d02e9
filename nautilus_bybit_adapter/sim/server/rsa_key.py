"""The public half of an RSA key pair whose private half signs requests.

Source: Bybit V5 Authentication: base64 of an RSASSA-PKCS1-v1_5 signature with SHA-256.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FEWEST_BITS = 2048


class RsaKeyError(ValueError):
    """A key the venue cannot verify with."""


class RsaKey:
    """A public key that verifies signatures.

    Parameters
    ----------
    pem : str
        The key as PEM text.

    Raises
    ------
    RsaKeyError
        When it is no RSA public key of at least 2048 bits; what it holds is not repeated.
    """

    def __init__(self, pem: str) -> None:
        if "PRIVATE KEY" in pem:
            raise RsaKeyError("holds a private key; the venue takes the public one")
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, TypeError):
            raise RsaKeyError("is no public key in PEM form") from None
        if not isinstance(key, RSAPublicKey):
            raise RsaKeyError("is no RSA key")
        if key.key_size < FEWEST_BITS:
            raise RsaKeyError(f"has {key.key_size} bits, at least {FEWEST_BITS} are needed")
        self.pem = pem.strip()
        self._key = key

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether `signature` is that of exactly these bytes, in the one way base64 writes it."""
        try:
            raw = base64.b64decode(signature, validate=True)
            if base64.b64encode(raw).decode() != signature:
                return False
            self._key.verify(raw, payload, PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError, binascii.Error):
            return False
        return True
