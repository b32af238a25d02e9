"""REST answers that sum the account up: options by coin, what repays a loan, trades of a pair, money of a demo.

Source: Bybit V5 Account and Demo Trading.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.greeks import position_greeks
from nautilus_bybit_adapter.sim.exchange.instruments import OPTION, SPOT
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .amount import known_coins, read_amount, read_choice, read_needed
from .endpoint import Routes, private
from .paging import DAY_MS, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
    from nautilus_bybit_adapter.sim.exchange.orders import Execution

# Most of a coin that one request of a demo account asks for.
DEMO_MONEY = {"BTC": Decimal(15), "ETH": Decimal(200), "USDT": Decimal(100_000), "USDC": Decimal(100_000)}
COIN_SCALE = 8


def option_assets(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/option-asset-info`: one row per base coin of options held."""
    del params
    held: defaultdict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for market, position in exchange.risk.held():
        if market.instrument.category == OPTION:
            held[market.instrument.base].append((market, position))
    rows = []
    for coin, pairs in sorted(held.items()):
        margins = [exchange.risk.position_margins(market, position) for market, position in pairs]
        unrealised = sum((position.unrealised(market.mark) for market, position in pairs), ZERO)
        rows.append(
            {
                "coin": coin,
                "totalDelta": f"{sum(position_greeks(m, p).delta for m, p in pairs):.4f}",
                "totalRPL": plain(coin_amount(sum((p.cumulative_pnl for _, p in pairs), ZERO))),
                "totalUPL": plain(coin_amount(unrealised)),
                "assetIM": plain(coin_amount(sum((initial for initial, _ in margins), ZERO))),
                "assetMM": plain(coin_amount(sum((maintenance for _, maintenance in margins), ZERO))),
                "sendTime": exchange.now_ms(),
            }
        )
    return {"result": rows}


