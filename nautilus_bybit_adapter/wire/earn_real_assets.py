"""Shares of assets of the real world.

Source: Bybit V5 "RWA".
"""

from __future__ import annotations

import msgspec


class BybitRealAsset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An asset to buy shares of; amounts are in units of `coin`.

    Attributes
    ----------
    product_id, coin, asset_symbol, manager : int, str, str, str
        Its id, what it is paid in, its name and who runs it.
    nav : str
        What a share is worth.
    base_apr, bonus_apr, redeem_fee_rate : str
        Yield per year, the bonus on top, and the fee of giving shares back: fractions.
    saving_type, duration : str, int
        `Flexible` or `Fixed`, and days where fixed.
    min_stake_amount, max_stake_amount, user_max_amount, user_quota, subscription_fee : str
        Bounds of an order and of the account, what it may still buy, and the fee of buying.
    min_redeem_share : str
        The least to give back, in shares.
    amount_precision, share_precision : int
        Decimals.
    ext_link : str
        Where to read about it.
    """

    product_id: int
    coin: str
    asset_symbol: str = ""
    manager: str = ""
    base_apr: str = ""
    bonus_apr: str = ""
    saving_type: str = ""
    duration: int = 0
    nav: str = ""
    min_stake_amount: str = ""
    max_stake_amount: str = ""
    user_max_amount: str = ""
    user_quota: str = ""
    min_redeem_share: str = ""
    redeem_fee_rate: str = ""
    subscription_fee: str = ""
    ext_link: str = ""
    amount_precision: int = 0
    share_precision: int = 0


class BybitRealAssetPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the account has of an asset: `effective_share` shares, worth `hold_amount` units of `coin`.

    What is being bought is in units of the coin, what is being given back in shares.
    """

    product_id: int
    coin: str
    effective_share: str
    asset_symbol: str = ""
    processing_stake_amount: str = ""
    processing_redeem_share: str = ""
    bonus_earned: str = ""
    nav: str = ""
    hold_amount: str = ""
    duration: int = 0


class BybitRealAssetOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Shares bought (`Stake`) or given back (`Redeem`); times are epoch seconds.

    `stake_amount` and `settled_amount` are in units of `coin`, the others in shares.
    """

    order_id: str
    order_link_id: str
    order_type: str
    status: str
    product_id: int = 0
    coin: str = ""
    stake_amount: str = ""
    redeem_shares: str = ""
    account_type: str = ""
    created_time: int = 0
    updated_time: int = 0
    settled_shares: str = ""
    settled_amount: str = ""


class BybitNav(msgspec.Struct, frozen=True, kw_only=True):
    """What a share is worth in units of its coin, at `timestamp` (epoch seconds)."""

    timestamp: int
    nav: str
