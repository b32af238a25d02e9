"""pybit on a local venue: the addresses replaced, nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pybit._websocket_trading  # type: ignore[import-untyped] # it carries no annotations
import pybit.unified_trading  # type: ignore[import-untyped] # the same
import pytest
from pybit.exceptions import FailedRequestError, InvalidRequestError  # type: ignore[import-untyped] # the same
from pybit.unified_trading import HTTP, WebSocket, WebSocketTrading
from venue_thread import PATIENCE_S, VenueThread

__all__ = [
    "FailedRequestError",
    "Inbox",
    "InvalidRequestError",
    "Replies",
    "http",
    "private_stream",
    "public_stream",
    "refusal",
    "result",
    "trade_socket",
]


def http(venue: VenueThread, **options: Any) -> Any:
    """Return a session of the venue's account."""
    keys = {"api_key": venue.api_key, "api_secret": venue.api_secret}
    session = HTTP(**{**keys, "testnet": True, "max_retries": 1, **options})
    session.endpoint = venue.urls.rest
    return session


@contextmanager
def public_stream(venue: VenueThread, category: str, patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A public socket of a category."""
    patch.setattr(pybit.unified_trading, "PUBLIC_WSS", venue.urls.ws_public + "/{CHANNEL_TYPE}")
    stream = WebSocket(testnet=True, channel_type=category)
    try:
        yield stream
    finally:
        stream.exit()


@contextmanager
def private_stream(venue: VenueThread, patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A logged-in private socket."""
    patch.setattr(pybit.unified_trading, "PRIVATE_WSS", venue.urls.ws_private)
    stream = WebSocket(
        testnet=True, channel_type="private", api_key=venue.api_key, api_secret=venue.api_secret
    )
    try:
        yield stream
    finally:
        stream.exit()


@contextmanager
def trade_socket(venue: VenueThread, patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A logged-in order entry socket."""
    patch.setattr(pybit._websocket_trading, "TRADE_WSS", venue.urls.ws_trade)
    socket = WebSocketTrading(testnet=True, api_key=venue.api_key, api_secret=venue.api_secret)
    try:
        yield socket
    finally:
        socket.exit()


class Inbox:
    """Messages of a stream, from its thread to the test's."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def __call__(self, message: dict[str, Any]) -> None:
        with self._changed:
            self.messages.append(deepcopy(message))  # pybit hands out the book it goes on changing
            self._changed.notify_all()

    def until(self, condition: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Return the first message for which `condition` holds."""

        def found() -> dict[str, Any] | None:
            return next((message for message in self.messages if condition(message)), None)

        with self._changed:
            message = self._changed.wait_for(found, PATIENCE_S)
        assert message is not None, f"did not come: {what}; there were {self.messages[-5:]}"
        return message

    def row(self, **fields: Any) -> dict[str, Any]:
        """Return the first row of `data` with these fields."""

        def rows() -> Iterator[dict[str, Any]]:
            for message in self.messages:
                data = message["data"]
                yield from data if isinstance(data, list) else [data]

        def found() -> dict[str, Any] | None:
            return next((row for row in rows() if fields.items() <= row.items()), None)

        with self._changed:
            row = self._changed.wait_for(found, PATIENCE_S)
        assert row is not None, f"no row with {fields}; there were {list(rows())[-5:]}"
        return row


class Replies(Inbox):
    """Answers and errors of the socket, one call each."""

    def of(self, call: Any, **params: Any) -> dict[str, Any]:
        """Return what is answered to a call."""
        known = len(self.messages)
        call(self, self, **params)
        return self.until(lambda m: any(m is each for each in self.messages[known:]), str(params))


def refusal(call: Callable[..., Any], **params: Any) -> int:
    """Return the code with which a call is refused."""
    with pytest.raises(InvalidRequestError) as refused:
        call(**params)
    return int(refused.value.status_code)


def result(answer: dict[str, Any]) -> Any:
    """Return the result of an answer of success."""
    assert answer["retCode"] == 0, answer
    return answer["result"]
