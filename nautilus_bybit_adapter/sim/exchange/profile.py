"""What the client has set about its account and what no rule of matching reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

DCP_PRODUCTS = ("SPOT", "DERIVATIVES", "OPTIONS")


@dataclass(slots=True)
class Profile:
    """Settings of the account.

    Parameters
    ----------
    hedging : bool
        Spot hedging.
    delta_mode : bool
        Delta neutral mode.
    keeps_price : dict of str to bool
        Whether limit prices beyond the band are moved to it, by category.
    dcp : dict of str to int
        Seconds of disconnection after which orders of a product are cancelled.
    spot_leverage : Decimal
        Leverage of spot margin orders.
    coin_leverage : dict of str to Decimal
        The same for single coins.
    auto_repay : dict of str to bool
        Automatic repayment by coin, `""` for all.
    updated_ms : int
        Time of the last change, ms.
    """

    hedging: bool = False
    delta_mode: bool = False
    keeps_price: dict[str, bool] = field(default_factory=lambda: {"spot": False, "linear": True})
    dcp: dict[str, int] = field(default_factory=dict)
    spot_leverage: Decimal = Decimal(10)
    coin_leverage: dict[str, Decimal] = field(default_factory=dict)
    auto_repay: dict[str, bool] = field(default_factory=dict)
    updated_ms: int = 0
