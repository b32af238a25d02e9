"""Writes down what a run ordered, what it cost and how the book looked around it: the input of `bybit-nt report`."""

from nautilus_bybit_adapter.nt1.run_log.actor import RunLog
from nautilus_bybit_adapter.nt1.run_log.config import RunLogConfig

__all__ = ["RunLog", "RunLogConfig"]
