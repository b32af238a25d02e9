"""What the venue says of coins and the chains they move on.

Source: Bybit V5 "Get Coin Info".
"""

from __future__ import annotations

import msgspec


class CoinChain(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A chain a coin moves on; amounts are in units of the coin.

    Attributes
    ----------
    chain, chain_type : str
        Its name, and a longer one.
    min_accuracy : str
        Decimals of a deposit or withdrawal.
    confirmation, safe_confirm_number : str
        Blocks until a deposit can be traded, and until it can be withdrawn.
    deposit_min, withdraw_min, withdraw_max : str
        Bounds.
    withdraw_fee, withdraw_percentage_fee : str
        Fee of a withdrawal, and its part in proportion to the amount as a fraction; `""` for the fee where
        nothing can be withdrawn.
    chain_deposit, chain_withdraw : str
        `"1"` where deposits, or withdrawals, are open.
    contract_address : str
        The token's contract; `""` for none.
    """

    chain: str
    chain_type: str = ""
    min_accuracy: str = ""
    confirmation: str = ""
    safe_confirm_number: str = ""
    deposit_min: str = ""
    withdraw_min: str = ""
    withdraw_max: str = ""
    withdraw_fee: str = ""
    withdraw_percentage_fee: str = ""
    chain_deposit: str = ""
    chain_withdraw: str = ""
    contract_address: str = ""


class BybitCoinInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A coin, its full `name`, and its chains; `remain_amount` is the most of it one withdrawal may take."""

    coin: str
    name: str = ""
    remain_amount: str = ""
    chains: list[CoinChain] = []
