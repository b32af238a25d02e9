"""pybit around the account: conversions, sub accounts, moved positions, stakes, loans, records, RSA keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pybit_client import http, refusal, result
from rsa_pair import private_pem, public_pem
from venue_thread import VenueThread

from nautilus_bybit_adapter.sim import SimVenue

D = Decimal


@pytest.fixture
def session(venue: VenueThread) -> Any:
    return http(venue)


def main_uid(venue: VenueThread) -> int:
    return venue.call(lambda v: v.exchange.config.uid)


def fund(venue: VenueThread, coin: str) -> Decimal:
    return venue.call(lambda v: v._server._context.funding.balances[coin])


def test_a_conversion(venue: VenueThread, session: Any) -> None:
    coins = result(session.get_convert_coin_list(accountType="eb_convert_uta"))["coins"]
    assert {"USDT", "BTC"} <= {row["coin"] for row in coins}
    before = venue.balance("USDT"), venue.balance("ETH")
    asked = {"accountType": "eb_convert_uta", "fromCoin": "USDT", "toCoin": "ETH"}
    quoted = result(session.request_a_quote(**asked, requestCoin="USDT", requestAmount="430"))
    done = result(session.confirm_a_quote(quoteTxId=quoted["quoteTxId"]))
    assert done["quoteTxId"] == quoted["quoteTxId"]
    assert venue.balance("USDT") == before[0] - 430
    assert venue.balance("ETH") == before[1] + D(quoted["toAmount"])
    status = session.get_convert_status(quoteTxId=quoted["quoteTxId"], accountType="eb_convert_uta")
    assert result(status)["result"]["exchangeStatus"] == "success"
    (row,) = result(session.get_convert_history())["list"]
    assert row["exchangeTxId"] == quoted["quoteTxId"]


def test_sub_accounts_and_transfers_to_them(venue: VenueThread, session: Any) -> None:
    uid = int(result(session.create_sub_uid(username="rehearse1", memberType=1))["uid"])
    assert [row["uid"] for row in result(session.get_sub_uid_list())["subMembers"]] == [str(uid)]
    assert result(session.get_sub_uid_list_unlimited())["nextCursor"] == "0"
    assert result(session.get_escrow_sub_members())["subMembers"] == []
    session.freeze_sub_uid(subuid=uid, frozen=1)
    assert venue.call(lambda v: v._server._context.members.members[uid].status) == 4
    session.freeze_sub_uid(subuid=uid, frozen=0)
    before = venue.balance("USDT")
    where = {"fromAccountType": "UNIFIED", "toAccountType": "FUND", "fromMemberId": main_uid(venue)}
    ident = str(uuid4())
    session.create_universal_transfer(**where, toMemberId=uid, transferId=ident, coin="USDT", amount="250")
    assert venue.balance("USDT") == before - 250
    (row,) = result(session.get_universal_transfer_records())["list"]
    assert (row["transferId"], row["toMemberId"], row["amount"]) == (ident, str(uid), "250")
    key = result(session.create_sub_api_key(subuid=uid, readOnly=0, permissions={"Wallet": []}))["apiKey"]
    changed = result(session.modify_sub_api_key(apikey=key, readOnly=1))
    assert changed["readOnly"] == 1
    assert len(result(session.get_all_sub_api_keys(subMemberId=uid))["result"]) == 1
    session.delete_sub_api_key(apikey=key)
    assert refusal(session.delete_sub_uid, subMemberId=uid) == 20010
    assert refusal(session.modify_master_api_key, readOnly=1) == 10005
    assert refusal(session.delete_master_api_key) == 10005
    assert result(session.get_uid_wallet_type())["accounts"][0]["uid"] == str(main_uid(venue))
    assert result(session.get_friend_referrals())["list"] == []


def test_a_position_moves_to_a_sub_account(venue: VenueThread, session: Any) -> None:
    session.place_order(category="linear", symbol="BTCUSDT", side="Buy", orderType="Market", qty="0.3")
    uid = result(session.create_sub_uid(username="rehearse1", memberType=1))["uid"]
    leg = {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "price": "86000", "qty": "0.1"}
    moved = result(session.move_position(fromUid=str(main_uid(venue)), toUid=uid, list=[leg]))
    assert venue.call(lambda v: v.exchange.account.position("BTCUSDT").size) == D("0.2")
    rows = result(session.get_move_position_history())["list"]
    assert {row["blockTradeId"] for row in rows} == {moved["blockTradeId"]}
    assert venue.fills()[-1].exec_type == "MovePosition"


def a_day_later(venue: SimVenue) -> None:
    venue.clock.ahead_ms += 26 * 3_600_000
    venue._turn()


def test_flexible_savings_and_tokens(venue: VenueThread) -> None:
    session = http(venue, recv_window=100_000_000)
    save = {"category": "FlexibleSaving", "productId": "428", "coin": "USDT"}
    session.stake_or_redeem(**save, orderType="Stake", accountType="UNIFIED", amount="2000", orderLinkId="s1")
    (held,) = result(session.get_staked_position(category="FlexibleSaving"))["list"]
    assert held["amount"] == "2000"
    mint = {"coin": "BYUSDT", "amount": "500", "accountType": "FlexibleSaving", "orderLinkId": "m1"}
    ident = result(session.place_token_order(**mint, orderType="Mint"))["orderId"]
    assert result(session.get_token_order_list(coin="BYUSDT", orderId=ident))["list"][0]["toAmount"] == "500"
    venue.call(a_day_later)
    token = result(session.get_token_position(coin="BYUSDT"))
    assert D(token["totalAmount"]) == venue.call(lambda v: v._server._context.earn.token.held) > 500
    for rows in (
        session.get_token_hourly_yield(coin="BYUSDT"),
        session.get_token_daily_yield(coin="BYUSDT"),
        session.get_hourly_yield(category="FlexibleSaving"),
        session.get_yield(category="FlexibleSaving"),
    ):
        assert result(rows)["list"]
    assert len(result(session.get_token_historical_apr(coin="BYUSDT", range=1))["list"]) == 7
    assert result(session.get_token_product(coin="BYUSDT"))["coin"] == "BYUSDT"
    assert result(session.get_earn_apr_history(category="FlexibleSaving", productId="428"))["list"]
    assert result(session.list_earn_coupons(category="FlexibleSaving"))["awardCards"] == []


def test_fixed_terms_and_real_assets(venue: VenueThread, session: Any) -> None:
    products = result(session.get_fixed_term_product(coin="USDT"))["list"]
    pool = next(row for row in products if row["allowEarlyRedemption"])
    of = {"productId": pool["productId"], "category": pool["category"]}
    before = venue.balance("USDT")
    session.place_fixed_term_order(**of, coin="USDT", amount="1000", accountType="UNIFIED", orderLinkId="f1")
    assert venue.balance("USDT") == before - 1000
    (row,) = result(session.get_fixed_term_position())["list"]
    ident = {**of, "positionId": row["positionId"]}
    session.set_fixed_term_auto_invest(**ident, status="Enable")
    assert result(session.get_fixed_term_position())["list"][0]["autoInvest"] == "Enable"
    assert result(session.redeem_fixed_term(**ident))["redeemAmount"] == "1000"
    assert fund(venue, "USDT") == 1000
    assert len(result(session.get_fixed_term_order())["list"]) == 2
    share = next(row for row in result(session.get_rwa_product_list())["list"] if row["coin"] == "USDT")
    buy = {"productId": share["productId"], "coin": "USDT", "stakeAmount": "104", "orderLinkId": "r1"}
    session.place_rwa_order(**buy, orderType="Stake", accountType="FUND")
    assert fund(venue, "USDT") == 896
    (held,) = result(session.get_rwa_position_list())["list"]
    assert D(held["effectiveShare"]) == venue.call(
        lambda v: v._server._context.earn.assets.shares[share["productId"]]
    )
    assert len(result(session.get_rwa_order_list())["list"]) == 1
    assert result(session.get_rwa_nav_chart(productId=share["productId"]))["list"]
    overview = result(session.get_asset_overview())
    assert {row["accountType"] for row in overview["list"]} >= {"FundingAccount", "Earn"}
    kinds = [row["showBusiType"] for row in result(session.get_funding_acc_history())["list"]]
    assert kinds == ["STRUCTURE_PRODUCT_SUBSCRIPTION", "FIXED_STAKING_REDEMPTION"]


def test_products_that_are_not_offered(session: Any) -> None:
    assert result(session.get_advance_earn_product(category="DualAssets"))["list"] == []
    assert result(session.get_advance_earn_order(category="DualAssets"))["list"] == []
    assert result(session.get_advance_earn_position(category="DualAssets"))["list"] == []
    order = {"category": "DualAssets", "productId": "1", "orderType": "Stake", "amount": "1"}
    more = {"accountType": "FUND", "coin": "USDT", "orderLinkId": "a"}
    assert refusal(session.place_advance_earn_order, **order, **more) == 180007
    assert result(session.get_liquidity_mining_products())["products"] == []
    assert result(session.get_liquidity_mining_positions())["positions"] == []
    assert refusal(session.add_liquidity, productId="1", orderLinkId="l") == 180007
    assert result(session.get_hold_to_earn_product())["products"] == []
    assert result(session.get_hold_to_earn_yield_history(limit=10))["airdropDailyPnls"] == []
    modified = {"category": "OnChain", "productId": 8, "positionId": 1, "autoReinvest": 1}
    assert refusal(session.modify_earn_position, **modified) == 180020


def test_spot_margin_facts_need_no_signature(venue: VenueThread, session: Any) -> None:
    states = result(session.spot_margin_trade_get_coin_state())["list"]
    assert {row["spotLeverage"] for row in states} == {"10"}
    (tiers,) = result(session.spot_margin_trade_get_position_tiers(currency="BTC"))["list"]
    assert [row["tier"] for row in tiers["positionTiersRatioList"]] == ["1", "2", "3"]
    (data,) = result(session.spot_margin_trade_get_currency_data(currency="BTC"))["list"]
    assert data["flexibleManualBorrowable"] is True
    session.borrow(coin="ETH", amount="1")
    free = result(session.spot_margin_trade_get_repayment_available_amount(currency="ETH"))
    assert D(free["lossLessRepaymentAmount"]) <= venue.balance("ETH")
    session.set_auto_repay_mode(currency="ETH", autoRepayMode="1")
    assert result(session.get_auto_repay_mode(currency="ETH"))["data"][0]["autoRepayMode"] == "1"


def test_records_and_what_is_closed(venue: VenueThread, session: Any) -> None:
    for name in ("get_deposit_records", "get_internal_deposit_records", "get_withdrawal_records"):
        assert result(getattr(session, name)())["rows"] == []
    assert result(session.get_master_deposit_address(coin="USDT"))["chains"] == []
    withdraw = {"coin": "USDT", "address": "x", "amount": "1", "timestamp": 1, "chain": "ETH"}
    assert refusal(session.withdraw, **withdraw) == 131097
    assert refusal(session.cancel_withdrawal, id="1") == 131002
    free = result(session.get_withdrawable_amount(coin="USDT"))["withdrawableAmount"]
    assert D(free["UTA"]["withdrawableAmount"]) == venue.balance("USDT")
    assert result(session.get_usdc_contract_settlement(category="linear"))["list"] == []
    for name in (
        "get_pre_upgrade_order_history",
        "get_pre_upgrade_trade_history",
        "get_pre_upgrade_closed_pnl",
        "get_pre_upgrade_transaction_log",
        "get_pre_upgrade_option_delivery_record",
        "get_pre_upgrade_usdc_session_settlement",
    ):
        assert result(getattr(session, name)(category="linear"))["list"] == []
    assert result(session.get_system_status())["list"] == []
    assert "list" in result(session.get_announcement(locale="en-US"))
    assert result(session.upgrade_to_unified_trading_account())["unifiedUpdateStatus"] == "SUCCESS"
    session.confirm_new_risk_limit(category="linear", symbol="BTCUSDT")
    session.sign_agreement(category=1, agree=True)


def test_demo_money_arrives_at_once(venue: VenueThread) -> None:
    session = http(venue, demo=True)
    before = venue.balance("USDT")
    session.request_demo_trading_funds()
    assert venue.balance("USDT") == before + 100_000


def test_a_key_of_the_rsa_type_signs_everything() -> None:
    with VenueThread(rsa_public_key=public_pem()) as venue:
        session = http(venue, rsa_authentication=True, api_secret=private_pem())
        key = result(session.get_api_key_information())
        assert key["rsaPublicKey"].startswith("-----BEGIN PUBLIC KEY-----")
        order = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "orderType": "Limit",
            "qty": "0.01",
        }
        ident = result(session.place_order(**order, price="80000"))["orderId"]
        assert venue.open_ids() == {ident}
        rows = result(session.get_open_orders(category="linear", symbol="BTCUSDT"))["list"]
        assert [row["orderId"] for row in rows] == [ident]
        assert refusal(http(venue, api_secret="sim-secret").get_account_info) == 10004