def pay_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/pay-info`: what is there to repay one debt, or all of them."""
    coin, debts = read_text(params, "coin"), exchange.account.debts
    if coin and not debts.get(coin):
        raise VenueError(34022041, "There is nothing to repay.")
    owed = {c: amount for c, amount in debts.items() if amount and coin in {"", c}}
    rows = [
        {
            "coin": held,
            "availableSize": plain(free),
            "availableValue": plain(coin_amount(exchange.risk.usd_value(held, free))),
            "coinScale": COIN_SCALE,
            "borrowSize": plain(debts.get(held, ZERO)),
            "spotHedgeAmount": "0",
            "assetFrozen": plain(exchange.risk.locked(held)),
        }
        for held, balance in exchange.account.balances.items()
        if (free := max(ZERO, balance - exchange.risk.locked(held)))
    ]
    value = sum((exchange.risk.usd_value(c, amount) for c, amount in owed.items()), ZERO)
    borrow: dict[str, Any] = {
        "borrowSize": plain(owed.get(coin, ZERO)) if coin else "",
        "borrowValue": plain(coin_amount(value)),
        "assetFrozen": plain(exchange.risk.locked(coin)) if coin else "",
        "availableBalance": plain(max(ZERO, exchange.risk.spendable(coin))) if coin else "",
    }
    if coin:
        borrow["coin"] = coin
    return {"collateralInfo": {"collateralList": rows}, "borrowInfo": borrow}


def trade_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/trade-info-for-analysis`: fills of a spot pair, summed; seven days unless a window is given."""
    market = exchange.market({"category": SPOT, "symbol": read_needed(params, "symbol")})
    it = market.instrument
    start, end = window(params, exchange.now_ms(), longest_ms=180 * DAY_MS, default_ms=7 * DAY_MS)
    fills = [
        fill
        for fill in exchange.account.executions
        if fill.order.instrument is it and start <= fill.at_ms <= end
    ]
    buys, sells = (_Side([fill for fill in fills if fill.side == side]) for side in ("Buy", "Sell"))
    matched = min(buys.qty, sells.qty)
    realised = matched * (sells.price - buys.price)
    return {
        "symbolRnl": plain(coin_amount(realised)),
        "netExecQty": plain(buys.qty - sells.qty),
        "sumExecValue": plain(buys.value + sells.value),
        "sumExecQty": plain(buys.qty + sells.qty),
        **buys.row("Buy"),
        **sells.row("Sell"),
        "maxMarginVersion": 0,
        "baseCoin": it.base,
        "settleCoin": it.quote,
        "sumPriceList": _days(fills),
    }


class _Side:
    """Sums of the fills of one side."""

    def __init__(self, fills: list[Execution]) -> None:
        self.qty = sum((fill.order.instrument.qty(fill.lots) for fill in fills), ZERO)
        self.value = sum((fill.value for fill in fills), ZERO)
        self.fee = sum((fill.fee for fill in fills), ZERO)
        orders = {fill.order.order_id: fill.order for fill in fills}.values()
        self.ordered = sum((order.instrument.qty(order.lots) for order in orders), ZERO)
        self.price = coin_amount(self.value / self.qty) if self.qty else ZERO

    def row(self, name: str) -> dict[str, str]:
        """Fields of the answer that end on this side."""
        return {
            f"avg{name}ExecPrice": plain(self.price),
            f"sum{name}ExecValue": plain(self.value),
            f"sum{name}ExecQty": plain(self.qty),
            f"sum{name}ExecFee": plain(self.fee),
            f"sum{name}OrderQty": plain(self.ordered),
        }


def _days(fills: list[Execution]) -> list[dict[str, str]]:
    by_day: defaultdict[int, list[Execution]] = defaultdict(list)
    for fill in fills:
        by_day[fill.at_ms // DAY_MS].append(fill)
    rows = []
    for day, found in sorted(by_day.items()):
        buys, sells = (_Side([fill for fill in found if fill.side == side]) for side in ("Buy", "Sell"))
        rows.append(
            {
                "day": datetime.fromtimestamp(day * DAY_MS / 1000, UTC).strftime("%Y-%m-%d"),
                "sumBuyExecValue": plain(buys.value),
                "sumBuyExecQty": plain(buys.qty),
                "sumSellExecValue": plain(sells.value),
                "sumSellExecQty": plain(sells.qty),
            }
        )
    return rows


def demo_money(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/account/demo-apply-money`: add to the account or take from it; everything or nothing.

    Who names no coins gets the most of each.
    """
    adds = read_choice({"adjustType": 0, **params}, "adjustType", ("0", "1")) == "0"
    known = known_coins(exchange)
    most = [{"coin": coin, "amountStr": plain(most)} for coin, most in DEMO_MONEY.items() if coin in known]
    items = params.get("utaDemoApplyMoney", most)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_param("params error: utaDemoApplyMoney invalid")
    amounts: dict[str, Decimal] = {}
    for item in items:
        coin = read_choice(item, "coin", tuple(DEMO_MONEY))
        amounts[coin] = amounts.get(coin, ZERO) + read_amount(item, "amountStr")
    for coin, amount in amounts.items():
        if amount > DEMO_MONEY[coin] or coin not in known:
            raise bad_param(f"params error: amountStr of {coin} exceeds {plain(DEMO_MONEY[coin])}")
        if not adds and amount > exchange.risk.spendable(coin):
            raise VenueError(110012, "Insufficient available balance")
    for coin, amount in amounts.items():
        exchange.transfer(coin, amount if adds else -amount, "TRANSFER_IN" if adds else "TRANSFER_OUT")
    return {}


ROUTES: Routes = {
    ("GET", "/v5/account/option-asset-info"): private(option_assets, ret_msg="Success"),
    ("GET", "/v5/account/pay-info"): private(pay_info, ret_msg="Success"),
    ("GET", "/v5/account/trade-info-for-analysis"): private(trade_info, ret_msg="Success"),
    ("POST", "/v5/account/demo-apply-money"): private(demo_money),
}
