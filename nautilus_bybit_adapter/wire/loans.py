"""Loans of the unified account and what backs them.

Source: Bybit V5 "Manual Borrow", "Manual Repay", "Get Borrow History", "Get Collateral Info",
"Repay Liability".
"""

from __future__ import annotations

import msgspec


class BybitBorrowed(msgspec.Struct, frozen=True, kw_only=True):
    """What was borrowed: `amount` in units of `coin`."""

    coin: str
    amount: str


class BybitRepayment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a repayment: `P` processing, `SU` done, `FA` failed."""

    result_status: str


class BybitRepaidLiability(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A debt that was repaid with other coins: `repayment_qty` in units of `coin`."""

    coin: str
    repayment_qty: str


class BybitBorrowRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Interest of one hour, in units of `currency`.

    Attributes
    ----------
    currency : str
        The coin.
    created_time : int
        Epoch milliseconds.
    borrow_cost : str
        Interest of the hour.
    hourly_borrow_rate : str
        A fraction.
    interest_bearing_borrow_size, borrow_amount, free_borrowed_amount : str
        What interest is paid on, the debt, and the part of it that is free.
    cost_exemption : str
        Interest that was waived.
    unrealised_loss : str
        The part of the debt that is an open loss.
    """

    currency: str
    created_time: int
    borrow_cost: str
    hourly_borrow_rate: str = ""
    interest_bearing_borrow_size: str = msgspec.field(name="InterestBearingBorrowSize", default="")
    cost_exemption: str = ""
    borrow_amount: str = ""
    unrealised_loss: str = ""
    free_borrowed_amount: str = ""


class BybitCollateral(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin as collateral and as a loan, in units of the coin.

    Attributes
    ----------
    currency : str
        The coin.
    hourly_borrow_rate, borrow_usage_rate, collateral_ratio : str
        Interest per hour, used share of the limit, share of its value that backs positions; fractions.
    max_borrowing_amount, borrow_amount, other_borrow_amount, available_to_borrow : str
        Limit, own debt, debt of the user's other accounts, and what is left.
    free_borrowing_limit, free_borrow_amount, free_borrowing_amount : str
        What may be owed without interest, and how much of it is; the last is no longer filled.
    borrowable, margin_collateral, collateral_switch : bool
        Whether the venue lends it, takes it as collateral, and whether the user lets it.
    """

    currency: str
    hourly_borrow_rate: str = ""
    max_borrowing_amount: str = ""
    free_borrowing_limit: str = ""
    free_borrow_amount: str = ""
    borrow_amount: str = ""
    other_borrow_amount: str = ""
    available_to_borrow: str = ""
    borrowable: bool = False
    borrow_usage_rate: str = ""
    margin_collateral: bool = False
    collateral_switch: bool = False
    collateral_ratio: str = ""
    free_borrowing_amount: str = ""


class BybitCollateralSwitch(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a coin backs positions from now on: `ON` or `OFF`."""

    coin: str
    collateral_switch: str


class RepaymentAsset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin a debt could be repaid with; sizes are in its units, `available_value` in USD.

    `coin_scale` is its decimals, `spot_hedge_amount` what hedges derivatives, `asset_frozen` what orders hold.
    """

    coin: str
    available_size: str = ""
    available_value: str = ""
    coin_scale: int = 0
    borrow_size: str = ""
    spot_hedge_amount: str = ""
    asset_frozen: str = ""


class RepaymentAssets(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The coins a debt could be repaid with."""

    collateral_list: list[RepaymentAsset] = []


class RepaymentDebt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is owed: of `coin` in its units, and in USD; of all coins in USD only."""

    coin: str = ""
    borrow_size: str = ""
    borrow_value: str = ""
    asset_frozen: str = ""
    available_balance: str = ""


class BybitRepaymentInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is owed, and what it could be repaid with."""

    collateral_info: RepaymentAssets
    borrow_info: RepaymentDebt
