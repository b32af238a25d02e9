"""Required fields and JSON types of answers about loans and stakes, in the language of `bybit_shapes`.

Source: Bybit V5 API documentation of 2026.
"""

from __future__ import annotations

from bybit_shapes import CURSOR, IDS, NOTHING

# --- spot margin, earn ------------------------------------------------------------------------------------

SPOT_MARGIN = {
    "GET /v5/spot-margin-uta/status": "spotLeverage:s spotMarginMode:s effectiveLeverage:s",
    "GET /v5/spot-margin-trade/position-tiers": """
        list:[currency:s
              positionTiersRatioList:[tier:s borrowLimit:s positionMMR:s positionIMR:s maxLeverage:s]]""",
    "GET /v5/spot-margin-trade/currency-data": """
        list:[currency:s flexibleManualBorrowable:b minFlexibleManualBorrowQty:s
              flexibleManualBorrowAccuracy:s fixedManualBorrowable:b minFixedManualBorrowQty:s
              fixedManualBorrowAccuracy:s fixedInterestRateAccuracy:s minFixedInterestRate:s
              maxFixedInterestRate:s]""",
    "GET /v5/spot-margin-trade/liability": """
        currency:s totalBorrowAmount:s fixedBorrowAmount:s flexibleBorrowAmount:s spotTotalBorrow:s
        derivativesBorrow:s""",
    "GET /v5/spot-margin-trade/flexible-available-inventory": """
        currency:s availableInventory:s updateTime:s""",
    "GET /v5/spot-margin-trade/fixed-available-inventory": """
        currency:s term:s annualRate:s availableInventory:s updateTime:s""",
    "POST /v5/spot-margin-trade/fixedborrow": "orderId:s",
    "GET /v5/spot-margin-trade/fixedborrow-order-quote": """
        list:*[orderCurrency:s term:n annualRate:s qty:s]""",
    "GET /v5/spot-margin-trade/fixedborrow-order-info": f"""
        list:[annualRate:s orderId:s orderTime:s filledQty:s orderQty:s orderCurrency:s state:n term:n
              repayType:s strategyType:s] {CURSOR}""",
    "POST /v5/spot-margin-trade/fixedborrow-order-cancel": NOTHING,
    "GET /v5/spot-margin-trade/fixedborrow-contract-info": f"list:*[o] {CURSOR}",
    "GET /v5/spot-margin-trade/fixedborrow-interest-accrued": f"list:*[o] {CURSOR}",
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
    "GET /v5/earn/coupons": """
        interestCards:*[awardId:n specCode:s coin:s apy:s duration:n claimedAt:n expireAt:n usedAt:n status:s
                        currentPnl:s limitPnl:s positionEffectiveAmount:s productId:n category:s]
        awardCards:*[awardId:n specCode:s claimedAt:n usedAt:n expireAt:n status:s amount:s
                     limitPnlPercentage:s baseCoin:s quoteCoin:s direction:n category:s]""",
}

