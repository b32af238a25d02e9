"""A node's file: what is right is read, and what is wrong is told by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nautilus_bybit_adapter import (
    BybitDataClientConfig,
    BybitExecClientConfig,
    BybitLiveDataClientFactory,
    BybitLiveExecClientFactory,
)
from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.cli.run.plan import read_plan
from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

Change = Callable[[dict[str, Any]], Any]
OWN_DATA = "nautilus_bybit_adapter:BybitDataClientConfig"
OWN_EXEC = "nautilus_bybit_adapter:BybitExecClientConfig"
OFFICIAL = "nautilus_trader.adapters.bybit"


def fields() -> dict[str, Any]:
    return {
        "trader_id": "TESTER-001",
        "logging": {"log_level": "ERROR"},
        "data_clients": {"BYBIT": {"path": OWN_DATA, "config": {"product_types": ["linear", "spot"]}}},
        "exec_clients": {"BYBIT": {"path": OWN_EXEC, "config": {"environment": "testnet"}}},
        "strategies": [
            {
                "strategy_path": "nautilus_trader.examples.strategies.blank:MyStrategy",
                "config_path": "nautilus_trader.examples.strategies.blank:MyStrategyConfig",
                "config": {"instrument_id": "BTCUSDT-LINEAR.BYBIT"},
            }
        ],
    }


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYBIT_API_KEY", "a-key")
    monkeypatch.setenv("BYBIT_API_SECRET", "a-secret")
    monkeypatch.delenv("BYBIT_TESTNET", raising=False)


def written(tmp_path: Path, change: Change | None = None) -> Path:
    content = fields()
    if change is not None:
        change(content)
    path = tmp_path / "node.json"
    path.write_text(json.dumps(content))
    return path


def test_a_file_becomes_a_config_with_clients_and_their_factories(tmp_path: Path) -> None:
    plan = read_plan(written(tmp_path))
    assert type(plan.config.data_clients["BYBIT"]) is BybitDataClientConfig
    assert type(plan.config.exec_clients["BYBIT"]) is BybitExecClientConfig
    assert [each.factory for each in plan.clients] == [BybitLiveDataClientFactory, BybitLiveExecClientFactory]
    assert str(plan.config.trader_id) == "TESTER-001"
    assert list(plan.notices()) == ["Bybit TESTNET: no real money."]


def test_mainnet_is_where_the_file_says_so_and_is_said_loudly(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["exec_clients"]["BYBIT"]["config"]["environment"] = "mainnet"

    plan = read_plan(written(tmp_path, change))
    assert plan.environments == (BybitEnvironment.MAINNET, BybitEnvironment.TESTNET)
    assert next(plan.notices()) == "*** Bybit MAINNET: THIS TRADES REAL MONEY. ***"


def at(*path: Any, value: Any) -> Change:
    """Return what sets a field; a value of ``...`` takes it out."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        if value is ...:
            del content[path[-1]]
        else:
            content[path[-1]] = value

    return change


