"""How often each path may be called, as data.

Source: Bybit V5 "Rate Limit Rules".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nautilus_bybit_adapter.constants import CATEGORIES
from nautilus_bybit_adapter.errors import BybitConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE_SECS = 60.0


class PathRate(NamedTuple):
    """Requests per window of one path.

    Attributes
    ----------
    derivatives, option, spot : int
        Units per window: of linear and inverse together, of options, of spot.
    window_secs : float
        Length of the rolling window, in seconds.
    by_category : bool
        Whether the three kinds have windows of their own; else all use one.
    is_upgradable : bool
        Whether accounts of a higher tier may do more.
    """

    derivatives: int
    option: int
    spot: int
    window_secs: float = 1.0
    by_category: bool = True
    is_upgradable: bool = False

    def limit(self, category: str) -> int:
        """Return the units per window of a category."""
        return {"spot": self.spot, "option": self.option}.get(category, self.derivatives)

    def kind(self, category: str) -> str:
        """Name the window of a category: `spot`, `option`, `derivatives`, or `""` where all share one."""
        if not self.by_category:
            return ""
        return category if category in {"spot", "option"} else "derivatives"


def _trade(derivatives: int, option: int, spot: int, *names: str) -> dict[str, PathRate]:
    return {f"/v5/order/{name}": PathRate(derivatives, option, spot, is_upgradable=True) for name in names}


def _all(limit: int, prefix: str, *names: str, window_secs: float = 1.0) -> dict[str, PathRate]:
    rate = PathRate(limit, limit, limit, window_secs, by_category=False)
    return {f"{prefix}/{name}": rate for name in names}


RATE_TABLE: Mapping[str, PathRate] = {
    **_trade(10, 10, 20, "create", "cancel", "create-batch", "amend-batch", "cancel-batch", "pre-check"),
    **_trade(10, 10, 10, "amend"),
    **_trade(10, 1, 20, "cancel-all"),
    **_all(5, "/v5/order", "disconnected-cancel-all"),
    **_all(50, "/v5/order", "realtime", "history", "spot-borrow-check"),
    **_all(50, "/v5/execution", "list"),
    **_all(50, "/v5/position", "list", "closed-pnl", "get-closed-positions"),
    **_all(
        10,
        "/v5/position",
        "move-history",
        "set-leverage",
        "switch-mode",
        "trading-stop",
        "set-auto-add-margin",
        "add-margin",
        "confirm-pending-mmr",
        "move-positions",
    ),
    **_all(
        50,
        "/v5/account",
        "wallet-balance",
        "withdrawal",
        "collateral-info",
        "coin-greeks",
        "info",
        "borrow-history",
        "user-setting-config",
        "pay-info",
        "trade-info-for-analysis",
    ),
    **_all(50, "/v5/asset", "coin-greeks"),
    **_all(25, "/v5/account", "transaction-log"),
    **_all(
        5,
        "/v5/account",
        "fee-rate",
        "query-dcp-info",
        "smp-group",
        "set-margin-mode",
        "set-collateral-switch-batch",
        "mmp-modify",
        "mmp-reset",
    ),
    **_all(10, "/v5/account", "set-limit-px-action", "instruments-info"),
    **_all(1, "/v5/account", "borrow", "repay", "no-convert-repay", "quick-repayment", "upgrade-to-uta"),
    **_all(10, "/v5/user", "query-api", "sub-apikeys", "get-member-type", "query-sub-members"),
    **_all(
        60,
        "/v5/asset/transfer",
        "inter-transfer",
        "query-inter-transfer-list",
        window_secs=MINUTE_SECS,
    ),
    **_all(5, "/v5/asset", "coin/query-info", "withdraw/create"),
    **_all(
        5,
        "/v5/asset/transfer",
        "universal-transfer",
        "query-universal-transfer-list",
        "query-account-coins-balance",
    ),
    **_all(450, "/v5/asset/transfer", "query-account-coin-balance"),
    **_all(5, "/v5/spot-margin-trade", "switch-mode", "set-leverage", "set-auto-repay-mode"),
    **_all(
        50,
        "/v5/spot-margin-trade",
        "state",
        "interest-rate-history",
        "max-borrowable",
        "coinstate",
        "repayment-available-amount",
        "get-auto-repay-mode",
    ),
    **_all(1, "/v5/spot-margin-trade", "fixed-borrow"),
    **_all(10, "/v5/earn", "fixed-term/order", "fixed-term/position"),
    **_all(5, "/v5/earn", "fixed-term/place-order", "fixed-term/redeem"),
}

# Paths of the user family without a figure of their own have one to five a second.
_USER_RATE = PathRate(1, 1, 1, by_category=False)
# The venue publishes no figure for these; what a plain endpoint has is the safe side.
_UNPUBLISHED_RATE = PathRate(10, 10, 10, by_category=False)

# Orders per second on derivatives, options and spot by the venue's account tiers; from the third on it is one.
TIERS: Mapping[int, tuple[int, int, int]] = {
    0: (10, 10, 20),
    1: (20, 20, 25),
    2: (40, 40, 30),
    3: (60, 60, 40),
}


def rate_of(path: str, table: Mapping[str, PathRate] = RATE_TABLE) -> PathRate:
    """Return the rate of a private path; one without a published figure gets a cautious one."""
    rate = table.get(path)
    if rate is not None:
        return rate
    return _USER_RATE if path.startswith("/v5/user/") else _UNPUBLISHED_RATE


def rate_table(tier: int = 0, overrides: Mapping[str, int] | None = None) -> dict[str, PathRate]:
    """Return the table of an account with other limits than the default.

    Parameters
    ----------
    tier : int
        The account's VIP tier, 0 for none; the venue's figures stop growing at 3.
    overrides : Mapping of str to int or None
        Units per window by path, such as `/v5/order/create`, or by path and category, such as
        `/v5/order/create spot`. They win over the tier.

    Raises
    ------
    BybitConfigError
        If a tier, a path, a category or a number is none.
    """
    if tier < 0:
        raise BybitConfigError(f"vip_tier must not be negative; it is {tier}.")
    derivatives, option, spot = TIERS[min(tier, max(TIERS))]
    table = dict(RATE_TABLE)
    if tier:
        for path, rate in RATE_TABLE.items():
            if rate.is_upgradable:
                table[path] = rate._replace(derivatives=derivatives, option=option, spot=spot)
    for name, limit in (overrides or {}).items():
        path, _, category = name.partition(" ")
        _check_override(name, path, category, limit)
        table[path] = _overridden(rate_of(path, table), category, limit)
    return table


def _check_override(name: str, path: str, category: str, limit: int) -> None:
    if not path.startswith("/v5/"):
        raise BybitConfigError(f"A rate limit is of a path that begins with /v5/; it is {name!r}.")
    if category and category not in CATEGORIES:
        raise BybitConfigError(
            f"The category of the rate limit {name!r} must be one of {', '.join(CATEGORIES)}."
        )
    if limit < 1:
        raise BybitConfigError(f"The rate limit {name!r} must be at least 1; it is {limit}.")


def _overridden(rate: PathRate, category: str, limit: int) -> PathRate:
    # What the user states is not to be raised by what the venue's headers say.
    fixed = rate._replace(is_upgradable=False)
    match category:
        case "":
            return fixed._replace(derivatives=limit, option=limit, spot=limit)
        case "spot":
            return fixed._replace(spot=limit)
        case "option":
            return fixed._replace(option=limit)
        case _:
            return fixed._replace(derivatives=limit)
