"""Where to connect, and what never travels in the clear.

Source: Bybit V5 "Integration Guidance" and "Connect".
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from nautilus_bybit_adapter.constants import CATEGORIES, DEMO_PUBLIC_WS_HOST, HOSTS, REGIONS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.state.endpoints import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

type BaseUrl = str | Callable[[], str | None] | None

_SOCKETS = ("wss", "ws")


class BaseUrls(NamedTuple):
    """Addresses that take the place of an environment's own; each is `None` where it does not.

    Attributes
    ----------
    http : str or None
        Of the REST interface, such as `http://127.0.0.1:8080`.
    ws_public : str or None
        Of the public sockets, such as `ws://127.0.0.1:8080/v5/public`; the category is appended.
    ws_private, ws_trade : str or None
        Of the private and the trade socket.
    """

    http: str | None = None
    ws_public: str | None = None
    ws_private: str | None = None
    ws_trade: str | None = None


def resolve_base_urls(configured: BaseUrls, environ: Mapping[str, str]) -> BaseUrls:
    """Return the configured addresses, and where there is none the one of the environment variable.

    Parameters
    ----------
    configured : BaseUrls
        The config's values; each wins over its variable.
    environ : Mapping of str to str
        The process's variables, of which `BYBIT_BASE_URL_HTTP`, `BYBIT_BASE_URL_WS_PUBLIC`,
        `BYBIT_BASE_URL_WS_PRIVATE` and `BYBIT_BASE_URL_WS_TRADE` are read.

    Raises
    ------
    BybitConfigError
        If an address cannot be used; it says where the address is from.
    """
    chosen: dict[str, str | None] = {}
    for field, value in configured._asdict().items():
        name = f"BYBIT_BASE_URL_{field.upper()}"
        found = value or environ.get(name, "").strip() or None
        if found is not None:
            schemes = ("https", "http") if field == "http" else _SOCKETS
            try:
                _checked(found, schemes)
            except BybitConfigError as exc:
                raise BybitConfigError(f"{f'base_url_{field}' if value else name}: {exc}") from None
        chosen[field] = found
    return BaseUrls(**chosen)


def endpoints_of(
    environment: str, region: str | None = None, base_urls: BaseUrls | None = None
) -> tuple[Endpoint, ...]:
    """Return the hosts of an environment, the first to be used first.

    Parameters
    ----------
    environment : str
        `mainnet`, `demo` or `testnet`.
    region : str or None
        The regional site the account is registered at, such as `eu`; mainnet only.
    base_urls : BaseUrls or None
        Addresses that take the place of the environment's own.

    Raises
    ------
    BybitConfigError
        If the region is unknown or has no such environment, or an address cannot be used.
    """
    base_urls = base_urls or BaseUrls()
    pairs = HOSTS[environment] if region is None else (_regional(environment, region),)
    if base_urls.http is not None:
        # Other hosts than the one asked for are none of its stand-ins.
        pairs = pairs[:1]
    return tuple(_endpoint(environment, rest, stream, base_urls) for rest, stream in pairs)


def _regional(environment: str, region: str) -> tuple[str, str]:
    pair = REGIONS.get(region.lower())
    if pair is None:
        raise BybitConfigError(f"region must be one of {', '.join(REGIONS)}; it is {region!r}.")
    if environment != "mainnet":
        raise BybitConfigError(
            f"Regional hosts are mainnet's; for {region!r} on {environment} give its addresses as base_url_http and "
            "base_url_ws_public, base_url_ws_private, base_url_ws_trade."
        )
    return pair


def _endpoint(environment: str, rest_host: str, stream_host: str, base_urls: BaseUrls) -> Endpoint:
    is_demo = environment == "demo"
    public_host = DEMO_PUBLIC_WS_HOST if is_demo else stream_host
    rest = _checked(base_urls.http or f"https://{rest_host}", ("https", "http"))
    trade = base_urls.ws_trade or (None if is_demo else f"wss://{stream_host}/v5/trade")
    return Endpoint(
        name=urlsplit(rest).netloc.rpartition("@")[2],
        rest=rest,
        ws_public=_checked(base_urls.ws_public or f"wss://{public_host}/v5/public", _SOCKETS),
        ws_private=_checked(base_urls.ws_private or f"wss://{stream_host}/v5/private", _SOCKETS),
        ws_trade=None if trade is None else _checked(trade, _SOCKETS),
    )


def rest_url(environment: str, base_url: str | None = None) -> str:
    """Return the address of the REST interface, without a trailing slash."""
    return endpoints_of(environment, base_urls=BaseUrls(http=base_url or None))[0].rest


def public_url(environment: str, category: str, base_url: BaseUrl = None) -> Callable[[], str]:
    """Return what gives the address of a public socket; `/{category}` is appended unless a category ends it already."""
    if category not in CATEGORIES:
        raise BybitConfigError(f"category must be one of {', '.join(CATEGORIES)}; it is {category!r}.")

    def build(url: str | None) -> str:
        url = _checked(url or str(endpoints_of(environment)[0].ws_public), _SOCKETS)
        return url if url.rpartition("/")[2] in CATEGORIES else f"{url}/{category}"

    return _following(build, base_url)


def private_url(environment: str, base_url: BaseUrl = None) -> Callable[[], str]:
    """Return what gives the address of the private socket."""

    def build(url: str | None) -> str:
        return _checked(url or str(endpoints_of(environment)[0].ws_private), _SOCKETS)

    return _following(build, base_url)


def trade_url(environment: str, base_url: BaseUrl = None) -> Callable[[], str]:
    """Return what gives the address of the trade socket, which the demo environment does not have."""

    def build(url: str | None) -> str:
        url = url or endpoints_of(environment)[0].ws_trade
        if url is None:
            raise BybitConfigError(
                f"The {environment} environment has no trade socket: send orders over REST instead."
            )
        return _checked(url, _SOCKETS)

    return _following(build, base_url)


def _following(build: Callable[[str | None], str], base_url: BaseUrl) -> Callable[[], str]:
    """Return what gives the address each time it is needed; one that cannot be used is told now."""
    if callable(base_url):
        build(base_url())
        return lambda: build(base_url())
    url = build(base_url)
    return lambda: url


def _checked(url: str, schemes: tuple[str, str]) -> str:
    secure, plain = schemes
    parts = urlsplit(url)
    try:
        has_port = parts.port != 0
    except ValueError:
        has_port = False
    if not has_port:
        raise BybitConfigError(f"The port of an address must be a number from 1 to 65535; it is {url!r}.")
    if parts.scheme not in schemes or not parts.hostname:
        raise BybitConfigError(f"An address must begin with {secure}:// and name a host; it is {url!r}.")
    if parts.scheme == plain and not is_loopback(parts.hostname):
        raise BybitConfigError(
            f"{plain}:// is allowed to this machine only, since keys and orders would travel in the clear; "
            f"use {secure}:// for {parts.hostname}."
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host name is this machine by definition."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
