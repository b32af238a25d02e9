"""ccxt on a local venue: the addresses replaced, nothing else."""

from __future__ import annotations

from typing import Any

import ccxt
import ccxt.pro
from venue_thread import VenueThread

HOUR_MS = 3_600_000


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
