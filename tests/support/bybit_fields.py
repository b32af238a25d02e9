"""Required fields and JSON types of every answer and frame, as Bybit documents or sends them.

The language is that of `bybit_shapes`. Where documentation and captured traffic disagree, the captured type
stands here. Source: Bybit V5 API documentation and captures of 2026.
"""

from __future__ import annotations

NOTHING = "{}"
IDS = "orderId:s orderLinkId:s"
CURSOR = "nextPageCursor:s"

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
        list:[groupName:s weightingFactor:n symbolsNumbers:n symbols:[s] feeRates:{pro:*[o] marketMaker:*[o]}
              updateTime:s]""",
    "GET /v5/system/status": """
        list:*[id:s title:s state:s begin:s end:s href:s serviceTypes:*[n] product:*[n] uidSuffix:*[n]
               maintainType:s env:s]""",
    "GET /v5/announcements/index": "total:n list:*[o]",
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
    "POST /v5/position/set-tpsl-mode": NOTHING,
    "POST /v5/position/set-risk-limit": NOTHING,
}

# --- account ----------------------------------------------------------------------------------------------

_WALLET_COIN = """
    spotBorrow:s availableToBorrow:s bonus:s accruedInterest:s availableToWithdraw:s totalOrderIM:s equity:s
    totalPositionMM:s usdValue:s unrealisedPnl:s collateralSwitch:b spotHedgingQty:s borrowAmount:s
    totalPositionIM:s walletBalance:s cumRealisedPnl:s locked:s marginCollateral:b colRes:s coin:s
"""
_WALLET = f"""
    accountIMRate:s totalMaintenanceMarginByMp:s totalInitialMargin:s accountType:s accountMMRate:s
    accountMMRateByMp:s accountIMRateByMp:s totalInitialMarginByMp:s totalMaintenanceMargin:s totalEquity:s
    totalMarginBalance:s totalAvailableBalance:s totalPerpUPL:s totalWalletBalance:s accountLTV:s
    coin:[{_WALLET_COIN}]
"""
_LOG = """
    id:s symbol:s category:s side:s transactionTime:s type:s transSubType:s qty:s size:s currency:s tradePrice:s
    funding:s fee:s cashFlow:s change:s cashBalance:s feeRate:s bonusChange:s tradeId:s orderId:s orderLinkId:s
    extraFees:s
