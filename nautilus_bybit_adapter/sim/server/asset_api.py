"""Private REST answers about the two wallets and transfers between them.

Source: Bybit V5 Asset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.funding_wallet import ACCOUNT_TYPES, UNIFIED, Transfer
from nautilus_bybit_adapter.sim.exchange.greeks import coin_greeks
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text
from nautilus_bybit_adapter.sim.exchange.settlement import DELIVERIES

from .amount import known_coins, read_amount, read_choice, read_needed
from .endpoint import Routes, private, uses
from .paging import DAY_MS, page, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

MOST_COINS = 10
# Chains by coin; a coin not named has one chain of its own name.
_CHAINS = {"USDT": ("ETH", "TRX"), "USDC": ("ETH", "SOL"), "BTC": ("BTC",), "ETH": ("ETH", "ARBI")}


def coin_info(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/coin/query-info`: deposits and withdrawals are closed on every chain."""
    asked = read_text(params, "coin")
    return {"rows": [_coin_row(coin) for coin in known_coins(exchange) if asked in {"", coin}]}


def _coin_row(coin: str) -> dict[str, Any]:
    chains = [
        {
            "chain": chain,
            "chainType": chain,
            "confirmation": "6",
            "withdrawFee": "",
            "depositMin": "0",
            "withdrawMin": "0",
            "minAccuracy": "8",
            "chainDeposit": "0",
            "chainWithdraw": "0",
            "withdrawPercentageFee": "0",
            "contractAddress": "",
            "safeConfirmNumber": "12",
            "withdrawMax": "0",
        }
        for chain in _CHAINS.get(coin, (coin,))
    ]
    return {"name": coin, "coin": coin, "remainAmount": "0", "chains": chains}


