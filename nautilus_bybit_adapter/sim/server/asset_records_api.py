"""REST answers about everything the user owns, the history of the funding wallet, deposits and withdrawals.

Source: Bybit V5 Asset.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.earn.fixed_term import ACTIVE
from nautilus_bybit_adapter.sim.earn.token import TOKEN_COIN
from nautilus_bybit_adapter.sim.exchange.amounts import ZERO, coin_amount, plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.funding_wallet import FUND, UNIFIED
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .amount import known_coins, read_needed
from .endpoint import Routes, private, uses
from .paging import DAY_MS, WEEK_MS, closed_page, window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

EARN = "Earn"
_SECOND_MS = 1000
_OVERVIEW_TYPES = ("", "FundingAccount", "UnifiedTradingAccount", EARN)


def overview(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/asset-overview`, in dollars."""
    asked, currency = read_text(params, "accountType"), read_text(params, "valuationCurrency") or "USD"
    if asked not in _OVERVIEW_TYPES:
        raise bad_param("params error: accountType invalid")
    if currency != "USD":
        raise bad_param("params error: valuationCurrency only supports USD here")
    main = str(context.exchange.config.uid)
    if read_text(params, "memberId") not in {"", main}:
        member = context.members.find(params["memberId"])
        wallets = {FUND: {}, UNIFIED: {}}  # type: dict[str, dict[str, Decimal]]
        for (account, coin), amount in member.balances.items():
            wallets[account][coin] = amount
        staked: dict[str, dict[str, Decimal]] = {}
    else:
        wallets = {FUND: context.funding.balances, UNIFIED: _equities(context)}
        staked = _staked(context)
    rows = [
        _wallet_row(context, "FundingAccount", wallets[FUND]),
        _wallet_row(context, "UnifiedTradingAccount", wallets[UNIFIED]),
        _earn_row(context, staked),
    ]
    rows = [row for row in rows if asked in {"", row["accountType"]}]
    total = sum((Decimal(row["totalEquity"]) for row in rows), ZERO)
    return {"totalEquity": plain(total), "list": rows}