"""
ACCOUNT = {
    "GET /v5/account/wallet-balance": f"list:[{_WALLET}]",
    "GET /v5/account/withdrawal": "availableWithdrawal:s availableWithdrawalMap:o",
    "GET /v5/account/info": """
        unifiedMarginStatus:n marginMode:s isMasterTrader:b spotHedgingStatus:s updatedTime:s dcpStatus:s
        timeWindow:n smpGroup:n""",
    "GET /v5/account/fee-rate": "list:[symbol:s takerFeeRate:s makerFeeRate:s]",
    "POST /v5/account/set-margin-mode": "reasons:*[reasonCode:s reasonMsg:s]",
    "POST /v5/account/set-hedging-mode": NOTHING,
    "POST /v5/account/borrow": "coin:s amount:s",
    "POST /v5/account/repay": "resultStatus:s",
    "POST /v5/account/no-convert-repay": "resultStatus:s",
    "POST /v5/account/quick-repayment": "list:*[coin:s repaymentQty:s]",
    "GET /v5/account/borrow-history": f"""
        list:*[currency:s createdTime:n borrowCost:s hourlyBorrowRate:s InterestBearingBorrowSize:s
               costExemption:s borrowAmount:s unrealisedLoss:s freeBorrowedAmount:s] {CURSOR}""",
    "GET /v5/account/collateral-info": """
        list:[currency:s hourlyBorrowRate:s maxBorrowingAmount:s freeBorrowingLimit:s freeBorrowAmount:s
              borrowAmount:s otherBorrowAmount:s availableToBorrow:s borrowable:b borrowUsageRate:s
              marginCollateral:b collateralSwitch:b collateralRatio:s freeBorrowingAmount:s]""",
    "POST /v5/account/set-collateral-switch": NOTHING,
    "POST /v5/account/set-collateral-switch-batch": "list:[coin:s collateralSwitch:s]",
    "GET /v5/account/query-dcp-info": "dcpInfos:[product:s dcpStatus:s timeWindow:s]",
    "GET /v5/account/smp-group": "smpGroup:n",
    "GET /v5/account/transaction-log": f"list:[{_LOG}] {CURSOR}",
    "GET /v5/account/instruments-info": f"""
        category:s list:[{_CONTRACT} isPublicRpi:b myRpiPermission:b] {CURSOR}""",
    "GET /v5/account/user-setting-config": "lpaSpot:b lpaPerp:b deltaEnable:b smsef:b fmsef:b",
    "POST /v5/account/set-limit-px-action": NOTHING,
    "POST /v5/account/set-delta-mode": NOTHING,
    "POST /v5/account/mmp-modify": NOTHING,
    "POST /v5/account/mmp-reset": NOTHING,
    "GET /v5/account/mmp-state": """
        result:[baseCoin:s mmpEnabled:b window:s frozenPeriod:s qtyLimit:s deltaLimit:s vegaLimit:s
                mmpFrozenUntil:s mmpFrozen:b]""",
    "POST /v5/account/upgrade-to-uta": "unifiedUpdateStatus:s unifiedUpdateMsg:{msg:[s]}",
}

# --- user, asset ------------------------------------------------------------------------------------------

_PERMISSIONS = " ".join(
    f"{name}:*[s]"
    for name in (
        "ContractTrade", "Spot", "Wallet", "Options", "Derivatives", "CopyTrading", "BlockTrade", "Exchange",
        "NFT", "Affiliate", "Earn", "FiatP2P", "FiatConvertBroker", "FiatGlobalPay", "FiatBitPay", "BitCard",
        "ByXPost",
    )
)  # fmt: skip
USER = {
    "GET /v5/user/query-api": f"""
        id:s note:s apiKey:s readOnly:n secret:s permissions:{{{_PERMISSIONS}}} ips:[s] type:n deadlineDay:n
        expiredAt:s createdAt:s unified:n uta:n userID:n inviterID:n vipLevel:s mktMakerLevel:s affiliateID:n
        rsaPublicKey:s isMaster:b parentUid:s kycLevel:s kycRegion:s userIDInt64:s inviterIDInt64:s
        affiliateIDInt64:s""",
    "GET /v5/user/query-sub-members": "subMembers:*[o]",
    "GET /v5/user/submembers": "subMembers:*[o] nextCursor:s",
    "GET /v5/user/escrow_sub_members": "subMembers:*[o] nextCursor:s",
    "GET /v5/user/sub-apikeys": f"result:*[o] {CURSOR}",
    "GET /v5/user/get-member-type": "accounts:[uid:s accountType:[s]]",
    "POST /v5/user/agreement": NOTHING,
}
_CHAIN = """
    chain:s chainType:s confirmation:s withdrawFee:s depositMin:s withdrawMin:s minAccuracy:s chainDeposit:s
    chainWithdraw:s withdrawPercentageFee:s contractAddress:s safeConfirmNumber:s withdrawMax:s
"""
ASSET = {
    "GET /v5/asset/coin/query-info": f"rows:[name:s coin:s remainAmount:s chains:[{_CHAIN}]]",
    "GET /v5/asset/coin-greeks": """
        list:[baseCoin:s totalDelta:s totalGamma:s totalVega:s totalTheta:s]""",
    "GET /v5/asset/transfer/query-account-coins-balance": """
        accountType:s memberId:s balance:[coin:s walletBalance:s transferBalance:s bonus:s]""",
    "GET /v5/asset/transfer/query-account-coin-balance": """
        accountType:s bizType:n accountId:s memberId:s
        balance:{coin:s walletBalance:s transferBalance:s bonus:s transferSafeAmount:s
                 ltvTransferSafeAmount:s}""",
    "POST /v5/asset/transfer/inter-transfer": "transferId:s status:s",
    "GET /v5/asset/transfer/query-inter-transfer-list": f"""
        list:[transferId:s coin:s amount:s fromAccountType:s toAccountType:s timestamp:s status:s] {CURSOR}""",
    "GET /v5/asset/transfer/query-transfer-coin-list": "list:[s]",
    "GET /v5/asset/deposit/query-record": f"rows:*[o] {CURSOR}",
    "GET /v5/asset/withdraw/query-record": f"rows:*[o] {CURSOR}",
    "GET /v5/asset/withdraw/withdrawable-amount": """
        limitAmountUsd:s
        withdrawableAmount:{FUND:{coin:s withdrawableAmount:s availableBalance:s}
                            UTA:{coin:s withdrawableAmount:s availableBalance:s}}""",
    "GET /v5/asset/delivery-record": f"category:s list:*[o] {CURSOR}",
    "GET /v5/asset/settlement-record": f"category:s list:*[o] {CURSOR}",
}

# --- spot margin, earn ------------------------------------------------------------------------------------

SPOT_MARGIN = {
    "GET /v5/spot-margin-trade/state": "spotLeverage:s spotMarginMode:s effectiveLeverage:s",
    "POST /v5/spot-margin-trade/switch-mode": "spotMarginMode:s",
    "POST /v5/spot-margin-trade/set-leverage": NOTHING,
    "GET /v5/spot-margin-trade/data": """
        vipCoinList:[list:[borrowable:b collateralRatio:s currency:s hourlyBorrowRate:s liquidationOrder:s
                           marginCollateral:b maxBorrowingAmount:s] vipLevel:s]""",
    "GET /v5/spot-margin-trade/collateral": """
        list:[currency:s collateralRatioList:[minQty:s maxQty:s collateralRatio:s]]""",
    "GET /v5/spot-margin-trade/interest-rate-history": """
        list:[timestamp:n currency:s hourlyBorrowRate:s vipLevel:s]""",
    "GET /v5/spot-margin-trade/max-borrowable": "maxLoan:s currency:s",
    "GET /v5/spot-margin-trade/coinstate": "list:[spotLeverage:s currency:s]",
    "GET /v5/spot-margin-trade/repayment-available-amount": "lossLessRepaymentAmount:s currency:s",
    "GET /v5/spot-margin-trade/get-auto-repay-mode": "data:[currency:s autoRepayMode:s]",
    "POST /v5/spot-margin-trade/set-auto-repay-mode": "data:[currency:s autoRepayMode:s]",
}
_YIELD = """
    productId:s coin:s id:s amount:s yieldType:s distributionMode:s effectiveStakingAmount:s orderId:s status:s
    createdAt:s
