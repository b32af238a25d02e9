"""Dual assets: a coin put in that comes back as one of two, by where the price is at the end.

Source: Bybit V5 "Dual Assets".
"""

from __future__ import annotations

import msgspec


class BybitDualProduct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pair of coins and a term; times are epoch milliseconds in strings.

    Attributes
    ----------
    product_id, category, base_coin, quote_coin : str
        Its id, `DualAssets`, and its coins.
    status : str
        `Available` or `NotAvailable`.
    duration : str
        Such as `8h` or `1d`.
    subscribe_start_at, subscribe_end_at, apply_start_at, settlement_time, expect_receive_at : str
        When it can be bought, earns from and until, and pays.
    min_purchase_quote_amount, remaining_amount_quote, order_precision_digital_quote : str, str, int
        Bounds and decimals of buying low, in quote coins.
    min_purchase_base_amount, remaining_amount_base, order_precision_digital_base : str, str, int
        Bounds and decimals of selling high, in base coins.
    is_vip_product : bool
        For whom it is.
    """

    product_id: str
    base_coin: str
    quote_coin: str
    category: str = ""
    status: str = ""
    duration: str = ""
    expect_receive_at: str = ""
    is_vip_product: bool = False
    subscribe_start_at: str = ""
    subscribe_end_at: str = ""
    apply_start_at: str = ""
    settlement_time: str = ""
    min_purchase_quote_amount: str = ""
    min_purchase_base_amount: str = ""
    remaining_amount_quote: str = ""
    remaining_amount_base: str = ""
    order_precision_digital_quote: int = 0
    order_precision_digital_base: int = 0


class BybitDualPosition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What lies in a dual asset.

    Attributes
    ----------
    position_id, product_id, order_id, category : str
        Ids of the position, its product and its order, and `DualAssets`.
    base_coin, quote_coin, invest_coin, amount : str
        The coins, the one put in, and how many units of it.
    direction, target_price : str
        `BuyLow` or `SellHigh`, and the price that decides, in USDT.
    apy_e8 : str
        Yield per year, a fraction times 1e8.
    status : str
        `Active` or `Redeeming`.
    duration, yield_start_at, yield_end_at, settlement_time : str
        Its term, such as `3d`, and epoch milliseconds.
    expect_return_coin, expect_return_amount : str
        What would come back as things stand.
    account_type, to_account_type : str
        Words of `AccountType`: where it came from and goes.
    """

    position_id: str
    product_id: str
    amount: str
    category: str = ""
    base_coin: str = ""
    quote_coin: str = ""
    invest_coin: str = ""
    apy_e8: str = ""
    direction: str = ""
    target_price: str = ""
    settlement_time: str = ""
    status: str = ""
    order_id: str = ""
    duration: str = ""
    expect_return_coin: str = ""
    expect_return_amount: str = ""
    account_type: str = ""
    to_account_type: str = ""
    yield_start_at: str = ""
    yield_end_at: str = ""


class BybitDualOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A dual asset bought; times are epoch milliseconds in strings.

    Attributes
    ----------
    order_id, order_link_id, product_id, category, order_type : str
        Ids of the order, ours, and its product's; `DualAssets` and `Stake`.
    status : str
        `Pending`, `Success`, `Settled` or `Fail`.
    coin, amount, base_coin, quote_coin : str
        What was put in, and the pair.
    direction, target_price, duration : str
        `BuyLow` or `SellHigh`, the price that decides in USDT, and the term, such as `3d`.
    estimate_apy_e8, select_apy_e8 : str
        Yield per year expected and asked for, fractions times 1e8.
    settlement_coin, settlement_amount, settlement_price, settlement_time : str
        What came back, and at what price in USDT.
    account_type, to_account_type, order_mode, refund_status : str
        Where it came from and went, `Normal` or `RFQ`, and what became of a refund.
    trial_bonus_amount, trial_bonus_pnl, is_vip : str, str, bool
        A voucher's part, and for whom it is.
    """

    order_id: str
    order_link_id: str
    status: str
    amount: str
    coin: str
    product_id: str = ""
    category: str = ""
    order_type: str = ""
    base_coin: str = ""
    quote_coin: str = ""
    created_time: str = ""
    updated_time: str = ""
    direction: str = ""
    target_price: str = ""
    settlement_time: str = ""
    estimate_apy_e8: str = ""
    duration: str = ""
    account_type: str = ""
    to_account_type: str = ""
    select_apy_e8: str = ""
    is_vip: bool = False
    settlement_coin: str = ""
    settlement_amount: str = ""
    order_mode: str = ""
    settlement_price: str = ""
    refund_status: str = ""
    trial_bonus_amount: str = ""
    trial_bonus_pnl: str = ""
