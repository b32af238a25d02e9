"""Where requests go: other hosts, other certificates, proxies."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from scripted_venue import ScriptedVenue, scripted_venue

from nautilus_bybit_adapter.errors import BybitConfigError, BybitConnectionError, Outcome
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.state.breaker import BreakerPolicy
from nautilus_bybit_adapter.state.endpoints import Endpoint
from nautilus_bybit_adapter.transport import BybitHTTPClient, BybitPublicWebSocket
from nautilus_bybit_adapter.transport.options import SocketOptions, tls_context
from nautilus_bybit_adapter.wire import Credentials

QUICK = Backoff(base_secs=0.01, cap_secs=0.02)


def endpoint(venue: ScriptedVenue, name: str) -> Endpoint:
    return Endpoint(name, venue.url, ws_public=venue.ws_url("/v5/public"))


def test_a_host_that_fails_is_left_and_the_sockets_follow() -> None:
    async def scenario() -> None:
        async with scripted_venue() as first, scripted_venue() as second:

            async def fail(_request: web.Request) -> web.StreamResponse:
                return web.Response(status=503)

            first.rest = fail
            client = BybitHTTPClient(
                endpoints=[endpoint(first, "first"), endpoint(second, "second")],
                breaker=BreakerPolicy(failures=2),
                backoff=QUICK,
            )
            await client.open()
            socket = BybitPublicWebSocket(
                "linear",
                base_url=lambda: client.endpoint.ws_public,
                on_message=lambda *_: None,
                options=SocketOptions(backoff=QUICK),
            )
            socket.subscribe("tickers.BTCUSDT")
            await socket.connect()
            assert first.connections["/v5/public/linear"] == 1
            # The read that fails twice on the first host ends on the second.
            assert (await client.get_server_time()).time_second
            assert (len(first.requests), len(second.requests)) == (2, 1)
            metrics = client.metrics()
            assert metrics.switches == 1
            assert [(host.name, host.breaker, host.is_current) for host in metrics.hosts] == [
                ("first", "open", False),
                ("second", "closed", True),
            ]
            # A socket that lives is not cut; the next connection goes to the new host.
            assert socket.is_live
            first.sockets[0].cut()
            await second.until(lambda: second.connections["/v5/public/linear"] == 1)
            assert client.switch_endpoint("first")
            assert client.endpoint.name == "first"
            await socket.disconnect()
            await client.close()

    asyncio.run(scenario())


def test_a_name_that_does_not_exist_is_left_at_once() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            client = BybitHTTPClient(
                endpoints=[
                    Endpoint("nowhere", "https://api.bybit.invalid"),
                    endpoint(venue, "here"),
                ],
                backoff=QUICK,
            )
            await client.open()
            assert (await client.get_server_time()).time_second
            assert (client.endpoint.name, client.metrics().switches) == ("here", 1)
            await client.close()

    asyncio.run(scenario())


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make an authority's certificate for this machine, and what a server needs to show it."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A private authority")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    shown, hidden = folder / "authority.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    hidden.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, hidden)
    return shown, context


def test_certificates_are_verified_and_a_private_authority_can_be_given(tmp_path: Path) -> None:
    authority, context = certificate(tmp_path)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v5/public/linear":
            ws = web.WebSocketResponse()
            await ws.prepare(request)
            async for _ in ws:
                pass
            return ws
        return web.json_response(
            {"retCode": 0, "retMsg": "OK", "result": {"timeSecond": "1", "timeNano": "1"}, "time": 1}
        )

    async def scenario() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = runner.addresses[0][1]

        async def ask(host: str = "localhost", **extra: Any) -> str:
            client = BybitHTTPClient(base_url=f"https://{host}:{port}", max_retries=0, **extra)
            await client.open()
            try:
                await client.get_server_time()
                return (await client.get_server_time()).time_second
            finally:
                await client.close()

        async def connect(ca_file: str | None) -> None:
            socket = BybitPublicWebSocket(
                "linear",
                base_url=f"wss://localhost:{port}/v5/public",
                on_message=lambda *_: None,
                options=SocketOptions(backoff=QUICK, tls=tls_context(ca_file)),
            )
            try:
                await socket.connect(timeout_secs=1.0)
            finally:
                await socket.disconnect()

        try:
            with pytest.raises(BybitConnectionError, match=r"(?i)certificate"):
                await ask()
            assert await ask(ca_file=str(authority)) == "1"
            with pytest.raises(BybitConnectionError, match=r"(?i)certificate"):
                await ask("127.0.0.1", ca_file=str(authority))
            with pytest.raises(BybitConnectionError, match=r"(?i)certificate"):
                await connect(None)
            await connect(str(authority))
        finally:
            await runner.cleanup()

    asyncio.run(scenario())


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BybitConfigError, match=r"ca\.pem' holds no certificate"):
        BybitHTTPClient(ca_file=str(path))


class Proxy:
    """An HTTP proxy for plain requests and tunnels, which counts what it carries."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://user:pass-word@127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.seen.append((method, "Proxy-Authorization" if b"roxy-" in head and b"Basic" in head else ""))
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            host, _, port = target.removeprefix("http://").partition("/")[0].rpartition(":")
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        if method != "CONNECT":
            there_writer.write(head.replace(f"http://{host}:{port}".encode(), b"", 1))
        await asyncio.gather(pipe(reader, there_writer), pipe(there_reader, writer), return_exceptions=True)


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def test_rest_and_sockets_go_through_a_proxy_whose_password_stays_hidden(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue, Proxy() as proxy:
            client = BybitHTTPClient(
                credentials=Credentials("key", "secret"), base_url=venue.url, proxy_url=proxy.url
            )
            await client.open()
            assert len(venue.requests) == 3
            assert proxy.seen
            carried = len(proxy.seen)
            socket = BybitPublicWebSocket(
                "linear",
                base_url=venue.ws_url("/v5/public"),
                on_message=lambda *_: None,
                options=SocketOptions(proxy_url=proxy.url),
            )
            await socket.connect()
            assert len(proxy.seen) == carried + 1
            assert {note for _, note in proxy.seen} == {"Proxy-Authorization"}
            assert "pass-word" not in repr(SocketOptions(proxy_url=proxy.url))
            await socket.disconnect()
            await client.close()

    asyncio.run(scenario())
    assert "pass-word" not in caplog.text


class SocksProxy:
    """A SOCKS5 proxy that wants a user and a password, and notes where it connects to."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.seen: list[tuple[str, int]] = []
        self.url = ""
        self._refuses = refuses

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"socks5://user:pass-word@127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readexactly(1)) == b"\x05"
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        assert 2 in methods
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        user = await reader.readexactly(length)
        password = await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x01\x00" if (user, password) == (b"user", b"pass-word") else b"\x01\x01")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4)))
        port = int.from_bytes(await reader.readexactly(2))
        self.seen.append((host, port))
        writer.write((b"\x05\x02" if self._refuses else b"\x05\x00") + b"\x00\x01" + bytes(6))
        if self._refuses:
            writer.close()
            return
        there_reader, there_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(pipe(reader, there_writer), pipe(there_reader, writer), return_exceptions=True)


def test_rest_and_sockets_go_through_a_socks_proxy_whose_password_stays_hidden(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue, SocksProxy() as proxy:
            base_url = venue.url.replace("127.0.0.1", "localhost")
            client = BybitHTTPClient(
                credentials=Credentials("key", "secret"), base_url=base_url, proxy_url=proxy.url
            )
            await client.open()
            assert len(venue.requests) == 3
            # The proxy looks the name up, and one connection carries all.
            (there,) = proxy.seen
            assert there == ("localhost", int(venue.url.rpartition(":")[2]))
            socket = BybitPublicWebSocket(
                "linear",
                base_url=venue.ws_url("/v5/public"),
                on_message=lambda *_: None,
                options=SocketOptions(proxy_url=proxy.url),
            )
            await socket.connect()
            assert len(proxy.seen) == 2
            await socket.disconnect()
            await client.close()

    asyncio.run(scenario())
    assert "pass-word" not in caplog.text


def test_what_a_socks_proxy_refuses_was_not_sent() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue, SocksProxy(refuses=True) as proxy:
            client = BybitHTTPClient(base_url=venue.url, proxy_url=proxy.url, max_retries=0)
            await client.open()
            with pytest.raises(BybitConnectionError, match="the proxy says") as refused:
                await client.get_server_time()
            assert refused.value.outcome is Outcome.NOT_SENT
            assert "pass-word" not in str(refused.value)
            assert not venue.requests
            await client.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("proxy_url", "message"),
    [
        (
            "ftp://127.0.0.1:1",
            "must begin with http://, https://, socks4://, socks5://; it begins with 'ftp'",
        ),
        ("socks5://user:pass-word@127.0.0.1", r"host and a port.*'socks5://\*\*\*@127\.0\.0\.1'"),
        ("socks5://:1080", "host and a port"),
        ("http://127.0.0.1:99999", "host and a port"),
    ],
)
def test_a_proxy_rest_cannot_use_is_refused(proxy_url: str, message: str) -> None:
    with pytest.raises(BybitConfigError, match=message) as refused:
        BybitHTTPClient(proxy_url=proxy_url)
    assert "pass-word" not in str(refused.value)
