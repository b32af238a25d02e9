"""Order, execution and position rows as the framework's reports and fill values."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.model.enums import (
    LiquiditySide,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from nautilus_trader.model.identifiers import AccountId, ClientOrderId, TradeId, VenueOrderId
from nautilus_trader.model.instruments import CurrencyPair, Instrument
from nautilus_trader.model.objects import Currency, Money, Quantity

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.account_data import fee_of, venue_position_id
from nautilus_bybit_adapter.nt1.mapping.fixed import currency_of, money_of, price_of, quantity_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
from nautilus_bybit_adapter.wire.positions import BybitPosition

ORDER_STATUS = {
    "Created": OrderStatus.SUBMITTED,
    "New": OrderStatus.ACCEPTED,
    "Untriggered": OrderStatus.ACCEPTED,
    "Triggered": OrderStatus.TRIGGERED,
    "PartiallyFilled": OrderStatus.PARTIALLY_FILLED,
    "Filled": OrderStatus.FILLED,
    "Cancelled": OrderStatus.CANCELED,
    "PartiallyFilledCanceled": OrderStatus.CANCELED,
    "Deactivated": OrderStatus.CANCELED,
    "Rejected": OrderStatus.REJECTED,
}
TIME_IN_FORCE = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "PostOnly": TimeInForce.GTC,
    "RPI": TimeInForce.GTC,
}
TRIGGER_TYPE = {
    "LastPrice": TriggerType.LAST_PRICE,
    "MarkPrice": TriggerType.MARK_PRICE,
    "IndexPrice": TriggerType.INDEX_PRICE,
}
# (limit order, the trigger lies in the order's own direction) -> type; a stop buys a rise and sells a fall.
CONDITIONAL_TYPE = {
    (False, True): OrderType.STOP_MARKET,
    (True, True): OrderType.STOP_LIMIT,
    (False, False): OrderType.MARKET_IF_TOUCHED,
    (True, False): OrderType.LIMIT_IF_TOUCHED,
}
_RISES, _FALLS = 1, 2


def side_of(side: str) -> OrderSide:
    """Return the framework's side; raises `BybitDecodeError` for another word than Buy and Sell."""
    if side == "Buy":
        return OrderSide.BUY
    if side == "Sell":
        return OrderSide.SELL
    raise BybitDecodeError(f"side {side!r} is not known: Buy and Sell are")


def order_report(
    order: BybitOrder, instrument: Instrument, account_id: AccountId, ts_init: int, *, hedging: bool = False
) -> OrderStatusReport:
    """
    Return the framework's report of an order row or push; ``hedging`` as in `venue_position_id`.

    A time in force or a trigger that this version does not know is told as GTC and LAST_PRICE: what the venue does
    with the order is the same, and a new word must not cost an order.

    Raises
    ------
    BybitDecodeError
        If the status or side is not known, or a number does not fit the instrument.

    """
    if order.order_status not in ORDER_STATUS:
        raise BybitDecodeError(f"orderStatus {order.order_status!r} of order {order.order_id} is not known")
    filled = quantity_of(order.cum_exec_qty or "0", instrument.size_precision)
    status = ORDER_STATUS[order.order_status]
    if status == OrderStatus.REJECTED and filled.raw:
        status = OrderStatus.CANCELED  # what was filled stays filled
    order_type = _order_type(order)
    conditional = order_type not in {OrderType.MARKET, OrderType.LIMIT}
    has_price = order.order_type == "Limit" and Decimal(order.price or "0")
    return OrderStatusReport(
        account_id=account_id,
        instrument_id=instrument.id,
        venue_order_id=VenueOrderId(order.order_id),
        order_side=side_of(order.side),
        order_type=order_type,
        time_in_force=TIME_IN_FORCE.get(order.time_in_force, TimeInForce.GTC),
        order_status=status,
        quantity=_quantity(order, instrument),
        filled_qty=filled,
        report_id=UUID4(),
        ts_accepted=int(order.created_time or "0") * MS_TO_NS,
        ts_last=int(order.updated_time or "0") * MS_TO_NS,
        ts_init=ts_init,
        client_order_id=ClientOrderId(order.order_link_id) if order.order_link_id else None,
        price=price_of(order.price, instrument.price_precision) if has_price else None,
        trigger_price=price_of(order.trigger_price, instrument.price_precision) if conditional else None,
        trigger_type=TRIGGER_TYPE.get(order.trigger_by, TriggerType.LAST_PRICE)
        if conditional
        else TriggerType.NO_TRIGGER,
        avg_px=Decimal(order.avg_price) if order.avg_price and Decimal(order.avg_price) else None,
        post_only=order.time_in_force == "PostOnly",
        reduce_only=order.reduce_only,
        cancel_reason=order.reject_reason if status == OrderStatus.CANCELED else None,
        venue_position_id=venue_position_id(instrument.id, order.position_idx, hedging=hedging),
    )


