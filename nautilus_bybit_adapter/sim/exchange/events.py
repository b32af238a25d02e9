"""What the exchange tells its listener after each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .market import Market
    from .orders import PublicTrade


@dataclass(frozen=True, slots=True)
class PrivateEvent:
    """Rows of one private frame.

    `topic` is `order`, `execution`, `position` or `wallet`; `category` is `""` for the wallet; `ident` is the
    envelope's `id`.
    """

    topic: str
    category: str
    ident: str
    at_ms: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TradesEvent:
    """Public trades of one market, in the order of their matching."""

    market: Market
    trades: list[PublicTrade]
    at_ms: int


Event = PrivateEvent | TradesEvent
Sink = Callable[[Event], None]
