"""What happens to the account's positions beside its own orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitFunding(BybitData):
    """
    A funding payment of a position: cash, and no fill.

    Parameters
    ----------
    instrument_id : InstrumentId
        The perpetual.
    execution_id : str
        Bybit's id of the payment.
    position_side : str
        ``LONG`` or ``SHORT``.
    size : Decimal
        The position it was paid for, in base coins (inverse: USD).
    rate : Decimal
        The funding rate, a fraction; ``None`` where the venue does not state it.
    amount : Decimal
        Received, in ``currency``; negative where it was paid.
    currency : str
        The settlement coin.
    mark_price : Decimal or None
        The price the position was valued at.
    ts_event, ts_init : int
        When it was paid and received, UNIX nanoseconds.

    Source: Bybit V5 enum#exectype

    """

    instrument_id: InstrumentId
    execution_id: str
    position_side: str
    size: Decimal
    rate: Decimal | None
    amount: Decimal
    currency: str
    mark_price: Decimal | None
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitForcedFill(BybitData):
    """
    A fill that the venue brought about by itself. The fill itself goes to the framework like any other.

    Parameters
    ----------
    instrument_id : InstrumentId
        What was traded.
    execution_id, order_id : str
        Bybit's ids; ``execution_id`` is the fill's ``trade_id``.
    kind : str
        ``LIQUIDATION``, ``ADL``, ``DELIVERY`` or ``SETTLEMENT``.
    side : str
        ``BUY`` or ``SELL``.
    quantity, price : Decimal
        In base coins (inverse: USD), and in the quote coin.
    fee : Decimal
        Charged, in ``currency``; negative where it was paid out.
    currency : str
        The coin of the fee.
    ts_event, ts_init : int
        When it happened and was received, UNIX nanoseconds.

    Source: Bybit V5 enum#exectype

    """

    instrument_id: InstrumentId
    execution_id: str
    order_id: str
    kind: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    currency: str
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitPositionUpdate(BybitData):
    """
    A position as the venue sees it, pushed after everything that happens to the symbol's orders.

    Amounts without another unit are in the settlement coin; ``None`` where the venue has no such figure.

    Parameters
    ----------
    instrument_id : InstrumentId
        The contract.
    position_id : str or None
        The framework's position, in hedge mode; ``None`` in one-way mode.
    position_side : str
        ``LONG``, ``SHORT`` or ``FLAT``.
    size : Decimal
        In base coins (inverse: USD).
    entry_price, mark_price, liquidation_price, break_even_price : Decimal or None
        In the quote coin.
    leverage : Decimal or None
        A multiple.
    value, initial_margin, maintenance_margin : Decimal or None
        Value and margins.
    unrealized_pnl, realized_pnl, cumulative_realized_pnl : Decimal or None
        Open profit, profit realized by this position, and by all before it.
    take_profit, stop_loss, trailing_stop : Decimal or None
        Trigger prices, and the distance of the trailing stop, in the quote coin.
    adl_rank : int
        0 (flat) to 5 (next to be deleveraged).
    status : str
        ``Normal``, ``Liq`` (being liquidated) or ``Adl`` (being deleveraged).
    sequence : int
        Orders it against fills.
    ts_event, ts_init : int
        When it changed and was received, UNIX nanoseconds.

    Source: Bybit V5 websocket/private/position

    """

    instrument_id: InstrumentId
    position_id: str | None
    position_side: str
    size: Decimal
    entry_price: Decimal | None
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    break_even_price: Decimal | None
    leverage: Decimal | None
    value: Decimal | None
    initial_margin: Decimal | None
    maintenance_margin: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    cumulative_realized_pnl: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    trailing_stop: Decimal | None
    adl_rank: int
    status: str
    sequence: int
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitAdlRank(BybitData):
    """
    The rank of a position for deleveraging, told when it reaches 4 or 5, changes between them, or falls below.

    ``position_id`` is the framework's position in hedge mode, ``None`` in one-way mode; ``rank`` is 0 to 5, 5 being
    the next to be deleveraged.

    Source: Bybit V5 websocket/private/position
    """

    instrument_id: InstrumentId
    position_id: str | None
    rank: int
    ts_event: int
    ts_init: int
