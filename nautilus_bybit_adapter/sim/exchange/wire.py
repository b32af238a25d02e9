"""Records written as Bybit's REST items and private frame rows.

Field lists and JSON types follow captured linear frames; the sheet of spot differences is applied on top.
Source: Bybit V5 Order, Execution, Position and Wallet streams and their REST counterparts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .amounts import EIGHT_PLACES, ZERO, plain, truncated
from .conditions import Protection, price_or_blank
from .greeks import greek_texts, position_greeks
from .liquidation_price import liquidation_price
from .margin import break_even
from .orders import OptionFigures

if TYPE_CHECKING:
    from .market import Market
    from .orders import Execution, Order
    from .positions import Position
    from .risk import Risk
    from .stops import PositionStops

Row = dict[str, Any]
_LINEAR_ONLY = ("createType", "tpslMode", "closedPnl")


def order_row(order: Order, smp_group: int | str) -> Row:
    """Row of the private `order` topic."""
    it = order.instrument
    spot = not it.is_derivative
    zero = f"{ZERO:.{_price_places(order)}f}" if spot else "0"
    blank = zero if spot else ""
    legs = order.protection or Protection()
    trigger_ticks = _shown_trigger(order)
    has_leaves = order.is_live or order.status == "Triggered"
    row = {
        "category": it.category,
        "symbol": it.symbol,
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "blockTradeId": "",
        "side": order.side,
        "positionIdx": order.position_idx,
        "orderStatus": order.status,
        "cancelType": order.cancel_type,
        "rejectReason": order.reject_reason,
        "timeInForce": order.tif,
        "isLeverage": order.is_leverage,
        "price": _order_price(order),
        "qty": _order_qty(order),
        "avgPrice": _average(order) or "0",
        "leavesQty": plain(it.qty(order.leaves)) if has_leaves else "0",
        "leavesValue": plain(order.leaves_value) if has_leaves else "0",
        "cumExecQty": plain(it.qty(order.filled)),
        "cumExecValue": plain(order.value),
        "cumExecFee": plain(sum(order.fees.values(), ZERO)),
        "orderType": order.order_type,
        "stopOrderType": order.stop_kind,
        "orderIv": order.order_iv,
        "triggerPrice": price_or_blank(it, trigger_ticks, blank),
        "takeProfit": price_or_blank(it, legs.take.ticks if legs.take else 0, blank),
        "stopLoss": price_or_blank(it, legs.stop.ticks if legs.stop else 0, blank),
        "triggerBy": order.trigger.by if order.trigger else "",
        "tpTriggerBy": legs.take.by if legs.take else "",
        "slTriggerBy": legs.stop.by if legs.stop else "",
        "triggerDirection": order.trigger.direction if order.trigger else 0,
        "placeType": "",
        "lastPriceOnCreated": order.last_price,
        "closeOnTrigger": order.close_on_trigger,
        "reduceOnly": order.reduce_only,
        "smpGroup": smp_group,
        "smpType": order.smp_type,
        "smpOrderId": order.smp_order_id,
        "slLimitPrice": price_or_blank(it, legs.stop.limit_ticks if legs.stop else 0, zero),
        "tpLimitPrice": price_or_blank(it, legs.take.limit_ticks if legs.take else 0, zero),
        "tpslMode": order.protection.mode if order.protection else order.tpsl_mode or "UNKNOWN",
        "createType": order.create_type,
        "marketUnit": order.market_unit,
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
        "feeCurrency": next(iter(order.fees), "") if spot else "",
        "closedPnl": plain(order.closed_pnl),
        "parentOrderLinkId": order.parent_link_id,
        "slippageTolerance": order.slippage if it.is_derivative or order.slippage != "0" else "",
        "slippageToleranceType": order.slippage_type,
        "cumFeeDetail": {coin: plain(fee) for coin, fee in order.fees.items()},
        "rpiTakerAccess": order.rpi_taker_access,
        "rpiMatchedQty": plain(it.qty(order.rpi_matched)),
    }
    return {key: row[key] for key in row if not (spot and key in _LINEAR_ONLY)}


_REST_ORDER_FIELDS = [
    "symbol",
    "orderType",
    "orderLinkId",
    "slLimitPrice",
    "orderId",
    "cancelType",
    "avgPrice",
    "stopOrderType",
    "lastPriceOnCreated",
    "orderStatus",
    "createType",
    "takeProfit",
    "cumExecValue",
    "tpslMode",
    "smpType",
    "triggerDirection",
    "blockTradeId",
    "cumFeeDetail",
    "isLeverage",
    "rejectReason",
    "price",
    "orderIv",
    "createdTime",
    "tpTriggerBy",
    "positionIdx",
    "timeInForce",
    "leavesValue",
    "updatedTime",
    "side",
    "smpGroup",
    "triggerPrice",
    "tpLimitPrice",
    "cumExecFee",
    "leavesQty",
    "slTriggerBy",
    "closeOnTrigger",
    "placeType",
    "cumExecQty",
    "reduceOnly",
    "qty",
    "stopLoss",
    "marketUnit",
    "smpOrderId",
    "parentOrderLinkId",
    "triggerBy",
]


def order_item(order: Order, smp_group: int | str) -> Row:
    """Item of `/v5/order/realtime`; its absent figures are `""` where the frame says `"0"`."""
    row = order_row(order, smp_group)
    row["avgPrice"] = _average(order)
    if row.get("tpslMode") == "UNKNOWN":
        row["tpslMode"] = ""
    if order.status in {"Cancelled", "Rejected", "PartiallyFilledCanceled", "Deactivated"}:
        row["leavesQty"] = row["leavesValue"] = ""
    item = {name: row[name] for name in _REST_ORDER_FIELDS if name in row}
    if not order.instrument.is_derivative:
        item["basePrice"] = order.last_price
        item["ocoTriggerBy"] = ""
    return item


def order_history_item(order: Order, smp_group: int | str) -> Row:
    """Item of `/v5/order/history`."""
    return order_item(order, smp_group) | {
        "slippageToleranceType": order.slippage_type,
        "slippageTolerance": order.slippage,
        "extraFees": "",
        "rpiTakerAccess": order.rpi_taker_access,
        "rpiMatchedQty": plain(order.instrument.qty(order.rpi_matched)),
    }


def execution_row(fill: Execution) -> Row:
    """Row of the private `execution` topic."""
    order, it = fill.order, fill.order.instrument
    option = fill.option or OptionFigures("", "", "", "")
    linear = it.is_derivative
    row: Row = {
        "category": it.category,
        "symbol": it.symbol,
        "closedSize": plain(it.qty(fill.closed_lots)) if linear else "",
        "execFee": plain(fill.fee),
        "execId": fill.exec_id,
        "execPrice": plain(it.price(fill.ticks)),
        "execQty": plain(it.qty(fill.lots)),
        "execType": fill.exec_type,
        "execValue": plain(fill.value),
        "feeRate": plain(fill.fee_rate),
        "tradeIv": option.trade_iv,
        "markIv": option.mark_iv,
        "blockTradeId": "",
        "markPrice": fill.mark_price,
        "indexPrice": option.index_price,
        "underlyingPrice": option.underlying_price,
        "leavesQty": plain(it.qty(fill.leaves)),
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "orderPrice": plain(it.price(fill.order_ticks)) if linear or order.order_type == "Limit" else "0",
        "orderQty": _order_qty(order) if order.budget is not None else plain(it.qty(fill.order_lots)),
        "orderType": order.order_type,
        "stopOrderType": order.stop_kind or ("UNKNOWN" if linear else ""),
        "side": fill.side,
        "execTime": str(fill.at_ms),
        "isLeverage": "0",
        "isMaker": fill.is_maker,
        "seq": fill.seq,
        "marketUnit": order.market_unit,
        "execPnl": plain(fill.pnl) if linear else "",
        "createType": order.create_type,
        "extraFees": extra_fees(fill),
        "feeCurrency": fill.fee_coin,
    }
    if not linear:
        del row["createType"]
    return row


_REST_EXECUTION_FIELDS = [
    "symbol",
    "orderType",
    "underlyingPrice",
    "orderLinkId",
    "orderId",
    "stopOrderType",
    "execTime",
    "feeCurrency",
    "createType",
    "feeRate",
    "tradeIv",
    "blockTradeId",
    "markPrice",
    "execPrice",
    "markIv",
    "orderQty",
    "orderPrice",
    "execValue",
    "closedSize",
    "execType",
    "seq",
    "side",
    "indexPrice",
    "leavesQty",
    "isMaker",
    "execFee",
    "execId",
    "marketUnit",
    "execQty",
]


def execution_item(fill: Execution) -> Row:
    """Item of `/v5/execution/list`."""
    row = execution_row(fill)
    item = {name: row[name] for name in _REST_EXECUTION_FIELDS if name in row}
    return item | {"execFeeV2": row["execFee"], "extraFees": extra_fees_text(fill)}


def extra_fees(fill: Execution) -> list[Row]:
    """Return the tax on a fill's fee as the `execution` topic tells it."""
    if not fill.tax:
        return []
    kind = {"feeCoin": fill.fee_coin, "feeType": "GST", "subFeeType": "IND_GST"}
    # As far as its digits go: the rate is one of two that were multiplied.
    return [kind | {"feeRate": plain(fill.tax_rate.quantize(EIGHT_PLACES)), "fee": plain(fill.tax)}]


