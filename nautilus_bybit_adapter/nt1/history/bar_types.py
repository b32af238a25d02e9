"""Bar types of Bybit's intervals."""

from __future__ import annotations

from nautilus_trader.model.enums import bar_aggregation_to_str

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.mapping.bars import INTERVALS


def bar_type_of(identifier: str, interval: str) -> str:
    """
    Return the bar type of an instrument's candles of traded prices.

    Parameters
    ----------
    identifier : str
        The instrument's id.
    interval : str
        Bybit's word: minutes such as ``1`` or ``60``, or ``D``, ``W``, ``M``.

    Raises
    ------
    BybitConfigError
        If Bybit has no such candles.

    """
    for (aggregation, step), word in INTERVALS.items():
        if word == interval:
            return f"{identifier}-{step}-{bar_aggregation_to_str(aggregation)}-LAST-EXTERNAL"
    raise BybitConfigError(f"interval {interval!r} is not known: {', '.join(INTERVALS.values())} are")
