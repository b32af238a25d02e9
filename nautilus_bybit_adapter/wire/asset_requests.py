"""What we send to move assets: between accounts of a user, from one coin into another, and to practise with.

A field that is `None` is left out, and decimals are strings.

Source: Bybit V5 "Create Universal Transfer", "Request a Quote", "Confirm a Quote", "Request Demo Trading Funds".
"""

from __future__ import annotations

import msgspec


class UniversalTransfer(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """A transfer between accounts of the user, the main one and its sub accounts.

    `transfer_id` is a UUID of ours: the same one never transfers twice. `amount` is in units of `coin`, the
    member ids are the accounts' user ids, the account types words of `AccountType`.
    """

    transfer_id: str
    coin: str
    amount: str
    from_member_id: int
    to_member_id: int
    from_account_type: str
    to_account_type: str


class RequestConvertQuote(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """What a quote is asked for.

    Attributes
    ----------
    account_type : str
        The wallet: `eb_convert_uta` or `eb_convert_funding`.
    from_coin, to_coin : str
        The coins.
    request_coin, request_amount : str
        The coin to be given, and how many units of it.
    request_id : str or None
        An id of ours, at most 36 characters.
    from_coin_type, to_coin_type, param_type, param_value : str or None
        `crypto` for the types; the rest is for brokers.
    """

    account_type: str
    from_coin: str
    to_coin: str
    request_coin: str
    request_amount: str
    request_id: str | None = None
    from_coin_type: str | None = None
    to_coin_type: str | None = None
    param_type: str | None = None
    param_value: str | None = None


class ExecuteConversion(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The quote to carry out."""

    quote_tx_id: str


class DemoAmount(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An amount to practise with, in units of the coin."""

    coin: str
    amount_str: str


class ApplyDemoMoney(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Amounts to add to a demo account (`adjust_type` 0) or to take from it (1)."""

    adjust_type: int
    uta_demo_apply_money: list[DemoAmount] | None = None
