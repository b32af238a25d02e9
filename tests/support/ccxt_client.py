"""ccxt on a local venue: the addresses replaced, nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ccxt  # type: ignore[import-untyped] # it carries no marker of its annotations
import ccxt.pro  # type: ignore[import-untyped] # the same
from venue_thread import VenueThread


def _options(venue: VenueThread, options: dict[str, Any]) -> dict[str, Any]:
    return {"apiKey": venue.api_key, "secret": venue.api_secret, "enableRateLimit": False, **options}


def _redirect(exchange: Any, venue: VenueThread) -> Any:
    urls = exchange.urls["api"]
    for name in [name for name, url in urls.items() if isinstance(url, str)]:
        urls[name] = venue.urls.rest
    urls["ws"] = {
        "public": {c: f"{venue.urls.ws_public}/{c}" for c in ("spot", "linear", "inverse", "option")},
        "private": {
            "spot": {"unified": venue.urls.ws_private, "nonUnified": venue.urls.ws_private},
            "contract": venue.urls.ws_private,
            "usdc": venue.urls.ws_private,
            "trade": venue.urls.ws_trade,
        },
    }
    return exchange


def rest(venue: VenueThread, **options: Any) -> Any:
    """Return the blocking client."""
    return _redirect(ccxt.bybit(_options(venue, options)), venue)


def pro(venue: VenueThread, **options: Any) -> Any:
    """Return the asynchronous client with WebSockets; it has to be closed."""
    return _redirect(ccxt.pro.bybit(_options(venue, options)), venue)


def exact(number: float) -> Decimal:
    """Return the decimal a float was read from."""
    return Decimal(repr(number))
