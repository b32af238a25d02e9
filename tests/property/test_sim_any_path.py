"""No request to any path, however odd, gets anything but an answer or a venue error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from venue_requests import REQUESTS, START_MS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.server.codec import dumps
from nautilus_bybit_adapter.sim.server.rest import ENDPOINTS

WORDS = [
    "linear", "spot", "inverse", "option", "BTCUSDT", "BTCUSD", "BTC-30OCT26-94500-C-USDT", "BTC", "USDT", "Buy",
    "Sell", "1", "0", "-1", "0.001", "1e9", "1d", "5min", "D", "M", "W", "60", str(START_MS), "999999999999999",
    "UNIFIED", "FUND", "ON", "OFF", "FlexibleSaving", "OnChain", "Stake", "Redeem", "428", "%3A", "a,b", "٣",
    "86000", "ISOLATED_MARGIN", "Limit", "Market", "FundPool", "2001", "BYUSDT", "Mint", "eb_convert_uta",
]  # fmt: skip
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=6),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
)
VALUE = st.one_of(
    SCALAR, st.lists(SCALAR, max_size=2), st.lists(st.dictionaries(st.text(max_size=3), SCALAR), max_size=2)
)
FIELDS = sorted({name for _, params in REQUESTS for name in params} | {
    "limit", "cursor", "startTime", "endTime", "start", "end", "orderId", "currency", "period", "baseCoin",
})  # fmt: skip
ROUTES = sorted(f"{method} {path}" for method, path in ENDPOINTS)
GOOD = {route: params for route, params in REQUESTS if route != "LATER"}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_request_is_answered(data: st.DataObject) -> None:
    venue = WalkedVenue()
    for _ in range(20):
        route = data.draw(st.sampled_from(ROUTES))
        changes: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=3))
        if route.startswith("GET"):
            changes = {name: str(value) for name, value in changes.items()}
        with contextlib.suppress(VenueError):
            dumps(venue.ask(route, **(GOOD.get(route, {}) | changes)).result)
    venue.after(1000)
    venue.exchange.check()
