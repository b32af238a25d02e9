"""Execution algorithms."""

from nautilus_bybit_adapter.nt1.algo.config import SmartLimitExecAlgorithmConfig
from nautilus_bybit_adapter.nt1.algo.course import SmartLimitFill, SmartLimitStep
from nautilus_bybit_adapter.nt1.algo.execution import Outcome
from nautilus_bybit_adapter.nt1.algo.modification import SmartLimitModify
from nautilus_bybit_adapter.nt1.algo.params import SmartLimitOrderError
from nautilus_bybit_adapter.nt1.algo.report import SmartLimitReport
from nautilus_bybit_adapter.nt1.algo.smart_limit import SmartLimitExecAlgorithm

__all__ = [
    "Outcome",
    "SmartLimitExecAlgorithm",
    "SmartLimitExecAlgorithmConfig",
    "SmartLimitFill",
    "SmartLimitModify",
    "SmartLimitOrderError",
    "SmartLimitReport",
    "SmartLimitStep",
]