def fill_report(
    execution: BybitExecution,
    instrument: Instrument,
    account_id: AccountId,
    ts_init: int,
    position_idx: int = 0,
    *,
    hedging: bool = False,
    trade_id: str = "",
) -> FillReport:
    """
    Return the framework's report of an execution that moved a position; raises `BybitDecodeError`.

    The row itself does not tell ``position_idx``, which leg it moved; 0 in one-way mode. ``trade_id`` is
    the id of `TradeIds`, where that is another than the ``execId``.
    """
    return FillReport(
        account_id=account_id,
        instrument_id=instrument.id,
        venue_order_id=VenueOrderId(execution.order_id),
        trade_id=TradeId(trade_id or execution.exec_id),
        order_side=side_of(execution.side),
        last_qty=quantity_of(execution.exec_qty, instrument.size_precision),
        last_px=price_of(execution.exec_price, instrument.price_precision),
        commission=commission_of(execution, instrument),
        liquidity_side=liquidity_of(execution),
        report_id=UUID4(),
        ts_event=int(execution.exec_time) * MS_TO_NS,
        ts_init=ts_init,
        client_order_id=ClientOrderId(execution.order_link_id) if execution.order_link_id else None,
        venue_position_id=venue_position_id(instrument.id, position_idx, hedging=hedging),
    )


def order_report_of_forced(
    execution: BybitExecution,
    instrument: Instrument,
    account_id: AccountId,
    ts_init: int,
    position_idx: int = 0,
    *,
    hedging: bool = False,
) -> OrderStatusReport:
    """
    Return the report of an order that only its execution tells of, before that execution; raises `BybitDecodeError`.

    The venue closes positions without an order of its own being pushed.
    """
    ts_event = int(execution.exec_time) * MS_TO_NS
    return OrderStatusReport(
        account_id=account_id,
        instrument_id=instrument.id,
        venue_order_id=VenueOrderId(execution.order_id),
        order_side=side_of(execution.side),
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.IOC,
        order_status=OrderStatus.ACCEPTED,
        quantity=quantity_of(execution.exec_qty, instrument.size_precision),
        filled_qty=quantity_of("0", instrument.size_precision),
        report_id=UUID4(),
        ts_accepted=ts_event,
        ts_last=ts_event,
        ts_init=ts_init,
        client_order_id=ClientOrderId(execution.order_link_id) if execution.order_link_id else None,
        venue_position_id=venue_position_id(instrument.id, position_idx, hedging=hedging),
    )


