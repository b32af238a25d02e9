"""What came into the account and left it: deposits, withdrawals, deliveries, settlements, the funding wallet.

Source: Bybit V5 "Get Deposit Records (on-chain)", "Get Internal Deposit Records (off-chain)",
"Get Master Deposit Address", "Get Withdrawal Records", "Get Delivery Record", "Get USDC Session Settlement",
"Get Funding Account Transaction History".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.words import SideText


class BybitDeposit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A deposit from a chain.

    Attributes
    ----------
    id, coin, chain : str
        The venue's id, the coin, and the chain it came on.
    amount, deposit_fee : str
        In units of the coin.
    status : int
        The venue's number: 1 to be confirmed, 2 processing, 3 success, 4 failed; others are stages of a refund
        or of a check.
    success_at : str
        When it was credited; epoch milliseconds.
    tx_id, tx_index, block_hash : str
        Where it is on the chain.
    from_address, to_address, tag : str
        Addresses, and the memo of the one it went to.
    confirmations, batch_release_limit : str
        Blocks so far, and the most that may be credited in one go; `-1` for no bound.
    deposit_type : str
        `0` for a usual one.
    tax_deposit_records_id, tax_status : str, int
        For users whom the venue reports for tax.
    """

    coin: str
    amount: str
    status: int
    success_at: str
    id: str = ""
    chain: str = ""
    tx_id: str = msgspec.field(name="txID", default="")
    to_address: str = ""
    tag: str = ""
    deposit_fee: str = ""
    confirmations: str = ""
    tx_index: str = ""
    block_hash: str = ""
    batch_release_limit: str = ""
    deposit_type: str = ""
    from_address: str = ""
    tax_deposit_records_id: str = ""
    tax_status: int = 0


class BybitInternalDeposit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A deposit from another user of the venue.

    `amount` is in units of `coin`, `created_time` epoch seconds in a string; `status` is 1 while it is processed,
    2 for success, 3 for failure. `address` is the sender's mail address or telephone number, in part, and
    `from_member_id` the sender's user id.
    """

    id: str
    coin: str
    amount: str
    status: int
    created_time: str
    type: int = 0
    address: str = ""
    from_member_id: str = ""
    tx_id: str = msgspec.field(name="txID", default="")
    tax_deposit_records_id: str = ""
    tax_status: int = 0


class DepositChain(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a coin can be sent to on a chain; `tag_deposit` is the memo it needs, `""` for none.

    `batch_release_limit` is the most credited in one go, in units of the coin, `-1` for no bound.
    """

    chain: str
    address_deposit: str
    chain_type: str = ""
    tag_deposit: str = ""
    batch_release_limit: str = ""
    contract_address: str = ""


class BybitDepositAddress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a coin can be sent to, by chain; no chain where deposits are closed."""

    coin: str
    chains: list[DepositChain] = []


class BybitWithdrawal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A withdrawal.

    Attributes
    ----------
    withdraw_id, coin, chain : str
        The venue's id, the coin, and the chain it leaves on.
    amount, withdraw_fee : str
        In units of the coin.
    status : str
        A word such as `SecurityCheck`, `Pending`, `success`, `CancelByUser`, `Reject`, `Fail`,
        `BlockchainConfirmed`.
    create_time, update_time : str
        Epoch milliseconds.
    withdraw_type : int
        0 on a chain, 1 to another user of the venue.
    tx_id, to_address, tag : str
        Where it is on the chain, where it goes, and the memo of that address.
    """

    withdraw_id: str
    coin: str
    amount: str
    status: str
    create_time: str
    chain: str = ""
    tx_id: str = msgspec.field(name="txID", default="")
    to_address: str = ""
    tag: str = ""
    withdraw_fee: str = ""
    withdraw_type: int = 0
    update_time: str = ""


class BybitDelivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A position that ended with its contract.

    `delivery_time` is epoch milliseconds, `side` that of the position, `position` its size (base coins, for
    inverse USD). Prices are in the quote coin, `strike` of options only; `fee` and `delivery_rpl`, the realised
    profit, are in the settlement coin.
    """

    symbol: str
    delivery_time: int
    side: SideText
    position: str
    delivery_price: str
    entry_price: str = ""
    strike: str = ""
    fee: str = ""
    delivery_rpl: str = ""


class BybitSettlement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A session's settlement of a USDC contract.

    `size` counts base coins; `session_avg_price` and `mark_price` are in USDC, as is `realised_pnl`;
    `created_time` is epoch milliseconds in a string.
    """

    symbol: str
    side: SideText
    size: str
    realised_pnl: str
    created_time: str
    session_avg_price: str = ""
    mark_price: str = ""


class BybitFundingEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A change of the funding wallet.

    Attributes
    ----------
    currency : str
        The coin.
    io_direction : str
        `I` for in, `O` for out.
    txn_amt, after_amt : str
        The change without a sign, and what there is after it, in units of the coin.
    create_time : str
        Epoch seconds.
    show_busi_type, show_busi_type_en, description, description_en : str
        What it was, in the user's language and in English.
    member_id, currc_cursor : str
        Whose wallet, and what tells the entry from any other.
    """

    currency: str
    io_direction: str
    txn_amt: str
    create_time: str
    after_amt: str = ""
    member_id: str = ""
    show_busi_type: str = ""
    show_busi_type_en: str = ""
    description: str = ""
    description_en: str = ""
    currc_cursor: str = ""
