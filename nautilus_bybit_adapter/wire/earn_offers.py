"""Coupons of earn products, and coins that earn while they are held.

Source: Bybit V5 "Get Coupon List", "Hold to Earn".
"""

from __future__ import annotations

import msgspec


class InterestCoupon(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coupon for more interest; times are epoch seconds.

    Attributes
    ----------
    award_id, spec_code : int, str
        What an `InterestCard` of a stake names it by.
    category, coin : str
        What it is for.
    apy : str
        Yield per year on top, a fraction.
    duration : int
        Days.
    status : str
        `NotUse`, `InUse`, `AlreadyUsed` or `Expired`.
    claimed_at, expire_at, used_at : int
        When it was taken, ends and was used; 0 for not yet.
    current_pnl, limit_pnl, position_effective_amount : str
        What it earned, may earn at most, and what it counts on, in units of the coin.
    product_id : int
        The product it was used for.
    """

    award_id: int
    spec_code: str
    status: str
    coin: str = ""
    apy: str = ""
    duration: int = 0
    claimed_at: int = 0
    expire_at: int = 0
    used_at: int = 0
    current_pnl: str = ""
    limit_pnl: str = ""
    position_effective_amount: str = ""
    product_id: int = 0
    category: str = ""


class AwardCard(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A voucher for dual assets; times are epoch seconds.

    `amount` is what it is good for, `limit_pnl_percentage` the most it may earn as a fraction, `direction` 1 for
    buying low and 2 for selling high; the rest is as in `InterestCoupon`.
    """

    award_id: int
    spec_code: str
    status: str
    claimed_at: int = 0
    used_at: int = 0
    expire_at: int = 0
    amount: str = ""
    limit_pnl_percentage: str = ""
    base_coin: str = ""
    quote_coin: str = ""
    direction: int = 0
    category: str = ""


class BybitEarnCoupons(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Coupons for more interest, and vouchers for dual assets."""

    interest_cards: list[InterestCoupon] = []
    award_cards: list[AwardCard] = []


class HoldYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Yield per year of yesterday that is paid in a coin, text with a percent sign."""

    coin_name: str = ""
    apy: str = ""


class BybitHoldToEarnProduct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin that earns while it is held: `status` `NotStarted`, `Online` or `Ended`.

    `apy` is the yield per year of yesterday, text with a percent sign, and `yields` its parts by coin.
    """

    coin_name: str
    status: str
    yields: list[HoldYield] = []
    apy: str = ""
    announcement_url: str = ""


class BybitHoldToEarnYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What holding a coin earned on a day.

    `pnl` is in units of `yield_coin_name`, `effective_amount` in those of `coin_name`, `created_at` epoch seconds.
    """

    coin_name: str
    yield_coin_name: str
    pnl: str
    created_at: int
    effective_amount: str = ""
    apy: str = ""
