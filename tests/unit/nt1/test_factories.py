from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import TraderId

from nautilus_bybit_adapter import (
    BybitDataClientConfig,
    BybitEnvironment,
    BybitExecClientConfig,
    BybitExecutionClient,
    BybitInstrumentProvider,
    BybitLiveDataClientFactory,
    BybitLiveExecClientFactory,
    BybitPositionMode,
    BybitProductType,
)
from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError

KEYS: dict[str, Any] = {"api_key": "key-of-mine", "api_secret": "secret-of-mine"}


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    for name in ("BYBIT", "BYBIT_TESTNET", "BYBIT_DEMO"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
        monkeypatch.delenv(f"{name}_API_SECRET", raising=False)
    monkeypatch.delenv("BYBIT_TESTNET", raising=False)
    for name in URLS:
        monkeypatch.delenv(name, raising=False)
    loop, clock = asyncio.new_event_loop(), LiveClock()
    yield {
        "loop": loop,
        "name": "BYBIT",
        "msgbus": MessageBus(TraderId("T-001"), clock),
        "cache": Cache(),
        "clock": clock,
    }
    loop.close()


def exec_client(parts: dict[str, Any], **options: Any) -> BybitExecutionClient:
    return BybitLiveExecClientFactory.create(config=BybitExecClientConfig(**options), **parts)


def test_the_default_environment_is_testnet(parts: dict[str, Any]) -> None:
    client = exec_client(parts, **KEYS)
    assert client._notice.environment is BybitEnvironment.TESTNET
    assert "testnet" in client._private.url


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ws_ping_interval_secs": 0.0}, "ws_ping_interval_secs must be more than 0 seconds; it is 0.0"),
        ({"ws_pong_timeout_secs": -1.0}, "ws_pong_timeout_secs must be more than 0 seconds; it is -1.0"),
        ({"stale_topic_secs": float("nan")}, "stale_topic_secs must be more than 0 seconds; it is nan"),
        ({"gc_threshold": 0}, "gc_threshold must be at least 1; it is 0"),
        ({"max_topics_per_connection": 0}, "max_topics_per_connection must be at least 1; it is 0"),
    ],
)
def test_deadlines_and_limits_that_cannot_be(
    parts: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(BybitConfigError, match=message):
        BybitLiveDataClientFactory.create(config=BybitDataClientConfig(**options), **parts)


def test_mainnet_takes_saying_so(parts: dict[str, Any]) -> None:
    client = exec_client(parts, environment=BybitEnvironment.MAINNET, **KEYS)
    assert client._private.url == "wss://stream.bybit.com/v5/private"


def test_an_environment_variable_does_not_reach_mainnet(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYBIT_TESTNET", "false")
    with pytest.raises(BybitConfigError, match=r"environment=BybitEnvironment\.MAINNET"):
        exec_client(parts, **KEYS)


def test_demo_enters_orders_over_rest(parts: dict[str, Any]) -> None:
    client = exec_client(parts, environment=BybitEnvironment.DEMO, **KEYS)
    assert client._trade is None
    assert client._private.url == "wss://stream-demo.bybit.com/v5/private"


@pytest.mark.parametrize(
    ("environment", "prefix"),
    [(None, "BYBIT_TESTNET"), (BybitEnvironment.DEMO, "BYBIT_DEMO"), (BybitEnvironment.MAINNET, "BYBIT")],
)
def test_keys_come_from_the_environments_own_variables(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, environment: BybitEnvironment | None, prefix: str
) -> None:
    with pytest.raises(BybitCredentialsError, match=f"{prefix}_API_KEY"):
        exec_client(parts, environment=environment)
    monkeypatch.setenv(f"{prefix}_API_KEY", "key-of-mine")
    monkeypatch.setenv(f"{prefix}_API_SECRET", "secret-of-mine")
    assert exec_client(parts, environment=environment)._http.has_credentials


def test_half_a_pair_of_keys_is_refused_and_the_missing_half_named(parts: dict[str, Any]) -> None:
    with pytest.raises(BybitCredentialsError, match="api_secret"):
        exec_client(parts, api_key="key-of-mine")


def test_public_data_needs_no_key(parts: dict[str, Any]) -> None:
    client = BybitLiveDataClientFactory.create(config=BybitDataClientConfig(), **parts)
    assert not client._http.has_credentials


@pytest.mark.parametrize("product", list(BybitProductType))
def test_every_category_is_traded(parts: dict[str, Any], product: BybitProductType) -> None:
    client = exec_client(parts, product_types=(product,), **KEYS)
    is_spot = product is BybitProductType.SPOT
    assert client.account_type == (AccountType.CASH if is_spot else AccountType.MARGIN)


def test_a_category_nobody_knows_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(
        BybitConfigError, match="product_types 'bonds' is not known: SPOT, LINEAR, INVERSE, OPTION are"
    ):
        exec_client(parts, product_types=("bonds",), **KEYS)


def test_a_configuration_that_hedges_keeps_positions_apart(parts: dict[str, Any]) -> None:
    assert exec_client(parts, **KEYS).oms_type == OmsType.NETTING
    modes = {"BTCUSDT": BybitPositionMode.BOTH_SIDES}
    hedging = {**parts, "msgbus": MessageBus(TraderId("T-002"), parts["clock"])}
    assert exec_client(hedging, position_mode=modes, **KEYS).oms_type == OmsType.HEDGING


def test_orders_go_over_rest_where_that_is_configured(parts: dict[str, Any]) -> None:
    client = exec_client(parts, order_entry="http", **KEYS)
    assert client._trade is None


def test_disconnect_protection_subscribes_what_the_venue_watches(parts: dict[str, Any]) -> None:
    client = exec_client(parts, dcp_window_secs=10, **KEYS)
    assert client._private._topics == ("order", "execution", "position", "wallet", "dcp.future", "dcp.spot")


@pytest.mark.parametrize("product", list(BybitProductType))
def test_data_of_every_category_is_served(parts: dict[str, Any], product: BybitProductType) -> None:
    config = BybitDataClientConfig(product_types=(product,))
    client = BybitLiveDataClientFactory.create(config=config, **parts)
    provider = client._instrument_provider
    assert isinstance(provider, BybitInstrumentProvider)
    assert provider.product_types == (product,)


def test_a_url_that_is_not_encrypted_leads_to_this_machine_only(parts: dict[str, Any]) -> None:
    with pytest.raises(BybitConfigError, match=r"example\.com"):
        exec_client(parts, base_url_ws_private="ws://example.com/v5/private", **KEYS)


def test_no_secret_in_any_text_of_a_client(parts: dict[str, Any]) -> None:
    client = exec_client(parts, **KEYS)
    config = BybitExecClientConfig(**KEYS)
    data_config = BybitDataClientConfig(**KEYS)
    for thing in (
        config,
        data_config,
        client,
        client._http,
        client._private,
        client._trade,
        client._http._credentials,
    ):
        assert "secret-of-mine" not in f"{thing!r} {thing}"
    assert config.api_secret == "secret-of-mine"
    assert "key-of-mine" not in repr(config)
    assert "mine" in repr(config)


URLS = {
    "BYBIT_BASE_URL_HTTP": "http://127.0.0.1:1001",
    "BYBIT_BASE_URL_WS_PUBLIC": "ws://127.0.0.1:1002/v5/public",
    "BYBIT_BASE_URL_WS_PRIVATE": "ws://127.0.0.1:1003/v5/private",
    "BYBIT_BASE_URL_WS_TRADE": "ws://127.0.0.1:1004/v5/trade",
}


def test_addresses_come_from_variables_and_each_config_field_wins_over_its_own(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in URLS.items():
        monkeypatch.setenv(name, url)
    client = exec_client(parts, **KEYS)
    assert client._http.base_url == "http://127.0.0.1:1001"
    assert client._private.url == "ws://127.0.0.1:1003/v5/private"
    assert client._trade is not None
    assert client._trade.url == "ws://127.0.0.1:1004/v5/trade"
    client = exec_client(parts, base_url_ws_private="ws://127.0.0.1:9/v5/private", **KEYS)
    assert (client._http.base_url, client._private.url) == (
        "http://127.0.0.1:1001",
        "ws://127.0.0.1:9/v5/private",
    )
    data = BybitLiveDataClientFactory.create(config=BybitDataClientConfig(), **parts)
    assert data._http.endpoint.ws_public == "ws://127.0.0.1:1002/v5/public"


def test_a_variable_with_an_address_that_cannot_be_used_is_named(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYBIT_BASE_URL_WS_TRADE", "ws://example.com/v5/trade")
    with pytest.raises(BybitConfigError, match=r"BYBIT_BASE_URL_WS_TRADE: .*example\.com"):
        exec_client(parts, **KEYS)
    monkeypatch.delenv("BYBIT_BASE_URL_WS_TRADE")
    with pytest.raises(BybitConfigError, match="base_url_http: An address must begin with https://"):
        exec_client(parts, base_url_http="api.bybit.com", **KEYS)


def test_the_clients_of_a_venue_share_their_limits(parts: dict[str, Any]) -> None:
    url = "http://127.0.0.1:1005"
    data = BybitLiveDataClientFactory.create(config=BybitDataClientConfig(base_url_http=url, **KEYS), **parts)
    assert data._http.gate.limits.requests_per_second == 20
    client = exec_client(
        parts,
        base_url_http=url,
        max_requests_per_second=50,
        max_orders_per_second=30,
        vip_tier=1,
        rate_limits={"/v5/order/amend": 7},
        **KEYS,
    )
    gate = client._http.gate
    assert gate is data._http.gate
    assert client._trade is not None
    assert client._trade._gate is gate
    assert (gate.limits.requests_per_second, gate.limits.orders_per_second) == (50, 30)
    assert gate.limits.table["/v5/order/create"].limit("linear") == 20
    assert gate.limits.table["/v5/order/amend"].limit("spot") == 7
    other = exec_client(parts, base_url_http="http://127.0.0.1:1006", **KEYS)
    assert other._http.gate is not gate


def test_a_region_has_hosts_of_its_own(parts: dict[str, Any]) -> None:
    client = exec_client(parts, environment=BybitEnvironment.MAINNET, region="eu", **KEYS)
    assert (client._http.base_url, client._private.url) == (
        "https://api.bybit.eu",
        "wss://stream.bybit.eu/v5/private",
    )
    with pytest.raises(BybitConfigError, match=r"region must be one of nl, tr, .*; it is 'mars'"):
        exec_client(parts, environment=BybitEnvironment.MAINNET, region="mars", **KEYS)
    with pytest.raises(BybitConfigError, match="'eu' on testnet give its addresses"):
        exec_client(parts, region="eu", **KEYS)


def test_on_mainnet_another_host_stands_by_with_its_sockets(parts: dict[str, Any]) -> None:
    client = exec_client(parts, environment=BybitEnvironment.MAINNET, **KEYS)
    assert client._trade is not None
    assert client._http.switch_endpoint()
    assert client._http.base_url == "https://api.bytick.com"
    assert client._private.url == "wss://stream.bytick.com/v5/private"
    assert client._trade.url == "wss://stream.bytick.com/v5/trade"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate_limits": {"order/create": 1}}, "begins with /v5/"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file '/nowhere/ca.pem' holds no certificate"),
        ({"proxy_url": "ftp://127.0.0.1:1"}, "proxy for REST must begin with http://"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    parts: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(BybitConfigError, match=message):
        exec_client(parts, **options, **KEYS)
