"""Required fields and JSON types of answers about the account, the user and assets, in the language of `bybit_shapes`.

Source: Bybit V5 API documentation and captures of 2026.
"""

from __future__ import annotations

from bybit_shapes import CURSOR, NOTHING

# --- account ----------------------------------------------------------------------------------------------

_WALLET_COIN = """
    spotBorrow:s availableToBorrow:s bonus:s accruedInterest:s availableToWithdraw:s totalOrderIM:s equity:s
    totalPositionMM:s usdValue:s unrealisedPnl:s collateralSwitch:b spotHedgingQty:s borrowAmount:s
    totalPositionIM:s walletBalance:s cumRealisedPnl:s locked:s marginCollateral:b colRes:s coin:s
"""
WALLET = f"""
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
    "GET /v5/account/wallet-balance": f"list:[{WALLET}]",
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
    "GET /v5/account/user-setting-config": "lpaSpot:b lpaPerp:b deltaEnable:b smsef:b fmsef:b",
    "POST /v5/account/set-limit-px-action": NOTHING,
    "POST /v5/account/set-delta-mode": NOTHING,
    "POST /v5/account/mmp-modify": NOTHING,
    "POST /v5/account/mmp-reset": NOTHING,
    "GET /v5/account/mmp-state": """
        result:[baseCoin:s mmpEnabled:b window:s frozenPeriod:s qtyLimit:s deltaLimit:s vegaLimit:s
                mmpFrozenUntil:s mmpFrozen:b]""",
    "GET /v5/account/option-asset-info": """
        result:[coin:s totalDelta:s totalRPL:s totalUPL:s assetIM:s assetMM:s sendTime:n]""",
    "GET /v5/account/pay-info": """
        collateralInfo:{collateralList:[coin:s availableSize:s availableValue:s coinScale:n borrowSize:s
                                        spotHedgeAmount:s assetFrozen:s]}
        borrowInfo:{coin?:s borrowSize:s borrowValue:s assetFrozen:s availableBalance:s}""",
    "GET /v5/account/trade-info-for-analysis": """
        symbolRnl:s netExecQty:s sumExecValue:s sumExecQty:s avgBuyExecPrice:s sumBuyExecValue:s sumBuyExecQty:s
        sumBuyExecFee:s sumBuyOrderQty:s avgSellExecPrice:s sumSellExecValue:s sumSellExecQty:s
        sumSellExecFee:s sumSellOrderQty:s maxMarginVersion:n baseCoin:s settleCoin:s
        sumPriceList:[day:s sumBuyExecValue:s sumBuyExecQty:s sumSellExecValue:s sumSellExecQty:s]""",
    "POST /v5/account/demo-apply-money": NOTHING,
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
_MEMBER = "uid:s username:s memberType:n status:n remark:s"
_SUB_KEY = f"id:s note:s apiKey:s readOnly:n secret:s permissions:{{{_PERMISSIONS}}} ips:[s]"
USER = {
    "GET /v5/user/query-api": f"""
        id:s note:s apiKey:s readOnly:n secret:s permissions:{{{_PERMISSIONS}}} ips:[s] type:n deadlineDay:n
        expiredAt:s createdAt:s unified:n uta:n userID:n inviterID:n vipLevel:s mktMakerLevel:s affiliateID:n
        rsaPublicKey:s isMaster:b parentUid:s kycLevel:s kycRegion:s userIDInt64:s inviterIDInt64:s
        affiliateIDInt64:s""",
    "GET /v5/user/query-sub-members": f"subMembers:[{_MEMBER} accountMode:n]",
    "GET /v5/user/submembers": f"subMembers:[{_MEMBER} accountMode:n] nextCursor:s",
    "GET /v5/user/escrow_sub_members": "subMembers:*[o] nextCursor:s",
    "GET /v5/user/sub-apikeys": f"""
        result:[id:s ips:[s] apiKey:s note:s status:n expiredAt:s createdAt:s type:n
                permissions:{{{_PERMISSIONS}}} secret:s readOnly:b deadlineDay:n flag:s] {CURSOR}""",
    "POST /v5/user/create-sub-member": _MEMBER,
    "POST /v5/user/create-demo-member": "subMemberId:s",
    "POST /v5/user/frozen-sub-member": NOTHING,
    "POST /v5/user/del-submember": NOTHING,
    "POST /v5/user/create-sub-api": _SUB_KEY,
    "POST /v5/user/update-sub-api": _SUB_KEY,
    "POST /v5/user/delete-sub-api": NOTHING,
    "GET /v5/user/invitation/referrals": "list:*[o] nextCursor:s",
    "GET /v5/user/get-member-type": "accounts:[uid:s accountType:[s]]",
    "POST /v5/user/agreement": NOTHING,
}
_CHAIN = """
    chain:s chainType:s confirmation:s withdrawFee:s depositMin:s withdrawMin:s minAccuracy:s chainDeposit:s
    chainWithdraw:s withdrawPercentageFee:s contractAddress:s safeConfirmNumber:s withdrawMax:s
