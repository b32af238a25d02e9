"""The words Bybit uses.

Fields of inbound structs stay `str`, so that a word this version does not know never loses a row; these
enums are for comparing and for building requests.

Source: Bybit V5 "Enums Definitions".
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class BybitEnvironment(StrEnum):
    """Where to trade: `MAINNET` is real money, `DEMO` and `TESTNET` are not."""

    MAINNET = "mainnet"
    DEMO = "demo"
    TESTNET = "testnet"


class BybitProductType(StrEnum):
    """The venue's `category`."""

    SPOT = "spot"
    LINEAR = "linear"
    INVERSE = "inverse"
    OPTION = "option"


class Side(StrEnum):
    """Order side."""

    BUY = "Buy"
    SELL = "Sell"


class OrderType(StrEnum):
    """Order type; a conditional order is one of these with a `triggerPrice`."""

    MARKET = "Market"
    LIMIT = "Limit"


class TimeInForce(StrEnum):
    """Time in force; market orders are always `IOC`."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    POST_ONLY = "PostOnly"
    RPI = "RPI"


class OrderStatus(StrEnum):
    """State of an order."""

    CREATED = "Created"
    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    UNTRIGGERED = "Untriggered"
    TRIGGERED = "Triggered"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    PARTIALLY_FILLED_CANCELED = "PartiallyFilledCanceled"
    REJECTED = "Rejected"
    DEACTIVATED = "Deactivated"


OPEN_ORDER_STATUSES = frozenset(
    {
        OrderStatus.CREATED,
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.UNTRIGGERED,
        OrderStatus.TRIGGERED,
    }
)


class ExecType(StrEnum):
    """What an execution row stands for."""

    TRADE = "Trade"
    ADL_TRADE = "AdlTrade"
    FUNDING = "Funding"
    BUST_TRADE = "BustTrade"
    DELIVERY = "Delivery"
    SETTLE = "Settle"
    BLOCK_TRADE = "BlockTrade"
    MOVE_POSITION = "MovePosition"
    FUTURE_SPREAD = "FutureSpread"
    CORPORATE_ACTION = "CorporateAction"


class TriggerBy(StrEnum):
    """The price a trigger watches."""

    LAST_PRICE = "LastPrice"
    INDEX_PRICE = "IndexPrice"
    MARK_PRICE = "MarkPrice"


class TriggerDirection(IntEnum):
    """Which way the price must go to trigger."""

    RISE = 1
    FALL = 2


class PositionIdx(IntEnum):
    """The position an order belongs to; both pairs of names are in use."""

    ONE_WAY = 0
    BUY_SIDE = 1
    SELL_SIDE = 2
    BUY_HEDGE = 1
    SELL_HEDGE = 2


class OrderFilter(StrEnum):
    """Kind of order in queries and, on spot, in requests."""

    ORDER = "Order"
    STOP_ORDER = "StopOrder"
    TPSL_ORDER = "tpslOrder"
    OCO_ORDER = "OcoOrder"
    BIDIRECTIONAL_TPSL_ORDER = "BidirectionalTpslOrder"
    OPEN_ORDER = "OpenOrder"


class MarketUnit(StrEnum):
    """The coin in which the quantity of a spot market order counts."""

    BASE_COIN = "baseCoin"
    QUOTE_COIN = "quoteCoin"


class InstrumentStatus(StrEnum):
    """Trading state of an instrument."""

    PRE_LAUNCH = "PreLaunch"
    TRADING = "Trading"
    DELIVERING = "Delivering"
    CLOSED = "Closed"


class ContractType(StrEnum):
    """Kind of linear or inverse contract."""

    LINEAR_PERPETUAL = "LinearPerpetual"
    LINEAR_FUTURES = "LinearFutures"
    INVERSE_PERPETUAL = "InversePerpetual"
    INVERSE_FUTURES = "InverseFutures"


class OptionsType(StrEnum):
    """Kind of option."""

    CALL = "Call"
    PUT = "Put"


class MarginMode(StrEnum):
    """How the account backs its positions."""

    ISOLATED_MARGIN = "ISOLATED_MARGIN"
    REGULAR_MARGIN = "REGULAR_MARGIN"
    PORTFOLIO_MARGIN = "PORTFOLIO_MARGIN"


class PositionMode(IntEnum):
    """One position per symbol, or one for each side; the venue's documents use both pairs of names."""

    ONE_WAY = 0
    HEDGE = 3
    MERGED_SINGLE = 0
    BOTH_SIDES = 3


# The names of a configuration.
BybitMarginMode = MarginMode
BybitPositionMode = PositionMode
BybitPositionIdx = PositionIdx


class PositionStatus(StrEnum):
    """State of a position."""

    NORMAL = "Normal"
    LIQUIDATING = "Liq"
    DELEVERAGING = "Adl"


class AccountType(StrEnum):
    """A wallet of the account."""

    UNIFIED = "UNIFIED"
    FUND = "FUND"


