"""Configuration of the log of a run."""

from __future__ import annotations

from nautilus_trader.config import ActorConfig, NonNegativeFloat, PositiveFloat, PositiveInt
from nautilus_trader.model.identifiers import InstrumentId


class RunLogConfig(ActorConfig, frozen=True, kw_only=True):
    """
    Configuration of a `RunLog`.

    Parameters
    ----------
    path : str
        The file to write, ``.jsonl``; one that is there is continued.
    instrument_ids : list of InstrumentId, optional
        Instruments whose books are followed from the start. Others are followed from their first order on, whose own
        costs cannot be measured unless somebody else follows the book already.
    book_depth : int, default 50
        Levels to subscribe to.
    sample_interval_ms : int, default 200
        Least time between two samples of a book.
    sample_levels : int, default 25
        Levels of a side in a sample.
    before_secs : float, default 5
        How much of the book before an order is kept.
    after_secs : float, default 5
        How much after its last event.
    open_secs : float, default 60
        How long the book is sampled for an open order that nothing happens to.
    horizon_ms : int, default 100
        When a forecast is compared with what a market order would have cost.

    """

    path: str
    instrument_ids: list[InstrumentId] | None = None
    book_depth: PositiveInt = 50
    sample_interval_ms: PositiveInt = 200
    sample_levels: PositiveInt = 25
    before_secs: NonNegativeFloat = 5.0
    after_secs: NonNegativeFloat = 5.0
    open_secs: PositiveFloat = 60.0
    horizon_ms: PositiveInt = 100
