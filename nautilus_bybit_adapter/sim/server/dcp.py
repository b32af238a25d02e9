"""Disconnection protection: orders are cancelled when no private socket watches over them any more.

Source: Bybit V5 Set Disconnect Cancel All and WebSocket Dcp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet

    from .connection import Connection
    from .context import Context

CANCEL_TYPE = "CancelByDCP"
# Product and categories of each topic.
DCP_TOPICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dcp.future": ("DERIVATIVES", ("linear", "inverse")),
    "dcp.spot": ("SPOT", ("spot",)),
    "dcp.option": ("OPTIONS", ("option",)),
}


class DisconnectionProtection:
    """Counts down while nobody is subscribed to a topic that was.

    Parameters
    ----------
    context : Context
        The exchange, and the windows the client has set.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._due_ms: dict[str, int] = {}

    def left(self, topics: AbstractSet[str], connections: Collection[Connection]) -> None:
        """Note that a connection with these topics is gone."""
        now_ms = self._context.exchange.now_ms()
        for topic in topics & DCP_TOPICS.keys():
            seconds = self._context.profile.dcp.get(DCP_TOPICS[topic][0])
            if seconds and not _is_watched(topic, connections):
                self._due_ms[topic] = now_ms + seconds * 1000

    def pump(self, now_ms: int, connections: Collection[Connection]) -> None:
        """Cancel what is due; a connection that came back in time stops the countdown."""
        for topic, due_ms in list(self._due_ms.items()):
            if _is_watched(topic, connections):
                del self._due_ms[topic]
            elif due_ms <= now_ms:
                del self._due_ms[topic]
                self._context.exchange.cancel_for(CANCEL_TYPE, DCP_TOPICS[topic][1])


def _is_watched(topic: str, connections: Collection[Connection]) -> bool:
    return any(topic in connection.topics for connection in connections)
