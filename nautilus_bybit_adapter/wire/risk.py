"""What the venue publishes about risk: tiers, price limits, the insurance pools, auto-deleveraging, maintenance.

Source: Bybit V5 "Get Risk Limit", "Get Order Price Limit", "Get Insurance", "Get ADL Alert", "Get System Status".
"""

from __future__ import annotations

import msgspec


class BybitRiskLimit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One risk tier of a contract.

    Attributes
    ----------
    id : int
        Number of the tier, 1 for the lowest.
    symbol : str
        The venue's symbol.
    risk_limit_value : str
        Greatest position value of the tier, in the settlement coin.
    maintenance_margin, initial_margin : str
        Margin rates; the venue spells some as fractions and some as percentages.
    is_lowest_risk : int
        1 for the lowest tier.
    max_leverage : str
        Greatest leverage of the tier.
    mm_deduction : str
        What is taken off the maintenance margin, in the settlement coin; `""` in the lowest tier.
    """

    id: int
    symbol: str
    risk_limit_value: str
    maintenance_margin: str
    initial_margin: str
    max_leverage: str
    is_lowest_risk: int = 0
    mm_deduction: str = ""


class BybitPriceLimit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The highest price a buy and the lowest a sell may have, in the quote coin; `ts` is epoch ms in a string."""

    symbol: str
    buy_limit: str = msgspec.field(name="buyLmt")
    sell_limit: str = msgspec.field(name="sellLmt")
    ts: str = ""


class BybitInsurancePool(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An insurance pool: `balance` in units of the coin, `value` in USD, `symbols` separated by commas."""

    coin: str
    balance: str
    value: str = ""
    symbols: str = ""


class BybitInsurance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The insurance pools; `updated_time` is epoch milliseconds in a string."""

    pools: list[BybitInsurancePool] = msgspec.field(name="list")
    updated_time: str = ""


class BybitAdlPool(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How near a contract's insurance pool is to auto-deleveraging.

    `balance` and `max_balance` count the coin. The pool's drawdown `pnl_ratio` (`insurance_pnl_ratio` where the
    whole coin shares a pool) starts auto-deleveraging at `adl_trigger_threshold` and ends it at
    `adl_stop_ratio`, all fractions.
    """

    coin: str
    symbol: str
    balance: str
    max_balance: str = ""
    insurance_pnl_ratio: str = ""
    pnl_ratio: str = ""
    adl_trigger_threshold: str = ""
    adl_stop_ratio: str = ""


class BybitAdlAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """State of auto-deleveraging; `update_time` is epoch milliseconds in a string.

    The venue also spells it `updatedTime`.
    """

    pools: list[BybitAdlPool] = msgspec.field(name="list")
    update_time: str = ""
    updated_time: str = ""


class BybitSystemStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A maintenance of the venue.

    Attributes
    ----------
    id, title, href : str
        Its id, text and page.
    state : str
        `scheduled`, `ongoing` or `completed`.
    begin, end : str
        Epoch milliseconds.
    service_types, product, uid_suffix : list of int
        What and whom it touches, in the venue's numbers.
    maintain_type, env : str
        The venue's numbers for kind and environment.
    """

    id: str
    title: str
    state: str
    begin: str = ""
    end: str = ""
    href: str = ""
    service_types: list[int] = []
    product: list[int] = []
    uid_suffix: list[int] = []
    maintain_type: str = ""
    env: str = ""
