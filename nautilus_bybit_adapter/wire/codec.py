"""From a frame's bytes to a message.

The hot kinds are recognised by their first bytes; whatever does not begin that way is looked at whole, so
the answer never depends on key order or white space.
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.wire.account import BybitWallet
from nautilus_bybit_adapter.wire.control import ControlKind, ControlMessage, RawControl, parse_control
from nautilus_bybit_adapter.wire.market import OrderbookMessage, TickerMessage, TradesMessage
from nautilus_bybit_adapter.wire.messages import (
    ExecutionMessage,
    OrderAck,
    OrderMessage,
    PositionMessage,
    UnknownMessage,
    WalletMessage,
)
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder, BybitOrderResponse
from nautilus_bybit_adapter.wire.positions import BybitPosition
from nautilus_bybit_adapter.wire.public_topics import (
    AdlAlertMessage,
    ExtraMessage,
    InsuranceMessage,
    KlineMessage,
    LiquidationsMessage,
    PriceLimitMessage,
    RpiBookMessage,
)
from nautilus_bybit_adapter.wire.rows import decode_row, decode_rows
from nautilus_bybit_adapter.wire.soundness import sound_rows

type Payload = bytes | memoryview
type MarketMessage = OrderbookMessage | TradesMessage | TickerMessage | ExtraMessage
# Some gateways answer a ping with the bare word.
PLAIN_PONGS = frozenset({b"pong", b'"pong"'})

type PublicMessage = MarketMessage | ControlMessage | UnknownMessage
type PrivateMessage = (
    OrderMessage | ExecutionMessage | PositionMessage | WalletMessage | ControlMessage | UnknownMessage
)
type TradeMessage = OrderAck | ControlMessage


_NOTHING = msgspec.Raw(b"{}")


class _Head(msgspec.Struct, frozen=True):
    topic: str = ""


class _PrivateEnvelope(msgspec.Struct, frozen=True, rename="camel"):
    data: list[msgspec.Raw]
    topic: str
    creation_time: int = 0


class _TradeEnvelope(msgspec.Struct, frozen=True, rename="camel"):
    op: str = ""
    ret_code: int | None = None
    ret_msg: str = ""
    req_id: str | int | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")
    ret_ext_info: msgspec.Raw = msgspec.Raw(b"{}")
    header: dict[str, str | int] = {}


_head = msgspec.json.Decoder(_Head)
_control = msgspec.json.Decoder(RawControl)
_orderbook = msgspec.json.Decoder(OrderbookMessage)
_trades = msgspec.json.Decoder(TradesMessage)
_ticker = msgspec.json.Decoder(TickerMessage)
_private = msgspec.json.Decoder(_PrivateEnvelope)
_trade = msgspec.json.Decoder(_TradeEnvelope)

_MARKET_TYPES: dict[str, type[MarketMessage]] = {
    "orderbook": OrderbookMessage,
    "publicTrade": TradesMessage,
    "tickers": TickerMessage,
    "kline": KlineMessage,
    "allLiquidation": LiquidationsMessage,
    "priceLimit": PriceLimitMessage,
    "insurance": InsuranceMessage,
    "adlAlert": AdlAlertMessage,
    "orderbook.rpi": RpiBookMessage,
}

# Text that is not UTF-8 and nesting without end are refused like any other broken JSON.
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_BOOK_START = b'{"topic":"orderbook.'
_TRADE_START = b'{"topic":"publicTrade.'
_TICKER_START = b'{"topic":"tickers.'
_LONGEST_START = len(_TRADE_START)


def decode_public(payload: Payload, category: str) -> PublicMessage:
    """Return the message in a frame of a public socket.

    Parameters
    ----------
    payload : bytes or memoryview
        The frame; nothing of it is kept.
    category : str
        The socket's category, for error messages.

    Raises
    ------
    BybitDecodeError
        If the frame is no JSON object, or lacks what its topic must have.
    """
    start = bytes(payload[:_LONGEST_START])
    try:
        str(payload, "utf-8")  # the JSON decoder does not look into what it skips
        if start.startswith(_BOOK_START) and not start.startswith(b'{"topic":"orderbook.r'):
            return _orderbook.decode(payload)
        if start.startswith(_TRADE_START):
            return _trades.decode(payload)
        if start.startswith(_TICKER_START):
            return _ticker.decode(payload)
    except msgspec.ValidationError:
        # Read again below, loosely.
        pass
    except _BROKEN as exc:
        raise _unreadable(payload, category, exc) from exc
    return _decode_public_slowly(payload, category)


def _decode_public_slowly(payload: Payload, category: str) -> PublicMessage:
    try:
        topic = _head.decode(payload).topic
        if not topic:
            return _read_control(payload, category)
        message_type = _MARKET_TYPES.get(_kind_of(topic))
        return UnknownMessage(topic) if message_type is None else decode_row(payload, message_type)
    except _BROKEN as exc:
        return _pong_of(payload, category, exc)


def _kind_of(topic: str) -> str:
    """Return what tells the shape of a topic's frames."""
    kind, _, rest = topic.partition(".")
    variant = rest.partition(".")[0]
    # `orderbook.rpi` has levels of three, `orderbook.full` no snapshots.
    return f"{kind}.{variant}" if kind == "orderbook" and not variant.isdigit() else kind


class _Orders(msgspec.Struct, frozen=True, rename="camel"):
    topic: str
    data: list[BybitOrder]
    creation_time: int = 0


