"""Which struct reads which answer of the venue, and where in the answer its rows are."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import bybit_fields as fields
import bybit_frames as frames
import msgspec
from bybit_shapes import Fields, Items, parse

from nautilus_bybit_adapter import wire
from nautilus_bybit_adapter.wire import (
    account,
    asset,
    asset_records,
    coin_info,
    convert,
    earn,
    earn_dual,
    earn_fixed_term,
    earn_liquidity,
    earn_offers,
    earn_real_assets,
    earn_token,
    loans,
    protection,
    publications,
    risk,
    series,
    spot_margin,
    trade_sums,
    user,
)
from nautilus_bybit_adapter.wire.ledger import BybitTransaction
from nautilus_bybit_adapter.wire.orders import BatchCode, BatchItem, BybitBorrowQuota, BybitOrderPrecheck
from nautilus_bybit_adapter.wire.positions import (
    BybitClosedOption,
    BybitClosedPnl,
    BybitMovedPosition,
    BybitSymbolSetting,
)


class Answer(NamedTuple):
    """The struct, and the key its rows are under: `""` where the result is the row, `[]` where it is the list."""

    struct: type[msgspec.Struct]
    rows: str = "list"


ANSWERS: dict[str, Answer] = {
    "GET /v5/market/time": Answer(wire.BybitServerTime, ""),
    "GET /v5/market/kline": Answer(series.BybitKline),
    "GET /v5/market/mark-price-kline": Answer(series.BybitKline),
    "GET /v5/market/index-price-kline": Answer(series.BybitKline),
    "GET /v5/market/premium-index-price-kline": Answer(series.BybitKline),
    "GET /v5/market/orderbook": Answer(wire.BybitOrderbook, ""),
    "GET /v5/market/rpi_orderbook": Answer(wire.BybitRpiOrderbook, ""),
    "GET /v5/market/full_orderbook": Answer(wire.BybitOrderbook, ""),
    "GET /v5/market/new-delivery-price": Answer(series.BybitOptionDelivery),
    "GET /v5/market/index-price-components": Answer(series.BybitIndexComponents, ""),
    "GET /v5/position/get-closed-positions": Answer(BybitClosedOption),
    "GET /v5/account/smp-group": Answer(account.BybitSmpGroup, ""),
    "GET /v5/market/recent-trade": Answer(wire.BybitRecentTrade),
    "GET /v5/market/instruments-info": Answer(wire.BybitInstrumentLinear),
    "GET /v5/market/tickers": Answer(wire.BybitTicker),
    "GET /v5/market/funding/history": Answer(series.BybitFundingRate),
    "GET /v5/market/open-interest": Answer(series.BybitOpenInterest),
    "GET /v5/market/account-ratio": Answer(series.BybitLongShortRatio),
    "GET /v5/market/historical-volatility": Answer(series.BybitHistoricalVolatility, "[]"),
    "GET /v5/market/price-limit": Answer(risk.BybitPriceLimit, ""),
    "GET /v5/market/risk-limit": Answer(risk.BybitRiskLimit),
    "GET /v5/market/insurance": Answer(risk.BybitInsurance, ""),
    "GET /v5/market/adlAlert": Answer(risk.BybitAdlAlert, ""),
    "GET /v5/market/delivery-price": Answer(series.BybitDeliveryPrice),
    "GET /v5/system/status": Answer(risk.BybitSystemStatus),
    "POST /v5/order/create": Answer(wire.BybitOrderResponse, ""),
    "POST /v5/order/amend": Answer(wire.BybitOrderResponse, ""),
    "POST /v5/order/cancel": Answer(wire.BybitOrderResponse, ""),
    "POST /v5/order/cancel-all": Answer(wire.BybitOrderResponse),
    "POST /v5/order/create-batch": Answer(BatchItem),
    "POST /v5/order/amend-batch": Answer(BatchItem),
    "POST /v5/order/cancel-batch": Answer(BatchItem),
    "GET /v5/order/realtime": Answer(wire.BybitOrder),
    "GET /v5/order/history": Answer(wire.BybitOrder),
    "GET /v5/execution/list": Answer(wire.BybitExecution),
    "POST /v5/order/pre-check": Answer(BybitOrderPrecheck, ""),
    "GET /v5/order/spot-borrow-check": Answer(BybitBorrowQuota, ""),
    "GET /v5/position/list": Answer(wire.BybitPosition),
    "POST /v5/position/add-margin": Answer(wire.BybitPosition, ""),
    "GET /v5/position/closed-pnl": Answer(BybitClosedPnl),
    "GET /v5/position/symbol-info": Answer(BybitSymbolSetting),
    "GET /v5/account/wallet-balance": Answer(wire.BybitWallet),
    "GET /v5/account/withdrawal": Answer(account.BybitWithdrawable, ""),
    "GET /v5/account/info": Answer(wire.BybitAccountInfo, ""),
    "GET /v5/account/user-setting-config": Answer(account.BybitTradingSettings, ""),
    "GET /v5/account/fee-rate": Answer(wire.BybitFeeRate),
    "POST /v5/account/set-margin-mode": Answer(account.BybitMarginModeChange, ""),
    "POST /v5/account/borrow": Answer(loans.BybitBorrowed, ""),
    "POST /v5/account/repay": Answer(loans.BybitRepayment, ""),
    "POST /v5/account/no-convert-repay": Answer(loans.BybitRepayment, ""),
    "POST /v5/account/quick-repayment": Answer(loans.BybitRepaidLiability),
    "GET /v5/account/borrow-history": Answer(loans.BybitBorrowRecord),
    "GET /v5/account/collateral-info": Answer(loans.BybitCollateral),
    "GET /v5/account/query-dcp-info": Answer(protection.BybitDcp, "dcpInfos"),
    "GET /v5/account/transaction-log": Answer(BybitTransaction),
    "GET /v5/account/instruments-info": Answer(wire.BybitInstrumentLinear),
    "GET /v5/account/mmp-state": Answer(protection.BybitMmp, "result"),
    "GET /v5/user/query-api": Answer(wire.BybitApiKeyInfo, ""),
    "GET /v5/position/move-history": Answer(BybitMovedPosition),
    "GET /v5/market/fee-group-info": Answer(publications.BybitFeeGroup),
    "GET /v5/announcements/index": Answer(publications.BybitAnnouncement),
    "GET /v5/account/pay-info": Answer(loans.BybitRepaymentInfo, ""),
    "GET /v5/account/trade-info-for-analysis": Answer(trade_sums.BybitTradeSums, ""),
    "GET /v5/account/option-asset-info": Answer(account.BybitOptionAssets, "result"),
    "POST /v5/account/set-collateral-switch-batch": Answer(loans.BybitCollateralSwitch),
    "GET /v5/user/query-sub-members": Answer(user.BybitSubMember, "subMembers"),
    "GET /v5/user/sub-apikeys": Answer(user.BybitSubApiKey, "result"),
    "GET /v5/user/get-member-type": Answer(user.BybitMemberWallets, "accounts"),
    "POST /v5/asset/transfer/universal-transfer": Answer(asset.BybitTransferResult, ""),
    "GET /v5/asset/transfer/query-universal-transfer-list": Answer(asset.BybitUniversalTransfer),
    "GET /v5/asset/asset-overview": Answer(asset.BybitAssetOverview, ""),
    "GET /v5/asset/withdraw/withdrawable-amount": Answer(asset.BybitWithdrawableAmounts, ""),
    "GET /v5/asset/withdraw/query-record": Answer(asset_records.BybitWithdrawal, "rows"),
    "GET /v5/asset/deposit/query-record": Answer(asset_records.BybitDeposit, "rows"),
    "GET /v5/asset/deposit/query-internal-record": Answer(asset_records.BybitInternalDeposit, "rows"),
    "GET /v5/asset/deposit/query-address": Answer(asset_records.BybitDepositAddress, ""),
    "GET /v5/asset/delivery-record": Answer(asset_records.BybitDelivery),
    "GET /v5/asset/settlement-record": Answer(asset_records.BybitSettlement),
    "GET /v5/asset/fundinghistory": Answer(asset_records.BybitFundingEntry),
    "GET /v5/asset/exchange/query-coin-list": Answer(convert.BybitConvertCoin, "coins"),
    "POST /v5/asset/exchange/quote-apply": Answer(convert.BybitConvertQuote, ""),
    "POST /v5/asset/exchange/convert-execute": Answer(convert.BybitConvertExecution, ""),
    "GET /v5/asset/exchange/convert-result-query": Answer(convert.BybitConversion, "result"),
    "GET /v5/asset/exchange/query-convert-history": Answer(convert.BybitConversion),
    "GET /v5/asset/coin/query-info": Answer(coin_info.BybitCoinInfo, "rows"),
    "GET /v5/asset/coin-greeks": Answer(asset.BybitCoinGreeks),
    "GET /v5/asset/transfer/query-account-coins-balance": Answer(asset.BybitCoinBalances, ""),
    "GET /v5/asset/transfer/query-account-coin-balance": Answer(asset.BybitSingleBalance, ""),
    "POST /v5/asset/transfer/inter-transfer": Answer(asset.BybitTransferResult, ""),
    "GET /v5/asset/transfer/query-inter-transfer-list": Answer(asset.BybitTransfer),
    "GET /v5/spot-margin-trade/state": Answer(spot_margin.BybitSpotMarginState, ""),
    "POST /v5/spot-margin-trade/switch-mode": Answer(spot_margin.BybitSpotMarginSwitch, ""),
    "GET /v5/spot-margin-trade/data": Answer(spot_margin.BybitSpotMarginTerms, "vipCoinList"),
    "GET /v5/spot-margin-trade/collateral": Answer(spot_margin.BybitCollateralTiers),
    "GET /v5/spot-margin-trade/interest-rate-history": Answer(spot_margin.BybitInterestRate),
    "GET /v5/spot-margin-trade/max-borrowable": Answer(spot_margin.BybitMaxBorrowable, ""),
    "GET /v5/spot-margin-trade/coinstate": Answer(spot_margin.BybitCoinLeverage),
    "GET /v5/spot-margin-trade/repayment-available-amount": Answer(spot_margin.BybitRepayable, ""),
    "GET /v5/spot-margin-trade/get-auto-repay-mode": Answer(spot_margin.BybitAutoRepay, "data"),
    "POST /v5/spot-margin-trade/set-auto-repay-mode": Answer(spot_margin.BybitAutoRepay, "data"),
    "GET /v5/spot-margin-trade/liability": Answer(spot_margin.BybitSpotMarginLiability, ""),
    "GET /v5/spot-margin-trade/currency-data": Answer(spot_margin.BybitLoanTerms),
    "GET /v5/spot-margin-trade/position-tiers": Answer(spot_margin.BybitLoanTiers),
    "GET /v5/earn/coupons": Answer(earn_offers.BybitEarnCoupons, ""),
    "GET /v5/earn/hold-to-earn/product": Answer(earn_offers.BybitHoldToEarnProduct, "products"),
    "GET /v5/earn/hold-to-earn/yield-history": Answer(earn_offers.BybitHoldToEarnYield, "airdropDailyPnls"),
    "GET /v5/earn/liquidity-mining/product": Answer(earn_liquidity.BybitLiquidityPool, "products"),
    "GET /v5/earn/liquidity-mining/position": Answer(earn_liquidity.BybitLiquidityPosition, "positions"),
    "GET /v5/earn/liquidity-mining/order": Answer(earn_liquidity.BybitLiquidityOrder),
    "GET /v5/earn/liquidity-mining/yield-records": Answer(earn_liquidity.BybitLiquidityYield),
    "GET /v5/earn/liquidity-mining/liquidation-records": Answer(earn_liquidity.BybitLiquidityLiquidation),
    "GET /v5/earn/advance/product": Answer(earn_dual.BybitDualProduct),
    "GET /v5/earn/advance/order": Answer(earn_dual.BybitDualOrder),
    "GET /v5/earn/advance/position": Answer(earn_dual.BybitDualPosition),
    "GET /v5/earn/fixed-term/product": Answer(earn_fixed_term.BybitFixedTermProduct),
    "GET /v5/earn/fixed-term/position": Answer(earn_fixed_term.BybitFixedTermPosition),
    "GET /v5/earn/fixed-term/order": Answer(earn_fixed_term.BybitFixedTermOrder),
    "POST /v5/earn/fixed-term/place-order": Answer(wire.BybitOrderResponse, ""),
    "POST /v5/earn/fixed-term/redeem": Answer(earn_fixed_term.BybitFixedTermRedemption, ""),
    "GET /v5/earn/token/product": Answer(earn_token.BybitTokenProduct, ""),
    "GET /v5/earn/token/position": Answer(earn_token.BybitTokenPosition, ""),
    "GET /v5/earn/token/order": Answer(earn_token.BybitTokenOrder),
    "GET /v5/earn/token/yield": Answer(earn_token.BybitTokenYield),
    "GET /v5/earn/token/hourly-yield": Answer(earn_token.BybitTokenHourlyYield),
    "GET /v5/earn/token/history-apr": Answer(earn_token.BybitTokenApr),
    "POST /v5/earn/token/place-order": Answer(wire.BybitOrderResponse, ""),
    "GET /v5/earn/rwa/product": Answer(earn_real_assets.BybitRealAsset),
    "GET /v5/earn/rwa/position": Answer(earn_real_assets.BybitRealAssetPosition),
    "GET /v5/earn/rwa/order": Answer(earn_real_assets.BybitRealAssetOrder),
    "GET /v5/earn/rwa/nav-chart": Answer(earn_real_assets.BybitNav),
    "POST /v5/earn/rwa/place-order": Answer(wire.BybitOrderResponse, ""),
    "GET /v5/earn/product": Answer(earn.BybitEarnProduct),
    "POST /v5/earn/place-order": Answer(wire.BybitOrderResponse, ""),
    "GET /v5/earn/order": Answer(earn.BybitEarnOrder),
    "GET /v5/earn/position": Answer(earn.BybitEarnPosition),
    "GET /v5/earn/yield": Answer(earn.BybitEarnYield, "yield"),
    "GET /v5/earn/hourly-yield": Answer(earn.BybitEarnHourlyYield),
    "GET /v5/earn/apr-history": Answer(earn.BybitEarnApr),
}
# Shapes that differ by category, and frames that share a struct with an answer: the shape of one row.
_FRAMES: list[tuple[type[msgspec.Struct], str, str]] = [
    (wire.BybitInstrumentSpot, fields.INSTRUMENTS["spot"], "list"),
    (wire.BybitInstrumentOption, fields.INSTRUMENTS["option"], "list"),
    (wire.BybitInstrumentLinear, fields.INSTRUMENTS["inverse"], "list"),
    *((wire.BybitTicker, shape, "list") for shape in fields.TICKERS.values()),
    *((wire.BybitTicker, shape, "data") for (_, kind), shape in frames.TOPICS.items() if "tickers" in kind),
    (wire.BybitRecentTrade, fields.OPTION_TRADES, "list"),
    (wire.BybitOrder, fields.SPOT_ORDERS, "list"),
    (wire.BybitPosition, fields.OPTION_POSITIONS, "list"),
    (BatchCode, fields.BATCH_CODES, "list"),
    (wire.BybitOrder, frames.PRIVATE["order"], "data"),
    (wire.BybitExecution, frames.PRIVATE["execution"], "data"),
    (wire.BybitPosition, frames.PRIVATE["position"], "data"),
    (wire.BybitWallet, frames.PRIVATE["wallet"], "data"),
    # The venue names the category beside the list, and of options the base coin only.
    (wire.BybitFeeRate, "list:[baseCoin:s takerFeeRate:s makerFeeRate:s]", "list"),
    # Its table says `updateTime`, its example `updatedTime`.
    (
        wire.BybitAdlAlert,
        fields.ENDPOINTS["GET /v5/market/adlAlert"].replace("updateTime", "updatedTime"),
        "",
    ),
]
# Lists of names, read as such.
NAMES = {"GET /v5/market/option-base-coins", "GET /v5/asset/transfer/query-transfer-coin-list"}
# The key and its secret are left where they are.
LEFT_OUT: dict[type[msgspec.Struct], set[str]] = {
    wire.BybitApiKeyInfo: {"apiKey", "secret"},
    user.BybitSubApiKey: {"apiKey", "secret"},
}


def row_shape(shape: str, rows: str) -> Any:
    """Shape of one row of an answer."""
    parsed = parse(shape)
    if rows == "":
        return parsed
    if rows != "[]":
        parsed = (parsed.required | parsed.optional)[rows]
    return parsed.shape if isinstance(parsed, Items) else parsed


def shapes() -> list[tuple[str, type[msgspec.Struct], Any]]:
    """Every struct with every shape it reads, and a name for it."""
    found = [
        (route, answer.struct, row_shape(fields.ENDPOINTS[route], answer.rows))
        for route, answer in ANSWERS.items()
    ]
    found += [
        (f"{struct.__name__} {number}", struct, row_shape(shape, rows))
        for number, (struct, shape, rows) in enumerate(_FRAMES)
    ]
    return found


def wire_types(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Types of a struct's fields by their names on the wire."""
    hints = get_type_hints(struct)
    return {each.encode_name: hints[each.name] for each in msgspec.structs.fields(struct)}


def struct_in(hint: Any) -> type[msgspec.Struct] | None:
    """The struct inside a type, if there is one."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for each in get_args(hint) if (found := struct_in(each)) is not None), None)


def fits(hint: Any, shape: Any) -> bool:
    """Whether a field's type reads what a shape describes."""
    if isinstance(shape, list):
        return any(fits(hint, each) for each in shape)
    options = {hint, *get_args(hint)} if get_origin(hint) not in {list, dict, tuple} else {hint}
    if isinstance(shape, Items):
        return any(get_origin(each) is list for each in options)
    if isinstance(shape, Fields) or shape in {"o", "null"}:
        return any(get_origin(each) is dict or struct_in(each) is not None for each in options)
    return {"s": str, "n": int, "b": bool}[shape] in options
