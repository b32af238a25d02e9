"""The account: what each method of the REST client is asked for, and which methods that are."""

from __future__ import annotations

import msgspec
import pytest
from rest_order_cases import market_order

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import (
    MarginMode,
    PlaceEarnOrder,
    SetMmp,
)

type Client = BybitHTTPClient


async def account_settings(client: Client) -> None:
    info = await client.get_account_info()
    assert (info.margin_mode, info.unified_margin_status) == ("REGULAR_MARGIN", 5)
    assert (await client.set_margin_mode(MarginMode.REGULAR_MARGIN)).reasons == []
    await client.set_spot_hedging(is_on=True)
    assert (await client.get_account_info()).spot_hedging_status == "ON"
    await client.set_spot_hedging(is_on=False)
    assert not (await client.get_trading_settings()).delta_enable
    assert await client.get_smp_group() == 0
    mine = await client.get_account_instruments("linear")
    launching = await client.get_instruments("linear", status="PreLaunch")
    listed = [*await client.get_instruments("linear"), *launching]
    assert {row.symbol for row in mine} == {row.symbol for row in listed}
    with pytest.raises(BybitConfigError, match="mode must be one of ISOLATED_MARGIN"):
        await client.set_margin_mode("CROSS")


async def fees(client: Client) -> None:
    (rate,) = await client.get_fee_rates("linear", "BTCUSDT")
    assert 0 <= float(rate.maker_fee_rate) < float(rate.taker_fee_rate) < 0.01
    every = await client.get_fee_rates("linear")
    assert len(every) == len({row.symbol for row in every}) > 1
    options = await client.get_fee_rates("option", base_coin="BTC")
    assert all(row.base_coin for row in options)


async def wallet(client: Client) -> None:
    everything = await client.get_wallet_balance()
    some = await client.get_wallet_balance(["BTC"])
    assert [coin.coin for coin in some.coins] == ["BTC"]
    assert {coin.coin for coin in everything.coins} > {"BTC"}
    free = await client.get_withdrawable(["BTC", "USDT"])
    assert free.available_withdrawal_map.keys() == {"BTC", "USDT"}
    balances = await client.get_coin_balances("UNIFIED", ["BTC"])
    one = await client.get_coin_balance("UNIFIED", "BTC", with_safe_amount=True)
    assert balances.balances[0].wallet_balance == one.balance.wallet_balance == some.coins[0].wallet_balance
    assert one.balance.transfer_safe_amount


async def key(client: Client) -> None:
    info = await client.get_api_key_info()
    assert (info.read_only, info.uta) == (0, 1)
    assert info.permissions["ContractTrade"]
    assert "sim-key" not in repr(info)


async def transaction_log(client: Client) -> None:
    await client.place_order(market_order())
    rows = await client.get_transaction_log(category="linear", currency="USDT", limit=1)
    assert [(row.type, row.symbol) for row in rows] == [("TRADE", "BTCUSDT")]


async def trade_sums(client: Client) -> None:
    await client.place_order(market_order(category="spot", symbol="BTCUSDT", qty="100"))
    sums = await client.get_trade_sums("BTCUSDT", start_ms=client.server_time_ms() - 3_600_000)
    assert (sums.base_coin, sums.settle_coin) == ("BTC", "USDT")
    assert float(sums.sum_buy_exec_qty) > 0
    assert sums.sum_price_list[-1].sum_buy_exec_qty


async def loans(client: Client) -> None:
    assert (await client.borrow("ETH", "1")).amount == "1"
    (coin,) = await client.get_collateral_info("ETH")
    assert (coin.borrowable, float(coin.borrow_amount)) == (True, 1)
    info = await client.get_repayment_info("ETH")
    assert (info.borrow_info.coin, float(info.borrow_info.borrow_size)) == ("ETH", 1)
    assert "USDT" in {row.coin for row in info.collateral_info.collateral_list}
    assert (await client.repay("ETH", "0.5", may_convert=False)).result_status in {"P", "SU"}
    assert (await client.repay("ETH", "0.25")).result_status in {"P", "SU"}
    (rest,) = await client.repay_liabilities("ETH")
    assert (rest.coin, float(rest.repayment_qty)) == ("ETH", 0.25)
    assert await client.get_borrow_history("ETH") == []
    await client.set_collateral("BTC", is_on=False)
    assert [each.collateral_switch for each in await client.get_collateral_info("BTC")] == [False]
    await client.set_collateral("BTC", is_on=True)


async def protection(client: Client) -> None:
    await client.set_dcp(12, "SPOT")
    assert {row.product: row.time_window for row in await client.get_dcp_info()}["SPOT"] == "12"
    with pytest.raises(BybitConfigError, match="window_secs must be from 3 to 300; it is 2"):
        await client.set_dcp(2)
    await client.set_mmp(
        SetMmp(base_coin="BTC", window="5000", frozen_period="100", qty_limit="10", delta_limit="5")
    )
    (state,) = await client.get_mmp_state("BTC")
    assert (state.mmp_enabled, state.window, state.mmp_frozen) == (True, "5000", False)
    await client.reset_mmp("BTC")


