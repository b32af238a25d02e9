"""Spot trading with borrowed coins.

Source: Bybit V5 "Spot Margin Trade (UTA)".
"""

from __future__ import annotations

import msgspec


class BybitSpotMarginState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether spot may borrow: `spot_margin_mode` `"1"` or `"0"`; leverages are multiples, `""` where off."""

    spot_margin_mode: str
    spot_leverage: str = ""
    effective_leverage: str = ""


class BybitSpotMarginSwitch(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The state after a switch: `"1"` on, `"0"` off."""

    spot_margin_mode: str


class SpotMarginCoin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of a coin at a VIP level.

    Attributes
    ----------
    currency : str
        The coin.
    borrowable, margin_collateral : bool
        Whether it is lent, and whether it backs loans.
    collateral_ratio, hourly_borrow_rate : str
        Share of its value that backs loans, interest per hour; fractions.
    liquidation_order : str
        Place in the order in which coins are sold.
    max_borrowing_amount : str
        In units of the coin.
    """

    currency: str
    borrowable: bool = False
    margin_collateral: bool = False
    collateral_ratio: str = ""
    hourly_borrow_rate: str = ""
    liquidation_order: str = ""
    max_borrowing_amount: str = ""


class BybitSpotMarginTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of all coins at a VIP level."""

    coins: list[SpotMarginCoin] = msgspec.field(name="list")
    vip_level: str = ""


class CollateralTier(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Share of a coin's value (a fraction) that backs loans between two holdings, in units of the coin."""

    collateral_ratio: str
    min_qty: str = ""
    max_qty: str = ""


class BybitCollateralTiers(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Collateral tiers of a coin, smallest holding first."""

    currency: str
    tiers: list[CollateralTier] = msgspec.field(name="collateralRatioList")


class BybitInterestRate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Interest per hour, a fraction, of a coin at `timestamp` (epoch ms)."""

    timestamp: int
    currency: str
    hourly_borrow_rate: str
    vip_level: str = ""


class BybitMaxBorrowable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much can be borrowed now, in units of the coin."""

    currency: str
    max_loan: str


class BybitCoinLeverage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Leverage of a coin, a multiple."""

    currency: str
    spot_leverage: str


class BybitRepayable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much can be repaid from the coin itself, without a conversion, in units of the coin."""

    currency: str
    amount: str = msgspec.field(name="lossLessRepaymentAmount")


class BybitAutoRepay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the venue repays a coin by itself: `"1"` or `"0"`; `currency` `""` means all coins."""

    auto_repay_mode: str
    currency: str = ""


class BybitSpotMarginLiability(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the account owes of a coin, in its units: in all, at fixed and at variable rates, by what it was for."""

    currency: str
    total_borrow_amount: str
    fixed_borrow_amount: str = ""
    flexible_borrow_amount: str = ""
    spot_total_borrow: str = ""
    derivatives_borrow: str = ""


class BybitLoanTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a coin can be borrowed by hand, at variable and at fixed rates.

    The least amounts and their accuracies are in units of the coin and decimals, interest rates fractions per year.
    """

    currency: str
    flexible_manual_borrowable: bool = False
    min_flexible_manual_borrow_qty: str = ""
    flexible_manual_borrow_accuracy: str = ""
    fixed_manual_borrowable: bool = False
    min_fixed_manual_borrow_qty: str = ""
    fixed_manual_borrow_accuracy: str = ""
    fixed_interest_rate_accuracy: str = ""
    min_fixed_interest_rate: str = ""
    max_fixed_interest_rate: str = ""


class LoanTier(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tier of loans up to `borrow_limit` units of the coin: margins as fractions, and the highest leverage."""

    tier: str
    borrow_limit: str = ""
    position_mmr: str = msgspec.field(name="positionMMR", default="")
    position_imr: str = msgspec.field(name="positionIMR", default="")
    max_leverage: str = ""


class BybitLoanTiers(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The tiers of a coin's loans."""

    currency: str
    tiers: list[LoanTier] = msgspec.field(name="positionTiersRatioList", default_factory=list)
