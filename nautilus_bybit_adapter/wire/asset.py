"""Balances of the account's wallets, transfers between them, and the greeks of its options.

Source: Bybit V5 "Get All Coins Balance", "Get Single Coin Balance", "Create Internal Transfer",
"Get Internal Transfer Records", "Get Universal Transfer Records", "Get Asset Overview",
"Get Withdrawable Amount", "Get Coin Greeks".
"""

from __future__ import annotations

import msgspec


class BybitCoinBalance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin in a wallet, in units of the coin.

    `transfer_balance` can be transferred now; `transfer_safe_amount` without endangering positions and
    `ltv_transfer_safe_amount` without endangering loans, where they were asked for.
    """

    coin: str
    wallet_balance: str
    transfer_balance: str = ""
    bonus: str = ""
    transfer_safe_amount: str = ""
    ltv_transfer_safe_amount: str = ""


class BybitCoinBalances(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Coins in a wallet; `account_type` is a word of `AccountType`."""

    account_type: str
    balances: list[BybitCoinBalance] = msgspec.field(name="balance")
    member_id: str = ""


class BybitSingleBalance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One coin in a wallet; `account_type` is a word of `AccountType`, `biz_type` the venue's number for it."""

    account_type: str
    balance: BybitCoinBalance
    biz_type: int = 0
    account_id: str = ""
    member_id: str = ""


class BybitTransferResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a transfer: `SUCCESS`, `PENDING`, `FAILED` or `STATUS_UNKNOWN`."""

    transfer_id: str
    status: str


class BybitTransfer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A transfer between two wallets of the account.

    `amount` is in units of `coin`, `timestamp` epoch milliseconds in a string, `status` as in
    `BybitTransferResult`.
    """

    transfer_id: str
    coin: str
    amount: str
    from_account_type: str
    to_account_type: str
    timestamp: str
    status: str


class BybitCoinGreeks(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Greeks of all options on a base coin.

    `total_delta` counts base coins, `total_gamma` base coins per unit of the price, `total_vega` quote coins per
    point of volatility, `total_theta` quote coins per day.
    """

    base_coin: str
    total_delta: str
    total_gamma: str
    total_vega: str
    total_theta: str


class BybitUniversalTransfer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A transfer between accounts of the user: as `BybitTransfer`, with the accounts' user ids."""

    transfer_id: str
    coin: str
    amount: str
    from_account_type: str
    to_account_type: str
    timestamp: str
    status: str
    from_member_id: str = ""
    to_member_id: str = ""


class CoinEquity(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a coin, in its units."""

    coin: str
    equity: str


class CategoryEquity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A kind of product, what lies in it in the currency of the overview, and its coins."""

    category: str
    equity: str
    coin_detail: list[CoinEquity] = []


class AccountEquity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A kind of account with what it is worth, in `valuation_currency`.

    `account_type` is the venue's word, such as `UnifiedTradingAccount`, `FundingAccount` or `Earn`;
    `snapshot_time` is epoch milliseconds in a string. Coins are under `coin_detail`, or by `categories`.
    """

    account_type: str
    total_equity: str
    valuation_currency: str = ""
    snapshot_time: str = ""
    coin_detail: list[CoinEquity] = []
    categories: list[CategoryEquity] = []


class BybitAssetOverview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All a user owns, and what it is worth in the currency that was asked for."""

    total_equity: str
    accounts: list[AccountEquity] = msgspec.field(name="list", default_factory=list)


class WithdrawableAmount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What can be withdrawn of a wallet's coin, and what is free of it, in units of the coin."""

    coin: str
    withdrawable_amount: str
    available_balance: str = ""


class WithdrawableAmounts(msgspec.Struct, frozen=True, kw_only=True):
    """What can be withdrawn of the funding wallet and of the unified one; `None` where the coin is not there."""

    fund: WithdrawableAmount | None = msgspec.field(name="FUND", default=None)
    uta: WithdrawableAmount | None = msgspec.field(name="UTA", default=None)


class BybitWithdrawableAmounts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What can be withdrawn of a coin; `limit_amount_usd` is held back, in USD, while a deposit is checked."""

    withdrawable_amount: WithdrawableAmounts
    limit_amount_usd: str = ""