class _Executions(msgspec.Struct, frozen=True, rename="camel"):
    topic: str
    data: list[BybitExecution]
    creation_time: int = 0


_orders = msgspec.json.Decoder(_Orders)
_executions = msgspec.json.Decoder(_Executions)
# As they come from the venue: the topic is the first key, or the second after the frame's id.
_LONGEST_PRIVATE_START = 160


def decode_private(payload: Payload) -> PrivateMessage:
    """Return the message in a frame of the private socket.

    A row that defies reading, or whose numbers are none, is in the message's `bad`, beside the rows that could be
    read.

    Parameters
    ----------
    payload : bytes or memoryview
        The frame; nothing of it is kept.

    Raises
    ------
    BybitDecodeError
        If the frame is no JSON object or its envelope is broken.
    """
    start = bytes(payload[:_LONGEST_PRIVATE_START])
    try:
        if b'"topic":"execution"' in start:
            executions = _executions.decode(payload)
            if executions.topic == "execution":
                fills, odd = sound_rows(executions.data)
                when = executions.creation_time
                return ExecutionMessage(topic="execution", creation_time=when, data=fills, bad=tuple(odd))
        elif b'"topic":"order"' in start:
            orders = _orders.decode(payload)
            if orders.topic == "order":
                rows, odd = sound_rows(orders.data)
                return OrderMessage(
                    topic="order", creation_time=orders.creation_time, data=rows, bad=tuple(odd)
                )
    except _BROKEN:
        # Read again below, row by row.
        pass
    return _decode_private_slowly(payload)


def _decode_private_slowly(payload: Payload) -> PrivateMessage:
    try:
        topic = _head.decode(payload).topic
        if not topic:
            return _read_control(payload, "private")
        kind = topic.partition(".")[0]
        if kind not in {"order", "execution", "position", "wallet"} or topic.startswith("execution.fast"):
            return UnknownMessage(topic)
        return _decode_private_topic(kind, _private.decode(payload))
    except _BROKEN as exc:
        return _pong_of(payload, "private", exc)


def _decode_private_topic(kind: str, envelope: _PrivateEnvelope) -> PrivateMessage:
    topic, when = envelope.topic, envelope.creation_time
    if kind == "order":
        orders, bad = decode_rows(envelope.data, BybitOrder)
        orders, odd = sound_rows(orders)
        return OrderMessage(topic=topic, creation_time=when, data=orders, bad=(*bad, *odd))
    if kind == "execution":
        executions, bad = decode_rows(envelope.data, BybitExecution)
        executions, odd = sound_rows(executions)
        return ExecutionMessage(topic=topic, creation_time=when, data=executions, bad=(*bad, *odd))
    if kind == "position":
        positions, bad = decode_rows(envelope.data, BybitPosition)
        return PositionMessage(topic=topic, creation_time=when, data=positions, bad=tuple(bad))
    wallets, bad = decode_rows(envelope.data, BybitWallet)
    return WalletMessage(topic=topic, creation_time=when, data=wallets, bad=tuple(bad))


def decode_trade(payload: Payload) -> TradeMessage:
    """Return the message in a frame of the trade socket.

    Parameters
    ----------
    payload : bytes or memoryview
        The frame; nothing of it is kept.

    Raises
    ------
    BybitDecodeError
        If the frame is no JSON object, or neither data nor an answer.
    """
    try:
        envelope = _trade.decode(payload)
        if envelope.ret_code is not None and envelope.op.startswith("order."):
            is_batch = envelope.op.endswith("-batch")
            return OrderAck(
                op=envelope.op,
                ret_code=envelope.ret_code,
                ret_msg=envelope.ret_msg,
                data=_decode_ids(envelope.data),
                req_id="" if envelope.req_id is None else str(envelope.req_id),
                headers={name: str(value) for name, value in envelope.header.items()},
                ids=envelope.data.copy() if is_batch else _NOTHING,
                codes=envelope.ret_ext_info.copy() if is_batch else _NOTHING,
            )
        return _read_control(payload, "trade")
    except _BROKEN as exc:
        return _pong_of(payload, "trade", exc)


def _decode_ids(raw: msgspec.Raw) -> BybitOrderResponse:
    # A batch ack holds a list of its own; single acks hold the two ids, refusals `{}` or `null`.
    return decode_row(raw, BybitOrderResponse) if bytes(raw).startswith(b"{") else BybitOrderResponse()


def _pong_of(payload: Payload, socket: str, exc: Exception) -> ControlMessage:
    """Take a frame that is no message for a pong in plain text, or raise."""
    if bytes(payload) in PLAIN_PONGS:
        return ControlMessage(kind=ControlKind.PONG, success=True)
    raise _unreadable(payload, socket, exc) from exc


def _read_control(payload: Payload, socket: str) -> ControlMessage:
    control = parse_control(_control.decode(payload))
    if control is None:
        excerpt = bytes(payload[:80])
        raise BybitDecodeError(
            f"The {socket} socket sent a frame that is neither data nor an answer: {excerpt!r}",
            excerpt=excerpt,
        )
    return control


def _unreadable(payload: Payload, socket: str, exc: Exception) -> BybitDecodeError:
    excerpt = bytes(payload[:80])
    try:
        topic = _head.decode(payload).topic
    except _BROKEN:
        topic = ""
    named = f"topic {topic}" if topic else "a frame"
    return BybitDecodeError(
        f"Cannot read {named} of the {socket} socket ({exc}): {excerpt!r}", topic=topic, excerpt=excerpt
    )
