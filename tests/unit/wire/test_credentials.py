from __future__ import annotations

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError
from nautilus_bybit_adapter.wire import BybitEnvironment, resolve_credentials, resolve_environment

MAINNET, DEMO, TESTNET = BybitEnvironment.MAINNET, BybitEnvironment.DEMO, BybitEnvironment.TESTNET


@pytest.mark.parametrize("value", ["", "true", "1", "TRUE", "yes", " on "])
def test_testnet_is_the_default(value: str) -> None:
    assert resolve_environment(None, {}) == (TESTNET, True)
    assert resolve_environment(None, {"BYBIT_TESTNET": value}) == (TESTNET, True)


@pytest.mark.parametrize("value", ["false", "0", "no", "OFF"])
def test_a_variable_never_leads_to_real_money(value: str) -> None:
    with pytest.raises(BybitConfigError, match=r"environment=BybitEnvironment\.MAINNET"):
        resolve_environment(None, {"BYBIT_TESTNET": value})


def test_a_value_that_is_no_boolean_is_refused() -> None:
    with pytest.raises(BybitConfigError, match="'maybe'"):
        resolve_environment(None, {"BYBIT_TESTNET": "maybe"})


@pytest.mark.parametrize("environment", [MAINNET, DEMO, TESTNET])
@pytest.mark.parametrize("value", ["true", "false"])
def test_the_config_wins(environment: BybitEnvironment, value: str) -> None:
    assert resolve_environment(environment, {"BYBIT_TESTNET": value}) == (environment, False)


ALL = {
    "BYBIT_API_KEY": "main",
    "BYBIT_API_SECRET": "s",
    "BYBIT_TESTNET_API_KEY": "test",
    "BYBIT_TESTNET_API_SECRET": "s",
    "BYBIT_DEMO_API_KEY": "demo",
    "BYBIT_DEMO_API_SECRET": "s",
}


@pytest.mark.parametrize(("environment", "key"), [(MAINNET, "main"), (TESTNET, "test"), (DEMO, "demo")])
def test_each_environment_has_its_own_variables(environment: BybitEnvironment, key: str) -> None:
    assert resolve_credentials(environment, None, None, ALL).api_key == key
    general = {name: value for name, value in ALL.items() if name.startswith("BYBIT_API")}
    assert resolve_credentials(environment, None, None, general).api_key == "main"


def test_the_config_comes_first() -> None:
    assert resolve_credentials(TESTNET, "mine", "secret", ALL).api_key == "mine"


@pytest.mark.parametrize("environment", [MAINNET, DEMO, TESTNET])
def test_what_is_missing_is_named(environment: BybitEnvironment) -> None:
    with pytest.raises(BybitCredentialsError, match="BYBIT_API_KEY, BYBIT_API_SECRET"):
        resolve_credentials(environment, None, None, {})


def test_mainnet_never_uses_the_keys_of_testnet() -> None:
    others = {name: value for name, value in ALL.items() if not name.startswith("BYBIT_API")}
    with pytest.raises(BybitCredentialsError):
        resolve_credentials(MAINNET, None, None, others)


def test_half_a_pair_is_an_error() -> None:
    with pytest.raises(BybitCredentialsError, match="but BYBIT_TESTNET_API_SECRET is missing"):
        resolve_credentials(TESTNET, None, None, {**ALL, "BYBIT_TESTNET_API_SECRET": ""})
    with pytest.raises(BybitCredentialsError, match="but api_key is missing"):
        resolve_credentials(TESTNET, None, "secret", ALL)


def test_a_key_with_a_line_break_inside_is_refused_without_showing_it() -> None:
    with pytest.raises(BybitCredentialsError) as caught:
        resolve_credentials(TESTNET, "key", "se\ncret", {})
    assert "cret" not in str(caught.value).replace("api_secret", "")