"""
EARN = {
    "GET /v5/earn/product": """
        list:[category:s estimateApr:s coin:s minStakeAmount:s maxStakeAmount:s precision:s productId:s status:s
              bonusEvents:*[apr:s coin:s announcement:s] minRedeemAmount:s maxRedeemAmount:s duration:s term:n
              swapCoin:s swapCoinPrecision:s stakeExchangeRate:s redeemExchangeRate:s rewardDistributionType:s
              rewardIntervalMinute:n redeemProcessingMinute:s stakeTime:s interestCalculationTime:s]""",
    "POST /v5/earn/place-order": IDS,
    "GET /v5/earn/order": f"""
        list:[coin:s orderValue:s orderType:s {IDS} status:s createdAt:s productId:s updatedAt:s
              swapOrderValue:s estimateRedeemTime:s estimateStakeTime:s] {CURSOR}""",
    "GET /v5/earn/position": """
        list:[coin:s productId:s amount:s totalPnl:s claimableYield:s id:s status:s orderId:s
              estimateRedeemTime:s estimateStakeTime:s estimateInterestCalculationTime:s settlementTime:s
              autoReinvest:s availableAmount:s freezeDetails:*[amount:s description:s]]""",
    "GET /v5/earn/yield": f"yield:[{_YIELD}] list:[{_YIELD}] {CURSOR}",
    "GET /v5/earn/hourly-yield": f"""
        list:[productId:s coin:s id:s amount:s effectiveStakingAmount:s status:s hourlyDate:s createdAt:s]
        {CURSOR}""",
    "GET /v5/earn/apr-history": "list:[timestamp:s apr:s]",
    "GET /v5/earn/coupons": "interestCards:*[o] awardCards:*[o]",
}

ENDPOINTS: dict[str, str] = {
    "GET /v5/market/instruments-info": INSTRUMENTS["linear"],
    "GET /v5/market/tickers": TICKERS["linear"],
    **MARKET,
    **TRADE,
    **POSITION,
    **ACCOUNT,
    **USER,
    **ASSET,
    **SPOT_MARGIN,
    **EARN,
}

# --- public topics ----------------------------------------------------------------------------------------

_LEVELS = "topic:s type:s ts:n data:{s:s b:*[(s s)] a:*[(s s)] u:n seq:n} cts:n"
_RPI_LEVELS = "topic:s type:s ts:n data:{s:s b:*[(s s s)] a:*[(s s s)] u:n seq:n} cts:n"
_PERPETUAL_DATA = """
    symbol:s tickDirection:s price24hPcnt:s lastPrice:s prevPrice24h:s highPrice24h:s lowPrice24h:s
    prevPrice1h:s markPrice:s indexPrice:s openInterest:s openInterestValue:s turnover24h:s volume24h:s
    fundingIntervalHour:s fundingCap:s singleOpenInterest:s singleOpenInterestValue:s nextFundingTime:s
    fundingRate:s bid1Price:s bid1Size:s ask1Price:s ask1Size:s preOpenPrice:s preQty:s curPreListingPhase:s
