"""HTTP exchanges through a proxy, which aiohttp knows how to ask: whole addresses for http, a tunnel for https."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import yarl

from nautilus_bybit_adapter.transport.exchange import ExchangeLost, HttpAnswer

if TYPE_CHECKING:
    import ssl

    from nautilus_bybit_adapter.transport.exchange import HttpRequest


class ProxiedTransport:
    """Carries requests through an HTTP proxy; the `HttpTransport` where one is configured.

    Parameters
    ----------
    proxy_url : str
        The proxy, with user and password where it wants them.
    tls : ssl.SSLContext or None
        What to verify certificates with; by default the system's authorities.
    """

    def __init__(self, proxy_url: str, tls: ssl.SSLContext | None = None) -> None:
        self._proxy_url = proxy_url
        connector = aiohttp.TCPConnector(ssl=tls if tls is not None else True)
        self._session = aiohttp.ClientSession(connector=connector, trace_configs=[_sent_tracing()])

    async def exchange(self, base_url: str, request: HttpRequest, timeout_secs: float) -> HttpAnswer:
        """Send a request once and return the answer; see `HttpTransport`."""
        note = SimpleNamespace(is_sent=False)
        try:
            async with self._session.request(
                request.method,
                yarl.URL(base_url + request.target, encoded=True),
                data=request.body,
                headers=request.headers,
                proxy=self._proxy_url,
                timeout=aiohttp.ClientTimeout(total=timeout_secs),
                allow_redirects=False,
                trace_request_ctx=note,
            ) as response:
                return HttpAnswer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise ExchangeLost(
                str(exc).strip() or type(exc).__name__,
                is_sent=note.is_sent,
                is_timeout=isinstance(exc, TimeoutError),
                is_unreachable=isinstance(exc, aiohttp.ClientConnectorDNSError | aiohttp.ClientSSLError),
            ) from exc

    async def close(self) -> None:
        """Close all connections; exchanges under way are lost."""
        await self._session.close()


def _sent_tracing() -> aiohttp.TraceConfig:
    """Return the hooks that note when a request's first bytes leave; before that, nothing was ordered."""
    tracing = aiohttp.TraceConfig()

    async def on_headers_sent(_session: Any, context: SimpleNamespace, _params: Any) -> None:
        context.trace_request_ctx.is_sent = True

    tracing.on_request_headers_sent.append(on_headers_sent)
    return tracing
