"""What a strategy is told of a request that failed."""

from __future__ import annotations

from dataclasses import dataclass

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitRequestFailed(BybitData):
    """
    A request for data that failed; the framework itself has no answer that says so.

    Parameters
    ----------
    request_id : str
        The id the request was given.
    request : str
        What was asked for.
    reason : str
        Why there is no answer, in one sentence.
    ts_event, ts_init : int
        When it failed, UNIX nanoseconds.

    """

    request_id: str
    request: str
    reason: str
    ts_event: int
    ts_init: int
