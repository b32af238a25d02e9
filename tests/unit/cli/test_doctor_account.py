from __future__ import annotations

from typing import Any

import pytest

from nautilus_bybit_adapter.cli.doctor.account import check_limits, check_mode, check_permissions
from nautilus_bybit_adapter.cli.doctor.findings import Finding, State, as_text
from nautilus_bybit_adapter.cli.doctor.hosts import advice_on_host, advice_on_key, check_clock
from nautilus_bybit_adapter.errors import (
    BybitConfigError,
    BybitConnectionError,
    BybitDecodeError,
    BybitStatusError,
    api_error,
)
from nautilus_bybit_adapter.wire.account import BybitAccountInfo
from nautilus_bybit_adapter.wire.user import BybitApiKeyInfo

EVERYTHING = {
    "Spot": ["SpotTrade"],
    "ContractTrade": ["Order", "Position"],
    "Options": ["OptionsTrade"],
    "Wallet": ["AccountTransfer"],
}


def told(**fields: Any) -> dict[str, tuple[State, str]]:
    key = BybitApiKeyInfo(**{"permissions": EVERYTHING, "ips": ["10.0.0.1"], **fields})
    return {each.check: (each.state, each.said) for each in check_permissions(key)}


def test_a_key_that_trades_everything_from_one_address_is_right() -> None:
    assert told() == {"permissions": (State.OK, "The key trades spot, futures and options.")}


def test_a_read_only_key_is_wrong() -> None:
    assert told(read_only=1)["permissions"] == (
        State.WRONG,
        "The key is read-only: every order will be refused",
    )


def test_a_key_without_any_permission_is_wrong() -> None:
    assert told(permissions={})["permissions"][0] is State.WRONG


def test_a_missing_permission_is_named() -> None:
    state, said = told(permissions={**EVERYTHING, "Options": [], "Spot": []})["permissions"]
    assert state is State.WARNING
    assert said == "The key is not for spot orders, options orders"


@pytest.mark.parametrize(
    ("fields", "check", "words"),
    [
        ({"permissions": {**EVERYTHING, "Wallet": ["Withdraw"]}}, "withdrawals", "may withdraw"),
        ({"ips": ["*"], "deadline_day": 83}, "key address", "from every address, and such a key expires (83"),
        ({"ips": []}, "key address", "from every address"),
        ({"deadline_day": 14}, "key expiry", "expires in 14 days"),
    ],
)
def test_what_is_worth_a_look(fields: dict[str, Any], check: str, words: str) -> None:
    findings = told(**fields)
    assert set(findings) == {"permissions", check}
    state, said = findings[check]
    assert state is State.WARNING
    assert words in said


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (1, State.WRONG),
        (2, State.WRONG),
        (3, State.WARNING),
        (4, State.WARNING),
        (5, State.OK),
        (6, State.OK),
        (9, State.WRONG),
    ],
)
def test_the_kind_of_account(status: int, state: State) -> None:
    finding = check_mode(BybitAccountInfo(margin_mode="REGULAR_MARGIN", unified_margin_status=status))
    assert finding.state is state
    assert bool(finding.advice) is (state is not State.OK)


@pytest.mark.parametrize(
    ("level", "rates"),
    [
        ("No VIP", (10, 10, 20)),
        ("", (10, 10, 20)),
        ("VIP-1", (20, 20, 25)),
        ("VIP 2", (40, 40, 30)),
        ("VIP-3", (60, 60, 40)),
        ("PRO-1", (60, 60, 40)),
    ],
)
def test_the_limits_of_a_level(level: str, rates: tuple[int, int, int]) -> None:
    said = check_limits(BybitApiKeyInfo(vip_level=level)).said
    assert f"{rates[0]} order requests a second on futures, {rates[1]} on options, {rates[2]} on spot" in said


@pytest.mark.parametrize(
    ("offset_ms", "state", "words"),
    [
        (3.0, State.OK, "3 ms behind"),
        (-499.0, State.OK, "499 ms ahead of"),
        (10_000.0, State.WARNING, "10,000 ms behind"),
        (-500.0, State.WARNING, "500 ms ahead of"),
    ],
)
def test_the_clock(offset_ms: float, state: State, words: str) -> None:
    finding = check_clock(offset_ms)
    assert finding.state is state
    assert words in finding.said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BybitConfigError("x"), "correct the address"),
        (BybitStatusError("x", 403), "stop all programs for ten minutes"),
        (BybitStatusError("x", 429), "stop all programs"),
        (BybitStatusError("x", 502), "status page"),
        (BybitStatusError("x", 404), "not Bybit's"),
        (BybitDecodeError("x"), "proxy"),
        (api_error("x", 10016, ""), "status page"),
        (BybitConnectionError("x"), "DNS, firewall"),
    ],
)
def test_the_advice_on_a_host(error: Exception, words: str) -> None:
    assert words in advice_on_host(error)  # type: ignore[arg-type]  # each of them is a BybitError


@pytest.mark.parametrize(
    ("code", "words"),
    [(10002, "clock"), (10003, "environment"), (10004, "secret"), (10010, "address"), (33004, "new key")],
)
def test_the_advice_on_a_key(code: int, words: str) -> None:
    assert words in advice_on_key(api_error("GET /v5/user/query-api", code, ""))
    assert "status page" in advice_on_key(BybitStatusError("x", 503))


def test_the_text_counts_what_is_wrong() -> None:
    right = Finding("clock", State.OK, "fine.")
    assert as_text([right]).endswith("Everything that was checked is right.")
    text = as_text([right, Finding("key", State.WRONG, "no.", "make one")])
    assert text.endswith("1 wrong, 0 to look at.")
    assert "-> make one" in text