def coins_balance(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/query-account-coins-balance`."""
    account = read_choice(params, "accountType", ACCOUNT_TYPES)
    asked = [coin for coin in read_text(params, "coin").split(",") if coin]
    if account == UNIFIED and not asked:
        raise bad_param("coin is required for UNIFIED")
    if len(asked) > MOST_COINS:
        raise bad_param(f"params error: coin holds more than {MOST_COINS} coins")
    coins = asked or known_coins(context.exchange)
    rows = [
        {
            "coin": coin,
            "walletBalance": plain(context.funding.balance(account, coin)),
            "transferBalance": plain(context.funding.free(account, coin)),
            "bonus": "0",
        }
        for coin in coins
    ]
    return {"accountType": account, "memberId": str(context.exchange.config.uid), "balance": rows}


def coin_balance(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/query-account-coin-balance`."""
    account, coin = read_choice(params, "accountType", ACCOUNT_TYPES), read_needed(params, "coin")
    uid = str(context.exchange.config.uid)
    free = plain(context.funding.free(account, coin))
    return {
        "accountType": account,
        "bizType": 1,
        "accountId": uid,
        "memberId": uid,
        "balance": {
            "coin": coin,
            "walletBalance": plain(context.funding.balance(account, coin)),
            "transferBalance": free,
            "bonus": "",
            "transferSafeAmount": free if read_text(params, "withTransferSafeAmount") == "1" else "",
            "ltvTransferSafeAmount": "",
        },
    }


def transfer(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/inter-transfer`: done at once."""
    ident = read_needed(params, "transferId")
    try:
        UUID(ident)
    except ValueError as e:
        raise VenueError(131200, "transferId must be a UUID") from e
    coin = read_needed(params, "coin")
    source = read_choice(params, "fromAccountType", ACCOUNT_TYPES)
    target = read_choice(params, "toAccountType", ACCOUNT_TYPES)
    if source == target:
        raise VenueError(131200, "fromAccountType and toAccountType are the same")
    if coin not in known_coins(context.exchange):
        raise VenueError(131200, "coin not supported")
    context.funding.transfer(
        Transfer(
            ident=ident,
            coin=coin,
            amount=read_amount(params, "amount"),
            source=source,
            target=target,
            at_ms=context.exchange.now_ms(),
        )
    )
    return {"transferId": ident, "status": "SUCCESS"}


def transfer_list(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/query-inter-transfer-list`, newest first."""
    start, end = window(params, context.exchange.now_ms())
    wanted = {
        "transferId": read_text(params, "transferId"),
        "coin": read_text(params, "coin"),
        "status": read_text(params, "status"),
    }
    rows = [
        {
            "transferId": done.ident,
            "coin": done.coin,
            "amount": plain(done.amount),
            "fromAccountType": done.source,
            "toAccountType": done.target,
            "timestamp": str(done.at_ms),
            "status": "SUCCESS",
        }
        for done in reversed(context.funding.transfers.values())
        if start <= done.at_ms <= end
    ]
    rows = [row for row in rows if all(value in {"", row[key]} for key, value in wanted.items())]
    found, cursor = page(rows, params, lambda row: row["transferId"], 20, 50)
    return {"list": found, "nextPageCursor": cursor}


def transfer_coins(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/query-transfer-coin-list`."""
    for name in ("fromAccountType", "toAccountType"):
        read_choice(params, name, ACCOUNT_TYPES)
    return {"list": known_coins(exchange)}


def no_records(exchange: Exchange, params: Params) -> dict[str, Any]:
    """Histories of what never happens here: deposits and withdrawals."""
    window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    return {"rows": [], "nextPageCursor": ""}


def greeks(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/coin-greeks`."""
    return {"list": coin_greeks(exchange.risk, read_text(params, "baseCoin"))}


def deliveries(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/delivery-record`: positions closed by delivery, newest first."""
    category, start_end = read_category(params), window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    symbol = read_text(params, "symbol")
    rows = [
        {
            "deliveryTime": fill.at_ms,
            "symbol": fill.order.instrument.symbol,
            "side": "Buy" if fill.side == "Sell" else "Sell",
            "position": plain(fill.order.instrument.qty(fill.lots)),
            "entryPrice": "",
            "deliveryPrice": plain(fill.order.instrument.price(fill.ticks)),
            "strike": plain(fill.order.instrument.strike) if fill.order.instrument.is_option else "",
            "fee": plain(fill.fee),
            "deliveryRpl": plain(fill.pnl),
        }
        for fill in reversed(exchange.account.executions)
        if fill.exec_type in DELIVERIES
        and fill.order.instrument.category == category
        and start_end[0] <= fill.at_ms <= start_end[1]
        and symbol in {"", fill.order.instrument.symbol}
    ]
    found, cursor = page(rows, params, lambda row: f"{row['symbol']}:{row['deliveryTime']}", 20, 50)
    return {"category": category, "list": found, "nextPageCursor": cursor}


def settlements(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/settlement-record`: sessions of USDC contracts are not settled here."""
    category = read_category(params)
    window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    return {"category": category, "list": [], "nextPageCursor": ""}


def withdrawable(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/withdraw/withdrawable-amount`."""
    coin = read_needed(params, "coin")
    amounts = {
        account: {
            "coin": coin,
            "withdrawableAmount": plain(context.funding.free(account, coin)),
            "availableBalance": plain(context.funding.free(account, coin)),
        }
        for account in ACCOUNT_TYPES
    }
    return {
        "limitAmountUsd": "0",
        "withdrawableAmount": {"FUND": amounts["FUND"], "UTA": amounts["UNIFIED"]},
    }


ROUTES: Routes = {
    ("GET", "/v5/asset/coin/query-info"): private(coin_info, ret_msg="success"),
    ("GET", "/v5/asset/transfer/query-account-coins-balance"): uses(coins_balance, ret_msg="success"),
    ("GET", "/v5/asset/transfer/query-account-coin-balance"): uses(coin_balance, ret_msg="success"),
    ("POST", "/v5/asset/transfer/inter-transfer"): uses(transfer, ret_msg="success"),
    ("GET", "/v5/asset/transfer/query-inter-transfer-list"): uses(transfer_list, ret_msg="success"),
    ("GET", "/v5/asset/transfer/query-transfer-coin-list"): private(transfer_coins, ret_msg="success"),
    ("GET", "/v5/asset/coin-greeks"): private(greeks),
    ("GET", "/v5/asset/delivery-record"): private(deliveries),
    ("GET", "/v5/asset/settlement-record"): private(settlements),
    ("GET", "/v5/asset/deposit/query-record"): private(no_records, ret_msg="success"),
    ("GET", "/v5/asset/withdraw/query-record"): private(no_records, ret_msg="success"),
    ("GET", "/v5/asset/withdraw/withdrawable-amount"): uses(withdrawable, ret_msg="success"),
}
