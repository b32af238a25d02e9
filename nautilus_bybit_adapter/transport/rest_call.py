"""One signed REST exchange: what is sent, and what a failure says about an order.

Source: Bybit V5 "Integration Guidance".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from nautilus_bybit_adapter.errors import (
    BybitConnectionError,
    BybitDecodeError,
    BybitError,
    BybitStatusError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.state.limiter import Demand
from nautilus_bybit_adapter.transport.exchange import ExchangeLost, HttpRequest
from nautilus_bybit_adapter.wire.envelope import Envelope
from nautilus_bybit_adapter.wire.requests import encode
from nautilus_bybit_adapter.wire.signing import sign_rest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_bybit_adapter.transport.exchange import HttpTransport
    from nautilus_bybit_adapter.wire.signing import Credentials

_envelope = msgspec.json.Decoder(Envelope)

# The gate in front of the order service answers with these, so no order was made.
_REFUSED_STATUSES = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)


class RestCall(msgspec.Struct, frozen=True):
    """A request before it is signed.

    Parameters
    ----------
    method : str
        `GET` or `POST`.
    path : str
        Such as `/v5/order/create`.
    payload : str
        The query string without `?`, or the JSON body, exactly as sent and signed.
    is_private : bool
        Whether to sign it.
    category : str
        The category it is about; `""` where it names none.
    orders : int
        Orders it carries, which the venue counts one by one.
    """

    method: str
    path: str
    payload: str = ""
    is_private: bool = False
    category: str = ""
    orders: int = 1

    @classmethod
    def get(
        cls, path: str, parameters: Mapping[str, str | int | None], cursor: str = "", *, is_private: bool
    ) -> RestCall:
        """Return a GET."""
        category = str(parameters.get("category") or "")
        return cls("GET", path, query_string(parameters, cursor), is_private, category)

    @classmethod
    def post(cls, path: str, request: msgspec.Struct) -> RestCall:
        """Return a POST; a request with a list named `request` is a batch of so many orders."""
        category = str(getattr(request, "category", None) or "")
        orders = max(1, len(getattr(request, "request", ())))
        return cls("POST", path, encode(request).decode(), is_private=True, category=category, orders=orders)

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return f"{self.method} {self.path}"

    def demand(self, account: str) -> Demand:
        """Return what it needs of the rate limits, sent for an account."""
        return Demand(self.path, self.category, self.orders, self.is_private, account=account)


class RestAnswer(NamedTuple):
    """An answer whose `retCode` is still to be judged; header names do not mind case."""

    envelope: Envelope
    headers: Mapping[str, str]


def query_string(parameters: Mapping[str, str | int | None], cursor: str = "") -> str:
    """Return a query string; `None` values are left out, and the cursor goes as the venue gave it."""
    pairs = [f"{name}={_quoted(str(value))}" for name, value in parameters.items() if value is not None]
    if cursor:
        pairs.append(f"cursor={cursor}")
    return "&".join(pairs)


def _quoted(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def signed_headers(
    credentials: Credentials, call: RestCall, timestamp_ms: int, recv_window_ms: int
) -> dict[str, str]:
    """Return the authentication headers of a call at the venue's time `timestamp_ms`."""
    return {
        "X-BAPI-API-KEY": credentials.api_key,
        "X-BAPI-TIMESTAMP": str(timestamp_ms),
        "X-BAPI-RECV-WINDOW": str(recv_window_ms),
        "X-BAPI-SIGN": sign_rest(credentials, timestamp_ms, recv_window_ms, call.payload),
    }


async def exchange(
    transport: HttpTransport,
    base_url: str,
    call: RestCall,
    headers: Mapping[str, str],
    timeout_secs: float,
) -> RestAnswer:
    """Send a call once and return the answer.

    Raises
    ------
    BybitConnectionError, BybitTimeoutError
        `NOT_SENT` if nothing left this process, else `UNKNOWN`.
    BybitStatusError
        If the HTTP status is not 200.
    BybitDecodeError
        If the answer is no Bybit envelope.
    """
    if call.method == "GET":
        target = f"{call.path}?{call.payload}" if call.payload else call.path
        request = HttpRequest("GET", target, headers)
    else:
        headers = {**headers, "Content-Type": "application/json"}
        request = HttpRequest(call.method, call.path, headers, call.payload.encode())
    try:
        status, answer_headers, raw = await transport.exchange(base_url, request, timeout_secs)
    except ExchangeLost as lost:
        raise _error_of(call, lost) from lost
    if status != HTTPStatus.OK:
        raise _bad_status(call, status, raw)
    try:
        return RestAnswer(_envelope.decode(raw), answer_headers)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise BybitDecodeError(
            f"Cannot read the answer to {call.name} ({exc}): {raw[:80]!r}", topic=call.name, excerpt=raw
        ) from exc


def is_unreachable(error: BybitError) -> bool:
    """Return whether a host's name or its certificate failed, which no repetition will mend."""
    return isinstance(error.__cause__, ExchangeLost) and error.__cause__.is_unreachable


def _error_of(call: RestCall, lost: ExchangeLost) -> BybitError:
    outcome = Outcome.UNKNOWN if lost.is_sent else Outcome.NOT_SENT
    if lost.is_timeout:
        stage = "was not answered" if lost.is_sent else "could not be sent"
        return BybitTimeoutError(f"{call.name} {stage} in time.", outcome)
    stage = "lost its answer" if lost.is_sent else "could not be sent"
    return BybitConnectionError(f"{call.name} {stage}: {lost}.", outcome)


def _bad_status(call: RestCall, status: int, raw: bytes) -> BybitStatusError:
    outcome = Outcome.REJECTED if status in _REFUSED_STATUSES else Outcome.UNKNOWN
    text = raw[:80].decode(errors="replace").strip()
    return BybitStatusError(f"{call.name} was answered with HTTP {status}: {text}", status, outcome)
