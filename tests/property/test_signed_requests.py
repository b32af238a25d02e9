"""A request that is changed on its way in any byte is refused by the venue."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from venue_thread import VenueThread

from nautilus_bybit_adapter.transport.rest_call import RestCall, signed_headers
from nautilus_bybit_adapter.wire import Credentials, PlaceOrder

RECV_WINDOW_MS = 5_000
# What may stand in a header, a query or a body without ending it.
BYTES = st.sampled_from([chr(code) for code in range(0x21, 0x7F)])
SIGNED = ("payload", "X-BAPI-API-KEY", "X-BAPI-TIMESTAMP", "X-BAPI-RECV-WINDOW", "X-BAPI-SIGN")
CALLS = (
    RestCall(
        "GET", "/v5/order/realtime", "category=linear&symbol=BTCUSDT&orderLinkId=a%3A1%2Cb", is_private=True
    ),
    RestCall.post(
        "/v5/order/create",
        PlaceOrder(
            category="linear", symbol="BTCUSDT", side="Buy", order_type="Limit", qty="0.001", price="50000"
        ),
    ),
)


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread() as thread:
        yield thread


@dataclass(frozen=True)
class Sent:
    """A request as it goes over the wire."""

    call: RestCall
    headers: dict[str, str]

    def changed(self, what: str, at: int, to: str) -> Sent:
        old = self.call.payload if what == "payload" else self.headers[what]
        at %= len(old)
        new = old[:at] + to + old[at + 1 :]
        if what == "payload":
            return replace(self, call=msgspec.structs.replace(self.call, payload=new))
        return replace(self, headers={**self.headers, what: new})

    def answer(self, connection: http.client.HTTPConnection) -> int:
        """Send it and return the `retCode`, or the HTTP status where there is none."""
        path, body = self.call.path, None
        if self.call.method == "GET":
            path += f"?{self.call.payload}"
        else:
            body = self.call.payload
        connection.request(self.call.method, path, body, self.headers)
        response = connection.getresponse()
        text = response.read()
        return int(json.loads(text)["retCode"]) if response.status == 200 else response.status


def signed(venue: VenueThread, call: RestCall) -> Sent:
    credentials = Credentials(venue.api_key, venue.api_secret)
    now_ms = time.time_ns() // 1_000_000
    return Sent(call, signed_headers(credentials, call, now_ms, RECV_WINDOW_MS))


@pytest.fixture(scope="module")
def connection(venue: VenueThread) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(venue.urls.rest.removeprefix("http://"))
    yield opened
    opened.close()


def test_what_is_not_changed_is_taken(venue: VenueThread, connection: http.client.HTTPConnection) -> None:
    assert [signed(venue, call).answer(connection) for call in CALLS] == [0, 0]


@pytest.mark.parametrize("what", SIGNED)
@given(call=st.sampled_from(CALLS), at=st.integers(0, 10_000), to=BYTES)
@settings(max_examples=60, deadline=None)
def test_what_is_changed_is_refused(
    venue: VenueThread, connection: http.client.HTTPConnection, what: str, call: RestCall, at: int, to: str
) -> None:
    sent = signed(venue, call)
    changed = sent.changed(what, at, to)
    before = venue.call(lambda it: len(it.exchange.orders))
    code = changed.answer(connection)
    if changed == sent:
        return
    is_time = what in {"X-BAPI-TIMESTAMP", "X-BAPI-RECV-WINDOW"}
    # Out of time, another key, another signature; or a time that is no number.
    assert code in {10002, 10003, 10004} | ({10001} if is_time else set()), code
    assert venue.call(lambda it: len(it.exchange.orders)) == before
