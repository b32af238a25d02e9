"""What became of a smart-limit order, published when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nautilus_trader.core.data import Data
from nautilus_trader.model.enums import OrderSide, order_side_from_str, order_side_to_str
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.objects import Money, Quantity
from nautilus_trader.serialization.base import register_serializable_type

from nautilus_bybit_adapter.nt1.algo.execution import Outcome


@dataclass(frozen=True, kw_only=True)
class SmartLimitReport(Data):
    """The result of one smart-limit execution.

    Parameters
    ----------
    client_order_id : ClientOrderId
        The parent order.
    instrument_id : InstrumentId
    side : OrderSide
    quantity : Quantity
        What the strategy ordered, base units.
    filled_qty : Quantity
        What was executed, base units.
    avg_px : Decimal or None
        Volume-weighted price of the fills, without fees; None without fills.
    arrival_mid : Decimal or None
        Mid when the execution began; None where a side of the book was empty.
    expected_slippage_bps : float or None
        What a market order for the whole quantity was expected to cost against the mid at that moment,
        basis points; None where the visible depth did not fill it.
    cost_bps : float or None
        What the fills did cost against `arrival_mid`, without fees, basis points; positive is worse.
    commissions : tuple of Money
        One per currency; negative for rebates.
    children : int
        Orders sent.
    amends : int
        Amendments the venue confirmed.
    outcome : Outcome
    reason : str
        Why it ended, in a sentence.
    revision : int
        0 for the first report; one more each time a fill arrived after it.
    ts_start, ts_end : int
        When the parent arrived, and when the execution ended; UNIX nanoseconds.

    """

    client_order_id: ClientOrderId
    instrument_id: InstrumentId
    side: OrderSide
    quantity: Quantity
    filled_qty: Quantity
    avg_px: Decimal | None
    arrival_mid: Decimal | None
    expected_slippage_bps: float | None
    cost_bps: float | None
    commissions: tuple[Money, ...]
    children: int
    amends: int
    outcome: Outcome
    reason: str
    revision: int
    ts_start: int
    ts_end: int

    @property
    def ts_event(self) -> int:
        """UNIX nanoseconds at which the execution ended."""
        return self.ts_end

    @property
    def ts_init(self) -> int:
        """UNIX nanoseconds at which the report was made: the same moment."""
        return self.ts_end

    @staticmethod
    def to_dict(report: SmartLimitReport) -> dict[str, Any]:
        """Return the report in plain values."""
        return {
            "type": "SmartLimitReport",
            "client_order_id": report.client_order_id.value,
            "instrument_id": report.instrument_id.value,
            "side": order_side_to_str(report.side),
            "quantity": str(report.quantity),
            "filled_qty": str(report.filled_qty),
            "avg_px": None if report.avg_px is None else str(report.avg_px),
            "arrival_mid": None if report.arrival_mid is None else str(report.arrival_mid),
            "expected_slippage_bps": report.expected_slippage_bps,
            "cost_bps": report.cost_bps,
            "commissions": [str(money) for money in report.commissions],
            "children": report.children,
            "amends": report.amends,
            "outcome": report.outcome.value,
            "reason": report.reason,
            "revision": report.revision,
            "ts_start": report.ts_start,
            "ts_end": report.ts_end,
        }

    @staticmethod
    def from_dict(values: dict[str, Any]) -> SmartLimitReport:
        """Return the report that `to_dict` took apart."""
        plain = {name: value for name, value in values.items() if name != "type"}
        plain["client_order_id"] = ClientOrderId(values["client_order_id"])
        plain["instrument_id"] = InstrumentId.from_str(values["instrument_id"])
        plain["side"] = order_side_from_str(values["side"])
        plain["quantity"] = Quantity.from_str(values["quantity"])
        plain["filled_qty"] = Quantity.from_str(values["filled_qty"])
        for name in ("avg_px", "arrival_mid"):
            plain[name] = None if values[name] is None else Decimal(values[name])
        plain["commissions"] = tuple(Money.from_str(money) for money in values["commissions"])
        plain["outcome"] = Outcome(values["outcome"])
        return SmartLimitReport(**plain)


register_serializable_type(SmartLimitReport, SmartLimitReport.to_dict, SmartLimitReport.from_dict)
