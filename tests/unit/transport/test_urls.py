from __future__ import annotations

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.urls import (
    is_loopback,
    private_url,
    public_url,
    rest_url,
    trade_url,
)
from nautilus_bybit_adapter.wire import BybitEnvironment


@pytest.mark.parametrize(
    ("environment", "rest", "public", "private"),
    [
        ("mainnet", "https://api.bybit.com", "wss://stream.bybit.com", "wss://stream.bybit.com"),
        ("demo", "https://api-demo.bybit.com", "wss://stream.bybit.com", "wss://stream-demo.bybit.com"),
        (
            "testnet",
            "https://api-testnet.bybit.com",
            "wss://stream-testnet.bybit.com",
            "wss://stream-testnet.bybit.com",
        ),
    ],
)
def test_each_environment_has_its_hosts(environment: str, rest: str, public: str, private: str) -> None:
    member = BybitEnvironment(environment)
    assert rest_url(member) == rest
    assert public_url(member, "spot")() == f"{public}/v5/public/spot"
    assert private_url(member)() == f"{private}/v5/private"


def test_orders_never_go_to_another_environment() -> None:
    assert trade_url(BybitEnvironment.MAINNET)() == "wss://stream.bybit.com/v5/trade"
    assert trade_url(BybitEnvironment.TESTNET)() == "wss://stream-testnet.bybit.com/v5/trade"
    with pytest.raises(BybitConfigError, match="no trade socket"):
        trade_url(BybitEnvironment.DEMO)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)
    bracketed = f"[{host}]" if ":" in host else host
    assert rest_url("testnet", f"http://{bracketed}:8080/") == f"http://{bracketed}:8080"


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "example.com", "127.0.0.1.example.com", "localhost.example.com", "[2001:db8::1]"]
)
def test_other_machines_need_encryption(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(BybitConfigError, match="this machine only"):
        rest_url("testnet", f"http://{host}")
    with pytest.raises(BybitConfigError, match="this machine only"):
        private_url("testnet", f"ws://{host}/v5/private")
    assert rest_url("testnet", f"https://{host}/") == f"https://{host}"


@pytest.mark.parametrize("url", ["bybit.eu", "https://", "wss://x.com", "file:///etc/passwd"])
def test_what_is_no_rest_address(url: str) -> None:
    with pytest.raises(BybitConfigError, match="must begin with https://"):
        rest_url("testnet", url)
