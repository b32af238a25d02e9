"""Required fields and JSON types of every answer, as Bybit documents or sends them.

The language is that of `bybit_shapes`. Where documentation and captured traffic disagree, the captured type
stands here. Source: Bybit V5 API documentation and captures of 2026.
"""

from __future__ import annotations

from bybit_account_fields import ACCOUNT, ASSET, USER
from bybit_earn_fields import BYUSDT, EARN, FIXED_TERM, OFFERS, PRE_UPGRADE, REAL_ASSETS, SPOT_MARGIN
from bybit_shapes import CURSOR, IDS, NOTHING

# --- market -----------------------------------------------------------------------------------------------

_CONTRACT = """
    symbol:s contractType:s status:s baseCoin:s quoteCoin:s launchTime:s deliveryTime:s deliveryFeeRate:s
    priceScale:s leverageFilter:{minLeverage:s maxLeverage:s leverageStep:s}
    priceFilter:{minPrice:s maxPrice:s tickSize:s}
    lotSizeFilter:{maxOrderQty:s minOrderQty:s qtyStep:s postOnlyMaxOrderQty:s maxMktOrderQty:s
                   minNotionalValue?:s}
    unifiedMarginTrade:b fundingInterval:n settleCoin:s copyTrading:s upperFundingRate:s lowerFundingRate:s
    isPreListing:b preListingInfo:o|null riskParameters:{priceLimitRatioX:s priceLimitRatioY:s} displayName:s
    symbolType:s forbidUplWithdrawal:b symbolId:n fullName:s marketRegion:s underlyingTicker:s tags:*[s]
"""
_OPTION = """
    symbol:s symbolId:n optionsType:s status:s baseCoin:s quoteCoin:s settleCoin:s launchTime:s deliveryTime:s
    deliveryFeeRate:s priceFilter:{minPrice:s maxPrice:s tickSize:s}
    lotSizeFilter:{maxOrderQty:s minOrderQty:s qtyStep:s} displayName:s
"""
_SPOT = """
    symbolId:n symbol:s baseCoin:s quoteCoin:s innovation:s status:s marginTrading:s stTag:s
    lotSizeFilter:{basePrecision:s quotePrecision:s minOrderQty:s maxOrderQty:s minOrderAmt:s maxOrderAmt:s
                   maxLimitOrderQty:s maxMarketOrderQty:s postOnlyMaxLimitOrderSize:s}
    priceFilter:{tickSize:s} riskParameters:{priceLimitRatioX:s priceLimitRatioY:s} symbolType:s
    xstockMultiplier:s
"""
INSTRUMENTS = {
    "linear": f"category:s list:[{_CONTRACT}] {CURSOR}",
    "inverse": f"category:s list:[{_CONTRACT}] {CURSOR}",
    "option": f"category:s list:[{_OPTION}] {CURSOR}",
    "spot": f"category:s list:[{_SPOT}]",
}
_BOOK = "s:s b:[(s s)] a:[(s s)] ts:n u:n seq:n cts:n"
_RPI_BOOK = "s:s b:[(s s s)] a:[(s s s)] ts:n u:n seq:n cts:n"
_CONTRACT_TICKER = """
    symbol:s lastPrice:s indexPrice:s markPrice:s prevPrice24h:s price24hPcnt:s highPrice24h:s lowPrice24h:s
    prevPrice1h:s openInterest:s openInterestValue:s singleOpenInterest:s singleOpenInterestValue:s
    turnover24h:s volume24h:s fundingRate:s nextFundingTime:s predictedDeliveryPrice:s basisRate:s
    deliveryFeeRate:s deliveryTime:s ask1Size:s bid1Price:s ask1Price:s bid1Size:s basis:s preOpenPrice:s
    preQty:s curPreListingPhase:s fundingIntervalHour:s basisRateYear:s fundingCap:s
"""
_SPOT_TICKER = """
    symbol:s bid1Price:s bid1Size:s ask1Price:s ask1Size:s lastPrice:s prevPrice24h:s price24hPcnt:s
    highPrice24h:s lowPrice24h:s turnover24h:s volume24h:s usdIndexPrice:s
"""
_OPTION_TICKER = """
    symbol:s bid1Price:s bid1Size:s bid1Iv:s ask1Price:s ask1Size:s ask1Iv:s lastPrice:s highPrice24h:s
    lowPrice24h:s markPrice:s indexPrice:s markIv:s underlyingPrice:s openInterest:s turnover24h:s volume24h:s
    totalVolume:s totalTurnover:s delta:s gamma:s vega:s theta:s predictedDeliveryPrice:s change24h:s
"""
TICKERS = {
    "linear": f"category:s list:[{_CONTRACT_TICKER}]",
    "inverse": f"category:s list:[{_CONTRACT_TICKER}]",
    "option": f"category:s list:[{_OPTION_TICKER}]",
    "spot": f"category:s list:[{_SPOT_TICKER}]",
}
_KLINE = "symbol:s category:s list:[(s s s s s s s)]"
_PRICE_KLINE = "symbol:s category:s list:[(s s s s s)]"
_TRADE = "execId:s symbol:s price:s size:s side:s time:s isBlockTrade:b isRPITrade:b seq:s"
MARKET = {
    "GET /v5/market/time": "timeSecond:s timeNano:s",
    "GET /v5/market/kline": _KLINE,
    "GET /v5/market/mark-price-kline": _PRICE_KLINE,
    "GET /v5/market/index-price-kline": _PRICE_KLINE,
    "GET /v5/market/premium-index-price-kline": _PRICE_KLINE,
    "GET /v5/market/option-base-coins": "list:[baseCoin:s]",
    "GET /v5/market/orderbook": _BOOK,
    "GET /v5/market/rpi_orderbook": _RPI_BOOK,
    "GET /v5/market/full_orderbook": _BOOK,
    "GET /v5/market/recent-trade": f"category:s list:[{_TRADE}]",
    "GET /v5/market/funding/history": "category:s list:[symbol:s fundingRate:s fundingRateTimestamp:s]",
    "GET /v5/market/open-interest": f"""
        symbol:s category:s list:[openInterest:s singleOpenInterest:s timestamp:s] {CURSOR}""",
    "GET /v5/market/account-ratio": f"list:[symbol:s buyRatio:s sellRatio:s timestamp:s] {CURSOR}",
    "GET /v5/market/historical-volatility": "[period:n value:s time:s]",
    "GET /v5/market/price-limit": "symbol:s buyLmt:s sellLmt:s ts:s",
    "GET /v5/market/risk-limit": f"""
        category:s list:[id:n symbol:s riskLimitValue:s maintenanceMargin:s initialMargin:s isLowestRisk:n
                         maxLeverage:s mmDeduction:s] {CURSOR}""",
    "GET /v5/market/insurance": "updatedTime:s list:[coin:s symbols:s balance:s value:s]",
    "GET /v5/market/adlAlert": """
        updateTime:s list:[coin:s symbol:s balance:s maxBalance:s insurancePnlRatio:s pnlRatio:s
                           adlTriggerThreshold:s adlStopRatio:s]""",
    "GET /v5/market/index-price-components": """
        indexName:s lastPrice:s updateTime:s
        components:[exchange:s spotPair:s equivalentPrice:s multiplier:s price:s weight:s]""",
    "GET /v5/market/delivery-price": f"category:s list:*[symbol:s deliveryPrice:s deliveryTime:s] {CURSOR}",
    "GET /v5/market/new-delivery-price": "category:s list:*[deliveryPrice:s deliveryTime:s]",
    "GET /v5/market/fee-group-info": """
        list:[groupName:s weightingFactor:n symbolsNumbers:n symbols:[s]
              feeRates:{pro:*[level:s takerFeeRate:s makerFeeRate:s makerRebate:s]
                        marketMaker:*[level:s takerFeeRate:s makerFeeRate:s makerRebate:s]} updateTime:s]""",
    "GET /v5/system/status": """
        list:*[id:s title:s state:s begin:s end:s href:s serviceTypes:*[n] product:*[n] uidSuffix:*[n]
               maintainType:s env:s]""",
    "GET /v5/announcements/index": """
        total:n list:*[title:s description:s type:{title:s key:s} tags:*[s] url:s dateTimestamp:n
                       startDateTimestamp:n endDateTimestamp:n publishTime:n]""",
}
OPTION_TRADES = f"category:s list:[{_TRADE} mP:s iP:s mIv:s iv:s]"

