"""Frames of the private and the trade socket.

Source: Bybit V5 "Private: Order", "Private: Execution", "Private: Position", "Private: Wallet",
"WebSocket Trade Guideline".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.account import BybitWallet
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder, BybitOrderResponse
from nautilus_bybit_adapter.wire.positions import BybitPosition
from nautilus_bybit_adapter.wire.rows import BadRow


class OrderMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of `order` or `order.{category}`.

    `creation_time` is epoch milliseconds, `bad` the rows that defy reading.
    """

    topic: str
    creation_time: int
    data: list[BybitOrder]
    bad: tuple[BadRow, ...] = ()


class ExecutionMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of `execution` or `execution.{category}`; one may hold many fills of one order."""

    topic: str
    creation_time: int
    data: list[BybitExecution]
    bad: tuple[BadRow, ...] = ()


class PositionMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of `position` or `position.{category}`, pushed after every order event, changed or not."""

    topic: str
    creation_time: int
    data: list[BybitPosition]
    bad: tuple[BadRow, ...] = ()


class WalletMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of `wallet`; it holds only the coins that changed."""

    topic: str
    creation_time: int
    data: list[BybitWallet]
    bad: tuple[BadRow, ...] = ()


class UnknownMessage(msgspec.Struct, frozen=True):
    """A well-formed frame of a topic this version does not read."""

    topic: str


class OrderAck(msgspec.Struct, frozen=True, kw_only=True):
    """The trade socket's answer to one order request.

    Attributes
    ----------
    op : str
        `order.create`, `order.amend` or `order.cancel`, or one of them with `-batch`.
    ret_code, ret_msg : int, str
        0 means received, not yet accepted by the book.
    data : BybitOrderResponse
        The ids; empty on a refusal.
    req_id : str
        The request it answers; `""` where the venue does not repeat it.
    headers : dict of str to str
        Rate limit, trace id and the venue's time (`Timenow`, epoch ms).
    ids, codes : msgspec.Raw
        Of a batch: the two lists that say what became of each order.
    """

    op: str
    ret_code: int
    ret_msg: str = ""
    data: BybitOrderResponse = BybitOrderResponse()
    req_id: str = ""
    headers: dict[str, str] = {}
    ids: msgspec.Raw = msgspec.Raw(b"{}")
    codes: msgspec.Raw = msgspec.Raw(b"{}")
