"""Finding a loaded instrument."""

from __future__ import annotations

from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.wire.enums import BybitProductType


def loaded_instrument(
    provider: InstrumentProvider, instrument_id: InstrumentId
) -> tuple[Instrument, BybitProductType]:
    """
    Return an instrument and its category.

    Raises
    ------
    BybitConfigError
        If the id names no category, or the instrument is not loaded.

    """
    _, category = symbol_of(instrument_id)
    instrument = provider.find(instrument_id)
    if instrument is None:
        raise BybitConfigError(
            f"instrument {instrument_id} is not loaded: add it to load_ids, or set load_all"
        )
    return instrument, category
