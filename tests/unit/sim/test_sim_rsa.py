"""A key of the RSA type: what its private half signed is accepted, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rsa_pair import private_pem, public_pem, sign

from nautilus_bybit_adapter.sim import ConfigError, SimConfig, VenueError
from nautilus_bybit_adapter.sim.server.auth import Credentials, check_login, check_request
from nautilus_bybit_adapter.sim.server.rsa_key import RsaKey

KEY = Credentials("rsa-key", "", RsaKey(public_pem()))
TS = 1_700_000_000_000
QUERY = "category=linear&symbol=BTCUSDT"
BODY = b'{"category": "linear", "symbol": "BTCUSDT", "qty": "0.1"}'
PREFIX = f"{TS}rsa-key5000".encode()
GET_SIGN, POST_SIGN = sign(PREFIX + QUERY.encode()), sign(PREFIX + BODY)


def check(sign: str, query: str, body: bytes, **changes: str) -> None:
    headers = {
        "X-BAPI-API-KEY": "rsa-key",
        "X-BAPI-TIMESTAMP": str(TS),
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": sign,
    }
    check_request(KEY, headers | changes, query, body, TS)


def test_signed_requests_and_logins_are_accepted() -> None:
    check(GET_SIGN, QUERY, b"")
    check(POST_SIGN, "", BODY)
    check(sign(PREFIX), "", b"")
    check_login(KEY, ["rsa-key", str(TS), sign(f"GET/realtime{TS}".encode())], TS - 1)


def test_the_percent_decoded_query_may_have_been_signed() -> None:
    check(sign(PREFIX + b"cursor=a:1,b"), "cursor=a%3A1%2Cb", b"")


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(BODY) - 1), byte=st.integers(0, 255))
def test_any_other_byte_of_a_body_is_refused(place: int, byte: int) -> None:
    assume(BODY[place] != byte)
    changed = BODY[:place] + bytes([byte]) + BODY[place + 1 :]
    with pytest.raises(VenueError, match="10004"):
        check(POST_SIGN, "", changed)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(GET_SIGN) - 1), letter=st.characters(max_codepoint=300))
def test_any_other_letter_of_a_signature_is_refused(place: int, letter: str) -> None:
    assume(GET_SIGN[place] != letter)
    with pytest.raises(VenueError, match="10004"):
        check(GET_SIGN[:place] + letter + GET_SIGN[place + 1 :], QUERY, b"")


@pytest.mark.parametrize(
    "changes",
    [{"X-BAPI-TIMESTAMP": str(TS + 1)}, {"X-BAPI-RECV-WINDOW": "5001"}, {"X-BAPI-SIGN": GET_SIGN + "\n"}],
)
def test_any_other_header_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(VenueError, match="10004"):
        check(GET_SIGN, QUERY, b"", **changes)
    with pytest.raises(VenueError, match="10004"):
        check_login(KEY, ["rsa-key", str(TS), GET_SIGN], TS - 1)


def test_a_secret_does_not_open_a_key_of_the_rsa_type() -> None:
    with pytest.raises(VenueError, match="10004"):
        check(Credentials("rsa-key", "").sign(PREFIX + QUERY.encode()), QUERY, b"")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("nonsense", "is no public key"),
        (private_pem(), "private key"),
        (public_pem(1024), "has 1024 bits, at least 2048"),
        (Path("/nowhere/key.pem"), "/nowhere/key.pem: cannot be read"),
    ],
)
def test_a_key_that_cannot_verify_is_a_clear_error(given: Any, text: str) -> None:
    with pytest.raises(ConfigError, match=text) as refused:
        SimConfig(rsa_public_key=given)
    assert "MII" not in str(refused.value)


def test_the_key_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text(public_pem())
    found = SimConfig(rsa_public_key=path, api_key="k").credentials
    assert found.matches(b"x", sign(b"x"))
    assert found.api_secret == ""
