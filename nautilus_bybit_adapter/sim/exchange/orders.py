"""Order and execution records: what the engine changes and the account reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .amounts import ZERO
from .instruments import Instrument  # noqa: TC001 - read by dataclass users at run time

if TYPE_CHECKING:
    from decimal import Decimal

OPEN_STATUSES = frozenset({"New", "PartiallyFilled"})
NO_REASON = "EC_NoError"


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """One client order from acceptance to its end.

    Parameters
    ----------
    instrument : Instrument
        What is traded.
    order_id, link_id : str
        Bybit `orderId` and `orderLinkId` (`""` when the client gave none).
    side : str
        `Buy` or `Sell`.
    order_type : str
        `Limit` or `Market`.
    tif : str
        `GTC`, `IOC`, `FOK` or `PostOnly`.
    ticks : int
        Limit price in ticks; for a market order its protection price.
    lots : int
        Total quantity in lots; 0 while a spot market buy is worth `budget`.
    budget : Decimal, optional
        Quote amount of a spot market buy.
    created_ms : int
        Time of acceptance, ms.
    """

    instrument: Instrument
    order_id: str
    link_id: str
    side: str
    order_type: str
    tif: str
    ticks: int
    lots: int
    created_ms: int
    last_price: str
    budget: Decimal | None = None
    market_unit: str = ""
    reduce_only: bool = False
    smp_type: str = "None"
    slippage_type: str = "UNKNOWN"
    slippage: str = "0"
    is_leverage: str = ""
    position_idx: int = 0
    status: str = "New"
    cancel_type: str = "UNKNOWN"
    reject_reason: str = NO_REASON
    smp_order_id: str = ""
    filled: int = 0
    ahead: int = 0
    value: Decimal = ZERO
    closed_pnl: Decimal = ZERO
    fees: dict[str, Decimal] = field(default_factory=dict)
    updated_ms: int = 0
    number: int = 0

    @property
    def leaves(self) -> int:
        """Lots still to be filled while the order is open."""
        return self.lots - self.filled

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.status in OPEN_STATUSES

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side == "Buy"

    @property
    def leaves_value(self) -> Decimal:
        """Quote value of the open quantity at the limit price."""
        return self.instrument.value(self.ticks, self.leaves)


class OptionFigures(NamedTuple):
    """What an execution of an option tells besides its price, as text; volatilities are fractions."""

    trade_iv: str
    mark_iv: str
    index_price: str
    underlying_price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill of one client order.

    Amounts are Decimals in the coin their name says: `value` in quote coin, `fee` in `fee_coin`, `pnl` in the
    settle coin.
    """

    order: Order
    exec_id: str
    at_ms: int
    seq: int
    number: int
    side: str
    ticks: int
    lots: int
    value: Decimal
    fee: Decimal
    fee_coin: str
    fee_rate: Decimal
    is_maker: bool
    leaves: int
    order_ticks: int
    order_lots: int
    closed_lots: int
    pnl: Decimal
    mark_price: str
    create_type: str = "CreateByUser"
    option: OptionFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTrade:
    """One print of the tape; `side` is the taker's."""

    trade_id: str
    at_ms: int
    seq: int
    side: str
    ticks: int
    lots: int
    tick_direction: str


class ClosedOrderError(Exception):
    """An engine step touched an order that has ended: a defect of the venue itself."""