# --- trade ------------------------------------------------------------------------------------------------

_LINEAR_ORDER = """
    symbol:s orderType:s orderLinkId:s slLimitPrice:s orderId:s cancelType:s avgPrice:s stopOrderType:s
    lastPriceOnCreated:s orderStatus:s createType:s takeProfit:s cumExecValue:s tpslMode:s smpType:s
    triggerDirection:n blockTradeId:s cumFeeDetail:o isLeverage:s rejectReason:s price:s orderIv:s createdTime:s
    tpTriggerBy:s positionIdx:n timeInForce:s leavesValue:s updatedTime:s side:s smpGroup:n|s triggerPrice:s
    tpLimitPrice:s cumExecFee:s leavesQty:s slTriggerBy:s closeOnTrigger:b placeType:s cumExecQty:s reduceOnly:b
    qty:s stopLoss:s marketUnit:s smpOrderId:s parentOrderLinkId:s triggerBy:s
"""
_HISTORY = "slippageToleranceType:s slippageTolerance:s extraFees:s rpiTakerAccess:b rpiMatchedQty:s"
ORDERS = f"category:s list:[{_LINEAR_ORDER}] {CURSOR}"
ORDER_HISTORY = f"category:s list:[{_LINEAR_ORDER} {_HISTORY}] {CURSOR}"
_SPOT_ORDER = (
    _LINEAR_ORDER.replace("createType:s", "").replace("tpslMode:s", "") + "basePrice:s ocoTriggerBy:s"
)
SPOT_ORDERS = f"category:s list:[{_SPOT_ORDER}] {CURSOR}"
_EXECUTION = """
    symbol:s orderType:s underlyingPrice:s orderLinkId:s orderId:s stopOrderType:s execTime:s feeCurrency:s
    createType:s execFeeV2:s feeRate:s tradeIv:s blockTradeId:s markPrice:s execPrice:s markIv:s orderQty:s
    orderPrice:s execValue:s closedSize:s execType:s seq:n side:s indexPrice:s leavesQty:s isMaker:b execFee:s
    execId:s marketUnit:s execQty:s extraFees:s
"""
_BATCH_ITEM = f"category:s symbol:s {IDS}"
TRADE = {
    "POST /v5/order/create": IDS,
    "POST /v5/order/amend": IDS,
    "POST /v5/order/cancel": IDS,
    "POST /v5/order/cancel-all": f"list:[{IDS}] success:s",
    "POST /v5/order/create-batch": f"list:[{_BATCH_ITEM} createAt:s]",
    "POST /v5/order/amend-batch": f"list:[{_BATCH_ITEM}]",
    "POST /v5/order/cancel-batch": f"list:[{_BATCH_ITEM}]",
    "GET /v5/order/realtime": ORDERS,
    "GET /v5/order/history": ORDER_HISTORY,
    "GET /v5/execution/list": f"category:s list:[{_EXECUTION}] {CURSOR}",
    "POST /v5/order/pre-check": f"{IDS} preImrE4:n preMmrE4:n postImrE4:n postMmrE4:n",
    "GET /v5/order/spot-borrow-check": """
        symbol:s side:s maxTradeQty:s maxTradeAmount:s spotMaxTradeQty:s spotMaxTradeAmount:s borrowCoin:s""",
    "POST /v5/order/disconnected-cancel-all": NOTHING,
}
BATCH_CODES = "list:[code:n msg:s]"

