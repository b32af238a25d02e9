"""Slippage forecasts from live order books."""

from nautilus_bybit_adapter._ext import FastWarden, Side, UnknownBookError, Walk
from nautilus_bybit_adapter.warden.forecast import Forecast, forecast

__all__ = ["FastWarden", "Forecast", "Side", "UnknownBookError", "Walk", "forecast"]
