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
    """The position an order belongs to."""

    ONE_WAY = 0
    BUY_SIDE = 1
    SELL_SIDE = 2


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
