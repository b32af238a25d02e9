"""Each parent order taken apart: what it cost, and for what.

Costs are basis points of the value at the mid at arrival; positive is worse. The cost of the fills is the sum of four
parts, exactly: crossing the ``spread``, going ``deeper`` than the touch, ``waiting`` while the mid moved, and ``fees``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nautilus_bybit_adapter.warden.costs.reading import Run
    from nautilus_bybit_adapter.warden.costs.records import ForecastLine, InstrumentLine, OrderLine

BPS = Decimal(10_000)
_ZERO = Decimal(0)
_ENDS = frozenset({"OrderCanceled", "OrderExpired", "OrderRejected", "OrderDenied", "OrderFilled"})


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution, with the touch as it was known when it arrived."""

    ts_ns: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    is_maker: bool
    bid: Decimal | None
    ask: Decimal | None

    @property
    def mid(self) -> Decimal | None:
        """Half of bid plus ask; None where a side was unknown."""
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class Parts:
    """What the fills cost, basis points of their value at the mid at arrival; positive is worse.

    Parameters
    ----------
    spread : Decimal
        Half the spread paid by takers, or received by makers, at the moment of the fill.
    deeper : Decimal
        What takers paid beyond the best price of the other side.
    waiting : Decimal
        How far the mid moved away between arrival and fill.
    fees : Decimal
        Commissions less rebates.
    """

    spread: Decimal
    deeper: Decimal
    waiting: Decimal
    fees: Decimal

    @property
    def slippage(self) -> Decimal:
        """The cost against the mid at arrival, without fees."""
        return self.spread + self.deeper + self.waiting

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.slippage + self.fees


@dataclass(slots=True, kw_only=True)
class Step:
    """A price at which a child worked, from a time on; None when it ended."""

    ts_ns: int
    price: Decimal | None


@dataclass(slots=True, kw_only=True)
class Child:
    """One order of the parent: its prices at the venue over time, and whether it may have rested in the book."""

    client_order_id: str
    order_type: str | None
    steps: list[Step] = field(default_factory=list)
    price: Decimal | None = None
    is_resting: bool = False
    quantity: Decimal = _ZERO
    filled: Decimal = _ZERO