"""
_CONVERSION = """
    accountType:s exchangeTxId:s userId:s fromCoin:s fromCoinType:s toCoin:s toCoinType:s fromAmount:s toAmount:s
    exchangeStatus:s extInfo:{paramType:s paramValue:s} convertRate:s createdAt:s
"""
_EQUITY = "coinDetail:*[coin:s equity:s]"
ASSET = {
    "GET /v5/asset/asset-overview": f"""
        totalEquity:s
        list:[accountType:s totalEquity:s valuationCurrency:s snapshotTime:s {_EQUITY}
              categories:*[category:s equity:s {_EQUITY}]]""",
    "GET /v5/asset/fundinghistory": f"""
        list:[memberId:s currency:s ioDirection:s txnAmt:s afterAmt:s createTime:s showBusiType:s
              showBusiTypeEn:s description:s descriptionEn:s currcCursor?:s] {CURSOR}""",
    "GET /v5/asset/deposit/query-internal-record": f"""
        rows:*[id:s type:n coin:s amount:s status:n address:s createdTime:s fromMemberId?:s txID:s taxDepositRecordsId:s
               taxStatus:n] {CURSOR}""",
    "GET /v5/asset/deposit/query-address": """
        coin:s chains:*[chainType:s addressDeposit:s tagDeposit:s chain:s batchReleaseLimit:s contractAddress:s]""",
    "GET /v5/asset/exchange/query-coin-list": """
        coins:[coin:s fullName:s icon:s iconNight:s accuracyLength:n coinType:s balance:s uBalance:s
               timePeriod:n singleFromMinLimit:s singleFromMaxLimit:s singleToMinLimit:s singleToMaxLimit:s
               dailyFromMinLimit:s dailyFromMaxLimit:s dailyToMinLimit:s dailyToMaxLimit:s disableFrom:b
               disableTo:b]""",
    "POST /v5/asset/exchange/quote-apply": """
        quoteTxId:s exchangeRate:s fromCoin:s fromCoinType:s toCoin:s toCoinType:s fromAmount:s toAmount:s
        expiredTime:s requestId:s extTaxAndFee:*[o]""",
    "POST /v5/asset/exchange/convert-execute": "quoteTxId:s exchangeStatus:s",
    "GET /v5/asset/exchange/convert-result-query": f"result:{{{_CONVERSION}}}",
    "GET /v5/asset/exchange/query-convert-history": f"list:[{_CONVERSION}]",
    "POST /v5/asset/transfer/universal-transfer": "transferId:s status:s",
    "GET /v5/asset/transfer/query-universal-transfer-list": f"""
        list:[transferId:s coin:s amount:s timestamp:s status:s fromAccountType:s toAccountType:s
              fromMemberId:s toMemberId:s] {CURSOR}""",
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
    "GET /v5/asset/deposit/query-record": f"""
        rows:*[id:s coin:s chain:s amount:s txID:s status:n toAddress:s tag:s depositFee:s successAt:s
               confirmations:s txIndex:s blockHash:s batchReleaseLimit:s depositType:s fromAddress:s
               taxDepositRecordsId:s taxStatus:n] {CURSOR}""",
    "GET /v5/asset/withdraw/query-record": f"""
        rows:*[coin:s chain:s amount:s txID:s status:s toAddress:s tag:s withdrawFee:s createTime:s updateTime:s
               withdrawId:s withdrawType:n] {CURSOR}""",
    "GET /v5/asset/withdraw/withdrawable-amount": """
        limitAmountUsd:s
        withdrawableAmount:{FUND:{coin:s withdrawableAmount:s availableBalance:s}
                            UTA:{coin:s withdrawableAmount:s availableBalance:s}}""",
    "GET /v5/asset/delivery-record": f"""
        category:s list:*[deliveryTime:n symbol:s side:s position:s entryPrice:s deliveryPrice:s strike:s fee:s
                          deliveryRpl:s] {CURSOR}""",
    "GET /v5/asset/settlement-record": f"""
        category:s list:*[symbol:s side:s size:s sessionAvgPrice:s markPrice:s realisedPnl:s createdTime:s]
        {CURSOR}""",
}
