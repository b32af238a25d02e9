"""Whether the hosts can be reached, and whether the two clocks agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus

from nautilus_bybit_adapter.cli.doctor.access import SILENT, Access
from nautilus_bybit_adapter.cli.doctor.findings import Finding, State
from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitAuthError,
    BybitConfigError,
    BybitDecodeError,
    BybitError,
    BybitStatusError,
)
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.private import BybitPrivateWebSocket
from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

# Orders are timed by the venue's clock; ours stamps what the framework logs and stores.
_CLOCK_WARNING_MS = 500.0
_UNREACHABLE = (
    "check the connection, DNS, firewall and proxy; another host can be given with --rest, --ws-public, "
    "--ws-private and --ws-trade"
)
_IN_TROUBLE = "the venue is in trouble: look at its status page and try again later"
_BANNED = (
    "this address sent too many requests, or the venue does not serve this region: stop all programs for ten "
    "minutes; if it stays so, use the host of the region the account belongs to"
)


async def check_rest(client: BybitHTTPClient) -> list[Finding]:
    """Return what asking for the venue's clock shows, about the host and about the clock."""
    try:
        await client.learn_clock()
        started = time.perf_counter()
        await client.get_server_time()
        took_ms = (time.perf_counter() - started) * 1000
    except BybitError as e:
        return [
            Finding("REST host", State.WRONG, f"{client.base_url}: {e}", advice_on_host(e)),
            Finding("clock", State.SKIPPED, "The venue's clock could not be read."),
        ]
    return [
        Finding("REST host", State.OK, f"{client.base_url} answers in {took_ms:,.0f} ms."),
        check_clock(client.clock_offset_ms),
    ]


def check_clock(offset_ms: float) -> Finding:
    """Return whether this machine's clock is close enough to the venue's; positive where the venue is ahead."""
    where = "behind" if offset_ms > 0 else "ahead of"
    said = f"This machine's clock is {abs(offset_ms):,.0f} ms {where} the venue's"
    if abs(offset_ms) < _CLOCK_WARNING_MS:
        return Finding("clock", State.OK, f"{said}.")
    return Finding(
        "clock",
        State.WARNING,
        f"{said}; requests are signed with the venue's time, so orders work, but what is logged and stored is "
        "stamped wrongly",
        "synchronise this machine's clock (chrony, systemd-timesyncd, w32time)",
    )


async def check_sockets(access: Access, server_time_ms: Callable[[], int]) -> list[Finding]:
    """Return whether the three WebSockets take a connection, and the two private ones the key."""
    findings = [await _check_public(access)]
    if access.credentials is None:
        return [
            *findings,
            Finding("private socket", State.SKIPPED, "It takes a key."),
            Finding("trade socket", State.SKIPPED, "It takes a key."),
        ]
    private = BybitPrivateWebSocket(
        environment=access.environment,
        credentials=access.credentials,
        base_url=access.ws_private,
        on_message=lambda _message, _ts: None,
        options=access.socket_options,
        logger=SILENT,
        server_time_ms=server_time_ms,
    )
    findings.append(await _tried("private socket", private, access.timeout_secs))
    if access.environment is BybitEnvironment.DEMO and access.ws_trade is None:
        said = "The demo environment has none; orders go over REST."
        return [*findings, Finding("trade socket", State.OK, said)]
    trade = BybitTradeWebSocket(
        environment=access.environment,
        credentials=access.credentials,
        base_url=access.ws_trade,
        options=access.socket_options,
        logger=SILENT,
        server_time_ms=server_time_ms,
    )
    return [*findings, await _tried("trade socket", trade, access.timeout_secs)]


async def _check_public(access: Access) -> Finding:
    socket = BybitPublicWebSocket(
        "linear",
        environment=access.environment,
        base_url=access.ws_public,
        on_message=lambda _message, _ts: None,
        options=access.socket_options,
        logger=SILENT,
    )
    return await _tried("public socket", socket, access.timeout_secs)


async def _tried(
    name: str, socket: BybitPublicWebSocket | BybitPrivateWebSocket | BybitTradeWebSocket, timeout_secs: float
) -> Finding:
    try:
        await socket.connect(timeout_secs)
    except BybitAuthError as e:
        return Finding(name, State.WRONG, f"{socket.url}: {e}", advice_on_key(e))
    except BybitError as e:
        return Finding(name, State.WRONG, str(e), advice_on_host(e))
    finally:
        await socket.disconnect()
    return Finding(name, State.OK, f"{socket.url} takes connections.")


def advice_on_host(error: BybitError) -> str:
    """Return what to do about a host that does not answer as it should."""
    if isinstance(error, BybitConfigError):
        return "correct the address"
    if isinstance(error, BybitStatusError):
        return _advice_on_status(error.status)
    if isinstance(error, BybitDecodeError):
        return "something between here and the venue answers in its place: check the address and the proxy"
    return _IN_TROUBLE if isinstance(error, BybitApiError) else _UNREACHABLE


def _advice_on_status(status: int) -> str:
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return _BANNED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _IN_TROUBLE
    return "the address is probably not Bybit's"


_KEY_ADVICE = {
    10002: "synchronise this machine's clock; the venue's clock moved while it was asked, or a proxy holds up requests",
    10003: "check the key, and that it was made for this environment: testnet, demo and mainnet each have their own",
    10004: "check the secret: it is not the one of this key",
    10005: "give the key the permission on Bybit's API page",
    10006: "wait: other programs use the same account",
    10009: "the venue does not serve this region",
    10010: "add this machine's public address to the key on Bybit's API page",
    10024: "the account does not comply with the venue's rules for this region: see its message",
    33004: "make a new key on Bybit's API page",
}


def advice_on_key(error: BybitError) -> str:
    """Return what to do about an error on a signed request."""
    if isinstance(error, BybitApiError):
        return _KEY_ADVICE.get(error.ret_code, "check key and secret on Bybit's API page")
    return advice_on_host(error)
