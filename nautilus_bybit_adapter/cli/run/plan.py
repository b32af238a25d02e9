"""What a file asks for, read and checked before anything connects."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import ActorConfig, ExecAlgorithmConfig, StrategyConfig, TradingNodeConfig
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.trading.strategy import Strategy

from nautilus_bybit_adapter.cli.output import as_json
from nautilus_bybit_adapter.cli.run.clients import Client, parse_clients
from nautilus_bybit_adapter.cli.run.decoding import decoded, imported_class
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

# A file is copied, mailed and committed; variables of a process are not.
KEY_FIELDS = frozenset({"api_key", "api_secret", "private_key", "passphrase"})

_PARTS: tuple[tuple[str, str, type[Any], type[Any]], ...] = (
    ("actors", "actor_path", Actor, ActorConfig),
    ("strategies", "strategy_path", Strategy, StrategyConfig),
    ("exec_algorithms", "exec_algorithm_path", ExecAlgorithm, ExecAlgorithmConfig),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A node that can be built.

    Parameters
    ----------
    path : Path
        The file.
    config : TradingNodeConfig
        The node's config, with the clients' configs in it.
    clients : tuple[Client, ...]
        The clients, data clients first.

    """

    path: Path
    config: TradingNodeConfig
    clients: tuple[Client, ...] = field(default=())

    @property
    def environments(self) -> tuple[BybitEnvironment, ...]:
        """Where the Bybit clients trade."""
        found = {each.environment for each in self.clients if each.environment is not None}
        return tuple(each for each in BybitEnvironment if each in found)

    def notices(self) -> Iterator[str]:
        """Yield what is to be said before it runs: whether it is about real money."""
        for each in self.environments:
            if each is BybitEnvironment.MAINNET:
                yield "*** Bybit MAINNET: THIS TRADES REAL MONEY. ***"
            else:
                yield f"Bybit {each.name}: no real money."

    def as_json(self) -> str:
        """Return the plan for programs."""
        return as_json(
            {
                "config": str(self.path),
                "environments": [each.value for each in self.environments],
                "clients": [
                    {"kind": each.kind, "name": each.name, "type": type(each.config).__name__}
                    for each in self.clients
                ],
                "strategies": [each.strategy_path for each in self.config.strategies],
            }
        )


def read_plan(path: Path) -> Plan:
    """
    Read and check a file; modules beside it can be imported from then on.

    Raises
    ------
    BybitConfigError
        If the file is no JSON, or a field is unknown, missing, of a wrong kind or not allowed; names the field.

    """
    fields = _read(path)
    for place in _keys_in(fields):
        raise BybitConfigError(
            f"{path}: {place}: keys are taken from the environment's variables alone (BYBIT_TESTNET_API_KEY and "
            "BYBIT_TESTNET_API_SECRET; BYBIT_API_KEY and BYBIT_API_SECRET on MAINNET), because a file gets copied: "
            "take it out"
        )
    sys.path.insert(0, str(path.resolve().parent))
    try:
        _check_trader_id(fields.get("trader_id", "TRADER-001"))
        clients = [
            *parse_clients("data_clients", fields.pop("data_clients", {}), LiveDataClientFactory, os.environ),
            *parse_clients("exec_clients", fields.pop("exec_clients", {}), LiveExecClientFactory, os.environ),
        ]
        config = decoded(TradingNodeConfig, fields, "")
        for name, path_field, kind, config_kind in _PARTS:
            for number, each in enumerate(getattr(config, name)):
                _check_part(each, f"{name}[{number}]", path_field, kind, config_kind)
    except BybitConfigError as e:
        raise type(e)(f"{path}: {e}") from e
    with_clients = msgspec.structs.replace(
        config,
        data_clients={each.name: each.config for each in clients if each.kind == "data_clients"},
        exec_clients={each.name: each.config for each in clients if each.kind == "exec_clients"},
    )
    return Plan(path, with_clients, tuple(clients))


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text())
    except json.JSONDecodeError as e:
        raise BybitConfigError(f"{path}, line {e.lineno}, column {e.colno}: not JSON: {e.msg}") from e
    except UnicodeDecodeError as e:
        raise BybitConfigError(f"{path}: not text in UTF-8") from e
    if not isinstance(fields, dict):
        raise BybitConfigError(f"{path}: expected an object of the fields of a TradingNodeConfig")
    return fields


def _check_trader_id(value: Any) -> None:
    """Raise `BybitConfigError` for an id the framework would end the whole process over."""
    name, _, tag = value.rpartition("-") if isinstance(value, str) else ("", "", "")
    if not (name and tag and value.isascii() and value.isprintable()):
        raise BybitConfigError(f"trader_id: {value!r} is not a name, a hyphen and a tag, such as TRADER-001")


def _keys_in(fields: Any, where: str = "") -> Iterator[str]:
    if isinstance(fields, dict):
        for name, value in fields.items():
            place = f"{where}.{name}".removeprefix(".")
            if name in KEY_FIELDS and value is not None:
                yield place
            yield from _keys_in(value, place)
    elif isinstance(fields, list):
        for number, value in enumerate(fields):
            yield from _keys_in(value, f"{where}[{number}]")


def _check_part(part: Any, where: str, path_field: str, kind: type[Any], config_kind: type[Any]) -> None:
    """Import and decode as the node will, so that what is wrong is told by its place in the file."""
    imported_class(getattr(part, path_field), kind, f"{where}.{path_field}")
    config_class = imported_class(part.config_path, config_kind, f"{where}.config_path")
    decoded(config_class, part.config, f"{where}.config")
