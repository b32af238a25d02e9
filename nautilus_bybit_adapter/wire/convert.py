"""Conversions of one coin into another at a quoted rate.

Source: Bybit V5 "Convert".
"""

from __future__ import annotations

import msgspec


class BybitConvertCoin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin that can be converted.

    Attributes
    ----------
    coin, full_name, coin_type : str
        Its short and long name, and `crypto`.
    accuracy_length : int
        Decimals of an amount.
    balance, u_balance : str
        What the wallet has of it, in units of the coin and in USDT.
    single_from_min_limit, single_from_max_limit, single_to_min_limit, single_to_max_limit : str
        Bounds of one conversion out of the coin, and into it, in units of the coin.
    daily_from_min_limit, daily_from_max_limit, daily_to_min_limit, daily_to_max_limit : str
        Bounds of a day.
    disable_from, disable_to : bool
        Whether it cannot be converted now, or be converted into.
    time_period, icon, icon_night : int, str, str
        The venue's own.
    """

    coin: str
    full_name: str = ""
    icon: str = ""
    icon_night: str = ""
    accuracy_length: int = 0
    coin_type: str = ""
    balance: str = ""
    u_balance: str = ""
    time_period: int = 0
    single_from_min_limit: str = ""
    single_from_max_limit: str = ""
    single_to_min_limit: str = ""
    single_to_max_limit: str = ""
    daily_from_min_limit: str = ""
    daily_from_max_limit: str = ""
    daily_to_min_limit: str = ""
    daily_to_max_limit: str = ""
    disable_from: bool = False
    disable_to: bool = False


class BybitConvertQuote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A rate the venue stands by until `expired_time` (epoch milliseconds in a string).

    `exchange_rate` counts `to_coin` per `from_coin`; the amounts are in units of their coins. `quote_tx_id`
    carries it out, and names the conversion from then on.
    """

    quote_tx_id: str
    exchange_rate: str
    from_coin: str
    to_coin: str
    from_amount: str
    to_amount: str
    expired_time: str
    from_coin_type: str = ""
    to_coin_type: str = ""
    request_id: str = ""
    ext_tax_and_fee: list[dict[str, str]] = []


class BybitConvertExecution(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a conversion so far: `init`, `processing`, `success` or `failure`."""

    quote_tx_id: str
    exchange_status: str


class ConversionInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the request for the quote said besides."""

    param_type: str = ""
    param_value: str = ""


class BybitConversion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A conversion.

    Attributes
    ----------
    exchange_tx_id, user_id : str
        The id of its quote, and whose it is.
    account_type : str
        The wallet, such as `eb_convert_uta` or `eb_convert_funding`.
    from_coin, to_coin, from_coin_type, to_coin_type : str
        The coins.
    from_amount, to_amount : str
        In units of their coins.
    convert_rate : str
        `to_coin` per `from_coin`.
    exchange_status : str
        `init`, `processing`, `success` or `failure`.
    created_at : str
        Epoch milliseconds.
    ext_info : ConversionInfo or None
        What the request said besides.
    """

    exchange_tx_id: str
    from_coin: str
    to_coin: str
    from_amount: str
    to_amount: str
    exchange_status: str
    account_type: str = ""
    user_id: str = ""
    from_coin_type: str = ""
    to_coin_type: str = ""
    convert_rate: str = ""
    created_at: str = ""
    ext_info: ConversionInfo | None = None
