"""What a Bybit `retCode` means, and what it says about an order.

Source: Bybit V5 "Error Codes" and the answers seen on the wire.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple


class Outcome(Enum):
    """What became of a request that creates, amends or cancels an order.

    Attributes
    ----------
    REJECTED
        The venue refused it for certain.
    UNKNOWN
        It may or may not have happened: ask the venue before concluding anything.
    NOT_SENT
        It never left this process.
    """

    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class RetClass(StrEnum):
    """How to react to a `retCode`.

    Attributes
    ----------
    OK
        Success.
    RETRY
        Wait and send again (after a query, where an order is concerned).
    DONE
        The state asked for is the state already.
    GONE
        The order is unknown, finished or gone: look it up.
    MARGIN
        Not enough funds or margin.
    PARAMETER
        A parameter, its precision or a limit.
    ACCOUNT
        Authentication, permission or account.
    MARKET
        The instrument cannot be traded so at present.
    BUSINESS
        Another refusal.
    UNKNOWN
        Whether it happened is not known.
    """

    OK = "-"
    RETRY = "R"
    DONE = "S"
    GONE = "G"
    MARGIN = "M"
    PARAMETER = "P"
    ACCOUNT = "A"
    MARKET = "X"
    BUSINESS = "B"
    UNKNOWN = "?"


class RetCode(NamedTuple):
    """One row of the table."""

    ret_class: RetClass
    meaning: str


_TABLE = """
0 - OK
-1 R the request expired
-2015 A the API key expired
429 R the trading service is under high load
10000 ? the server timed out
10001 P a request parameter is wrong
10002 R the timestamp is outside the receive window
10003 A the API key is invalid, or belongs to another environment
10004 A the signature is wrong
10005 A the API key lacks the permission
10006 R too many requests for this endpoint
10007 A user authentication failed
10008 A the account is banned or in another mode
10009 A the service is restricted in this region
10010 A the IP address is not bound to the API key
10014 B the request is a duplicate
10016 ? the server failed or is restarting
10017 P there is no such route
10018 R too many requests from this IP address
10019 R the trade socket is restarting
10024 A compliance rules forbid it
10027 A transactions are banned for this account
10028 A only unified accounts may do this
10029 P the symbol is invalid or not whitelisted
10403 R too many requests from this IP address on the trade socket
10404 P the trade socket does not know the operation or category
10429 R system-level frequency protection
20001 S the session is authenticated already
20003 R too many requests in one session
20006 P the reqId was used before
30035 R options are being cancelled too fast
30208 P the price is above the highest buy price
30209 P the price is below the lowest sell price
30228 X no new positions while the instrument is being delisted
33004 A the API key expired
34040 S take profit and stop loss are as asked already
40004 ? the order changed while it was being replaced
100028 A unified accounts may not do this
110001 G the order does not exist, or it is too late to change it
110003 P the price is outside the permitted range
110004 M the wallet balance is insufficient
110005 B the position status does not allow it
110006 M the assets cannot cover the position margin
110007 M the available balance is insufficient
110008 G the order is completed or cancelled
110009 B too many stop orders
110010 G the order is cancelled already
110011 M the position would be liquidated at once
110012 M the available balance is insufficient
110013 B the leverage exceeds the risk limit
110014 M the margin cannot be added
110015 B the position is in cross margin
110017 B reduce-only cannot apply: the position is flat or on the other side
110018 P the user id is wrong
110019 P the order id is wrong
110020 B more than 500 active orders
110021 B the position would exceed the cap from open interest
110022 B the quantity is restricted and cannot be raised
110023 X the contract allows reducing only
110024 B the mode cannot be switched with an open position
110025 S the position mode is as asked already
110026 S the margin mode is as asked already
110027 S the margin is as asked already
110028 B the mode cannot be switched with open orders
110029 B the symbol does not support hedge mode
110030 B the order id is a duplicate
110031 P the risk limit is unknown
110032 P the order is illegal
110033 B there is no position to add margin to
110034 B there is no net position
110035 B orders are still being cancelled before liquidation
110036 B leverage cannot be changed in cross margin
110037 B the symbol is not in the user's settings
110038 B leverage cannot be changed in portfolio margin
110039 M the maintenance margin rate is too high
110040 M the order would force a liquidation
110041 B skipping liquidation is not allowed
110042 X before delivery the position can only be reduced
110043 S the leverage is as asked already
110044 M the available margin is insufficient
110045 M the wallet balance is insufficient
110046 M the position would be liquidated
110047 M the risk limit cannot be adjusted
110048 B the risk limit cannot be adjusted
110049 P the tick must be a number
110050 P the coin is invalid
110051 M the balance cannot cover the market price
110052 M the balance cannot cover the market price
110053 M the balance cannot cover the market price
110054 B existing take profit or stop loss locks the mode
110055 B existing take profit or stop loss locks the mode
110056 B an existing trailing stop locks the mode
110057 P take profit and stop loss parameters do not fit this order
110058 B the remaining size is too small for take profit or stop loss
110059 B take profit or stop loss of a partly filled order cannot be changed
110060 B take profit or stop loss cannot be changed in full mode
110061 B more than 20 partial take profits or stop losses
110062 B market maker protection is not available
110063 X settlement is in progress
110064 P the amended quantity does not exceed the filled one
110065 B market maker protection is not available
110066 X trading is not allowed at present
110067 A the account type does not allow it
110068 A the account type does not allow it
110069 A the account type does not allow it
110070 A the account type does not allow it
110071 A the account type does not allow it
110072 B the orderLinkId was used before
110073 B the margin mode could not be set
110074 X the contract is not live
110075 S the risk limit is as asked already
110076 B the margin mode does not allow it
110077 B the margin mode does not allow it
110078 B the margin mode does not allow it
110079 R the order is being processed
110080 A an institutional loan is being liquidated
110082 B reduce-only cannot be lifted
110083 B reduce-only cannot be lifted
110085 B the risk limit changed
110086 B the leverage is above the risk tier
110087 A an institutional loan caps the leverage
110088 A the account must be upgraded to unified
110089 B the maximum risk limit would be exceeded
110090 B the position limit would be exceeded
110092 P the price has risen past the trigger already
110093 P the price has fallen past the trigger already
110094 P the notional is below the minimum
110095 X the pre-market auction does not allow it
110096 A portfolio margin is not allowed in the pre-market
110097 A the account must be upgraded to unified
110098 X the pre-market auction does not allow it
110099 X the pre-market auction does not allow it
110100 A pre-market contracts are not available in the demo environment
110101 A the conditions for inverse trading are not met
110102 A the conditions for inverse trading are not met
110103 X the pre-market auction does not allow it
110104 A the conditions for inverse trading are not met
110105 A the conditions for inverse trading are not met
110106 A the conditions for inverse trading are not met
110107 A the conditions for inverse trading are not met
110108 P the slippage tolerance must be 1 to 10000 ticks
110109 P the slippage tolerance must be 0.01 to 10 percent
110110 B a rule of spread trading
110111 B a rule of spread trading
110112 B a rule of spread trading
110113 B a rule of spread trading
110114 B a rule of spread trading
110115 B a rule of spread trading
110116 B a rule of spread trading
110117 B a rule of spread trading
110118 X there is no market price
110119 A RPI orders are for approved market makers
110120 P the price is below the price limit
110121 P the price is above the price limit
110123 A terms must be agreed to first
110124 A the account is in a cooling-off period
110125 A terms must be agreed to first
110131 M the margin limit under the loan-to-value ratio
110132 A the product is not available in this region
110135 A event futures are not available
110136 A event futures are not available
110137 A event futures are not available
170001 ? internal error
170005 R too many new orders
170007 ? the server timed out
170031 X the feature is suspended
170032 ? network error
170033 M the balance is insufficient
170034 M the liability limit is exceeded
170035 ? submitted and waiting for processing
170036 A margin trading is not enabled
170037 A the coin does not support margin trading
170105 P a parameter is empty
170115 P the time in force is invalid
170116 P the order type is invalid
170117 P the side is invalid
170121 P the symbol is invalid
170124 P the amount is too large
170130 P the value of a parameter is invalid
170131 M the balance is insufficient
170132 P the price is too high
170133 P the price is too low
170134 P the price has too many decimals
170136 P the quantity is below the minimum
170137 P the quantity has too many decimals
170139 G the order is filled already
170140 P the order value is below the minimum
170141 B the orderLinkId was used before
170142 G the order is cancelled already
170143 G the order is not on the book
170144 R the order is locked
170145 B this kind of order cannot be cancelled
170146 ? creating the order timed out
170147 ? cancelling the order timed out
170148 P the market order's amount has too many decimals
170149 ? creating the order failed
170150 ? cancelling the order failed
170151 X the pair is not open
170157 X the pair is not available through the API
170159 X orders of this kind are restricted after listing
170190 G cancelling has finished already
170191 R the order cannot be cancelled now
170192 P the price limit
170193 P the buy price is above the limit
170194 P the sell price is below the limit
170195 P a rule of leveraged tokens or order size
170196 P a rule of leveraged tokens or order size
170197 P a rule of leveraged tokens or order size
170198 P a rule of leveraged tokens or order size
170199 P a rule of leveraged tokens or order size
170200 P a rule of leveraged tokens or order size
170201 P the orderFilter is wrong
170202 P a price rule of take profit and stop loss
170203 P a price rule of take profit and stop loss
170204 P a price rule of take profit and stop loss
170206 X orders of this kind are restricted after listing
170207 M the platform's loan pool is empty
170209 A the symbol is not available in this region
170210 B the new order was rejected
170212 ? the cancellation is being processed
170213 G the order does not exist
170217 B only limit-maker orders are allowed
170218 B the limit-maker price was rejected
170221 P the coin does not exist
170222 R too many requests
170227 B the feature is not supported
170228 P the value is above the estimated maximum buy
170229 P the value is above the estimated maximum sell
170234 ? system error
170310 ? amending the order timed out
170311 B amending the order failed
170312 B amending is not supported for this order
170313 P the amended quantity does not exceed the filled one
170341 P the quantity exceeds the maximum
170344 A the symbol is not available on margin
170346 B the settle coin is no collateral
170348 A the region does not allow it
170355 A RPI orders are for approved market makers
170358 A the region does not allow it
170359 A the region does not allow it
170371 P the price is below the price limit
170372 P the price is above the price limit
170381 P the quantity is too large
170382 P the quantity is too large
170810 B more than 500 open orders
3100116 P the quantity is below the lower limit
3100181 A the user id is missing
3100197 A trading is banned during the account upgrade
3100198 P an option order needs an orderLinkId
3100326 P the base coin is required
3200300 M the margin is insufficient
3200316 A the loan-to-value ratio of an institutional loan
3200317 A the loan-to-value ratio of an institutional loan
3200320 A an institutional loan is being liquidated
3200403 B isolated margin cannot create option orders
3200419 B portfolio margin cannot be switched
3200425 B portfolio margin cannot be switched
3200641 B portfolio margin cannot be switched
3400045 B the margin mode could not be set
3400139 B position and orders exceed the risk limit
131212 M the balance is insufficient for the transfer
131214 B the transferId was used before
131228 M the safe amount of the balance is insufficient
140043 S the leverage is as asked already
176005 ? borrowing failed
176006 ? repaying failed
176015 M the balance is insufficient
176016 S there is nothing to repay
176025 P the amount is out of bounds
176026 P the amount is out of bounds
176027 P the amount is out of bounds
176028 P the amount is out of bounds
176029 P the amount is out of bounds
176034 P the leverage is out of range
176038 B spot margin trading is switched off
180001 P a request parameter is wrong
180002 P the coin is not supported
180003 A the user is banned
180004 A the site does not allow it
180006 P the request is not valid
180007 P the product is unknown
180008 P the product is not available
180010 A the user is unknown
180012 B the product has no share left
180013 P the amount is above the maximum
180014 P the redemption is not valid
180015 B the product's quota is used up
180016 M the balance is insufficient
180018 ? internal error
180019 P the orderLinkId is missing
180020 G the position does not exist
180025 B the orderLinkId was used before
180026 B the yield was lowered
180029 B the position cannot be redeemed
180030 B the slippage is too large
180031 B the order is a duplicate
181008 P both times of a window are needed
181010 P the window is longer than seven days
182021 B isolated margin does not allow spot margin trading
182102 S there is no liability
34022011 P the amount is below the minimum
34022030 M the loan pool is low
34022033 P the amount has too many decimals
34022034 P the amount has too many decimals
34022035 R interest is being calculated
34022038 R a repayment is in progress
34022041 S there is nothing to repay
34022094 B repaying with other coins is not allowed
35000011 B a loan is pending
"""

TABLE: dict[int, RetCode] = {
    int(code): RetCode(RetClass(letter), meaning)
    for code, letter, meaning in (line.split(" ", 2) for line in _TABLE.strip().splitlines())
}

# Codes the venue lists as a family only; what one of them says about a request is not known.
_FAMILIES = (
    (range(131001, 131100), RetCode(RetClass.UNKNOWN, "a withdrawal was not carried out as asked")),
    (range(131200, 131234), RetCode(RetClass.UNKNOWN, "a transfer was not carried out as asked")),
    (range(176000, 177000), RetCode(RetClass.UNKNOWN, "a spot margin request was not carried out as asked")),
    (range(181000, 182000), RetCode(RetClass.PARAMETER, "a parameter of an asset request is wrong")),
    (range(182000, 183000), RetCode(RetClass.UNKNOWN, "a margin loan request was not carried out as asked")),
    (
        range(34022000, 34023000),
        RetCode(RetClass.UNKNOWN, "a manual loan request was not carried out as asked"),
    ),
)

NOT_IN_TABLE = RetCode(RetClass.UNKNOWN, "a code this version does not know")

CLOCK_CODE = 10002
RATE_LIMIT_CODE = 10006
# The venue's service itself is in trouble, whatever was asked of it.
HOST_TROUBLE_CODES = frozenset({10000, 10016})

# Refused by a gate in front of the order service (clock, rate limits), so the order was never looked at.
# 429, 10019 and 10429 stand for a service in trouble rather than a gate, and -1 and 110079 for a race:
# with those the order may be live.
_REFUSED_BEFORE_PROCESSING = frozenset(
    {10002, 10006, 10018, 10403, 20003, 30035, 170005, 170144, 170191, 170222}
)

# The order that used the id first may be ours, its ack lost on the way.
_MAY_BE_OURS = frozenset({10014, 110072, 131214, 170141, 180025, 180031})

# The credentials themselves are refused: no order and no wait will change the answer.
CREDENTIAL_CODES = frozenset({-2015, 10003, 10004, 10005, 10007, 10010, 33004})


def lookup(code: int) -> RetCode:
    """Return the table's row of a code, else its family's, else the row for codes nobody knows."""
    row = TABLE.get(code)
    if row is not None:
        return row
    return next((family for codes, family in _FAMILIES if code in codes), NOT_IN_TABLE)


def classify(code: int) -> RetClass:
    """Return how to react to a code; a code the table does not hold is `RetClass.UNKNOWN`."""
    return lookup(code).ret_class


def outcome_of(code: int) -> Outcome:
    """Return what a non-zero code says about an order.

    Rate limits and the clock check (10002, 10006, 10018, 10403, 20003) refuse a request before the order
    service sees it, so they are `REJECTED`. Codes of an overloaded or restarting service (10000, 10016,
    10019, 10429), a used `orderLinkId` (it may be our own lost order) and codes the table does not hold
    are `UNKNOWN`.
    """
    if code in _REFUSED_BEFORE_PROCESSING:
        return Outcome.REJECTED
    if code in _MAY_BE_OURS:
        return Outcome.UNKNOWN
    ret_class = classify(code)
    if ret_class in {RetClass.UNKNOWN, RetClass.RETRY, RetClass.OK}:
        return Outcome.UNKNOWN
    return Outcome.REJECTED


def is_already_done(code: int, ret_msg: str = "") -> bool:
    """Return whether the state asked for was the state already.

    Parameters
    ----------
    code : int
        The `retCode`.
    ret_msg : str
        The `retMsg`: 10001 covers both a wrong parameter and an amend that changes nothing, and only the
        text tells them apart.
    """
    return classify(code) is RetClass.DONE or (code == 10001 and "not modified" in ret_msg)  # noqa: PLR2004 - the code


def is_order_gone(code: int) -> bool:
    """Return whether the order asked about is unknown, finished or gone."""
    return classify(code) is RetClass.GONE
