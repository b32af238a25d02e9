from __future__ import annotations

from typing import Any

import pytest

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.server.auth import Credentials, check_login, check_request, check_time

KEY = Credentials("test_api_key", "test_secret")
TS = 1_700_000_000_000
GET_SIGN = "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7"
POST_SIGN = "2df4a0603d69c08d5dea29ba85b46eb7db64ce9e9ebd34a7802a3d69700cb2a1"
WS_SIGN = "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925"
BODY = b'{"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-order-1"}'


def headers(sign: str, **changes: str) -> dict[str, str]:
    return {
        "X-BAPI-API-KEY": "test_api_key",
        "X-BAPI-TIMESTAMP": str(TS),
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": sign,
    } | changes


@pytest.mark.parametrize(
    ("query", "body", "sign"),
    [
        ("category=linear&symbol=BTCUSDT", b"", GET_SIGN),
        ("", BODY, POST_SIGN),
        ("cursor=a%3A1%2Cb", b"", KEY.sign(f"{TS}test_api_key5000cursor=a%3A1%2Cb")),
        ("cursor=a%3A1%2Cb", b"", KEY.sign(f"{TS}test_api_key5000cursor=a:1,b")),
        ("", b"", KEY.sign(f"{TS}test_api_key5000")),
    ],
)
def test_signatures_are_accepted(query: str, body: bytes, sign: str) -> None:
    check_request(KEY, headers(sign), query, body, TS)


@pytest.mark.parametrize(
    ("changes", "query", "code", "text"),
    [
        (
            {},
            "category=linear&symbol=ETHUSDT",
            10004,
            f"error sign! origin_string[{TS}test_api_key5000category=",
        ),
        ({"X-BAPI-API-KEY": "other"}, "category=linear&symbol=BTCUSDT", 10003, "API key is invalid."),
        ({"X-BAPI-TIMESTAMP": "soon"}, "", 10001, "timestamp"),
        ({"X-BAPI-TIMESTAMP": "9" * 5000}, "", 10001, "timestamp"),
    ],
)
def test_signatures_are_refused(changes: dict[str, str], query: str, code: int, text: str) -> None:
    with pytest.raises(VenueError) as refused:
        check_request(KEY, headers(GET_SIGN, **changes), query, b"", TS)
    assert refused.value.ret_code == code
    assert text in refused.value.ret_msg
    assert "test_secret" not in refused.value.ret_msg


@pytest.mark.parametrize(
    ("offset", "allowed"), [(-5001, False), (-5000, True), (0, True), (999, True), (1000, False)]
)
def test_the_receive_window(offset: int, allowed: bool) -> None:
    if allowed:
        check_time(str(TS + offset), "5000", TS)
        return
    with pytest.raises(VenueError) as refused:
        check_time(str(TS + offset), "5000", TS)
    assert refused.value.ret_code == 10002
    assert f"req_timestamp[{TS + offset}],server_timestamp[{TS}],recv_window[5000]" in refused.value.ret_msg


@pytest.mark.parametrize("expires", [TS, str(TS)])
def test_logins_are_accepted(expires: Any) -> None:
    check_login(KEY, ["test_api_key", expires, WS_SIGN], TS - 1)


@pytest.mark.parametrize(
    ("args", "now", "code"),
    [
        (["test_api_key", TS, WS_SIGN], TS, 10001),
        (["test_api_key", TS], TS - 1, 10001),
        (None, TS - 1, 10001),
        (["test_api_key", "x", WS_SIGN], TS - 1, 10001),
        (["other", TS, WS_SIGN], TS - 1, 10003),
        (["test_api_key", TS, "0" * 64], TS - 1, 10004),
        (["test_api_key", TS, "ä"], TS - 1, 10004),
    ],
)
def test_logins_are_refused(args: Any, now: int, code: int) -> None:
    with pytest.raises(VenueError) as refused:
        check_login(KEY, args, now)
    assert refused.value.ret_code == code


def test_the_secret_is_not_shown() -> None:
    assert "test_secret" not in repr(KEY)
