from __future__ import annotations

import pytest

from nautilus_bybit_adapter.constants import REGIONS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.options import without_password
from nautilus_bybit_adapter.transport.urls import (
    BaseUrls,
    endpoints_of,
    is_loopback,
    private_url,
    public_url,
    resolve_base_urls,
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


def test_each_regional_host_has_its_sockets() -> None:
    for region, (rest, stream) in REGIONS.items():
        (endpoint,) = endpoints_of("mainnet", region.upper())
        assert (endpoint.name, endpoint.rest) == (rest, f"https://{rest}")
        assert endpoint.ws_public == f"wss://{stream}/v5/public"
        assert endpoint.ws_private == f"wss://{stream}/v5/private"
        assert endpoint.ws_trade == f"wss://{stream}/v5/trade"


def test_mainnet_has_a_second_host_unless_another_address_is_given() -> None:
    assert [each.name for each in endpoints_of("mainnet")] == ["api.bybit.com", "api.bytick.com"]
    (only,) = endpoints_of("mainnet", base_urls=BaseUrls(http="http://user:pw@127.0.0.1:8080"))
    assert only.name == "127.0.0.1:8080"
    first, second = endpoints_of("mainnet", base_urls=BaseUrls(ws_private="ws://127.0.0.1:1/v5/private"))
    assert first.ws_private == second.ws_private == "ws://127.0.0.1:1/v5/private"
    assert (first.ws_public, second.ws_public) == (
        "wss://stream.bybit.com/v5/public",
        "wss://stream.bytick.com/v5/public",
    )


def test_the_address_is_asked_for_each_time() -> None:
    urls = ["wss://a.example/v5/public", "wss://b.example/v5/public"]
    give = public_url("mainnet", "spot", lambda: urls[0])
    assert give() == "wss://a.example/v5/public/spot"
    urls.pop(0)
    assert give() == "wss://b.example/v5/public/spot"
    with pytest.raises(BybitConfigError, match="this machine only"):
        private_url("mainnet", lambda: "ws://example.com")


def test_variables_fill_what_the_config_leaves_open() -> None:
    environ = {"BYBIT_BASE_URL_HTTP": " https://one.example ", "BYBIT_BASE_URL_WS_TRADE": ""}
    assert resolve_base_urls(BaseUrls(ws_public="wss://two.example"), environ) == BaseUrls(
        "https://one.example", "wss://two.example", None, None
    )
    assert resolve_base_urls(BaseUrls(http="https://three.example"), environ).http == "https://three.example"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:pw@127.0.0.1:1", "http://***@127.0.0.1:1"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ],
)
def test_a_password_in_an_address_is_masked(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_told_at_once(port: str) -> None:
    with pytest.raises(BybitConfigError, match="port of an address must be a number from 1 to 65535"):
        rest_url("testnet", f"http://127.0.0.1:{port}")