def extra_fees_text(fill: Execution) -> str:
    """Return the same as REST tells it: text, empty where there is nothing."""
    told = extra_fees(fill)
    return json.dumps(told, separators=(",", ":")) if told else ""


def position_row(market: Market, position: Position, risk: Risk, stops: PositionStops | None = None) -> Row:
    """Row of the private `position` topic."""
    entry = plain(position.entry_price)
    flat = not position.size
    price = break_even(position, risk.taker_rate)
    return _position_common(market, position, risk) | {
        "entryPrice": entry,
        "sessionAvgPrice": "" if flat else entry,
        "positionValue": plain(position.cost),
        "takeProfit": (stops and stops.take_profit) or "0",
        "stopLoss": (stops and stops.stop_loss) or "0",
        "trailingStop": (stops and stops.trailing_stop) or "0",
        "unrealisedPnl": plain(position.unrealised(market.mark)),
        "liqPrice": "0" if flat else _liquidation(market, position, risk),
        "category": market.instrument.category,
        "breakEvenPrice": "0" if price is None else plain(price),
    }


def position_item(market: Market, position: Position, risk: Risk, stops: PositionStops | None = None) -> Row:
    """Item of `/v5/position/list`; a flat slot has `""` where the frame says `"0"`."""
    row = _position_common(market, position, risk)
    flat = not position.size
    price = break_even(position, risk.taker_rate)
    if flat:
        row |= dict.fromkeys(("positionIM", "positionIMByMp", "positionMM", "positionMMByMp"), "")
    return row | {
        "avgPrice": plain(position.entry_price),
        "sessionAvgPrice": "",
        "positionValue": "" if flat else plain(position.value(market.mark)),
        "takeProfit": stops.take_profit if stops else "",
        "stopLoss": stops.stop_loss if stops else "",
        "trailingStop": (stops and stops.trailing_stop) or "0",
        "unrealisedPnl": "" if flat else plain(position.unrealised(market.mark)),
        "liqPrice": _liquidation(market, position, risk),
        "breakEvenPrice": "" if price is None else plain(price),
        "netDeltaRatio": "",
    }


