"""The clients a file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nautilus_trader.config import LiveDataClientConfig, LiveExecClientConfig, NautilusConfig

from nautilus_bybit_adapter.cli.run.decoding import decoded, imported_class
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_bybit_adapter.nt1.factories import BybitLiveDataClientFactory, BybitLiveExecClientFactory
from nautilus_bybit_adapter.wire.credentials import resolve_credentials, resolve_environment
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

OFFICIAL = "nautilus_trader.adapters.bybit"
_FIELDS = ("path", "config", "factory")
_OWN_FACTORIES: dict[type[Any], type[Any]] = {
    BybitDataClientConfig: BybitLiveDataClientFactory,
    BybitExecClientConfig: BybitLiveExecClientFactory,
}
_CONFIG_KINDS: dict[str, type[NautilusConfig]] = {
    "data_clients": LiveDataClientConfig,
    "exec_clients": LiveExecClientConfig,
}


@dataclass(frozen=True, slots=True)
class Client:
    """
    A client of the node.

    Parameters
    ----------
    kind : str
        ``data_clients`` or ``exec_clients``.
    name : str
        Its name; what stands before a hyphen names the factory.
    config : NautilusConfig
        Its config.
    factory : type
        What makes it.
    environment : BybitEnvironment or None
        Where it trades; ``None`` for a client of another venue.

    """

    kind: str
    name: str
    config: NautilusConfig
    factory: type[Any]
    environment: BybitEnvironment | None


def parse_clients[F](
    kind: str, entries: Any, factory_kind: type[F], environ: Mapping[str, str]
) -> Iterator[Client]:
    """
    Yield the clients of one kind.

    Raises
    ------
    BybitConfigError
        If an entry is wrong; names the field.
    BybitCredentialsError
        If there are no keys for an execution client of this package.

    """
    if not isinstance(entries, dict):
        raise BybitConfigError(f"{kind}: expected an object of clients by name, got {entries!r}")
    for name, entry in entries.items():
        where = f"{kind}.{name}"
        if not isinstance(entry, dict):
            raise BybitConfigError(f"{where}: expected an object with the fields path, config and factory")
        for each in entry.keys() - set(_FIELDS):
            raise BybitConfigError(f"{where}.{each}: there is no such field; {', '.join(_FIELDS)} are")
        if "path" not in entry:
            raise BybitConfigError(f"{where}.path: is missing; nautilus_bybit_adapter:{_own(kind)} is ours")
        config_class = imported_class(entry["path"], _CONFIG_KINDS[kind], f"{where}.path")
        config = decoded(config_class, entry.get("config", {}), f"{where}.config")
        factory = _factory(entry.get("factory"), config, factory_kind, where)
        environment = _environment(config, where, environ)
        yield Client(kind, name, config, factory, environment)


def _own(kind: str) -> str:
    return "BybitDataClientConfig" if kind == "data_clients" else "BybitExecClientConfig"


def _factory[F](entry: Any, config: NautilusConfig, kind: type[F], where: str) -> type[F]:
    if entry is None:
        own = _OWN_FACTORIES.get(type(config))
        if own is None:
            raise BybitConfigError(
                f"{where}.factory: is missing; it names the factory of {type(config).__name__}"
            )
        return own
    if not isinstance(entry, dict) or "path" not in entry:
        raise BybitConfigError(f'{where}.factory: expected {{"path": "package.module:Name"}}, got {entry!r}')
    return imported_class(entry["path"], kind, f"{where}.factory.path")


def _environment(config: NautilusConfig, where: str, environ: Mapping[str, str]) -> BybitEnvironment | None:
    """Return where a Bybit client trades, having looked for its keys."""
    if isinstance(config, BybitDataClientConfig):
        return resolve_environment(config.environment, environ)[0]
    if isinstance(config, BybitExecClientConfig):
        environment, _ = resolve_environment(config.environment, environ)
        resolve_credentials(environment, None, None, environ)
        return environment
    if type(config).__module__.startswith(OFFICIAL):
        chosen = getattr(config, "environment", None)
        if chosen is None:
            raise BybitConfigError(
                f"{where}.config.environment: is missing, and the framework's own adapter would trade on MAINNET: "
                "say testnet, demo or mainnet"
            )
        return BybitEnvironment[str(chosen).rpartition(".")[2].upper()]
    return None
