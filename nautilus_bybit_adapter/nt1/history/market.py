"""What history has to know of an instrument."""

from __future__ import annotations

from dataclasses import dataclass

from nautilus_trader.model.data import OrderBookDelta
from nautilus_trader.model.identifiers import InstrumentId, Symbol
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameworkTypes
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1 import native
from nautilus_bybit_adapter.nt1.layout import DIGITS
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.wire.enums import BybitProductType


@dataclass(frozen=True)
class HistoryMarket:
    """
    The name of an instrument, and its decimals: all of it that rows depend on.

    Attributes
    ----------
    id : InstrumentId
        As the framework has it, ``BTCUSDT-LINEAR.BYBIT``.
    price_precision, size_precision : int
        Decimals of prices and of sizes.
    price_scale : str
        The least decimals of mark and index prices, as Bybit's instruments say it; nothing where that is not known.

    """

    id: InstrumentId
    price_precision: int
    size_precision: int
    price_scale: str = ""

    def __post_init__(self) -> None:
        for name in ("price_precision", "size_precision"):
            precision = getattr(self, name)
            if not 0 <= precision <= DIGITS:
                raise BybitConfigError(f"{name} is {precision}; it must be from 0 to {DIGITS}")

    @property
    def info(self) -> dict[str, str]:
        """What of Bybit's row the mapping asks for."""
        return {"price_scale": self.price_scale}

    @property
    def raw_symbol(self) -> Symbol:
        """Bybit's symbol."""
        return Symbol(symbol_of(self.id)[0])

    @property
    def category(self) -> BybitProductType:
        """Bybit's category."""
        return symbol_of(self.id)[1]

    @classmethod
    def of(cls, instrument: Instrument) -> HistoryMarket:
        """Return what history has to know of an instrument."""
        scale = str((instrument.info or {}).get("price_scale") or "")
        return cls(instrument.id, instrument.price_precision, instrument.size_precision, scale)

    @classmethod
    def named(
        cls, symbol: str, category: BybitProductType, price_precision: int, size_precision: int
    ) -> HistoryMarket:
        """Return the market of a symbol, with decimals that are known otherwise."""
        return cls(instrument_id_of(symbol, category), price_precision, size_precision)

    def capsule(self) -> object:
        """Return a capsule of deltas of the instrument, for C++."""
        return OrderBookDelta.capsule_from_list([OrderBookDelta.clear(self.id, 0, 0, 0)])


def needed_types() -> FrameworkTypes:
    """
    Return how C++ makes the framework's objects.

    Raises
    ------
    BybitConfigError
        If this installation's memory layout is not known.

    """
    types = native.proved_types()
    if types is None:
        raise BybitConfigError(
            "the installed nautilus_trader keeps its data in an unknown memory layout; history needs a known one"
        )
    return types
