"""All checks, in the order in which one depends on another."""

from __future__ import annotations

from nautilus_bybit_adapter.cli.doctor.access import Access
from nautilus_bybit_adapter.cli.doctor.account import check_account
from nautilus_bybit_adapter.cli.doctor.findings import Finding, State
from nautilus_bybit_adapter.cli.doctor.hosts import advice_on_key, check_rest, check_sockets
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

_OF_THE_KEY = ("permissions", "account mode", "limits", "requests")


async def examine(access: Access, key_finding: Finding | None = None) -> list[Finding]:
    """
    Run every check; one that depends on another that failed is skipped and says so.

    Parameters
    ----------
    access : Access
        Where to look.
    key_finding : Finding or None
        What to say about the key where there is none.

    Raises
    ------
    BybitConfigError
        If an address cannot be used.

    """
    findings = [_environment(access.environment)]
    public = access.client(signed=False)
    await public.open()
    try:
        rest = await check_rest(public)
        findings += rest
        is_reachable = rest[0].state is not State.WRONG
        findings += await check_sockets(access, public.server_time_ms)
        findings += await _check_key(access, key_finding, is_reachable=is_reachable)
    finally:
        await public.close()
    return findings


def _environment(environment: BybitEnvironment) -> Finding:
    if environment is BybitEnvironment.MAINNET:
        return Finding("environment", State.OK, "mainnet: real money.")
    return Finding("environment", State.OK, f"{environment.value}: no real money.")


async def _check_key(access: Access, key_finding: Finding | None, *, is_reachable: bool) -> list[Finding]:
    if access.credentials is None:
        key = key_finding or Finding("key", State.SKIPPED, "There is none.")
        return [key, *(Finding(name, State.SKIPPED, "There is no key.") for name in _OF_THE_KEY)]
    if not is_reachable:
        said = "The REST host does not answer."
        return [Finding(name, State.SKIPPED, said) for name in ("key", *_OF_THE_KEY)]
    client = access.client(signed=True)
    try:
        await client.open()
        return await check_account(client)
    except BybitError as e:
        return [
            Finding("key", State.WRONG, str(e), advice_on_key(e)),
            *(Finding(name, State.SKIPPED, "The key could not be tried.") for name in _OF_THE_KEY),
        ]
    finally:
        await client.close()
