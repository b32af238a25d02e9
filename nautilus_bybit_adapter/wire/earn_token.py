"""The venue's own token that earns while it backs positions.

Source: Bybit V5 "BYUSDT".
"""

from __future__ import annotations

import msgspec


class BybitTokenProduct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The token, and what of it the account may have; amounts are in units of USDT or of the token, one to one.

    Attributes
    ----------
    product_id, coin : str
        Its id and name.
    apr_e8, bonus_apr_e8, mint_fee_rate_e8, redeem_fee_rate_e8 : str
        Yield per year, the bonus on top, and fees: fractions times 1e8.
    bonus_max_amount : str
        Up to what amount the bonus is paid.
    min_investment : str
        The least to be minted.
    user_holding, left_quota, savings_balance : str
        What the account has, may still mint, and has in flexible savings to mint from; `""` without a signature.
    can_mint : bool
        Whether it may mint now.
    base_coin_precision, token_precision : int
        Decimals.
    """

    product_id: str
    coin: str
    apr_e8: str
    mint_fee_rate_e8: str = ""
    redeem_fee_rate_e8: str = ""
    min_investment: str = ""
    user_holding: str = ""
    left_quota: str = ""
    can_mint: bool = False
    savings_balance: str = ""
    bonus_apr_e8: str = ""
    bonus_max_amount: str = ""
    base_coin_precision: int = 0
    token_precision: int = 0


class BybitTokenPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the account has of the token and what that earned, in units of it; rates are fractions times 1e8."""

    total_amount: str
    total_yield: str = ""
    yesterday_yield: str = ""
    apr_e8: str = ""
    bonus_apr_e8: str = ""
    bonus_max_amount: str = ""
    has_quota: bool = False


class BybitTokenOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The token minted or redeemed: `order_type` `Mint` or `Redeem`.

    Amounts are in units of their coins, `service_fee` in those of the one received; `created_time` is epoch
    seconds in a string.
    """

    order_id: str
    order_link_id: str
    order_type: str
    status: str
    from_coin: str = ""
    to_coin: str = ""
    from_amount: str = ""
    to_amount: str = ""
    service_fee: str = ""
    created_time: str = ""


class BybitTokenYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the token earned in a day, in its units; `created_time` is epoch seconds in a string."""

    amount: str = msgspec.field(name="yield")
    created_time: str
    bonus_yield: str = ""
    status: str = ""


class BybitTokenHourlyYield(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the token earned in the hour from `hourly_date`, in its units, on `effective_amount` of it.

    `reward_type` is 0 for the usual yield and 1 for the bonus; times are epoch seconds in strings.
    """

    amount: str = msgspec.field(name="yield")
    hourly_date: str
    effective_amount: str = ""
    reward_type: int = 0
    apr_e8: str = ""
    created_time: str = ""


class BybitTokenApr(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Yield per year of the token, a fraction times 1e8, at `timestamp` (epoch seconds in a string)."""

    timestamp: str
    apr_e8: str
