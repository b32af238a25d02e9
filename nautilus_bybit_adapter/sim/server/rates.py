"""How often each private path may be called.

Source: Bybit V5 Rate Limit, the figures of an account without a tier. Paths without a published figure have
10 requests a second.
"""

from __future__ import annotations

from typing import NamedTuple

SECOND_MS = 1000
MINUTE_MS = 60_000


class Rate(NamedTuple):
    """Requests per window on derivatives, options and spot; paths of one `group` share a window."""

    derivatives: int
    option: int
    spot: int
    window_ms: int = SECOND_MS
    group: str = ""
    by_category: bool = True

    def limit(self, category: str) -> int:
        """Return the requests per window of a category."""
        return {"spot": self.spot, "option": self.option}.get(category, self.derivatives)

    def window(self, path: str, category: str) -> tuple[str, str]:
        """Name of the window a request uses; linear and inverse share one."""
        kind = category if category in {"spot", "option"} else "derivatives"
        return self.group or path, kind if self.by_category else ""


def _all(limit: int, *paths: str, window_ms: int = SECOND_MS) -> dict[str, Rate]:
    return {path: Rate(limit, limit, limit, window_ms, "", False) for path in paths}


def _trade(option: int, spot: int, *paths: str) -> dict[str, Rate]:
    return {f"/v5/order/{path}": Rate(10, option, spot) for path in paths}


def _under(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}/{name}" for name in names)


DEFAULT = Rate(10, 10, 10, SECOND_MS, "", False)
RATES: dict[str, Rate] = {
    **_trade(10, 20, "create", "cancel", "create-batch", "amend-batch", "cancel-batch", "pre-check"),
    **_trade(10, 10, "amend"),
    **_trade(1, 20, "cancel-all"),
    **_all(5, "/v5/order/disconnected-cancel-all"),
    **_all(
        50,
        *_under("/v5/order", "realtime", "history", "spot-borrow-check"),
        "/v5/execution/list",
        *_under("/v5/position", "list", "closed-pnl", "get-closed-positions", "symbol-info"),
        *_under(
            "/v5/account",
            "wallet-balance",
            "withdrawal",
            "collateral-info",
            "info",
            "borrow-history",
            "user-setting-config",
            "pay-info",
            "trade-info-for-analysis",
        ),
        "/v5/asset/coin-greeks",
        *_under(
            "/v5/spot-margin-trade",
            "state",
            "interest-rate-history",
            "max-borrowable",
            "coinstate",
            "repayment-available-amount",
            "get-auto-repay-mode",
        ),
    ),
    **_all(25, "/v5/account/transaction-log"),
    **_all(
        5,
        *_under(
            "/v5/account",
            "fee-rate",
            "query-dcp-info",
            "smp-group",
            "set-margin-mode",
            "set-collateral-switch-batch",
            "mmp-modify",
            "mmp-reset",
        ),
        *_under("/v5/asset", "coin/query-info", "transfer/query-account-coins-balance"),
        *_under("/v5/spot-margin-trade", "switch-mode", "set-leverage", "set-auto-repay-mode"),
        *_under("/v5/user", "agreement"),
    ),
    **_all(
        1, *_under("/v5/account", "borrow", "repay", "no-convert-repay", "quick-repayment", "upgrade-to-uta")
    ),
    **_all(
        60,
        *_under("/v5/asset/transfer", "inter-transfer", "query-inter-transfer-list"),
        window_ms=MINUTE_MS,
    ),
    **_all(1, "/v5/account/demo-apply-money", window_ms=MINUTE_MS),
    **_all(5, "/v5/user/create-demo-member"),
    **_all(450, "/v5/asset/transfer/query-account-coin-balance"),
}


def rate_of(path: str) -> Rate:
    """Return the rate of a path."""
    return RATES.get(path, DEFAULT)