async def spot_margin(client: Client) -> None:
    assert (await client.switch_spot_margin(is_on=True)).spot_margin_mode == "1"
    await client.set_spot_margin_leverage("4")
    state = await client.get_spot_margin_state()
    assert (state.spot_margin_mode, state.spot_leverage) == ("1", "4")
    assert float((await client.get_max_borrowable("BTC")).max_loan) > 0
    assert {row.currency for row in await client.get_coin_leverages()} > {"BTC"}
    (terms, *_) = await client.get_spot_margin_terms(currency="BTC")
    assert [coin.currency for coin in terms.coins] == ["BTC"]
    (tiers,) = await client.get_collateral_tiers("BTC")
    assert float(tiers.tiers[0].collateral_ratio) <= 1
    rates = await client.get_interest_rate_history("BTC", limit=3)
    assert [row.timestamp for row in rates] == sorted(row.timestamp for row in rates)
    assert len(rates) == 3
    assert (await client.get_repayable("BTC")).currency == "BTC"
    assert {row.auto_repay_mode for row in await client.set_auto_repay(is_on=True)} == {"1"}
    assert {row.auto_repay_mode for row in await client.get_auto_repay()} == {"1"}


async def transfers(client: Client) -> None:
    assert "ETH" in await client.get_transferable_coins("UNIFIED", "FUND")
    transfer_id = "7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a01"
    done = await client.transfer(
        "ETH", "0.5", from_account_type="UNIFIED", to_account_type="FUND", transfer_id=transfer_id
    )
    assert (done.transfer_id, done.status) == (transfer_id, "SUCCESS")
    (row,) = await client.get_transfers(transfer_id=transfer_id)
    assert (row.coin, row.amount, row.to_account_type) == ("ETH", "0.5", "FUND")


async def coins(client: Client) -> None:
    (info,) = await client.get_coin_info("BTC")
    assert (info.coin, {chain.min_accuracy for chain in info.chains}) == ("BTC", {"8"})
    assert {row.coin for row in await client.get_coin_info()} > {"BTC"}


async def greeks(client: Client) -> None:
    symbol = (await client.get_instruments("option", base_coin="BTC"))[0].symbol
    await client.place_order(market_order(category="option", symbol=symbol, qty="0.1"))
    (row,) = await client.get_coin_greeks("BTC")
    assert float(row.total_gamma) != 0
    (position,) = await client.get_positions("option", symbol=symbol)
    assert float(position.gamma) != 0
    await client.place_order(market_order(category="option", symbol=symbol, side="Sell", qty="0.1"))
    closed = await client.get_closed_options(symbol)
    assert (closed[-1].symbol, closed[-1].qty) == (symbol, "0.1")


async def savings(client: Client) -> None:
    products = await client.get_earn_products("FlexibleSaving", "USDT")
    assert [(row.coin, row.category) for row in products] == [("USDT", "FlexibleSaving")]
    request = PlaceEarnOrder(
        category="FlexibleSaving",
        order_type="Stake",
        account_type="UNIFIED",
        amount="1000",
        coin="USDT",
        product_id=products[0].product_id,
        order_link_id="stake",
    )
    answer = await client.place_earn_order(request)
    (row,) = await client.get_earn_orders("FlexibleSaving", order_id=answer.order_id)
    assert (row.order_type, float(row.order_value)) == ("Stake", 1000)
    (position,) = await client.get_earn_positions("FlexibleSaving", coin="USDT")
    assert float(position.amount) == 1000
    assert await client.get_earn_yield("FlexibleSaving") == []
    assert await client.get_earn_hourly_yield() == []
    apr = await client.get_earn_apr_history("FlexibleSaving", products[0].product_id)
    assert apr[-1].apr
    again = msgspec.structs.replace(request, order_link_id="more", amount="999999999")
    with pytest.raises(BybitApiError):
        await client.place_earn_order(again)
    with pytest.raises(BybitApiError) as caught:
        await client.modify_earn_position(8, 1, auto_reinvest=True)
    assert caught.value.ret_code == 180020


ACCOUNT_CASES = [
    (
        account_settings,
        "get_smp_group get_account_instruments get_account_info get_trading_settings set_margin_mode set_spot_hedging",
    ),
    (fees, "get_fee_rates"),
    (wallet, "get_wallet_balance get_withdrawable get_coin_balances get_coin_balance"),
    (key, "get_api_key_info"),
    (transaction_log, "get_transaction_log"),
    (trade_sums, "get_trade_sums"),
    (
        loans,
        "borrow repay repay_liabilities get_repayment_info get_borrow_history get_collateral_info set_collateral",
    ),
    (protection, "set_dcp get_dcp_info set_mmp reset_mmp get_mmp_state"),
    (
        spot_margin,
        """switch_spot_margin set_spot_margin_leverage get_spot_margin_state get_max_borrowable
        get_coin_leverages get_spot_margin_terms get_collateral_tiers get_interest_rate_history
        get_repayable get_auto_repay set_auto_repay""",
    ),
    (transfers, "transfer get_transfers get_transferable_coins"),
    (coins, "get_coin_info"),
    (greeks, "get_coin_greeks get_closed_options"),
    (
        savings,
        """get_earn_products place_earn_order get_earn_orders get_earn_positions get_earn_yield
        get_earn_hourly_yield get_earn_apr_history modify_earn_position""",
    ),
]
