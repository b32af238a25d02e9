"""What a subscription or request for Bybit's own data is about."""

from __future__ import annotations

from typing import Any

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.wire.enums import BybitProductType

POOLS = {
    "USDT": BybitProductType.LINEAR,
    "USDC": BybitProductType.LINEAR,
    "inverse": BybitProductType.INVERSE,
}


def instrument_id_in(command: Any) -> InstrumentId:
    """
    Return the instrument that a command names, beside its data type or in the metadata of it.

    Raises
    ------
    BybitConfigError
        If it names none, or what it names is no instrument id.

    """
    named = command.instrument_id or command.data_type.metadata.get("instrument_id")
    if named is None:
        raise BybitConfigError(
            f"{command.data_type.type.__name__} is of one instrument: name it, as in "
            f'DataType({command.data_type.type.__name__}, {{"instrument_id": "BTCUSDT-LINEAR.BYBIT"}})'
        )
    try:
        return named if isinstance(named, InstrumentId) else InstrumentId.from_str(str(named))
    except ValueError as e:
        raise BybitConfigError(f"instrument_id {named!r} is none: {e}") from e


def pool_of(context: DataContext, command: Any) -> tuple[BybitProductType, str]:
    """
    Return the category and the name of the insurance pool that a command names, or whose contract it names.

    Raises
    ------
    BybitConfigError
        If it names neither, or there is no such pool.

    """
    pool = command.data_type.metadata.get("pool")
    if pool is not None:
        if pool not in POOLS:
            raise BybitConfigError(f"pool {pool!r} is not known: {', '.join(POOLS)} are")
        return POOLS[pool], str(pool)
    instrument, category = context.instrument(instrument_id_in(command))
    check_category("insurance pool", category, BybitProductType.LINEAR, BybitProductType.INVERSE)
    if category is BybitProductType.INVERSE:
        return category, "inverse"
    return category, str(instrument.get_settlement_currency().code)