# --- position ---------------------------------------------------------------------------------------------

_POSITION = """
    symbol:s leverage:s breakEvenPrice:s autoAddMargin:n avgPrice:s liqPrice:s riskLimitValue:s takeProfit:s
    positionValue:s isReduceOnly:b positionIMByMp:s tpslMode:s riskId:n trailingStop:s unrealisedPnl:s
    markPrice:s adlRankIndicator:n cumRealisedPnl:s positionMM:s createdTime:s positionIdx:n openTime:n
    positionIM:s positionMMByMp:s seq:n updatedTime:s side:s bustPrice:s positionBalance:s
    leverageSysUpdatedTime:s curRealisedPnl:s size:s positionStatus:s mmrSysUpdatedTime:s stopLoss:s tradeMode:n
    sessionAvgPrice:s netDeltaRatio:s
"""
OPTION_POSITIONS = f"category:s list:[{_POSITION} delta:s gamma:s vega:s theta:s] {CURSOR}"
POSITION = {
    "GET /v5/position/list": f"category:s list:[{_POSITION}] {CURSOR}",
    "POST /v5/position/set-leverage": NOTHING,
    "POST /v5/position/switch-mode": NOTHING,
    "POST /v5/position/trading-stop": NOTHING,
    "POST /v5/position/set-auto-add-margin": NOTHING,
    "POST /v5/position/add-margin": _POSITION + "category?:s",
    "GET /v5/position/closed-pnl": f"""
        category:s list:[symbol:s orderId:s side:s qty:s orderPrice:s orderType:s execType:s closedSize:s
                         cumEntryValue:s avgEntryPrice:s cumExitValue:s avgExitPrice:s closedPnl:s fillCount:s
                         leverage:s openFee:s closeFee:s createdTime:s updatedTime:s] {CURSOR}""",
    "GET /v5/position/get-closed-positions": f"""
        category:s list:[symbol:s side:s totalOpenFee:s deliveryFee:s totalCloseFee:s qty:s closeTime:n
                         avgExitPrice:s deliveryPrice:s openTime:n avgEntryPrice:s totalPnl:s] {CURSOR}""",
    "GET /v5/position/symbol-info": "category:s list:[symbol:s leverage:s side:s positionIdx:n]",
    "POST /v5/position/confirm-pending-mmr": NOTHING,
    "POST /v5/position/move-positions": "blockTradeId:s status:s rejectParty:s",
    "GET /v5/position/move-history": f"""
        list:[blockTradeId:s category:s orderId:s userId:n symbol:s side:s price:s qty:s execFee:s status:s
              execId:s resultCode:n resultMessage:s createdAt:n updatedAt:n rejectParty:s] {CURSOR}""",
    "POST /v5/position/set-tpsl-mode": NOTHING,
    "POST /v5/position/set-risk-limit": NOTHING,
}

ENDPOINTS: dict[str, str] = {
    "GET /v5/market/instruments-info": INSTRUMENTS["linear"],
    "GET /v5/market/tickers": TICKERS["linear"],
    **MARKET,
    **TRADE,
    **POSITION,
    **ACCOUNT,
    "GET /v5/account/instruments-info": f"""
        category:s list:[{_CONTRACT} isPublicRpi:b myRpiPermission:b] {CURSOR}""",
    **USER,
    **ASSET,
    **SPOT_MARGIN,
    **EARN,
    **FIXED_TERM,
    **BYUSDT,
    **REAL_ASSETS,
    **OFFERS,
    **PRE_UPGRADE,
}
