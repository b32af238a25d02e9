"""Order and execution records: what the engine changes and the account reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .amounts import ZERO
from .instruments import Instrument  # noqa: TC001 - read by dataclass users at run time

if TYPE_CHECKING:
    from decimal import Decimal

    from .conditions import Protection, Trail, Trigger

OPEN_STATUSES = frozenset({"New", "PartiallyFilled"})
WAITING = "Untriggered"
ENDED = frozenset({"Filled", "Cancelled", "PartiallyFilledCanceled", "Rejected", "Deactivated"})
NO_REASON = "EC_NoError"
# How an order that waits for a price shows its maker.
CREATED_BY = {
    "": "CreateByUser",
    "Stop": "CreateByStopOrder",
    "TakeProfit": "CreateByTakeProfit",
    "StopLoss": "CreateByStopLoss",
    "TrailingStop": "CreateByTrailingStop",
    "PartialTakeProfit": "CreateByPartialTakeProfit",
    "PartialStopLoss": "CreateByPartialStopLoss",
}


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
        `GTC`, `IOC`, `FOK`, `PostOnly` or `RPI`.
    ticks : int
        Limit price in ticks; for a market order its protection price.
    lots : int
        Total quantity in lots; 0 while a spot market buy is worth `budget`.
    budget : Decimal, optional
        Quote amount of a spot market buy.
    created_ms : int
        Time of acceptance, ms.
    trigger : Trigger, optional
        Price that releases a conditional order.
    stop_kind : str
        Bybit `stopOrderType`, `""` for a plain order.
    protection : Protection, optional
        Take profit and stop loss the order brings to its position.
    trail : Trail, optional
        What a trailing stop follows.
    tpsl_mode : str
        `Full` or `Partial` on a take profit or stop loss of a position.
    exec_type : str
        `execType` of its fills: `Trade`, or how the venue closes positions itself.
    order_iv : str
        Volatility that priced an option's order.
    sibling_id : str
        Order that ends when this one is released.
    position_idx : int
        0 one-way, 1 long leg, 2 short leg.
    mmp : bool
        Whether it is a quote under market maker protection.
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
    trigger: Trigger | None = None
    trail: Trail | None = None
    tpsl_mode: str = ""
    sibling_id: str = ""
    stop_kind: str = ""
    create_type: str = CREATED_BY[""]
    close_on_trigger: bool = False
    closes_all: bool = False
    protection: Protection | None = None
    parent_link_id: str = ""
    exec_type: str = "Trade"
    order_iv: str = ""
    rpi_taker_access: bool = False
    mmp: bool = False
    rpi_matched: int = 0

    @property
    def leaves(self) -> int:
        """Lots still to be filled while the order is open."""
        return self.lots - self.filled

    @property
    def is_open(self) -> bool:
        """Whether it may trade now."""
        return self.status in OPEN_STATUSES

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its trigger price."""
        return self.status == WAITING

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.is_open or self.is_waiting

    @property
    def only_closes(self) -> bool:
        """Whether it may never open or enlarge a position."""
        return self.reduce_only or self.close_on_trigger

    @property
    def filter_kind(self) -> str:
        """Bybit's `orderFilter`: `Order`, `tpslOrder` or `StopOrder`."""
        if not self.stop_kind:
            return "Order"
        return "tpslOrder" if self.stop_kind in {"tpslOrder", "BidirectionalTpslOrder"} else "StopOrder"

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side == "Buy"

    @property
    def held_value(self) -> Decimal:
        """Quote value an open or waiting spot buy holds."""
        if self.budget is not None:
            return self.budget - self.value
        ticks = self.ticks or (self.trigger.ticks if self.trigger else 0)
        return self.instrument.value(ticks, self.leaves)

    @property
    def held_qty(self) -> Decimal:
        """Base quantity an open or waiting spot sell holds."""
        if self.budget is None:
            return self.instrument.qty(self.leaves)
        ticks = self.ticks or (self.trigger.ticks if self.trigger else 0)
        return (self.budget - self.value) / self.instrument.price(ticks) if ticks else ZERO

    @property
    def leaves_value(self) -> Decimal:
        """Value of the open quantity at the limit price; 0 without one, as of a market order behind a trigger."""
        return self.instrument.value(self.ticks, self.leaves) if self.ticks else ZERO


class OptionFigures(NamedTuple):
    """What an execution of an option tells besides its price, as text; volatilities are fractions."""

    trade_iv: str
    mark_iv: str
    index_price: str
    underlying_price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill of one client order.

    Amounts are Decimals in the coin their name says: `value` in quote coin, `fee` and the `tax` on it in `fee_coin`,
    `pnl` in the settle coin.
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
    exec_type: str = "Trade"
    option: OptionFigures | None = None
    tax: Decimal = ZERO

    @property
    def tax_rate(self) -> Decimal:
        """Tax as a fraction of the traded value."""
        return self.fee_rate * self.tax / self.fee if self.fee else ZERO

    @property
    def charged(self) -> Decimal:
        """Everything it was charged, in `fee_coin`."""
        return self.fee + self.tax

    @property
    def charged_in_settle(self) -> Decimal:
        """What a contract's settle coin was charged: nothing where the fee was paid in another coin."""
        return self.charged if self.fee_coin == self.order.instrument.settle else ZERO

    @property
    def moves_position(self) -> bool:
        """Whether it changes a position; funding is cash only."""
        return self.exec_type != "Funding"


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
    is_rpi: bool = False


class ClosedOrderError(Exception):
    """An engine step touched an order that has ended: a defect of the venue itself."""
