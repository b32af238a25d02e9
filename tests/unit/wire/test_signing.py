from __future__ import annotations

from nautilus_bybit_adapter.wire import Credentials, sign_rest, sign_ws

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


def test_a_socket_is_signed() -> None:
    assert sign_ws(CREDENTIALS, WHEN) == "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925"


def test_neither_key_nor_secret_shows() -> None:
    shown = f"{CREDENTIALS!r} {CREDENTIALS}"
    assert "test_secret" not in shown
    assert "test_api_key" not in shown
    assert "_key" in shown
    assert "abc" not in repr(Credentials("abc", "def"))