_TIER = "min:s max:s apy:s"
FIXED_TERM = {
    "GET /v5/earn/fixed-term/product": f"""
        list:[productId:s category:s coin:s duration:s status:s tieredApyList:[{_TIER}] minStakeAmount:s
              maxStakeAmount:s precision:n subscribeStartAt:s subscribeEndAt:s allowEarlyRedemption:b
              earlyRedemptionApy:s redemptionLimitDuration:s allowAutoReinvest:b
              interestCoinApyList:*[coin:s apy:s expectUnitEarning:s currentPrice:s]
              isVip:b creditTime:s specialUserGroupRequired:b specialUserGroupInfo:s]""",
    "GET /v5/earn/fixed-term/position": """
        list:[positionId:s productId:s category:s coin:s amount:s apy:s duration:s estEarnings:s status:s
              autoInvest:s createdAt:s settlementTime:s effectiveAmount?:s orderId?:s allowAutoReinvest?:b
              autoReinvest?:s interestCoinApyList?:*[coin:s apy:s expectReturnEarning:s price:s]
              earlyRedeemInfo?:{allowEarlyRedeem:b earlyRedeemEarning:s returnCoin:s redemptionLimitDuration:s}]""",
    "GET /v5/earn/fixed-term/order": f"""
        list:[{IDS} orderType:s productId:s category:s coin:s amount:s accountType:s positionId:s status:s
              createdAt:s updatedAt:s duration?:s settlementTime?:s
              yieldInfoList?:*[coin:s amount:s status:s createdAt:s apy:s]] {CURSOR}""",
    "POST /v5/earn/fixed-term/place-order": IDS,
    "POST /v5/earn/fixed-term/redeem": "redeemAmount:s estEarnings:s",
    "POST /v5/earn/fixed-term/position/auto-invest": NOTHING,
}
BYUSDT = {
    "GET /v5/earn/token/product": """
        productId:s coin:s mintFeeRateE8:s redeemFeeRateE8:s minInvestment:s userHolding:s leftQuota:s canMint:b
        savingsBalance:s aprE8:s bonusAprE8:s bonusMaxAmount:s baseCoinPrecision:n tokenPrecision:n""",
    "GET /v5/earn/token/position": """
        totalAmount:s totalYield:s yesterdayYield:s aprE8:s bonusAprE8:s bonusMaxAmount:s hasQuota:b""",
    "GET /v5/earn/token/order": f"""
        list:[{IDS} orderType:s fromCoin:s toCoin:s fromAmount:s toAmount:s serviceFee:s status:s
              createdTime:s] {CURSOR}""",
    "GET /v5/earn/token/yield": f"list:[yield:s bonusYield:s status:s createdTime:s] {CURSOR}",
    "GET /v5/earn/token/hourly-yield": f"""
        list:[effectiveAmount:s yield:s rewardType:n aprE8:s hourlyDate:s createdTime:s] {CURSOR}""",
    "GET /v5/earn/token/history-apr": "list:[timestamp:s aprE8:s]",
    "POST /v5/earn/token/place-order": IDS,
}
REAL_ASSETS = {
    "GET /v5/earn/rwa/product": """
        list:[productId:n coin:s assetSymbol:s manager:s baseApr:s bonusApr:s savingType:s duration:n nav:s
              minStakeAmount:s maxStakeAmount:s userMaxAmount:s userQuota:s minRedeemShare:s redeemFeeRate:s
              subscriptionFee:s extLink:s amountPrecision:n sharePrecision:n]""",
    "GET /v5/earn/rwa/position": """
        list:[productId:n coin:s assetSymbol:s effectiveShare:s processingStakeAmount:s
              processingRedeemShare:s bonusEarned:s nav:s holdAmount:s duration:n]""",
    "GET /v5/earn/rwa/order": f"""
        list:[{IDS} orderType:s productId:n coin:s stakeAmount:s redeemShares:s status:s accountType:s
              createdTime:n updatedTime:n settledShares:s settledAmount:s] {CURSOR}""",
    "GET /v5/earn/rwa/nav-chart": "list:[timestamp:n nav:s]",
    "POST /v5/earn/rwa/place-order": IDS,
}
OFFERS = {
    "GET /v5/earn/hold-to-earn/product": """
        products:*[coinName:s yields:*[coinName:s apy:s] status:s apy:s announcementUrl:s]""",
    "GET /v5/earn/hold-to-earn/yield-history": """
        nextCursor:s
        airdropDailyPnls:*[coinName:s yieldCoinName:s effectiveAmount:s pnl:s apy:s createdAt:n]""",
    "GET /v5/earn/advance/product": """
        category:s
        list:*[category:s productId:s baseCoin:s quoteCoin:s expectReceiveAt:s duration:s status:s isVipProduct:b
               subscribeStartAt:s subscribeEndAt:s applyStartAt:s settlementTime:s minPurchaseQuoteAmount:s
               minPurchaseBaseAmount:s remainingAmountQuote:s remainingAmountBase:s orderPrecisionDigitalQuote:n
               orderPrecisionDigitalBase:n]""",
    "GET /v5/earn/advance/order": f"""
        list:*[{IDS} productId:s category:s orderType:s amount:s coin:s baseCoin:s quoteCoin:s status:s
               createdTime:s updatedTime:s direction:s targetPrice:s settlementTime:s estimateApyE8:s duration:s
               accountType:s toAccountType:s selectApyE8:s isVip:b settlementCoin:s settlementAmount:s orderMode:s
               settlementPrice:s refundStatus:s trialBonusAmount:s trialBonusPnl:s] {CURSOR}""",
    "GET /v5/earn/advance/position": f"""
        list:*[positionId:s productId:s category:s baseCoin:s quoteCoin:s investCoin:s amount:s apyE8:s
               direction:s targetPrice:s settlementTime:s status:s orderId:s duration:s expectReturnCoin:s
               expectReturnAmount:s accountType:s toAccountType:s yieldStartAt:s yieldEndAt:s] {CURSOR}""",
    "GET /v5/earn/advance/get-redeem-est-amount-list": """
        list:[success:b positionId:s estRedeemAmount:s estRedeemTime:s slippageRate:s]""",
    "GET /v5/earn/liquidity-mining/product": """
        products:*[productId:s baseCoin:s quoteCoin:s status:s maxLeverage:n minInvestmentQuote:s
                   minInvestmentBase:s maxInvestmentQuote:s maxInvestmentBase:s minWithdrawalAmount:s
                   minReinvestAmount:s baseCoinPrecision:n quoteCoinPrecision:n yieldCoins:*[s] apyE8:s apy7dE8:s
                   poolLiquidityValue:s dailyYield:s slippage_levels:*[s] slippageRateE8List:*[s]
                   apyBreakdown:*[coin:s apy:s] apy7dBreakdown:*[coin:s apy:s]]""",
    "GET /v5/earn/liquidity-mining/position": """
        positions:*[positionId:s productId:s baseCoin:s quoteCoin:s quoteAmount:s baseAmount:s
                    principalQuoteAmount:s principalBaseAmount:s principalLiquidityValue:s leveragedValue:s loan:s
                    claimableYield:s currentApr:s leverage:s margin:s liquidationPrice:s currentPriceY:s status:s
                    createdTime:s]""",
    "GET /v5/earn/liquidity-mining/order": f"""
        list:*[{IDS} productId:s orderType:s baseCoin:s quoteCoin:s quoteAmount:s baseAmount:s status:s
               removeType:s removeRate:n leverage:s slippageValue:s createdTime:s] {CURSOR}""",
    "GET /v5/earn/liquidity-mining/yield-records": f"""
        list:*[coin:s amount:s baseCoin:s quoteCoin:s type:s status:s createdTime:s] {CURSOR}""",
    "GET /v5/earn/liquidity-mining/liquidation-records": f"""
        list:*[baseCoin:s quoteCoin:s baseAmount:s quoteAmount:s liquidationPrice:s liquidationTime:s] {CURSOR}""",
}
PRE_UPGRADE = {
    **{
        f"GET /v5/pre-upgrade/{path}": f"category:s list:*[o] {CURSOR}"
        for path in (
            "order/history",
            "execution/list",
            "position/closed-pnl",
            "asset/delivery-record",
            "asset/settlement-record",
        )
    },
    "GET /v5/pre-upgrade/account/transaction-log": f"list:*[o] {CURSOR}",
}
