"""An RSA key pair, and signatures as Bybit's documentation describes them."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

BITS = 2048


@cache
def pair(bits: int) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=bits)


def public_pem(bits: int = BITS) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return pair(bits).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def private_pem() -> str:
    form, open_text = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return pair(BITS).private_bytes(serialization.Encoding.PEM, form, open_text).decode()


def sign(payload: bytes) -> str:
    return base64.b64encode(pair(BITS).sign(payload, PKCS1v15(), hashes.SHA256())).decode()
