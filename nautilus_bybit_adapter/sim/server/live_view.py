"""What the page shows: one market and everything of the account, as plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.conditions import RISING
from nautilus_bybit_adapter.sim.exchange.wire import position_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
    from nautilus_bybit_adapter.sim.exchange.orders import Execution, Order
    from nautilus_bybit_adapter.sim.faults.engine import FaultEngine

LEVELS = 12
TRADES, FILLS, ORDERS, HITS = 24, 30, 50, 30


def market_view(market: TradedMarket) -> dict[str, Any]:
    """Ladder, last price and trades of a market; `own` is the account's size at a price."""
    it = market.instrument
    sides = {}
    for name, side in (("bids", market.book.bids), ("asks", market.book.asks)):
        rows = []
        for ticks, lots in side.top(LEVELS).items():
            level = side.at(ticks)
            own = sum(order.leaves for order in level.queue) if level is not None else 0
            rows.append([it.price_text(ticks), it.qty_text(lots), it.qty_text(own) if own else ""])
        sides[name] = rows
    trades = [
        [trade.trade_id, trade.at_ms, trade.side, it.price_text(trade.ticks), it.qty_text(trade.lots)]
        for trade in list(market.tape)[-TRADES:]
    ]
    return {
        "category": it.category,
        "symbol": it.symbol,
        "last": it.price_text(market.last_ticks),
        "mark": it.price_text(market.mark_ticks),
        "start": it.price_text(market.start_ticks),
        **sides,
        "trades": trades[::-1],
    }


def account_view(exchange: Exchange) -> dict[str, Any]:
    """Balances, positions, orders that may still trade, and the last fills."""
    account = exchange.account
    waiting = list(exchange.register.all_waiting())
    orders = [*exchange.open_orders.values(), *waiting]
    return {
        "balances": {coin: plain(amount) for coin, amount in sorted(account.balances.items()) if amount},
        "positions": _positions(exchange),
        "orders": [_order(order) for order in sorted(orders, key=lambda o: -o.number)[:ORDERS]],
        "fills": [_fill(fill) for fill in account.executions[: -FILLS - 1 : -1]],
        "counts": {"orders": exchange.register.entered, "fills": len(account.executions)},
    }


def fault_view(faults: FaultEngine) -> dict[str, Any]:
    """Faults that are set, and the last hits."""
    return {
        "faults": [fault.to_json() for fault in faults.active],
        "hits": [firing.to_json() for firing in list(faults.log)[: -HITS - 1 : -1]],
    }


def _positions(exchange: Exchange) -> list[dict[str, Any]]:
    markets = {
        it.symbol: market for market in exchange.markets.values() if (it := market.instrument).is_derivative
    }
    names = ("symbol", "side", "size", "avgPrice", "markPrice", "unrealisedPnl", "liqPrice", "leverage")
    found = []
    for (symbol, _), position in exchange.account.positions.items():
        if position.size and symbol in markets:
            item = position_item(markets[symbol], position, exchange.risk)
            found.append({name: item.get(name, "") for name in names})
    return found


def _order(order: Order) -> dict[str, Any]:
    it = order.instrument
    return {
        "id": order.order_id,
        "link": order.link_id,
        "symbol": it.symbol,
        "category": it.category,
        "side": order.side,
        "type": order.order_type,
        "price": it.price_text(order.ticks) if order.order_type == "Limit" else "market",
        "qty": it.qty_text(order.lots),
        "filled": it.qty_text(order.filled),
        "status": _status(order),
    }


def _status(order: Order) -> str:
    """Status of an order, with the price it waits for."""
    if order.status != "Untriggered" or order.trigger is None:
        return order.status
    sign = "≥" if order.trigger.direction == RISING else "≤"
    return f"{order.status} {sign} {order.instrument.price_text(order.trigger.ticks)}"


def _fill(fill: Execution) -> dict[str, Any]:
    it = fill.order.instrument
    return {
        "id": fill.exec_id,
        "time": fill.at_ms,
        "symbol": it.symbol,
        "category": it.category,
        "side": fill.side,
        "price": it.price_text(fill.ticks),
        "qty": it.qty_text(fill.lots),
        "fee": f"{plain(fill.fee)} {fill.fee_coin}",
        "maker": fill.is_maker,
    }


def markets_view(exchange: Exchange) -> Mapping[str, list[str]]:
    """Symbols by category."""
    found: dict[str, list[str]] = {}
    for category, symbol in exchange.markets:
        found.setdefault(category, []).append(symbol)
    return found
