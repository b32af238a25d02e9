"""Data of Bybit that the framework has no type for; each goes over the message bus and into a catalogue."""

from nautilus_bybit_adapter.nt1.custom_data.account import (
    BybitAdlRank,
    BybitForcedFill,
    BybitFunding,
    BybitPositionUpdate,
)
from nautilus_bybit_adapter.nt1.custom_data.base import BybitData
from nautilus_bybit_adapter.nt1.custom_data.books import BybitBookStatus, BybitRpiBook
from nautilus_bybit_adapter.nt1.custom_data.loans import (
    BybitMarginBorrowResult,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
)
from nautilus_bybit_adapter.nt1.custom_data.requests import BybitRequestFailed
from nautilus_bybit_adapter.nt1.custom_data.risk import (
    BybitAdlAlert,
    BybitInsurance,
    BybitLiquidation,
    BybitPriceLimit,
)
from nautilus_bybit_adapter.nt1.custom_data.statistics import BybitLongShortRatio, BybitOpenInterest
from nautilus_bybit_adapter.nt1.custom_data.ticker import BybitTicker

__all__ = [
    "BybitAdlAlert",
    "BybitAdlRank",
    "BybitBookStatus",
    "BybitData",
    "BybitForcedFill",
    "BybitFunding",
    "BybitInsurance",
    "BybitLiquidation",
    "BybitLongShortRatio",
    "BybitMarginBorrowResult",
    "BybitMarginRepayResult",
    "BybitMarginStatusResult",
    "BybitOpenInterest",
    "BybitPositionUpdate",
    "BybitPriceLimit",
    "BybitRequestFailed",
    "BybitRpiBook",
    "BybitTicker",
]
