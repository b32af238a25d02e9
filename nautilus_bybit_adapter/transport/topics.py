"""Subscribing over a link: sends what `state.subscriptions` asks for and reports what the venue refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.state.session import Input
from nautilus_bybit_adapter.wire.control import encode_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nautilus_bybit_adapter.state.subscriptions import AckResult, Subscriptions, TopicRequest
    from nautilus_bybit_adapter.transport.ws import WebSocketLink
    from nautilus_bybit_adapter.wire.control import ControlMessage


class TopicFeed:
    """The subscriptions of one link.

    Parameters
    ----------
    link : WebSocketLink
        What to send over.
    subscriptions : Subscriptions
        The machine that knows what is wanted.
    on_refused : callable or None
        Called with topic and text when the venue refused a topic for good.
    """

    def __init__(
        self,
        link: WebSocketLink,
        subscriptions: Subscriptions,
        on_refused: Callable[[str, str], None] | None = None,
    ) -> None:
        self._link = link
        self._machine = subscriptions
        self._on_refused = on_refused

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic asked for and not given up."""
        return self._machine.wanted

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The topics whose data flows."""
        return self._machine.confirmed

    def subscribe(self, names: Iterable[str]) -> None:
        """Ask for topics, now if there is a connection and after every reconnect."""
        self._send(self._machine.want(names, time.monotonic()))

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Ask for topics no more."""
        self._send(self._machine.drop(names, time.monotonic()))

    def resubscribe(self, name: str) -> None:
        """Drop one topic and ask for it again, for a fresh snapshot."""
        self._send(self._machine.renew(name, time.monotonic()))

    def replay(self) -> None:
        """Ask for everything on a fresh connection."""
        self._send(self._machine.on_open(time.monotonic()))
        self._check_settled()

    def lose(self) -> tuple[str, ...]:
        """Forget the confirmations, and return the topics that had one."""
        return self._machine.on_lost()

    def on_ack(self, ack: ControlMessage) -> None:
        """Take an answer to a request."""
        self._apply(self._machine.on_ack(ack, time.monotonic()))

    def on_tick(self, now: float) -> None:
        """Ask again for what was never answered."""
        self._apply(self._machine.on_tick(now))

    def _apply(self, result: AckResult) -> None:
        self._send(result.requests)
        for refusal in result.refused:
            self._link.journal.error(
                f"The {self._link.name} socket refused {refusal.topic} for good: {refusal.message}."
            )
            if self._on_refused is not None:
                self._on_refused(refusal.topic, refusal.message)
        self._check_settled()

    def _check_settled(self) -> None:
        if self._machine.is_settled:
            self._link.feed(Input.SUBSCRIBED)

    def _send(self, requests: Iterable[TopicRequest]) -> None:
        for request in requests:
            self._link.send(encode_topics(request.req_id, request.op, request.topics))
