"""Where to connect, and what never travels in the clear.

Source: Bybit V5 "Integration Guidance" and "Connect".
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from nautilus_bybit_adapter.constants import (
    CATEGORIES,
    PRIVATE_WS_URLS,
    PUBLIC_WS_URLS,
    REST_URLS,
    TRADE_WS_URLS,
)
from nautilus_bybit_adapter.errors import BybitConfigError


def rest_url(environment: str, base_url: str | None = None) -> str:
    """Return the address of the REST interface, without a trailing slash."""
    return _checked(base_url or REST_URLS[environment], ("https", "http"))


def public_url(environment: str, category: str, base_url: str | None = None) -> str:
    """Return the address of a public socket; `/{category}` is appended unless a category ends it already."""
    if category not in CATEGORIES:
        raise BybitConfigError(f"category must be one of {', '.join(CATEGORIES)}; it is {category!r}.")
    url = _checked(base_url or PUBLIC_WS_URLS[environment], ("wss", "ws"))
    return url if url.rpartition("/")[2] in CATEGORIES else f"{url}/{category}"


def private_url(environment: str, base_url: str | None = None) -> str:
    """Return the address of the private socket."""
    return _checked(base_url or PRIVATE_WS_URLS[environment], ("wss", "ws"))


def trade_url(environment: str, base_url: str | None = None) -> str:
    """Return the address of the trade socket, which the demo environment does not have."""
    url = base_url or TRADE_WS_URLS.get(environment)
    if url is None:
        raise BybitConfigError(
            f"The {environment} environment has no trade socket: send orders over REST instead."
        )
    return _checked(url, ("wss", "ws"))


def _checked(url: str, schemes: tuple[str, str]) -> str:
    secure, plain = schemes
    parts = urlsplit(url)
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
