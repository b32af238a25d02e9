"""The command `bybit-nt doctor`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import click

from nautilus_bybit_adapter.cli.doctor.access import Access
from nautilus_bybit_adapter.cli.doctor.examination import examine
from nautilus_bybit_adapter.cli.doctor.findings import Finding, State, as_json, as_text
from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.output import epilog, json_option
from nautilus_bybit_adapter.cli.signals import ends_on_signals
from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError
from nautilus_bybit_adapter.wire.credentials import resolve_credentials, resolve_environment
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

_HOST_OPTIONS = (
    ("rest", "BYBIT_BASE_URL_HTTP", "REST host"),
    ("ws-public", "BYBIT_BASE_URL_WS_PUBLIC", "public WebSocket"),
    ("ws-private", "BYBIT_BASE_URL_WS_PRIVATE", "private WebSocket"),
    ("ws-trade", "BYBIT_BASE_URL_WS_TRADE", "order-entry WebSocket"),
)


def _host_options(function: Callable[..., None]) -> Callable[..., None]:
    for name, variable, what in reversed(_HOST_OPTIONS):
        text = f"Another {what} than the environment's."
        function = click.option(f"--{name}", envvar=variable, show_envvar=True, help=text)(function)
    return function


@click.command(
    epilog=epilog(
        "bybit-nt doctor                          # testnet, with the keys of the environment's variables",
        "bybit-nt doctor --environment mainnet --json",
        "bybit-nt doctor --venue http://127.0.0.1:8080 --api-key sim-key --api-secret sim-secret",
    )
)
@click.option(
    "--environment",
    type=click.Choice([each.value for each in BybitEnvironment]),
    help="Where to look.  [default: testnet]",
)
@click.option("--venue", help="The REST URL of a local venue; its sockets are taken from there as well.")
@_host_options
@click.option("--api-key", help="The key; by default that of the environment's variables.")
@click.option("--api-secret", help="Its secret.")
@click.option("--proxy", "proxy_url", help="A proxy for REST and WebSockets.")
@click.option(
    "--timeout",
    "timeout_secs",
    type=click.FloatRange(0.1, 120.0),
    default=10.0,
    show_default=True,
    help="Seconds a check waits for an answer.",
)
@json_option
def doctor(**options: Any) -> None:
    """
    Check everything that trading needs, and say what to do.

    Looks at the hosts, the clock, the key and its permissions, the account and its limits. Orders nothing and changes
    nothing.
    """
    is_json = options.pop("is_json")
    try:
        access, key_finding = _access(**options)
        findings = asyncio.run(_examined(access, key_finding))
    except BybitConfigError as e:
        raise click.UsageError(str(e)) from e
    click.echo(as_json(findings, access.environment.value) if is_json else as_text(findings))
    is_wrong = any(each.state is State.WRONG for each in findings)
    raise SystemExit(ExitCode.NOT_WELL if is_wrong else ExitCode.OK)


async def _examined(access: Access, key_finding: Finding | None) -> list[Finding]:
    with ends_on_signals():
        return await examine(access, key_finding)


def _access(
    environment: str | None,
    venue: str | None,
    api_key: str | None,
    api_secret: str | None,
    **options: Any,
) -> tuple[Access, Finding | None]:
    """Return where to look, and what is to be said of the key where there is none to look with."""
    configured = BybitEnvironment(environment) if environment else None
    chosen, _ = resolve_environment(configured, os.environ)
    if venue is not None:
        sockets = "ws" + venue.removeprefix("http").rstrip("/") + "/v5"
        local = {
            "rest": venue,
            **{f"ws_{name}": f"{sockets}/{name}" for name in ("public", "private", "trade")},
        }
        options |= {name: options[name] or url for name, url in local.items()}
    credentials, finding = None, None
    try:
        credentials = resolve_credentials(chosen, api_key, api_secret, os.environ)
    except BybitCredentialsError as e:
        advice = "make a key on Bybit's API page; without one there is market data only"
        finding = Finding("key", State.WRONG, str(e), advice)
    return Access(environment=chosen, credentials=credentials, **options), finding
