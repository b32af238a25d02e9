"""What became of a smart-limit order, published when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId
from nautilus_trader.model.objects import Money, Quantity

from nautilus_bybit_adapter.nt1.algo.course import SmartLimitFill, SmartLimitStep
from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, Levels, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class SmartLimitReport(BybitData):
    """
    The result of one smart-limit execution.

    Costs are basis points of `arrival_mid`, positive where the order paid. `cost_bps` is `spread_cost_bps` plus
    `drift_cost_bps`; fees come on top.

    Parameters
    ----------
    client_order_id : ClientOrderId
        The parent order.
    strategy_id : StrategyId
        Whose it is.
    instrument_id : InstrumentId
        What was traded.
    side : OrderSide
        Of the parent.
    quantity : Quantity
        What the strategy ordered, base units; after its last modification, if there was one.
    filled_qty : Quantity
        What was executed, base units.
    notional : Decimal or None
        `quantity` at `arrival_mid`, quote units.
    urgency : str
        ``passive``, ``normal`` or ``now``.
    decision : str
        ``market``, ``capped`` or ``peg``; ``none`` for an order that was refused before there was a choice.
    decision_reason : str
        Why, in a sentence.
    market_cost_bps, capped_cost_bps, peg_cost_bps : float or None
        What each of the three was expected to cost with fees and the weighted tail; None where there was no number.
    arrival_mid : Decimal or None
        Mid when the execution began; None where a side of the book was empty.
    arrival_spread_bps : float or None
        Best ask less best bid at that moment.
    expected_slippage_bps : float or None
        Expected cost of a market order for the whole quantity at that moment, without fees; None where the visible
        depth did not fill it.
    walk_slippage_bps, q90_slippage_bps, q95_slippage_bps : float or None
        The walk of the book and the quantiles of that forecast; None as above.
    horizon_ns : int
        What the forecast looked ahead, nanoseconds.
    sufficient_depth : bool
        Whether the visible depth filled the quantity.
    uses_model : bool
        Whether the forecast came from the fitted model and not from the walk alone.
    fill_probability : float or None
        Of a passive order within the order's horizon, as the decision took it.
    bids, asks : tuple of (price, size)
        The book at arrival, best first, at most 50 levels a side.
    avg_px : Decimal or None
        Volume-weighted price of the fills, without fees; None without fills.
    cost_bps : float or None
        What the fills did cost against `arrival_mid`.
    spread_cost_bps : float or None
        The part of it paid to, or earned from, the other side: each fill against the mid at its time.
    drift_cost_bps : float or None
        The part of it due to the mid having moved since arrival.
    fee_bps : float or None
        Fees, basis points of the value traded; None where they were paid in a third currency.
    maker_qty, taker_qty : Decimal
        What was filled as maker and as taker, base units.
    commissions : tuple of Money
        One per currency; negative for rebates.
    children : int
        Orders sent.
    amends : int
        Amendments the venue confirmed.
    fills : tuple of SmartLimitFill
        In the order they were heard of.
    steps : tuple of SmartLimitStep
        The course of the children.
    outcome : Outcome
        How it ended.
    reason : str
        Why it ended, in a sentence.
    revision : int
        0 for the first report; one more each time a fill arrived after it.
    ts_start : int
        When the parent arrived, UNIX nanoseconds.
    ts_event, ts_init : int
        When the execution ended, and when the report was made; UNIX nanoseconds.

    """

    client_order_id: ClientOrderId
    strategy_id: StrategyId
    instrument_id: InstrumentId
    side: OrderSide
    quantity: Quantity
    filled_qty: Quantity
    notional: Decimal | None = None
    urgency: str
    decision: str = "none"
    decision_reason: str = ""
    market_cost_bps: float | None = None
    capped_cost_bps: float | None = None
    peg_cost_bps: float | None = None
    arrival_mid: Decimal | None = None
    arrival_spread_bps: float | None = None
    expected_slippage_bps: float | None = None
    walk_slippage_bps: float | None = None
    q90_slippage_bps: float | None = None
    q95_slippage_bps: float | None = None
    horizon_ns: int = 0
    sufficient_depth: bool = False
    uses_model: bool = False
    fill_probability: float | None = None
    bids: Levels = ()
    asks: Levels = ()
    avg_px: Decimal | None = None
    cost_bps: float | None = None
    spread_cost_bps: float | None = None
    drift_cost_bps: float | None = None
    fee_bps: float | None = None
    maker_qty: Decimal = Decimal(0)
    taker_qty: Decimal = Decimal(0)
    commissions: tuple[Money, ...] = ()
    children: int = 0
    amends: int = 0
    fills: tuple[SmartLimitFill, ...] = ()
    steps: tuple[SmartLimitStep, ...] = ()
    outcome: Outcome
    reason: str
    revision: int = 0
    ts_start: int
    ts_event: int
    ts_init: int

    @property
    def ts_end(self) -> int:
        """UNIX nanoseconds at which the execution ended."""
        return self.ts_event

    @property
    def total_cost_bps(self) -> float | None:
        """Cost against `arrival_mid` with fees, basis points; None where one of the two is unknown."""
        if self.cost_bps is None or self.fee_bps is None:
            return None
        return self.cost_bps + self.fee_bps
