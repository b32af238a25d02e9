"""Tells the listener what a step changed, in Bybit's order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .events import PrivateEvent, Sink, TradesEvent
from .greeks import coin_greeks
from .wallet import wallet_row
from .wire import Row, execution_row, order_row, position_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .account import Account
    from .floor import TradedMarket
    from .instruments import Instrument
    from .orders import Execution, Order
    from .position_settings import PositionSettings
    from .positions import Position
    from .risk import Risk
    from .settlement import Step
    from .stops import Stops


class Reporter:
    """Writes events about one account.

    Parameters
    ----------
    account : Account
        Positions and balances.
    risk : Risk
        Margins and locked amounts.
    markets : mapping
        Markets by category and symbol.
    now_ms : callable
        The venue's clock, ms.
    sink : callable
        Receives the events.

    uid : int
        User id in the envelope ids.
    smp_group : int or str
        What orders show as `smpGroup`.
    stops : Stops
        What positions show of their stops.
    settings : PositionSettings
        Knows the slots of a market and the margin mode.
    """

    def __init__(
        self,
        account: Account,
        risk: Risk,
        markets: Mapping[tuple[str, str], TradedMarket],
        now_ms: Callable[[], int],
        sink: Sink,
        *,
        uid: int,
        smp_group: int | str,
        stops: Stops,
        settings: PositionSettings,
    ) -> None:
        self._stops = stops
        self._settings = settings
        self.uid = uid
        self.smp_group = smp_group
        self._account = account
        self._risk = risk
        self._markets = markets
        self._now_ms = now_ms
        self._sink = sink

    def report(self, step: Step) -> None:
        """Tell everything a step changed: trades, then executions, orders, positions and the wallet."""
        now_ms = self._now_ms()
        for key, trades in step.trades.items():
            self._sink(TradesEvent(self._markets[key], trades, now_ms))
        for executions in step.executions.values():
            it = executions[0].order.instrument
            ident = self._ident(it, executions[-1].seq)
            self._tell("execution", it.category, ident, now_ms, partial(_execution_rows, executions))
        touched = {key: market.instrument for key, market in step.touched.items()}
        for order in step.orders.values():
            it = order.instrument
            touched[it.key] = it
            ident = self._ident(it, self._markets[it.key].seq)
            self._tell("order", it.category, ident, now_ms, partial(_order_rows, order, self.smp_group))
        charged = {fill.fee_coin: None for fills in step.executions.values() for fill in fills}
        self._tell_account(touched.values(), charged, now_ms)

    def _tell_account(self, touched: Iterable[Instrument], charged: dict[str, None], now_ms: int) -> None:
        coins: dict[str, None] = {}
        for it in touched:
            coins[it.settle] = None
            if it.is_derivative:
                self.tell_position(self._markets[it.key], now_ms)
            else:
                coins[it.base] = None
            if it.is_option:
                ident = f"{self.uid}_greeks_{now_ms}"
                self._tell("greeks", "", ident, now_ms, partial(coin_greeks, self._risk, it.base))
        coins |= charged
        if coins:
            self.tell_wallet(coins, now_ms)

    def tell_wallet(self, coins: Iterable[str], now_ms: int) -> None:
        """Tell the account with the lines of `coins`."""
        named = list(coins)
        ident = f"{self.uid}_wallet_{now_ms}"
        self._tell("wallet", "", ident, now_ms, lambda: [wallet_row(self._account, self._risk, named)])

    def tell_position(self, market: TradedMarket, now_ms: int) -> None:
        """Tell the position slots of a derivative's market."""
        slots = list(self._settings.slots(market.instrument))
        for position in slots:
            position.updated_ms = now_ms
        ident = f"{self.uid}_position_{now_ms}"
        self._tell(
            "position", market.instrument.category, ident, now_ms, lambda: self._position_rows(market, slots)
        )

    def _position_rows(self, market: TradedMarket, slots: list[Position]) -> list[Row]:
        key = market.instrument.key
        return [position_row(market, slot, self._risk, self._stops.of(key, slot.index)) for slot in slots]

    def _ident(self, it: Instrument, seq: int) -> str:
        return f"{self.uid}_{it.symbol}_{seq}"

    def _tell(
        self, topic: str, category: str, ident: str, now_ms: int, write: Callable[[], list[Row]]
    ) -> None:
        event = PrivateEvent(topic, category, ident, now_ms, write)
        self._sink(event)
        event.end()


def _execution_rows(executions: list[Execution]) -> list[Row]:
    return [execution_row(fill) for fill in executions]


def _order_rows(order: Order, smp_group: int | str) -> list[Row]:
    return [order_row(order, smp_group)]
