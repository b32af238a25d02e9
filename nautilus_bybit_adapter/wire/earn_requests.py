"""What we send to put coins into savings of a fixed time, the venue's token and assets of the real world.

A field that is `None` is left out, and decimals are strings. `order_link_id` is an id of ours, of at most 36 letters,
digits, `-` and `_`: the venue takes each once.

Source: Bybit V5 "Fixed Saving", "BYUSDT", "RWA".
"""

from __future__ import annotations

import msgspec


class PlaceFixedTermOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """A stake for a fixed time.

    Attributes
    ----------
    product_id, category, coin : int, str, str
        The product's id, category and coin.
    amount : str
        In units of the coin.
    account_type : str
        Where the coins come from: a word of `AccountType`.
    order_link_id : str
        Our id.
    auto_invest : bool or None
        Whether what matures is bought again (`FundPool` only).
    """

    product_id: int
    category: str
    coin: str
    amount: str
    account_type: str
    order_link_id: str
    auto_invest: bool | None = None


class RedeemFixedTerm(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A stake to give back before it matures."""

    product_id: int
    category: str
    position_id: int


class SetAutoInvest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whether what matures is bought again: `Enable` or `Disable`."""

    product_id: int
    category: str
    position_id: int
    status: str


class PlaceTokenOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The token to mint (`Mint`) or to redeem (`Redeem`).

    `amount` is in units of what is paid; `account_type` is `FlexibleSaving` to mint from and `UNIFIED` to redeem to.
    """

    coin: str
    order_link_id: str
    order_type: str
    amount: str
    account_type: str


class PlaceRealAssetOrder(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Shares to buy (`Stake`) or to give back (`Redeem`).

    The one takes `stake_amount` units of the coin, the other `redeem_shares` shares; `account_type` is a word of
    `AccountType`, by default `FUND`.
    """

    product_id: int
    order_type: str
    coin: str
    order_link_id: str
    stake_amount: str | None = None
    redeem_shares: str | None = None
    account_type: str | None = None
