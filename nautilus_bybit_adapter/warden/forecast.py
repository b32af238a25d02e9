"""What an order is expected to cost, as one value to decide by."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from nautilus_bybit_adapter._ext import Forecast
from nautilus_bybit_adapter.warden.model import DEFAULT, default_model

if TYPE_CHECKING:
    from nautilus_bybit_adapter._ext import FastWarden, Side
    from nautilus_bybit_adapter.warden.model import Model

__all__ = ["DEFAULT_HORIZON_NS", "Forecast", "forecast", "shipped_model"]

DEFAULT_HORIZON_NS = 100_000_000
"""How long an order takes to meet the book, nanoseconds, where nothing else is known: 100 ms."""


def shipped_model() -> Model | None:
    """Return the model that ships with the package, which new wardens start with; None in a build without one."""
    shipped = files("nautilus_bybit_adapter.warden") / "coefficients" / DEFAULT
    return default_model() if shipped.is_file() else None


def forecast(
    warden: FastWarden,
    instrument_id: str,
    side: Side,
    quantity: float,
    horizon_ns: int = DEFAULT_HORIZON_NS,
    now_ns: int = 0,
) -> Forecast:
    """Forecast the cost of an order.

    The cost is that of walking the book as it stands, moved by what order flow and the shape of the book have
    foretold before, as far as the model has earned it on this instrument.

    Parameters
    ----------
    warden : FastWarden
        Holder of the books.
    instrument_id : str
        Key of the book.
    side : Side
        Side of the aggressive order.
    quantity : float
        Units of the book's sizes, finite and above 0.
    horizon_ns : int, default 100 ms
        Nanoseconds until the order meets the book, at least 1.
    now_ns : int, default 0
        UNIX nanoseconds; a time before the last event counts as that event's.

    Returns
    -------
    Forecast

    Raises
    ------
    UnknownBookError
        If nothing was fed for the instrument.
    ValueError
        If a number is not as above.

    """
    return warden.forecast(instrument_id, side, quantity, horizon_ns, now_ns)
