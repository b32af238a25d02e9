"""The insurance pool topics.

Source: Bybit V5 WebSocket Insurance Pool and ADL Alert; the alert's figures are strings as its table says, its
example shows numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .facts_api import adl_rows, insurance_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

POOL_INTERVAL_MS = 1000
_ALERT_KEYS = {
    "coin": "c",
    "symbol": "s",
    "balance": "b",
    "maxBalance": "mb",
    "insurancePnlRatio": "i_pr",
    "pnlRatio": "pr",
    "adlTriggerThreshold": "adl_tt",
    "adlStopRatio": "adl_sr",
}


class InsuranceTopic:
    """`insurance.USDT`, `.USDC` or `.inverse`: silent while the balances stay."""

    def __init__(self, exchange: Exchange, pool: str, now_ms: int) -> None:
        self._exchange, self._pool = exchange, pool
        self._pushed_ms = now_ms
        self._known = self._rows()

    def opening(self, now_ms: int) -> dict[str, Any] | None:
        """Return every balance."""
        return self._frame("snapshot", self._known, now_ms)

    def due(self, now_ms: int) -> Iterator[dict[str, Any]]:
        """Return the balances that changed."""
        if now_ms - self._pushed_ms < POOL_INTERVAL_MS:
            return
        self._pushed_ms = now_ms
        rows = self._rows()
        changed = [row for row in rows if row not in self._known]
        if changed:
            self._known = rows
            yield self._frame("delta", changed, now_ms)

    def close(self) -> None:
        """Nothing is kept."""

    def _rows(self) -> list[dict[str, str]]:
        coins = {"USDT", "USDC"}
        return [
            {"coin": row["coin"], "symbols": row["symbols"], "balance": row["balance"]}
            for row in insurance_rows(self._exchange)
            if (row["coin"] == self._pool if self._pool in coins else row["coin"] not in coins)
        ]

    def _frame(self, kind: str, rows: list[dict[str, str]], now_ms: int) -> dict[str, Any]:
        data = [row | {"updateTime": str(now_ms)} for row in rows]
        return {"topic": f"insurance.{self._pool}", "type": kind, "ts": now_ms, "data": data}


class AdlTopic:
    """`adlAlert.USDT`, `.USDC` or `.inverse`: every pool once a second."""

    def __init__(self, exchange: Exchange, pool: str, now_ms: int) -> None:
        self._exchange, self._pool = exchange, pool
        self._pushed_ms = now_ms

    def opening(self, now_ms: int) -> dict[str, Any] | None:
        """Return every pool."""
        return self._frame(now_ms)

    def due(self, now_ms: int) -> Iterator[dict[str, Any]]:
        """Return every pool again."""
        if now_ms - self._pushed_ms >= POOL_INTERVAL_MS:
            self._pushed_ms = now_ms
            yield self._frame(now_ms)

    def close(self) -> None:
        """Nothing is kept."""

    def _frame(self, now_ms: int) -> dict[str, Any]:
        coins = {"USDT", "USDC"}
        data = [
            {_ALERT_KEYS[key]: value for key, value in row.items()}
            for row in adl_rows(self._exchange)
            if (row["coin"] == self._pool if self._pool in coins else row["coin"] not in coins)
        ]
        return {"topic": f"adlAlert.{self._pool}", "type": "snapshot", "ts": now_ms, "data": data}
