"""Every REST path that Bybit documents for trading clients, by family, as `METHOD path` without the leading `/v5/`.

Source: Bybit V5 API documentation of 2026.
"""

from __future__ import annotations

MARKET = """
GET market/time
GET market/instruments-info
GET market/kline market/mark-price-kline market/index-price-kline market/premium-index-price-kline
GET market/orderbook market/rpi_orderbook market/full_orderbook
GET market/tickers market/recent-trade market/funding/history market/open-interest
GET market/historical-volatility market/insurance market/risk-limit market/delivery-price
GET market/new-delivery-price market/account-ratio market/index-price-components market/price-limit
GET market/adlAlert market/fee-group-info market/option-base-coins
GET system/status announcements/index
"""
TRADE = """
POST order/create order/amend order/cancel order/cancel-all
POST order/create-batch order/amend-batch order/cancel-batch
GET order/realtime order/history execution/list
POST order/pre-check
GET order/spot-borrow-check
POST order/disconnected-cancel-all
"""
POSITION = """
GET position/list
POST position/set-leverage position/switch-mode position/trading-stop position/set-auto-add-margin
POST position/add-margin
GET position/closed-pnl position/get-closed-positions position/symbol-info
POST position/confirm-pending-mmr position/move-positions
GET position/move-history
POST position/switch-isolated position/set-tpsl-mode position/set-risk-limit
"""
ACCOUNT = """
GET account/wallet-balance account/withdrawal account/info account/fee-rate
POST account/set-margin-mode account/set-hedging-mode account/borrow account/repay account/no-convert-repay
POST account/quick-repayment
GET account/borrow-history account/collateral-info
POST account/set-collateral-switch account/set-collateral-switch-batch
GET account/query-dcp-info account/smp-group account/transaction-log account/instruments-info
GET account/user-setting-config
POST account/set-limit-px-action account/set-delta-mode
GET asset/coin-greeks
POST account/mmp-modify account/mmp-reset
GET account/mmp-state
POST account/upgrade-to-uta
GET account/option-asset-info account/pay-info account/trade-info-for-analysis
POST account/demo-apply-money
"""
USER = """
GET user/query-api user/query-sub-members user/submembers user/escrow_sub_members user/sub-apikeys
GET user/get-member-type user/invitation/referrals
POST user/create-sub-member user/create-sub-api user/frozen-sub-member user/update-api user/update-sub-api
POST user/delete-api user/delete-sub-api user/del-submember user/agreement user/create-demo-member
"""
ASSET = """
GET asset/transfer/query-account-coins-balance asset/transfer/query-account-coin-balance
POST asset/transfer/inter-transfer
GET asset/transfer/query-inter-transfer-list asset/transfer/query-transfer-coin-list
POST asset/transfer/universal-transfer
GET asset/transfer/query-universal-transfer-list
GET asset/coin/query-info asset/asset-overview asset/withdraw/withdrawable-amount
GET asset/delivery-record asset/settlement-record
GET asset/deposit/query-record asset/deposit/query-address asset/deposit/query-internal-record
GET asset/withdraw/query-record
POST asset/withdraw/create asset/withdraw/cancel
GET asset/fundinghistory
GET asset/exchange/query-coin-list asset/exchange/convert-result-query asset/exchange/query-convert-history
POST asset/exchange/quote-apply asset/exchange/convert-execute
"""
SPOT_MARGIN = """
POST spot-margin-trade/switch-mode spot-margin-trade/set-leverage spot-margin-trade/set-auto-repay-mode
GET spot-margin-trade/state spot-margin-trade/data spot-margin-trade/collateral
GET spot-margin-trade/interest-rate-history spot-margin-trade/max-borrowable spot-margin-trade/coinstate
GET spot-margin-trade/position-tiers spot-margin-trade/currency-data spot-margin-trade/liability
GET spot-margin-trade/repayment-available-amount spot-margin-trade/get-auto-repay-mode
GET spot-margin-trade/flexible-available-inventory spot-margin-trade/fixed-available-inventory
POST spot-margin-trade/fixedborrow spot-margin-trade/fixedborrow-renew
POST spot-margin-trade/fixedborrow-order-cancel
GET spot-margin-trade/fixedborrow-order-quote spot-margin-trade/fixedborrow-order-info
GET spot-margin-trade/fixedborrow-contract-info spot-margin-trade/fixedborrow-interest-accrued
GET spot-margin-uta/status
"""
EARN = """
GET earn/product earn/order earn/position earn/yield earn/hourly-yield earn/apr-history earn/coupons
POST earn/place-order earn/position/modify
GET earn/fixed-term/product earn/fixed-term/position earn/fixed-term/order
POST earn/fixed-term/place-order earn/fixed-term/redeem earn/fixed-term/position/auto-invest
GET earn/token/product earn/token/position earn/token/order earn/token/yield earn/token/hourly-yield
GET earn/token/history-apr
POST earn/token/place-order
GET earn/hold-to-earn/product earn/hold-to-earn/yield-history
GET earn/advance/product earn/advance/product-extra-info earn/advance/order earn/advance/position
GET earn/advance/get-redeem-est-amount-list earn/advance/double-win-leverage
POST earn/advance/place-order
GET earn/liquidity-mining/product earn/liquidity-mining/position earn/liquidity-mining/order
GET earn/liquidity-mining/yield-records earn/liquidity-mining/liquidation-records
POST earn/liquidity-mining/add-liquidity earn/liquidity-mining/add-margin
POST earn/liquidity-mining/claim-interest earn/liquidity-mining/reinvest
POST earn/liquidity-mining/remove-liquidity
GET earn/rwa/product earn/rwa/position earn/rwa/order earn/rwa/nav-chart
POST earn/rwa/place-order
"""
PRE_UPGRADE = """
GET pre-upgrade/order/history pre-upgrade/execution/list pre-upgrade/position/closed-pnl
GET pre-upgrade/account/transaction-log pre-upgrade/asset/delivery-record pre-upgrade/asset/settlement-record
"""
FAMILIES = {
    "market": MARKET,
    "trade": TRADE,
    "position": POSITION,
    "account": ACCOUNT,
    "user": USER,
    "asset": ASSET,
    "spot margin": SPOT_MARGIN,
    "earn": EARN,
    "pre-upgrade": PRE_UPGRADE,
}


def documented(family: str) -> set[str]:
    """`METHOD /v5/path` of every path of a family."""
    found = set()
    for line in FAMILIES[family].strip().splitlines():
        method, *paths = line.split()
        found |= {f"{method} /v5/{path}" for path in paths}
    return found