"""
_FUTURE_DATA = """
    symbol:s tickDirection:s price24hPcnt:s lastPrice:s prevPrice24h:s highPrice24h:s lowPrice24h:s
    prevPrice1h:s markPrice:s indexPrice:s openInterest:s openInterestValue:s turnover24h:s volume24h:s
    singleOpenInterest:s singleOpenInterestValue:s nextFundingTime:s fundingRate:s bid1Price:s bid1Size:s
    ask1Price:s ask1Size:s deliveryTime:s basisRate:s basis:s basisRateYear:s deliveryFeeRate:s
    predictedDeliveryPrice:s
"""
_DELTA = (_PERPETUAL_DATA + _FUTURE_DATA).replace(":s", "?:s").replace("symbol?:s", "symbol:s")
_CONTRACT_TRADE = "T:n s:s S:s v:s p:s L:s i:s BT:b RPI:b seq:n"
_KLINE_DATA = """
    start:n end:n interval:s open:s close:s high:s low:s volume:s turnover:s confirm:b timestamp:n
"""
_POOL = "topic:s type:s ts:n data:[coin:s symbols:s balance:s updateTime:s]"
_ALERT = "topic:s type:s ts:n data:[c:s s:s b:s mb:s i_pr:s pr:s adl_tt:s adl_sr:s]"
_STATUS = """
    id:s title:s state:s begin:s end:s href:s serviceTypes:*[n] product:*[n] uidSuffix:*[n] maintainType:s env:s
"""
# By category and kind of topic; a delta of a ticker is `tickers delta`, a dated future's one `tickers future`.
TOPICS: dict[tuple[str, str], str] = {
    **{(c, "orderbook"): _LEVELS for c in ("spot", "linear", "inverse", "option")},
    **{(c, "orderbook.rpi"): _RPI_LEVELS for c in ("spot", "linear", "inverse")},
    ("spot", "orderbook.full"): _LEVELS,
    **{(c, "tickers"): f"topic:s type:s data:{{{_PERPETUAL_DATA}}} cs:n ts:n" for c in ("linear", "inverse")},
    **{(c, "tickers delta"): f"topic:s type:s data:{{{_DELTA}}} cs:n ts:n" for c in ("linear", "inverse")},
    **{
        (c, "tickers future"): f"topic:s type:s data:{{{_FUTURE_DATA}}} cs:n ts:n"
        for c in ("linear", "inverse")
    },
    ("spot", "tickers"): """
        topic:s ts:n type:s cs:n data:{symbol:s lastPrice:s highPrice24h:s lowPrice24h:s prevPrice24h:s
                                       volume24h:s turnover24h:s price24hPcnt:s usdIndexPrice:s}""",
    ("option", "tickers"): """
        id:s topic:s ts:n type:s
        data:{symbol:s bidPrice:s bidSize:s bidIv:s askPrice:s askSize:s askIv:s lastPrice:s highPrice24h:s
              lowPrice24h:s markPrice:s indexPrice:s markPriceIv:s underlyingPrice:s openInterest:s turnover24h:s
              volume24h:s totalVolume:s totalTurnover:s delta:s gamma:s vega:s theta:s predictedDeliveryPrice:s
              change24h:s}""",
    **{(c, "publicTrade"): f"topic:s type:s ts:n data:[{_CONTRACT_TRADE}]" for c in ("linear", "inverse")},
    ("spot", "publicTrade"): "topic:s ts:n type:s data:[i:s T:n p:s v:s S:s seq:n s:s BT:b RPI:b]",
    ("option", "publicTrade"): """
        id:s topic:s ts:n type:s data:[p:s v:s i:s T:n BT:b s:s S:s mP:s iP:s mIv:s iv:s seq:n]""",
    **{(c, "kline"): f"topic:s data:[{_KLINE_DATA}] ts:n type:s" for c in ("spot", "linear", "inverse")},
    **{
        (c, "priceLimit"): "topic:s data:{symbol:s buyLmt:s sellLmt:s} ts:n"
        for c in ("spot", "linear", "inverse")
    },
    **{
        (c, "allLiquidation"): "topic:s type:s ts:n data:[T:n s:s S:s v:s p:s]" for c in ("linear", "inverse")
    },
    **{(c, "insurance"): _POOL for c in ("linear", "inverse")},
    **{(c, "adlAlert"): _ALERT for c in ("linear", "inverse")},
    ("misc/status", "system.status"): f"topic:s ts:n data:[{_STATUS}]",
}

# --- private topics ---------------------------------------------------------------------------------------

_ORDER_ROW = """
    category:s symbol:s orderId:s orderLinkId:s blockTradeId:s side:s positionIdx:n orderStatus:s cancelType:s
    rejectReason:s timeInForce:s isLeverage:s price:s qty:s avgPrice:s leavesQty:s leavesValue:s cumExecQty:s
    cumExecValue:s cumExecFee:s orderType:s stopOrderType:s orderIv:s triggerPrice:s takeProfit:s stopLoss:s
    triggerBy:s tpTriggerBy:s slTriggerBy:s triggerDirection:n placeType:s lastPriceOnCreated:s closeOnTrigger:b
    reduceOnly:b smpGroup:n|s smpType:s smpOrderId:s slLimitPrice:s tpLimitPrice:s tpslMode?:s createType?:s
    marketUnit:s createdTime:s updatedTime:s feeCurrency:s closedPnl?:s parentOrderLinkId:s slippageTolerance:s
    slippageToleranceType:s cumFeeDetail:o rpiTakerAccess:b rpiMatchedQty:s ocoTriggerBy?:s