DATA = ("data_clients", "BYBIT")
EXEC = ("exec_clients", "BYBIT")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (at("trader_id", value="TESTER"), "trader_id: 'TESTER' is not a name, a hyphen and a tag"),
        (at("trader_id", value=7), "trader_id: 7 is not a name"),
        (
            at("timeout_conection", value=7),
            "timeout_conection: there is no such field; did you mean timeout_con",
        ),
        (at("timeout_connection", value=-1), r"timeout_connection: expected `float` > 0.0 \(it is -1\)"),
        (at("logging", "log_level", value=3), "logging.log_level: expected `str`, got `int`"),
        (at("logging", value={"level": "INFO"}), "logging.level: there is no such field"),
        (at("data_clients", value=[]), r"data_clients: expected an object of clients by name, got \[\]"),
        (
            at(*DATA, value=3),
            "data_clients.BYBIT: expected an object with the fields path, config and factory",
        ),
        (
            at(*DATA, "path", value=...),
            "data_clients.BYBIT.path: is missing; nautilus_bybit_adapter:BybitDataCl",
        ),
        (at(*DATA, "path", value="x"), "data_clients.BYBIT.path: 'x' is not of the form package.module:Name"),
        (at(*DATA, "path", value="nowhere:X"), "data_clients.BYBIT.path: cannot import 'nowhere'"),
        (at(*DATA, "path", value="json:X"), "data_clients.BYBIT.path: the module 'json' has no 'X'"),
        (at(*DATA, "path", value=OWN_EXEC), "data_clients.BYBIT.path: .* is not a LiveDataClientConfig"),
        (
            at(*DATA, "conf", value={}),
            "data_clients.BYBIT.conf: there is no such field; path, config, factory are",
        ),
        (
            at(*DATA, "config", "product_types", value=["perp"]),
            r"data_clients.BYBIT.config.product_types\[0\]: invalid enum value 'perp'; spot, linear, inverse, option",
        ),
        (
            at(*EXEC, "config", "environment", value="real"),
            "exec_clients.BYBIT.config.environment: invalid enum value 'real'; mainnet, demo, testnet are allowed",
        ),
        (
            at(*EXEC, "config", "position_mode", value={"BTCUSDT": "x"}),
            "exec_clients.BYBIT.config.position_mode",
        ),
        (
            at(*EXEC, "config", "recv_window", value=1),
            "recv_window: there is no such field; did you mean recv_window_ms",
        ),
        (at(*EXEC, "factory", value="x"), "exec_clients.BYBIT.factory: expected"),
        (
            at(*EXEC, "factory", value={"path": "json:loads"}),
            "exec_clients.BYBIT.factory.path: json:loads is not a Live",
        ),
        (
            at(*EXEC, "path", value=f"{OFFICIAL}:BybitExecClientConfig"),
            "exec_clients.BYBIT.factory: is missing; it names the factory of BybitExecClientConfig",
        ),
        (at("strategies", 0, "strategy_path", value=...), r"strategies\[0\].strategy_path: is missing"),
        (
            at("strategies", 0, "strategy_path", value="json:loads"),
            r"strategies\[0\].strategy_path: json:loads is not",
        ),
        (
            at("strategies", 0, "config_path", value="json:loads"),
            r"strategies\[0\].config_path: json:loads is not a",
        ),
        (at("strategies", 0, "config", value={}), r"strategies\[0\].config.instrument_id: is missing"),
        (
            at("strategies", 0, "config", "instrument_id", value="BTCUSDT"),
            r"strategies\[0\].config.instrument_id: .*'BTCUSDT'",
        ),
        (
            at(*EXEC, "config", "api_key", value="k"),
            "exec_clients.BYBIT.config.api_key: keys are taken from the",
        ),
        (
            at("strategies", 0, "config", "api_secret", value="k"),
            r"strategies\[0\].config.api_secret: keys are taken",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_place(change: Change, told: str, tmp_path: Path) -> None:
    path = written(tmp_path, change)
    with pytest.raises(BybitConfigError, match=f"^{re.escape(str(path))}: .*{told}"):
        read_plan(path)


def test_the_official_adapter_must_say_where_it_trades(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["exec_clients"]["BYBIT"] = {
            "path": f"{OFFICIAL}:BybitExecClientConfig",
            "factory": {"path": f"{OFFICIAL}:BybitLiveExecClientFactory"},
        }

    with pytest.raises(BybitConfigError, match="would trade on MAINNET: say testnet, demo or mainnet"):
        read_plan(written(tmp_path, change))

    def said(content: dict[str, Any]) -> None:
        change(content)
        content["exec_clients"]["BYBIT"]["config"] = {"environment": "TESTNET"}

    assert read_plan(written(tmp_path, said)).environments == (BybitEnvironment.TESTNET,)


def test_a_missing_key_is_told_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BYBIT_API_KEY")
    monkeypatch.delenv("BYBIT_API_SECRET")
    with pytest.raises(BybitCredentialsError, match="No API credentials for Bybit testnet"):
        read_plan(written(tmp_path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,}', r"line 1, column 8: not JSON"),
        ("[]", "expected an object of the fields of a TradingNodeConfig"),
        (b"\xff", "not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_object_is_told(text: str | bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BybitConfigError, match=told):
        read_plan(path)


def test_check_connects_to_nothing_and_says_where_it_would_run(tmp_path: Path) -> None:
    path = written(tmp_path)
    done = CliRunner().invoke(main, ["run", str(path), "--check"])
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        f"{path} can run.\n",
        "Bybit TESTNET: no real money.\n",
    )
    told = json.loads(CliRunner().invoke(main, ["run", str(path), "--check", "--json"]).stdout)
    assert told["environments"] == ["testnet"]
    assert [each["kind"] for each in told["clients"]] == ["data_clients", "exec_clients"]


def test_a_wrong_file_is_a_wrong_call(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["run", str(written(tmp_path, at("trader_id", value="x")))])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert CliRunner().invoke(main, ["run", str(tmp_path / "absent.json")]).exit_code == 2
