"""What the venue takes in the body of each request, in the language of `bybit_shapes`; `?` where it can do without.

Source: Bybit V5 API documentation of 2026.
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire import account_requests as account
from nautilus_bybit_adapter.wire import asset_requests as asset
from nautilus_bybit_adapter.wire import earn_requests as earn
from nautilus_bybit_adapter.wire import requests as orders

_NAMED = "category:s symbol:s orderId?:s orderLinkId?:s"
_WHO = "category:s symbol:s"
BODIES: dict[str, tuple[type[msgspec.Struct], str]] = {
    "order/create": (
        orders.PlaceOrder,
        f"""{_WHO} isLeverage?:n side:s orderType:s qty:s marketUnit?:s price?:s slippageToleranceType?:s
        slippageTolerance?:s timeInForce?:s triggerPrice?:s triggerDirection?:n triggerBy?:s orderFilter?:s
        orderIv?:s positionIdx?:n orderLinkId?:s takeProfit?:s stopLoss?:s tpTriggerBy?:s slTriggerBy?:s tpslMode?:s
        tpOrderType?:s slOrderType?:s tpLimitPrice?:s slLimitPrice?:s reduceOnly?:b closeOnTrigger?:b smpType?:s
        mmp?:b rpiTakerAccess?:b bboSideType?:s bboLevel?:s""",
    ),
    "order/amend": (
        orders.AmendOrder,
        f"""{_NAMED} orderIv?:s triggerPrice?:s qty?:s price?:s tpslMode?:s takeProfit?:s stopLoss?:s tpTriggerBy?:s
        slTriggerBy?:s triggerBy?:s tpLimitPrice?:s slLimitPrice?:s""",
    ),
    "order/cancel": (orders.CancelOrder, f"{_NAMED} orderFilter?:s"),
    "order/cancel-all": (
        orders.CancelAllOrders,
        "category:s symbol?:s baseCoin?:s settleCoin?:s orderFilter?:s stopOrderType?:s",
    ),
    "order/disconnected-cancel-all": (account.SetDcp, "product:s timeWindow:n"),
    "position/set-leverage": (account.SetLeverage, f"{_WHO} buyLeverage:s sellLeverage:s"),
    "position/switch-mode": (account.SwitchPositionMode, "category:s symbol?:s coin?:s mode:n"),
    "position/trading-stop": (
        account.SetTradingStop,
        f"""{_WHO} tpslMode:s positionIdx:n takeProfit?:s stopLoss?:s trailingStop?:s tpTriggerBy?:s slTriggerBy?:s
        activePrice?:s tpSize?:s slSize?:s tpLimitPrice?:s slLimitPrice?:s tpOrderType?:s slOrderType?:s""",
    ),
    "position/set-auto-add-margin": (account.SetAutoAddMargin, f"{_WHO} autoAddMargin:n positionIdx?:n"),
    "position/add-margin": (account.AddMargin, f"{_WHO} margin:s positionIdx?:n"),
    "account/set-margin-mode": (account.SetMarginMode, "setMarginMode:s"),
    "account/set-hedging-mode": (account.SetHedgingMode, "setHedgingMode:s"),
    "account/borrow": (account.Borrow, "coin:s amount:s"),
    "account/repay": (account.Repay, "coin?:s amount?:s repaymentType?:s"),
    "account/set-collateral-switch": (account.SetCollateral, "coin:s collateralSwitch:s"),
    "account/mmp-modify": (
        account.SetMmp,
        "baseCoin:s window:s frozenPeriod:s qtyLimit:s deltaLimit:s vegaLimit?:s",
    ),
    "account/mmp-reset": (account.ResetMmp, "baseCoin:s"),
    "spot-margin-trade/switch-mode": (account.SwitchSpotMargin, "spotMarginMode:s"),
    "spot-margin-trade/set-leverage": (account.SetSpotMarginLeverage, "leverage:s currency?:s"),
    "spot-margin-trade/set-auto-repay-mode": (account.SetAutoRepay, "currency?:s autoRepayMode:s"),
    "asset/transfer/inter-transfer": (
        account.Transfer,
        "transferId:s coin:s amount:s fromAccountType:s toAccountType:s",
    ),
    "asset/transfer/universal-transfer": (
        asset.UniversalTransfer,
        "transferId:s coin:s amount:s fromMemberId:n toMemberId:n fromAccountType:s toAccountType:s",
    ),
    "asset/exchange/quote-apply": (
        asset.RequestConvertQuote,
        """accountType:s fromCoin:s toCoin:s requestCoin:s requestAmount:s requestId?:s fromCoinType?:s toCoinType?:s
        paramType?:s paramValue?:s""",
    ),
    "asset/exchange/convert-execute": (asset.ExecuteConversion, "quoteTxId:s"),
    "account/demo-apply-money": (
        asset.ApplyDemoMoney,
        "adjustType:n utaDemoApplyMoney?:[coin:s amountStr:s]",
    ),
    "account/set-collateral-switch-batch": (account.SetCollaterals, "request:[coin:s collateralSwitch:s]"),
    "account/set-delta-mode": (account.SetDeltaMode, "deltaEnable:s"),
    "account/set-limit-px-action": (account.SetLimitPriceAction, "category:s modifyEnable:b"),
    "earn/fixed-term/place-order": (
        earn.PlaceFixedTermOrder,
        "productId:n category:s coin:s amount:s accountType:s orderLinkId:s autoInvest?:b",
    ),
    "earn/fixed-term/redeem": (earn.RedeemFixedTerm, "productId:n category:s positionId:n"),
    "earn/fixed-term/position/auto-invest": (
        earn.SetAutoInvest,
        "productId:n category:s positionId:n status:s",
    ),
    "earn/token/place-order": (
        earn.PlaceTokenOrder,
        "coin:s orderLinkId:s orderType:s amount:s accountType:s",
    ),
    "earn/rwa/place-order": (
        earn.PlaceRealAssetOrder,
        "productId:n orderType:s coin:s orderLinkId:s stakeAmount?:s redeemShares?:s accountType?:s",
    ),
    "earn/place-order": (
        account.PlaceEarnOrder,
        """category:s orderType:s accountType:s amount:s coin:s productId:s orderLinkId:s redeemPositionId?:s
        toAccountType?:s interestCard?:{awardId:s specCode:s}""",
    ),
    "earn/position/modify": (
        account.ModifyEarnPosition,
        "category?:s productId:n positionId:n autoReinvest:n",
    ),
}