def fund_history(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/fundinghistory`, newest first; times are in seconds and come both or not at all."""
    times = [read_text(params, name) for name in ("createTimeFrom", "createTimeTo")]
    if bool(times[0]) != bool(times[1]):
        raise VenueError(181008, "createTimeFrom and createTimeTo must both be given")
    if any(text and not (text.isdecimal() and len(text) < len("1" * 12)) for text in times):
        raise VenueError(181001, "createTimeFrom invalid")
    now_ms = context.exchange.now_ms()
    start, end = (int(text) * _SECOND_MS for text in times) if times[0] else (now_ms - WEEK_MS, now_ms)
    if not 0 <= end - start <= WEEK_MS:
        raise VenueError(181010, "The time range cannot exceed 7 days")
    found = [e for e in reversed(context.funding.history) if start <= e.at_ms <= end + _SECOND_MS - 1]
    entries, cursor = closed_page(found, params, lambda entry: str(entry.number), 10, 100)
    rows = [
        {
            "memberId": str(context.exchange.config.uid),
            "currency": entry.coin,
            "ioDirection": "I" if entry.amount > 0 else "O",
            "txnAmt": plain(abs(entry.amount)),
            "afterAmt": plain(entry.balance),
            "createTime": str(entry.at_ms // _SECOND_MS),
            "showBusiType": entry.kind,
            "showBusiTypeEn": entry.kind.replace("_", " ").capitalize(),
            "description": entry.kind,
            "descriptionEn": entry.kind.replace("_", " ").capitalize(),
        }
        for entry in entries
    ]
    return {"nextPageCursor": cursor, "list": rows}


def no_internal_deposits(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/deposit/query-internal-record`."""
    window(params, exchange.now_ms(), longest_ms=30 * DAY_MS)
    return {"rows": [], "nextPageCursor": ""}


def deposit_address(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/deposit/query-address`: deposits are closed on every chain."""
    coin = read_needed(params, "coin")
    if coin not in known_coins(exchange):
        raise VenueError(131001, "coin not supported")
    return {"coin": coin, "chains": []}


def no_withdrawal(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/withdraw/create`: nothing leaves a local venue."""
    coin = read_needed(params, "coin")
    if coin not in known_coins(exchange):
        raise VenueError(131001, "coin not supported")
    raise VenueError(131097, "Withdrawal of this currency has been closed")


def no_cancellation(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/asset/withdraw/cancel`: there is no withdrawal to cancel."""
    del exchange
    read_needed(params, "id")
    raise VenueError(131002, "The withdrawal does not exist")


def _equities(context: Context) -> dict[str, Decimal]:
    """Equity of each coin of the unified account."""
    exchange, sheet = context.exchange, context.exchange.risk.sheet()
    found = {}
    for coin in {*exchange.account.balances, *sheet}:
        equity = exchange.account.balances.get(coin, ZERO) - exchange.account.debts.get(coin, ZERO)
        margin = sheet.get(coin)
        if margin is not None:
            equity += margin.unrealised + margin.option_value
        found[coin] = coin_amount(equity)
    return found


def _staked(context: Context) -> dict[str, dict[str, Decimal]]:
    """Amounts by coin of every kind of stake."""
    earn, now_ms = context.earn, context.exchange.now_ms()
    earn.advance(now_ms)
    found: dict[str, dict[str, Decimal]] = {}

    def add(category: str, coin: str, amount: Decimal) -> None:
        coins = found.setdefault(category, {})
        coins[coin] = coins.get(coin, ZERO) + amount

    for order in earn.orders.values():
        if order.kind == "Stake" and order.status == "Pending":
            add(order.product.category, order.product.coin, order.amount)
    for position in earn.positions.values():
        add(position.product.category, position.product.coin, position.amount)
    for fixed in earn.fixed.positions.values():
        if fixed.status == ACTIVE:
            add(fixed.product.category, fixed.product.coin, fixed.amount)
    add("BYUSDT", TOKEN_COIN, earn.token.held)
    for product in earn.assets.products:
        shares = earn.assets.shares.get(product.product_id, ZERO)
        add("RWA", product.coin, coin_amount(shares * earn.assets.nav(product, now_ms)))
    return found


def _coin_rows(coins: Mapping[str, Decimal]) -> list[dict[str, str]]:
    return [{"coin": coin, "equity": plain(amount)} for coin, amount in sorted(coins.items()) if amount]


def _usd(context: Context, coins: Mapping[str, Decimal]) -> Decimal:
    risk = context.exchange.risk
    return coin_amount(sum((risk.usd_value(coin, amount) for coin, amount in coins.items()), ZERO))


def _wallet_row(context: Context, name: str, coins: Mapping[str, Decimal]) -> dict[str, Any]:
    return {
        "accountType": name,
        "totalEquity": plain(_usd(context, coins)),
        "valuationCurrency": "USD",
        "snapshotTime": str(context.exchange.now_ms()),
        "coinDetail": _coin_rows(coins),
        "categories": [],
    }


def _earn_row(context: Context, staked: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Any]:
    categories = [
        {
            "category": category,
            "equity": plain(_usd(context, coins)),
            "coinDetail": _coin_rows(coins),
        }
        for category, coins in staked.items()
        if any(coins.values())
    ]
    total = sum((_usd(context, coins) for coins in staked.values()), ZERO)
    return {
        "accountType": EARN,
        "totalEquity": plain(total),
        "valuationCurrency": "USD",
        "snapshotTime": str(context.exchange.now_ms()),
        "coinDetail": [],
        "categories": categories,
    }


ROUTES: Routes = {
    ("GET", "/v5/asset/asset-overview"): uses(overview, ret_msg="Success"),
    ("GET", "/v5/asset/fundinghistory"): uses(fund_history),
    ("GET", "/v5/asset/deposit/query-internal-record"): private(no_internal_deposits, ret_msg="success"),
    ("GET", "/v5/asset/deposit/query-address"): private(deposit_address, ret_msg="success"),
    ("POST", "/v5/asset/withdraw/create"): private(no_withdrawal, ret_msg="success"),
    ("POST", "/v5/asset/withdraw/cancel"): private(no_cancellation, ret_msg="success"),
}
