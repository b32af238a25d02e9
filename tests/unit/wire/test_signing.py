from __future__ import annotations

import base64
import hmac

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.errors import BybitCredentialsError
from nautilus_bybit_adapter.wire import BybitEnvironment, Credentials, resolve_credentials, sign_rest, sign_ws

CREDENTIALS = Credentials("test_api_key", "test_secret")
WHEN = 1700000000000


def test_a_query_string_is_signed() -> None:
    assert (
        sign_rest(CREDENTIALS, WHEN, 5000, "category=linear&symbol=BTCUSDT")
        == "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7"
    )


def test_a_body_is_signed_byte_for_byte() -> None:
    body = b'{"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-order-1"}'
    expected = "2df4a0603d69c08d5dea29ba85b46eb7db64ce9e9ebd34a7802a3d69700cb2a1"
    assert sign_rest(CREDENTIALS, WHEN, 5000, body) == expected
    assert sign_rest(CREDENTIALS, WHEN, 5000, body.decode()) == expected
    assert sign_rest(CREDENTIALS, WHEN, 5000, body.replace(b" ", b"")) != expected


@given(secret=st.text(max_size=200), message=st.binary(max_size=300))
def test_any_secret_signs_as_the_standard_library_does(secret: str, message: bytes) -> None:
    credentials = Credentials("key", secret)
    expected = hmac.new(secret.encode(), message, "sha256").hexdigest()
    # What is kept of the key is the same after each signature.
    assert [credentials.sign(message), credentials.sign(message)] == [expected, expected]


def test_a_socket_is_signed() -> None:
    assert sign_ws(CREDENTIALS, WHEN) == "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925"


def test_neither_key_nor_secret_shows() -> None:
    shown = f"{CREDENTIALS!r} {CREDENTIALS}"
    assert "test_secret" not in shown
    assert "test_api_key" not in shown
    assert "_key" in shown
    assert "abc" not in repr(Credentials("abc", "def"))


@pytest.fixture(scope="module")
def rsa_key() -> RSA.RsaKey:
    return RSA.generate(2048)


@pytest.mark.parametrize("pkcs", [1, 8])
def test_a_private_key_signs_as_another_implementation_does(rsa_key: RSA.RsaKey, pkcs: int) -> None:
    credentials = Credentials("test_api_key", rsa_key.export_key(pkcs=pkcs).decode())
    query = "category=linear&symbol=BTCUSDT"
    signed = f"{WHEN}test_api_key5000{query}".encode()
    expected = base64.b64encode(pkcs1_15.new(rsa_key).sign(SHA256.new(signed))).decode()
    assert sign_rest(credentials, WHEN, 5000, query) == expected
    pkcs1_15.new(rsa_key.public_key()).verify(
        SHA256.new(f"GET/realtime{WHEN}".encode()), base64.b64decode(sign_ws(credentials, WHEN))
    )
    assert "PRIVATE" not in f"{credentials!r} {credentials}"


def test_a_private_key_may_come_from_a_variable_in_one_line(rsa_key: RSA.RsaKey) -> None:
    pem = rsa_key.export_key().decode()
    variables = {"BYBIT_API_KEY": "test_api_key", "BYBIT_API_SECRET": pem.replace("\n", "\\n")}
    found = resolve_credentials(BybitEnvironment.TESTNET, None, None, variables)
    assert sign_ws(found, WHEN) == sign_ws(Credentials("test_api_key", pem), WHEN)


def test_a_private_key_that_cannot_be_used_is_refused_without_showing_it(rsa_key: RSA.RsaKey) -> None:
    pem = rsa_key.export_key(pkcs=8).decode()
    body = pem.splitlines()[3]
    curve = generate_private_key(SECP256R1())
    form = Encoding.PEM, PrivateFormat.PKCS8
    unusable = {
        "no PEM that can be read": pem.replace(body, body[:20]),
        "no RSA key": curve.private_bytes(*form, NoEncryption()).decode(),
        "is encrypted": curve.private_bytes(*form, BestAvailableEncryption(b"x")).decode(),
    }
    for message, secret in unusable.items():
        with pytest.raises(BybitCredentialsError, match=message) as caught:
            Credentials("key", secret)
        shown = f"{caught.value} {caught.value.__cause__!r}"
        assert not any(line in shown for line in secret.splitlines())
