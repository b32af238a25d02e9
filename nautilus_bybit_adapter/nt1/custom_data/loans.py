"""What became of the margin actions a strategy asks for with `query_account`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitMarginBorrowResult(BybitData):
    """
    What became of a loan: ``amount`` in units of ``coin``, ``message`` the reason where ``success`` is false.

    Source: Bybit V5 account/borrow
    """

    coin: str
    amount: Decimal
    success: bool
    message: str
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitMarginRepayResult(BybitData):
    """
    What became of a repayment.

    ``amount`` is in units of ``coin``, ``None`` for all that was owed; ``result_status`` is Bybit's word (``SU``
    done, ``P`` under way, ``FA`` failed), ``message`` the reason where ``success`` is false.

    Source: Bybit V5 account/no-convert-repay
    """

    coin: str
    amount: Decimal | None
    success: bool
    result_status: str
    message: str
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitMarginStatusResult(BybitData):
    """
    What spot trading owes of a coin, in units of the coin.

    Source: Bybit V5 account/wallet-balance
    """

    coin: str
    borrow_amount: Decimal
    ts_event: int
    ts_init: int
