"""Earn products beside savings: what each method of the REST client is asked for, and which methods that are."""

from __future__ import annotations

from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import PlaceEarnOrder
from nautilus_bybit_adapter.wire.earn_requests import (
    PlaceFixedTermOrder,
    PlaceRealAssetOrder,
    PlaceTokenOrder,
    RedeemFixedTerm,
)

type Client = BybitHTTPClient

DAY_MS = 86_400_000


async def fixed_term(client: Client) -> None:
    product = next(
        row
        for row in await client.get_fixed_term_products("USDT")
        if row.allow_auto_reinvest and row.allow_early_redemption
    )
    assert float(product.tiered_apy_list[0].apy) > 0
    request = PlaceFixedTermOrder(
        product_id=int(product.product_id),
        category=product.category,
        coin="USDT",
        amount="500",
        account_type="UNIFIED",
        order_link_id="fixed-1",
        auto_invest=False,
    )
    answer = await client.place_fixed_term_order(request)
    assert answer.order_link_id == "fixed-1"
    (position,) = await client.get_fixed_term_positions(
        category=product.category, product_id=product.product_id
    )
    assert (position.amount, position.auto_invest) == ("500", "Disable")
    product_id, position_id = int(product.product_id), int(position.position_id)
    await client.set_fixed_term_auto_invest(product_id, product.category, position_id, is_on=True)
    (again,) = await client.get_fixed_term_positions(coin="USDT")
    assert again.auto_invest == "Enable"
    redeemed = await client.redeem_fixed_term(
        RedeemFixedTerm(product_id=product_id, category=product.category, position_id=position_id)
    )
    assert float(redeemed.redeem_amount) >= 500
    # The client knows the venue's clock to some milliseconds only.
    end_ms = client.server_time_ms() + 1000
    orders = await client.get_fixed_term_orders(start_ms=end_ms - 20 * DAY_MS, end_ms=end_ms)
    assert {row.order_type for row in orders} == {"Stake", "Redeem"}
    (stake,) = await client.get_fixed_term_orders(order_id=answer.order_id)
    assert (stake.order_link_id, stake.amount) == ("fixed-1", "500")


async def token(client: Client) -> None:
    product = await client.get_earn_token()
    assert (product.coin, int(product.apr_e8) > 0) == ("BYUSDT", True)
    (savings,) = await client.get_earn_products("FlexibleSaving", "USDT")
    stake = PlaceEarnOrder(
        category="FlexibleSaving",
        order_type="Stake",
        account_type="UNIFIED",
        amount="1000",
        coin="USDT",
        product_id=savings.product_id,
        order_link_id="to-mint-from",
    )
    await client.place_earn_order(stake)
    request = PlaceTokenOrder(
        coin="BYUSDT",
        order_link_id="mint-1",
        order_type="Mint",
        amount="100",
        account_type="FlexibleSaving",
    )
    answer = await client.place_earn_token_order(request)
    assert float((await client.get_earn_token_position()).total_amount) == 100
    now_ms = client.server_time_ms() + 1000
    span = {"start_ms": now_ms - 400 * DAY_MS, "end_ms": now_ms}
    for options in ({}, span, {"order_link_id": "mint-1"}):
        (row,) = await client.get_earn_token_orders(**options)
        assert (row.order_id, row.from_coin, row.to_amount) == (answer.order_id, "USDT", "100")
    assert await client.get_earn_token_yield() == []
    assert await client.get_earn_token_hourly_yield(start_ms=now_ms - DAY_MS) == []
    rates = await client.get_earn_token_apr_history(days_range=2)
    assert (len(rates), rates[0].apr_e8) == (30, product.apr_e8)


async def real_assets(client: Client) -> None:
    asset = (await client.get_real_assets("USDT"))[0]
    assert float(asset.nav) > 0
    request = PlaceRealAssetOrder(
        product_id=asset.product_id,
        order_type="Stake",
        coin="USDT",
        stake_amount="1000",
        account_type="UNIFIED",
        order_link_id="shares-1",
    )
    answer = await client.place_real_asset_order(request)
    (position,) = await client.get_real_asset_positions()
    assert (position.product_id, float(position.effective_share) > 0) == (asset.product_id, True)
    now_ms = client.server_time_ms() + 1000
    span = {"start_ms": now_ms - 100 * DAY_MS, "end_ms": now_ms}
    for options in ({"order_id": answer.order_id}, span):
        (row,) = await client.get_real_asset_orders(**options)
        assert (row.order_link_id, row.stake_amount) == ("shares-1", "1000")
    navs = await client.get_real_asset_navs(asset.product_id, start_ms=now_ms - 10 * DAY_MS)
    assert len(navs) >= 9
    assert [row.timestamp for row in navs] == sorted(row.timestamp for row in navs)


async def offers(client: Client) -> None:
    coupons = await client.get_earn_coupons("FlexibleSaving")
    assert (coupons.interest_cards, coupons.award_cards) == ([], [])
    assert await client.get_hold_to_earn_products() == []
    assert await client.get_hold_to_earn_yield(start_ms=client.server_time_ms() - 10 * DAY_MS) == []
    assert await client.get_liquidity_pools(base_coin="ETH") == []
    assert await client.get_liquidity_positions(base_coin="ETH") == []
    assert await client.get_liquidity_orders(order_link_id="lm") == []
    assert await client.get_liquidity_yield() == []
    assert await client.get_liquidity_liquidations() == []
    assert await client.get_dual_products("BTC", duration="1d") == []
    assert await client.get_dual_positions() == []
    assert await client.get_dual_orders(start_ms=client.server_time_ms() - 10 * DAY_MS) == []


async def spot_loans(client: Client) -> None:
    liability = await client.get_spot_margin_liability("ETH")
    assert (liability.currency, float(liability.total_borrow_amount)) == ("ETH", 0)
    assert "BTC" in {row.currency for row in await client.get_loan_terms()}
    (tiers,) = await client.get_loan_tiers("BTC")
    assert float(tiers.tiers[0].max_leverage) > 1


EARN_CASES = [
    (
        fixed_term,
        """get_fixed_term_products place_fixed_term_order get_fixed_term_positions set_fixed_term_auto_invest
        redeem_fixed_term get_fixed_term_orders""",
    ),
    (
        token,
        """get_earn_token place_earn_token_order get_earn_token_position get_earn_token_orders
        get_earn_token_yield get_earn_token_hourly_yield get_earn_token_apr_history""",
    ),
    (
        real_assets,
        """get_real_assets place_real_asset_order get_real_asset_positions get_real_asset_orders
        get_real_asset_navs""",
    ),
    (
        offers,
        """get_earn_coupons get_hold_to_earn_products get_hold_to_earn_yield get_liquidity_pools
        get_liquidity_positions get_liquidity_orders get_liquidity_yield get_liquidity_liquidations
        get_dual_products get_dual_positions get_dual_orders""",
    ),
    (spot_loans, "get_spot_margin_liability get_loan_terms get_loan_tiers"),
]
