"""Assets, sub accounts, conversions: what each method of the REST client is asked for, and which methods that are."""

from __future__ import annotations

import uuid

import pytest
from rest_order_cases import market_order

from nautilus_bybit_adapter.errors import BybitApiError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire.asset_requests import RequestConvertQuote
from nautilus_bybit_adapter.wire.convert import BybitConversion

type Client = BybitHTTPClient

UNIFIED = "eb_convert_uta"
SUB_ACCOUNT = "walker1"
DAY_MS = 86_400_000


async def assets(client: Client) -> None:
    overview = await client.get_asset_overview()
    kinds = {row.account_type: row for row in overview.accounts}
    assert kinds.keys() > {"FundingAccount", "UnifiedTradingAccount"}
    assert float(overview.total_equity) > 0
    unified = await client.get_asset_overview(account_type="UnifiedTradingAccount", valuation_currency="USD")
    assert "BTC" in {coin.coin for coin in unified.accounts[0].coin_detail}
    amounts = await client.get_withdrawable_amounts("BTC")
    assert amounts.withdrawable_amount.uta is not None
    assert float(amounts.withdrawable_amount.uta.withdrawable_amount) > 0


async def records(client: Client) -> None:
    transfer_id = str(uuid.uuid4())
    await client.transfer(
        "ETH", "0.125", from_account_type="UNIFIED", to_account_type="FUND", transfer_id=transfer_id
    )
    (*_, entry) = await client.get_funding_wallet_history()
    assert (entry.currency, entry.txn_amt, entry.io_direction) == ("ETH", "0.125", "I")
    now_ms = client.server_time_ms()
    for start_ms, end_ms in ((None, now_ms + 1000), (now_ms - 20 * DAY_MS, now_ms + 1000)):
        rows = await client.get_funding_wallet_history(start_ms=start_ms, end_ms=end_ms)
        assert rows[-1] == entry
    assert await client.get_deposits("BTC", start_ms=now_ms - 40 * DAY_MS) == []
    assert await client.get_internal_deposits() == []
    assert await client.get_withdrawals("BTC", withdraw_type=2) == []
    assert (await client.get_deposit_address("BTC")).coin == "BTC"
    assert await client.get_deliveries("option") == []
    assert await client.get_settlements("linear", "BTCPERP") == []


async def conversions(client: Client) -> None:
    coins = {row.coin: row for row in await client.get_convert_coins(UNIFIED)}
    assert float(coins["USDT"].balance) > 100
    assert not coins["BTC"].disable_to
    request = RequestConvertQuote(
        account_type=UNIFIED, from_coin="USDT", to_coin="BTC", request_coin="USDT", request_amount="100"
    )
    done: list[BybitConversion] = []
    for _ in range(2):
        quote = await client.request_convert_quote(request)
        assert (quote.from_amount, quote.to_coin) == ("100", "BTC")
        assert (await client.get_conversion(UNIFIED, quote.quote_tx_id)).exchange_status == "init"
        execution = await client.execute_conversion(quote.quote_tx_id)
        assert (execution.quote_tx_id, execution.exchange_status) == (quote.quote_tx_id, "processing")
        made = await client.get_conversion(UNIFIED, quote.quote_tx_id)
        assert (made.exchange_status, made.to_amount) == ("success", quote.to_amount)
        done.insert(0, made)
        with pytest.raises(BybitApiError, match="used"):
            await client.execute_conversion(quote.quote_tx_id)
    assert await client.get_conversions() == done
    assert await client.get_conversions([UNIFIED], limit=1) == done[:1]


async def sub_accounts(client: Client) -> None:
    main = int((await client.get_account_wallets())[0].uid)
    (member,) = await client.get_sub_accounts()
    assert (member.username, member.status) == (SUB_ACCOUNT, 1)
    assert await client.get_sub_account_keys(member.uid) == []
    transfer_id = str(uuid.uuid4())
    done = await client.transfer_between_accounts(
        "USDT",
        "25",
        from_member_id=main,
        to_member_id=int(member.uid),
        from_account_type="UNIFIED",
        to_account_type="FUND",
        transfer_id=transfer_id,
    )
    assert (done.transfer_id, done.status) == (transfer_id, "SUCCESS")
    (row,) = await client.get_transfers_between_accounts(transfer_id=transfer_id)
    assert (row.coin, row.amount, row.to_member_id) == ("USDT", "25", member.uid)
    assert await client.get_moved_positions(category="linear") == []


async def switches(client: Client) -> None:
    await client.set_delta_mode(is_on=True)
    assert (await client.get_trading_settings()).delta_enable
    await client.set_delta_mode(is_on=False)
    await client.set_limit_price_action("linear", is_moved=True)
    settings = await client.get_trading_settings()
    assert (settings.lpa_perp, settings.lpa_spot) == (True, False)
    await client.set_limit_price_action("linear", is_moved=False)
    made = await client.set_collaterals({"BTC": False, "ETH": True})
    assert [(row.coin, row.collateral_switch) for row in made] == [("BTC", "OFF"), ("ETH", "ON")]
    await client.set_collaterals({"BTC": True})
    symbol = (await client.get_instruments("option", base_coin="BTC"))[0].symbol
    await client.place_order(market_order(category="option", symbol=symbol, qty="0.1"))
    held = {row.coin: row for row in await client.get_option_assets()}
    assert float(held["BTC"].total_delta) != 0
    await client.place_order(market_order(category="option", symbol=symbol, side="Sell", qty="0.1"))


async def publications(client: Client) -> None:
    (group, *_) = await client.get_fee_groups()
    assert "BTCUSDT" in group.symbols
    assert await client.get_announcements() == []


ASSET_CASES = [
    (assets, "get_asset_overview get_withdrawable_amounts"),
    (
        records,
        """get_funding_wallet_history get_deposits get_internal_deposits get_withdrawals get_deposit_address
        get_deliveries get_settlements""",
    ),
    (
        conversions,
        "get_convert_coins request_convert_quote execute_conversion get_conversion get_conversions",
    ),
    (
        sub_accounts,
        """get_sub_accounts get_sub_account_keys get_account_wallets transfer_between_accounts
        get_transfers_between_accounts get_moved_positions""",
    ),
    (switches, "set_delta_mode set_limit_price_action set_collaterals get_option_assets"),
    (publications, "get_fee_groups get_announcements"),
]
