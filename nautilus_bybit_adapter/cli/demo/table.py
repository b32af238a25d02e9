"""What the demonstration prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from nautilus_trader.model.enums import OrderSide

from nautilus_bybit_adapter.cli.demo.accounts import Reconciled
from nautilus_bybit_adapter.cli.demo.strategy import Leg

HEADINGS = (
    "leg",
    "side",
    "order",
    "fills",
    "arrival mid",
    "avg fill",
    "forecast bps",
    "slippage bps",
    "fees USDT",
    "fees bps",
    "cost bps",
)


def leg_row(number: int, leg: Leg) -> tuple[str, ...]:
    """Return one leg's cells; costs are positive, savings negative."""
    forecast = leg.forecast
    expected = (
        "no depth"
        if forecast is None or forecast.is_insufficient
        else f"{forecast.expected_slippage_mid_bps:.3f}"
    )
    return (
        str(number),
        "BUY" if leg.side == OrderSide.BUY else "SELL",
        "SMART_LIMIT" if leg.smart else "MARKET",
        str(len(leg.fills)),
        f"{leg.arrival_mid:f}",
        f"{leg.average_price:.3f}",
        expected,
        f"{leg.slippage_bps:.3f}",
        f"{leg.fees:f}",
        f"{leg.fee_bps:.3f}",
        f"{leg.slippage_bps + leg.fee_bps:.3f}",
    )


def cost_table(legs: Sequence[Leg]) -> str:
    """Return the table of all legs and the comparison of the two ways to trade."""
    rows = [HEADINGS, *(leg_row(number, leg) for number, leg in enumerate(legs, start=1))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    smart, market = _round_trip_cost(legs, smart=True), _round_trip_cost(legs, smart=False)
    lines += [
        "",
        f"Round trip through SMART_LIMIT {smart:.3f} bps, at market {market:.3f} bps: saved {market - smart:.3f} bps.",
    ]
    return "\n".join(lines)


def account_table(result: Reconciled) -> str:
    """Return the comparison of the accounts."""
    lines = [
        f"USDT at the start                 {result.start:.8f}",
        f"USDT now, the venue's ledger      {result.venue_balance:.8f}",
        f"USDT now, the framework's account {result.framework_balance:.8f}",
        f"USDT now, start plus {result.framework_fills:>3} fills    {result.recomputed_balance:.8f}",
        f"position, venue / framework       {result.venue_position:f} / {result.framework_position:f}",
        f"fills, venue / framework          {result.venue_fills} / {result.framework_fills}",
        "",
        "The accounts agree to the last digit." if result.agreed else "THE ACCOUNTS DO NOT AGREE.",
    ]
    return "\n".join(lines)


def demo_result(legs: Sequence[Leg], result: Reconciled) -> dict[str, Any]:
    """Return ``{"legs": [{"side", "order", ...}], "accounts": {...}, "agreed"}``; costs in basis points."""
    rows = [
        {
            "side": leg.side.name,
            "order": "SMART_LIMIT" if leg.smart else "MARKET",
            "fills": len(leg.fills),
            "quantity": leg.quantity,
            "arrival_mid": leg.arrival_mid,
            "average_price": leg.average_price,
            "slippage_bps": leg.slippage_bps,
            "fees": leg.fees,
            "fee_bps": leg.fee_bps,
        }
        for leg in legs
    ]
    return {"legs": rows, "accounts": asdict(result), "agreed": result.agreed}


def _round_trip_cost(legs: Sequence[Leg], *, smart: bool) -> Decimal:
    return sum((leg.slippage_bps + leg.fee_bps for leg in legs if leg.smart is smart), Decimal(0))
