"""Answers to `ping`, `auth`, `subscribe` and `unsubscribe`, which every socket family spells its own way.

Source: Bybit V5 "Connect", and the frames seen on the wire.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

_REPEATED_AUTH = 20001


class ControlKind(Enum):
    """What a control frame answers; `ERROR` where the venue does not say."""

    PONG = "pong"
    AUTH = "auth"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    ERROR = "error"


class ControlMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that carries no data.

    Attributes
    ----------
    kind : ControlKind
        What it answers.
    success : bool
        Whether the venue did as asked.
    message : str
        The venue's text.
    ret_code : int
        The trade socket's code; 0 elsewhere.
    req_id : str
        The request it answers; `""` where the venue does not repeat it.
    succeeded_topics, failed_topics : tuple of str
        Option sockets name the topics instead of the request.
    """

    kind: ControlKind
    success: bool
    message: str = ""
    ret_code: int = 0
    req_id: str = ""
    succeeded_topics: tuple[str, ...] = ()
    failed_topics: tuple[str, ...] = ()

    @property
    def is_already_subscribed(self) -> bool:
        """Whether a refusal says that the topic flows already."""
        return "already subscribed" in self.message


class _TopicLists(msgspec.Struct, frozen=True, rename="camel"):
    fail_topics: list[str] | None = None
    success_topics: list[str] | None = None


class RawControl(msgspec.Struct, frozen=True, kw_only=True):
    """Every key a control frame may have, under its wire name."""

    op: str = ""
    type: str = ""
    success: bool | None = None
    ret_msg: str = ""
    req_id: str | int | None = None
    # The trade socket's spellings.
    camel_msg: str = msgspec.field(name="retMsg", default="")
    camel_code: int | None = msgspec.field(name="retCode", default=None)
    camel_id: str | int | None = msgspec.field(name="reqId", default=None)
    # Kept whole: a pong holds a list, an option ack an object.
    data: msgspec.Raw = msgspec.Raw(b"null")


_KINDS = {
    "auth": ControlKind.AUTH,
    "subscribe": ControlKind.SUBSCRIBE,
    "unsubscribe": ControlKind.UNSUBSCRIBE,
}
_topic_lists = msgspec.json.Decoder(_TopicLists)


def parse_control(raw: RawControl) -> ControlMessage | None:
    """Return the frame in one shape, or `None` if it is no control frame."""
    req_id = raw.req_id if raw.req_id is not None else raw.camel_id
    req_text = "" if req_id is None else str(req_id)
    text = raw.ret_msg or raw.camel_msg
    if raw.op == "pong" or text == "pong":
        return ControlMessage(kind=ControlKind.PONG, success=True, message=text, req_id=req_text)
    if raw.type == "COMMAND_RESP":
        return _parse_command_response(raw, req_text)
    if raw.success is None and raw.camel_code is None:
        return None
    code = raw.camel_code or 0
    success = raw.success is True or (raw.camel_code is not None and code in {0, _REPEATED_AUTH})
    kind = _KINDS.get(raw.op)
    if kind is None:
        if success:
            return None
        kind = ControlKind.ERROR
    return ControlMessage(kind=kind, success=success, message=text, ret_code=code, req_id=req_text)


def _parse_command_response(raw: RawControl, req_id: str) -> ControlMessage:
    lists = _topic_lists.decode(raw.data) if bytes(raw.data) != b"null" else _TopicLists()
    failed = tuple(lists.fail_topics or ())
    return ControlMessage(
        kind=_KINDS.get(raw.op, ControlKind.SUBSCRIBE),
        success=not failed and raw.success is not False,
        message=raw.ret_msg or ("the venue refused the topics" if failed else ""),
        req_id=req_id,
        succeeded_topics=tuple(lists.success_topics or ()),
        failed_topics=failed,
    )


def encode_auth(req_id: str, api_key: str, expires_ms: int, signature: str) -> bytes:
    """Return an `auth` request; `signature` is that of `sign_ws` for `expires_ms` (epoch ms)."""
    return msgspec.json.encode({"req_id": req_id, "op": "auth", "args": [api_key, expires_ms, signature]})


def encode_topics(req_id: str, op: str, topics: Sequence[str]) -> bytes:
    """Return a `subscribe` or `unsubscribe` request for the topics."""
    return msgspec.json.encode({"req_id": req_id, "op": op, "args": list(topics)})
