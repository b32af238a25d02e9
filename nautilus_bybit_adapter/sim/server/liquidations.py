"""The liquidation topic: positions that were taken over.

Source: Bybit V5 WebSocket All Liquidation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.events import PrivateEvent


def liquidation_frames(event: PrivateEvent) -> list[dict[str, Any]]:
    """Frames of the takeovers among executions; `S` is the side of the position, `p` its bankruptcy price."""
    by_symbol: dict[str, list[dict[str, Any]]] = {}
    for row in event.rows:
        if row["execType"] == "BustTrade":
            taken = {
                "T": int(row["execTime"]),
                "s": row["symbol"],
                "S": "Buy" if row["side"] == "Sell" else "Sell",
                "v": row["execQty"],
                "p": row["execPrice"],
            }
            by_symbol.setdefault(row["symbol"], []).append(taken)
    return [
        {"topic": f"allLiquidation.{symbol}", "type": "snapshot", "ts": event.at_ms, "data": rows}
        for symbol, rows in by_symbol.items()
    ]