@dataclass(slots=True, kw_only=True)
class Parent:
    """
    A parent order and what became of it.

    Parameters
    ----------
    decision : str
        How it was executed: the algorithm's first decision, or the type of an order without algorithm.
    arrival_ns, end_ns : int
        When it arrived, and its last event; UNIX nanoseconds.
    bid, ask : Decimal or None
        The touch at arrival.
    end_bid, end_ask : Decimal or None
        The last touch known of it.
    walked_bps : float or None
        What a market order did cost one horizon after arrival, against the mid at arrival.
    unmeasured : str or None
        Why there are no costs, where there are none.
    """

    client_order_id: str
    instrument: InstrumentLine
    side: str
    quantity: Decimal
    decision: str
    arrival_ns: int
    end_ns: int
    bid: Decimal | None = None
    ask: Decimal | None = None
    end_bid: Decimal | None = None
    end_ask: Decimal | None = None
    forecast: ForecastLine | None = None
    walked_bps: float | None = None
    fills: list[Fill] = field(default_factory=list)
    children: dict[str, Child] = field(default_factory=dict)
    outcome: str = ""
    reason: str = ""

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self.side == "BUY" else -1

    @property
    def mid(self) -> Decimal | None:
        """The mid at arrival; None where a side was unknown."""
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2

    @property
    def filled(self) -> Decimal:
        """The quantity executed."""
        return sum((fill.quantity for fill in self.fills), _ZERO)

    @property
    def unfilled(self) -> Decimal:
        """The quantity left; never negative."""
        return max(self.quantity - self.filled, _ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """The volume-weighted price of the fills (harmonic for inverse contracts, as their value is)."""
        if not self.fills:
            return None
        if self.instrument.is_inverse:
            return self.filled / sum((fill.quantity / fill.price for fill in self.fills), _ZERO)
        return sum((fill.quantity * fill.price for fill in self.fills), _ZERO) / self.filled

    @property
    def notional(self) -> Decimal:
        """The ordered value at the mid at arrival, or at the average price, in quote units."""
        if self.instrument.is_inverse:
            return self.quantity * self.instrument.multiplier
        price = self.mid or self.average_price or _ZERO
        return self.quantity * self.instrument.multiplier * price

    @property
    def parts(self) -> Parts | None:
        """What the fills cost, in parts; None without fills, without a mid, or with fees in a third coin."""
        mid = self.mid
        fees = [self._fee(fill) for fill in self.fills]
        paid = sum((fee for fee in fees if fee is not None), _ZERO)
        if not self.fills or mid is None or None in fees:
            return None
        spread = deeper = waiting = _ZERO
        for fill in self.fills:
            now, touch = fill.mid, fill.ask if self.sign > 0 else fill.bid
            if now is None or touch is None:
                now = touch = fill.price  # nothing is known of the moment: all of it counts as waiting
            near = fill.price if fill.is_maker else touch
            spread += fill.quantity * self.sign * (near - now)
            deeper += fill.quantity * self.sign * (fill.price - near)
            waiting += fill.quantity * self.sign * (now - mid)
        value = self.filled * (1 if self.instrument.is_inverse else mid)
        scale = BPS / (self.filled * mid)
        return Parts(
            spread * scale, deeper * scale, waiting * scale, paid / (value * self.instrument.multiplier) * BPS
        )

    def _fee(self, fill: Fill) -> Decimal | None:
        """Return the fee of a fill in quote units; None in a coin that is neither base nor quote."""
        if not fill.fee or fill.fee_currency == self.instrument.quote:
            return fill.fee
        return fill.fee * fill.price if fill.fee_currency == self.instrument.base else None

    @property
    def market_bps(self) -> Decimal | None:
        """What a market order would have cost instead, one horizon after arrival, with the taker's fee."""
        if self.walked_bps is None:
            return None
        return Decimal(str(self.walked_bps)) + self.instrument.taker_fee * BPS

    @property
    def saved_bps(self) -> Decimal | None:
        """How much cheaper than a market order it was; negative is dearer."""
        parts, market = self.parts, self.market_bps
        return None if parts is None or market is None else market - parts.total

    @property
    def completion_bps(self) -> Decimal | None:
        """What taking the rest at the last known touch would cost against the mid at arrival, with the taker's fee."""
        touch, mid = (self.end_ask if self.sign > 0 else self.end_bid), self.mid
        if not self.unfilled or touch is None or mid is None:
            return None
        return self.sign * (touch - mid) / mid * BPS + self.instrument.taker_fee * BPS

    @property
    def had_to_cross(self) -> bool:
        """Whether it worked orders in the book and took in the end, or was left with a rest."""
        was_passive = any(child.is_resting and child.steps for child in self.children.values())
        return was_passive and bool(self.unfilled or any(not fill.is_maker for fill in self.fills))


def parents_of(run: Run) -> list[Parent]:
    """Return every parent order of a run, by arrival; one of an instrument the log does not describe is left out."""
    found: dict[str, Parent] = {}
    parent_ids: dict[str, str] = {}
    trades: set[tuple[str, str]] = set()
    for line in run.orders:
        if line.event == "OrderInitialized":
            _begin(run, line, found, parent_ids)
        parent = found.get(parent_ids.get(line.client_order_id, ""))
        if parent is None:
            continue
        parent.end_ns = max(parent.end_ns, line.ts_ns)
        if line.bid is not None and line.ask is not None:
            parent.end_bid, parent.end_ask = line.bid, line.ask
        if line.event == "OrderFilled" and line.trade_id is not None:
            if (line.client_order_id, line.trade_id) in trades:
                continue
            trades.add((line.client_order_id, line.trade_id))
        _follow(parent, line)
    for client_order_id, parent in found.items():
        _conclude(run, client_order_id, parent)
    return sorted(found.values(), key=lambda parent: parent.arrival_ns)


def _begin(run: Run, line: OrderLine, found: dict[str, Parent], parent_ids: dict[str, str]) -> None:
    parent_id = line.parent_id or line.client_order_id
    instrument = run.instruments.get(line.instrument_id)
    if instrument is None or line.side is None or line.quantity is None:
        return
    parent_ids[line.client_order_id] = parent_id
    if parent_id != line.client_order_id or parent_id in found:
        return
    arrival = run.arrivals.get(parent_id)
    found[parent_id] = Parent(
        client_order_id=parent_id,
        instrument=instrument,
        side=line.side,
        quantity=line.quantity,
        decision=line.algorithm or (line.order_type or "").replace("_", " ").lower(),
        arrival_ns=line.ts_ns if arrival is None else arrival.ts_ns,
        end_ns=line.ts_ns,
        bid=None if arrival is None else arrival.bid,
        ask=None if arrival is None else arrival.ask,
        forecast=None if arrival is None else arrival.forecast,
    )


def _follow(parent: Parent, line: OrderLine) -> None:
    child = parent.children.get(line.client_order_id)
    if child is None:
        child = Child(client_order_id=line.client_order_id, order_type=line.order_type)
        parent.children[line.client_order_id] = child
    child.quantity = line.quantity or child.quantity
    child.price = child.price if line.price is None else line.price
    child.is_resting = child.is_resting or bool(line.is_resting)
    # An order that was taken before its acceptance was told has been at the venue all the same.
    if line.event in {"OrderAccepted", "OrderUpdated"} or (line.event == "OrderFilled" and not child.steps):
        child.steps.append(Step(ts_ns=line.ts_ns, price=child.price))
    if line.event == "OrderFilled" and line.last_px is not None and line.last_qty is not None:
        child.filled += line.last_qty
        parent.fills.append(
            Fill(
                ts_ns=line.ts_ns,
                price=line.last_px,
                quantity=line.last_qty,
                fee=line.fee or _ZERO,
                fee_currency=line.fee_currency or "",
                is_maker=bool(line.is_maker),
                bid=line.bid,
                ask=line.ask,
            )
        )
    if (
        child.steps
        and line.event in _ENDS
        and (line.event != "OrderFilled" or child.filled >= child.quantity)
    ):
        child.steps.append(Step(ts_ns=line.ts_ns, price=None))
    parent.reason = line.reason or parent.reason


def _conclude(run: Run, client_order_id: str, parent: Parent) -> None:
    walked = run.walked.get(client_order_id)
    parent.walked_bps = None if walked is None else walked.cost_bps
    parent.outcome = "filled" if not parent.unfilled else "partial" if parent.fills else "unfilled"
    report = run.reports.get(client_order_id)
    if report is not None:
        parent.quantity = Decimal(str(report.report.get("quantity", parent.quantity)))
        parent.outcome = str(report.report.get("outcome", parent.outcome))
        parent.reason = str(report.report.get("reason", parent.reason))
        decision = report.report.get("decision")
        if decision:
            parent.decision = f"{parent.decision}: {decision}"
        parent.end_ns = max(parent.end_ns, report.ts_ns)
        parent.forecast = _with_quantiles(parent.forecast, report.report)


def _with_quantiles(forecast: ForecastLine | None, report: dict[str, Any]) -> ForecastLine | None:
    """Return a forecast with the quantiles of the algorithm's own, where it has none and both look as far ahead."""
    if forecast is None or forecast.q90_bps is not None or report.get("horizon_ns") != forecast.horizon_ns:
        return forecast
    return msgspec.structs.replace(
        forecast, q90_bps=report.get("q90_slippage_bps"), q95_bps=report.get("q95_slippage_bps")
    )


def measured(parents: Iterable[Parent]) -> list[tuple[Parent, Parts]]:
    """Return the parents that have costs, with them."""
    return [(parent, parts) for parent in parents if (parts := parent.parts) is not None]