def position_report(
    position: BybitPosition,
    instrument: Instrument,
    account_id: AccountId,
    ts_init: int,
    *,
    hedging: bool = False,
) -> PositionStatusReport:
    """Return the framework's report of a position slot; a flat slot has side ``""``. Raises `BybitDecodeError`."""
    sides = {
        "Buy": PositionSide.LONG,
        "Sell": PositionSide.SHORT,
        "": PositionSide.FLAT,
        "None": PositionSide.FLAT,
    }
    if position.side not in sides:
        raise BybitDecodeError(f"position side {position.side!r} of {position.symbol} is not known")
    quantity = quantity_of(position.size or "0", instrument.size_precision)
    average = Decimal(position.entry or "0")
    return PositionStatusReport(
        account_id=account_id,
        instrument_id=instrument.id,
        position_side=sides[position.side] if quantity.raw else PositionSide.FLAT,
        quantity=quantity,
        report_id=UUID4(),
        ts_last=int(position.updated_time or "0") * MS_TO_NS,
        ts_init=ts_init,
        avg_px_open=average or None,
        venue_position_id=venue_position_id(instrument.id, position.position_idx, hedging=hedging),
    )


def spot_position_report(
    balance: Decimal, instrument: Instrument, account_id: AccountId, ts_init: int, *, hedging: bool = False
) -> PositionStatusReport:
    """Return a balance of a spot instrument's base coin as a position, cut to the instrument's decimals."""
    size = abs(balance).quantize(Decimal(1).scaleb(-instrument.size_precision), rounding=ROUND_DOWN)
    side = PositionSide.LONG if balance > 0 else PositionSide.SHORT
    return PositionStatusReport(
        account_id=account_id,
        instrument_id=instrument.id,
        position_side=side if size else PositionSide.FLAT,
        quantity=quantity_of(size, instrument.size_precision),
        report_id=UUID4(),
        ts_last=ts_init,
        ts_init=ts_init,
        venue_position_id=venue_position_id(instrument.id, 0, hedging=hedging),
    )


def liquidity_of(execution: BybitExecution) -> LiquiditySide:
    """Return who waited in the book."""
    return LiquiditySide.MAKER if execution.is_maker else LiquiditySide.TAKER


def commission_of(execution: BybitExecution, instrument: Instrument) -> Money:
    """Return the fee with Bybit's sign (a rebate is negative) in the currency it was charged in, taxes on it included.

    A tax in another currency has no place in a framework's fill: the wallet alone tells of it.
    """
    currency = fee_currency_of(execution, instrument)
    if not execution.extra_fees:
        return money_of(execution.exec_fee or "0", currency)
    return money_of(f"{fee_of(execution, str(currency.code)):f}", currency)


def fee_currency_of(execution: BybitExecution, instrument: Instrument) -> Currency:
    """
    Return the currency of a fee: the one stated, else by the venue's rule.

    Derivatives pay in the settlement coin. Spot pays in the coin received, except that a maker's rebate comes in
    the coin given.

    Source: Bybit V5 enum ("Spot Fee Currency Instruction")
    """
    if execution.fee_currency:
        return currency_of(execution.fee_currency)
    if not isinstance(instrument, CurrencyPair):
        return instrument.settlement_currency
    rebate = execution.is_maker and Decimal(execution.exec_fee or "0") < 0
    receives_base = (execution.side == "Buy") != rebate
    return instrument.base_currency if receives_base else instrument.quote_currency


def _order_type(order: BybitOrder) -> OrderType:
    is_limit = order.order_type == "Limit"
    # A plain order may carry a trigger price too; only the stop type tells a conditional one.
    if order.stop_order_type in {"", "UNKNOWN"} or not Decimal(order.trigger_price or "0"):
        return OrderType.LIMIT if is_limit else OrderType.MARKET
    with_the_move = order.trigger_direction == (_RISES if order.side == "Buy" else _FALLS)
    return CONDITIONAL_TYPE[is_limit, with_the_move]


def _quantity(order: BybitOrder, instrument: Instrument) -> Quantity:
    in_quote = order.market_unit == "quoteCoin"
    if not in_quote:
        return quantity_of(order.qty, instrument.size_precision)
    # The venue states it in the quote coin; a report wants the base: what was filled, or the least there is.
    filled = quantity_of(order.cum_exec_qty or "0", instrument.size_precision)
    return filled if filled.raw else instrument.size_increment
