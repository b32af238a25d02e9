"""What picows calls for each frame of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picows import WSFrame, WSListener, WSMsgType, WSTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_bybit_adapter.transport.ws import WebSocketLink

# An attribute of an enum class is looked up slowly, and this one for every frame. Members are compared by
# identity, a third of the time of equality.
_TEXT = WSMsgType.TEXT


class FrameListener(WSListener):
    """Passes picows' calls on, until the link lets go of the connection.

    Parameters
    ----------
    link : WebSocketLink
        Whose connection it is.
    on_payload : callable
        Takes each text frame's bytes and the epoch nanoseconds it was read at.
    clock_ns : callable
        Epoch nanoseconds.
    """

    def __init__(
        self, link: WebSocketLink, on_payload: Callable[[bytes, int], None], clock_ns: Callable[[], int]
    ) -> None:
        self.link: WebSocketLink | None = link
        self.partial: bytearray | None = None
        self.farewell = ""
        self._on_payload = on_payload
        self._clock_ns = clock_ns

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Pass on that the connection is there (for picows)."""
        if self.link is not None:
            self.link.on_connected(self, transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Pass on a frame (for picows)."""
        link = self.link
        if link is None:
            return
        if frame.msg_type is not _TEXT or not frame.fin:
            link.on_frame(self, transport, frame)
            return
        # Every frame of market data comes through here: one time stamp, one copy, one call. For frames of a few
        # hundred bytes a copy is cheaper than a memoryview, and safe to keep.
        payload = frame.get_payload_as_bytes()
        try:
            self._on_payload(payload, self._clock_ns())
        except Exception as exc:  # noqa: BLE001 - one consumer's failure must not cost the connection
            link.report_failure(exc, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Pass on that the connection is gone (for picows)."""
        if self.link is not None:
            self.link.on_disconnected(self, transport)
