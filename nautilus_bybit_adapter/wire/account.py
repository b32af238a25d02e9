"""Wallet, account settings, fees and the API key's permissions.

Source: Bybit V5 "Get Wallet Balance", "Get Account Info", "Get Fee Rate", "Get API Key Information".
"""

from __future__ import annotations

import msgspec


class BybitWalletCoin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One coin of a wallet, in units of the coin (`usd_value` in USD)."""

    coin: str
    wallet_balance: str
    equity: str = ""
    usd_value: str = ""
    locked: str = ""
    unrealised_pnl: str = ""
    cum_realised_pnl: str = ""
    borrow_amount: str = ""
    spot_borrow: str = ""
    accrued_interest: str = ""
    available_to_withdraw: str = ""
    available_to_borrow: str = ""
    total_order_im: str = msgspec.field(name="totalOrderIM", default="")
    total_position_im: str = msgspec.field(name="totalPositionIM", default="")
    total_position_mm: str = msgspec.field(name="totalPositionMM", default="")
    spot_hedging_qty: str = ""
    bonus: str = ""
    col_res: str = ""
    collateral_switch: bool = False
    margin_collateral: bool = False


class BybitWallet(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A wallet; account-wide numbers are USD, and `""` in isolated margin mode.

    A WebSocket push holds only the coins that changed.
    """

    coins: list[BybitWalletCoin] = msgspec.field(name="coin")
    account_type: str = ""
    total_equity: str = ""
    total_wallet_balance: str = ""
    total_margin_balance: str = ""
    total_available_balance: str = ""
    total_initial_margin: str = ""
    total_maintenance_margin: str = ""
    total_perp_upl: str = msgspec.field(name="totalPerpUPL", default="")
    account_im_rate: str = msgspec.field(name="accountIMRate", default="")
    account_mm_rate: str = msgspec.field(name="accountMMRate", default="")
    account_ltv: str = msgspec.field(name="accountLTV", default="")


class BybitAccountInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Settings of the account; `unified_margin_status` 5 and 6 are UTA 2.0."""

    margin_mode: str
    unified_margin_status: int = 0
    is_master_trader: bool = False
    spot_hedging_status: str = ""
    updated_time: str = ""


class BybitFeeRate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fee rates of a symbol, as fractions; options carry `base_coin` and no symbol."""

    taker_fee_rate: str
    maker_fee_rate: str
    symbol: str = ""
    base_coin: str = ""


class BybitApiKeyInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the API key may do; the key itself is left out."""

    read_only: int = 0
    permissions: dict[str, list[str]] = {}
    ips: list[str] = []
    type: int = 0
    uta: int = 0
    user_id: int = msgspec.field(name="userID", default=0)
    vip_level: str = ""
    mkt_maker_level: str = ""
    is_master: bool = False
    deadline_day: int = 0
    expired_at: str = ""
