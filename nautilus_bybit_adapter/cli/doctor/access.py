"""Where the doctor looks, and with which key."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.transport.options import SocketOptions
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.signing import Credentials

# What the transports report on the way is in the findings, in one sentence each.
SILENT = logging.Logger("bybit-nt doctor")  # noqa: LOG001 - a logger that belongs to nobody prints nothing
SILENT.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    The venue and the account to look at.

    Parameters
    ----------
    environment : BybitEnvironment
        Which environment.
    credentials : Credentials or None
        Key and secret.
    rest, ws_public, ws_private, ws_trade : str or None
        Addresses other than the environment's.
    proxy_url : str or None
        A proxy for REST and WebSockets.
    timeout_secs : float
        How long a check waits for an answer, seconds.
    recv_window_ms : int
        How long a signed request stays valid, milliseconds.

    """

    environment: BybitEnvironment = BybitEnvironment.TESTNET
    credentials: Credentials | None = None
    rest: str | None = None
    ws_public: str | None = None
    ws_private: str | None = None
    ws_trade: str | None = None
    proxy_url: str | None = None
    timeout_secs: float = 10.0
    recv_window_ms: int = 5_000

    def client(self, *, signed: bool) -> BybitHTTPClient:
        """Return a REST client that asks once; raises `BybitConfigError` for an address that cannot be used."""
        return BybitHTTPClient(
            environment=self.environment,
            credentials=self.credentials if signed else None,
            base_url=self.rest,
            recv_window_ms=self.recv_window_ms,
            timeout_secs=self.timeout_secs,
            proxy_url=self.proxy_url,
            max_retries=0,
            logger=SILENT,
        )

    @property
    def socket_options(self) -> SocketOptions:
        """Options of the sockets."""
        return SocketOptions(
            connect_timeout_secs=self.timeout_secs,
            step_timeout_secs=self.timeout_secs,
            proxy_url=self.proxy_url,
        )
