"""Required fields and JSON types of every frame of the sockets, in the language of `bybit_shapes`.

Source: Bybit V5 API documentation and captures of 2026.
"""

from __future__ import annotations

from bybit_account_fields import WALLET

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
    "wallet": f"{_ENVELOPE} data:[{WALLET}]",
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