def _position_common(market: Market, position: Position, risk: Risk) -> Row:
    im, mm = (plain(margin) for margin in risk.position_margins(market, position))
    greeks = greek_texts(position_greeks(market, position)) if market.instrument.is_option else {}
    return greeks | {
        "positionIdx": position.index,
        "tradeMode": 0,
        **_tier(market, position, risk),
        "symbol": market.instrument.symbol,
        "side": position.side,
        "size": plain(abs(position.size)),
        "leverage": "" if risk.margin_mode == "PORTFOLIO_MARGIN" else plain(position.leverage),
        "positionBalance": "0",
        "markPrice": plain(market.mark),
        "positionIM": im,
        "positionIMByMp": im,
        "positionMM": mm,
        "positionMMByMp": mm,
        "curRealisedPnl": plain(position.current_pnl),
        "cumRealisedPnl": plain(position.cumulative_pnl),
        "createdTime": str(position.created_ms) if position.created_ms else "",
        "updatedTime": str(position.updated_ms) if position.updated_ms else "",
        "tpslMode": "Full",
        "bustPrice": "",
        "positionStatus": position.status,
        "adlRankIndicator": 2 if position.size else 0,
        "autoAddMargin": int(position.adds_margin),
        "leverageSysUpdatedTime": "",
        "mmrSysUpdatedTime": "",
        "seq": position.seq,
        "isReduceOnly": False,
        "openTime": position.open_ms,
    }


def _tier(market: Market, position: Position, risk: Risk) -> Row:
    if market.instrument.is_option:
        return {"riskId": 0, "riskLimitValue": ""}
    tier = risk.tier(market, position)
    return {"riskId": tier.number, "riskLimitValue": plain(tier.limit)}


def _liquidation(market: Market, position: Position, risk: Risk) -> str:
    price = liquidation_price(market, position, risk)
    return "" if price is None else plain(price)


def _average(order: Order) -> str:
    if not order.filled:
        return ""
    return plain(truncated(order.instrument.average(order.value, order.instrument.qty(order.filled)), 4))


def _order_price(order: Order) -> str:
    if order.order_type == "Market" and not order.instrument.is_derivative:
        return "0"
    return plain(order.instrument.price(order.ticks))


def _order_qty(order: Order) -> str:
    return plain(order.budget) if order.budget is not None else plain(order.instrument.qty(order.lots))


def _shown_trigger(order: Order) -> int:
    if order.trail is not None and order.trail.activation:
        return order.trail.activation
    return order.trigger.ticks if order.trigger else 0


def _price_places(order: Order) -> int:
    exponent = order.instrument.tick.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