class StopOrderType(StrEnum):
    """What a conditional order is for."""

    TAKE_PROFIT = "TakeProfit"
    STOP_LOSS = "StopLoss"
    TRAILING_STOP = "TrailingStop"
    STOP = "Stop"
    PARTIAL_TAKE_PROFIT = "PartialTakeProfit"
    PARTIAL_STOP_LOSS = "PartialStopLoss"
    TPSL_ORDER = "tpslOrder"
    OCO_ORDER = "OcoOrder"
    MM_RATE_CLOSE = "MmRateClose"
    BIDIRECTIONAL_TPSL_ORDER = "BidirectionalTpslOrder"


class SmpType(StrEnum):
    """What happens when an order would trade with its own account's."""

    NONE = "None"
    CANCEL_MAKER = "CancelMaker"
    CANCEL_TAKER = "CancelTaker"
    CANCEL_BOTH = "CancelBoth"


class CancelType(StrEnum):
    """Who or what cancelled an order; `UNKNOWN` is the matching engine, or nobody."""

    BY_USER = "CancelByUser"
    BY_REDUCE_ONLY = "CancelByReduceOnly"
    BY_PREPARE_LIQ = "CancelByPrepareLiq"
    ALL_BEFORE_LIQ = "CancelAllBeforeLiq"
    BY_PREPARE_ADL = "CancelByPrepareAdl"
    ALL_BEFORE_ADL = "CancelAllBeforeAdl"
    BY_ADMIN = "CancelByAdmin"
    BY_SETTLE = "CancelBySettle"
    BY_TP_SL_TS_CLEAR = "CancelByTpSlTsClear"
    BY_SMP = "CancelBySmp"
    BY_DCP = "CancelByDCP"
    BY_REBALANCE = "CancelByRebalance"
    BY_OCO_TP_AFTER_SL = "CancelByOCOTpCanceledBySlTriggered"
    BY_OCO_SL_AFTER_TP = "CancelByOCOSlCanceledByTpTriggered"
    BY_CANNOT_AFFORD_ORDER_COST = "CancelByCannotAffordOrderCost"
    BY_PM_TRIAL_MM_OVER_EQUITY = "CancelByPmTrialMmOverEquity"
    BY_ACCOUNT_BLOCKING = "CancelByAccountBlocking"
    BY_DELIVERY = "CancelByDelivery"
    BY_MMP_TRIGGERED = "CancelByMmpTriggered"
    BY_CROSS_SELF_MATCH = "CancelByCrossSelfMuch"
    BY_CROSS_REACH_MAX_TRADE_NUM = "CancelByCrossReachMaxTradeNum"


class CreateType(StrEnum):
    """Who or what created an order; spot orders have none."""

    BY_USER = "CreateByUser"
    BY_FUTURE_SPREAD = "CreateByFutureSpread"
    BY_ADMIN_CLOSING = "CreateByAdminClosing"
    BY_SETTLE = "CreateBySettle"
    BY_STOP_ORDER = "CreateByStopOrder"
    BY_TAKE_PROFIT = "CreateByTakeProfit"
    BY_PARTIAL_TAKE_PROFIT = "CreateByPartialTakeProfit"
    BY_STOP_LOSS = "CreateByStopLoss"
    BY_PARTIAL_STOP_LOSS = "CreateByPartialStopLoss"
    BY_TRAILING_STOP = "CreateByTrailingStop"
    BY_TRAILING_PROFIT = "CreateByTrailingProfit"
    BY_LIQ = "CreateByLiq"
    BY_TAKE_OVER = "CreateByTakeOver_PassThrough"
    BY_ADL = "CreateByAdl_PassThrough"
    BY_BLOCK = "CreateByBlock_PassThrough"
    BY_BLOCK_MOVE_POSITION = "CreateByBlockTradeMovePosition_PassThrough"
    BY_CHASE_ORDER = "CreateByChaseOrder"
    BY_F_GRID_BOT = "CreateByFGridBot"
    CLOSE_BY_F_GRID_BOT = "CloseByFGridBot"
    BY_TWAP = "CreateByTWAP"
    BY_MARTINGALE_BOT = "CreateByMartingaleBot"
    CLOSE_BY_MARTINGALE_BOT = "CloseByMartingaleBot"
    BY_ICEBERG = "CreateByIceBerg"
    BY_BBO_ORDER = "CreateByBboOrder"
    BY_CLOSING = "CreateByClosing"
    BY_TV_SIGNAL = "CreateByTVSignal"
    BY_MM_RATE_CLOSE = "CreateByMmRateClose"
    BY_ARBITRAGE = "CreateByArbitrage"
    BY_DDH = "CreateByDdh"


class KlineInterval(StrEnum):
    """Length of a candle: minutes, a day, a week or a month."""

    MINUTE_1 = "1"
    MINUTE_3 = "3"
    MINUTE_5 = "5"
    MINUTE_15 = "15"
    MINUTE_30 = "30"
    HOUR_1 = "60"
    HOUR_2 = "120"
    HOUR_4 = "240"
    HOUR_6 = "360"
    HOUR_12 = "720"
    DAY = "D"
    WEEK = "W"
    MONTH = "M"


class KlinePrice(StrEnum):
    """The price a candle is made of."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"
    PREMIUM = "premium"


class StatisticsPeriod(StrEnum):
    """Step of the open-interest and long/short series."""

    MINUTE_5 = "5min"
    MINUTE_15 = "15min"
    MINUTE_30 = "30min"
    HOUR_1 = "1h"
    HOUR_4 = "4h"
    DAY = "1d"