"""
_EXECUTION_ROW = """
    category:s symbol:s closedSize:s execFee:s execId:s execPrice:s execQty:s execType:s execValue:s feeRate:s
    tradeIv:s markIv:s blockTradeId:s markPrice:s indexPrice:s underlyingPrice:s leavesQty:s orderId:s
    orderLinkId:s orderPrice:s orderQty:s orderType:s stopOrderType:s side:s execTime:s isLeverage:s isMaker:b
    seq:n marketUnit:s execPnl:s createType?:s extraFees:*[o] feeCurrency:s
"""
_POSITION_ROW = """
    positionIdx:n tradeMode:n riskId:n riskLimitValue:s symbol:s side:s size:s entryPrice:s sessionAvgPrice:s
    leverage:s positionValue:s positionBalance:s markPrice:s positionIM:s positionIMByMp:s positionMM:s
    positionMMByMp:s takeProfit:s stopLoss:s trailingStop:s unrealisedPnl:s curRealisedPnl:s cumRealisedPnl:s
    createdTime:s updatedTime:s tpslMode:s liqPrice:s bustPrice:s category:s positionStatus:s adlRankIndicator:n
    autoAddMargin:n leverageSysUpdatedTime:s mmrSysUpdatedTime:s seq:n breakEvenPrice:s isReduceOnly:b openTime:n
    delta?:s gamma?:s vega?:s theta?:s
"""
_FAST_ROW = """
    category:s symbol:s execId:s execPrice:s execQty:s orderId:s isMaker:b orderLinkId:s side:s execTime:s seq:n
"""
_ENVELOPE = "id:s topic:s creationTime:n"
PRIVATE = {
    "order": f"{_ENVELOPE} data:[{_ORDER_ROW}]",
    "execution": f"{_ENVELOPE} data:[{_EXECUTION_ROW}]",
    "execution.fast": f"topic:s creationTime:n data:[{_FAST_ROW}]",
    "position": f"{_ENVELOPE} data:[{_POSITION_ROW}]",
    "wallet": f"{_ENVELOPE} data:[{_WALLET}]",
    "greeks": f"{_ENVELOPE} data:[baseCoin:s totalDelta:s totalGamma:s totalVega:s totalTheta:s]",
}

# --- acknowledgements and pongs, by socket ----------------------------------------------------------------

_ACK = "success:b ret_msg:s conn_id:s req_id:s op:s"
_COMMAND = "success:b conn_id:s data:{failTopics:*[s] successTopics:*[s]} type:s"
ACKS = {
    "linear": _ACK,
    "inverse": _ACK,
    "spot": "success:b ret_msg:s conn_id:s req_id:s op:s",
    "option": _COMMAND,
    "private": "req_id:s success:b ret_msg:s op:s conn_id:s",
    "misc/status": _ACK,
}
PONGS = {
    "linear": "success:b ret_msg:s conn_id:s req_id:s op:s",
    "inverse": "success:b ret_msg:s conn_id:s req_id:s op:s",
    "spot": "success:b ret_msg:s conn_id:s op:s",
    "option": "args:[s] op:s",
    "private": "args:[s] conn_id:s op:s",
    "trade": "retCode:n retMsg:s op:s data:[s] connId:s",
    "misc/status": "success:b ret_msg:s conn_id:s req_id:s op:s",
}
