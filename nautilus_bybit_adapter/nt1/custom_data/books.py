"""Data about order books that the framework has no type for."""

from __future__ import annotations

from dataclasses import dataclass

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.custom_data.base import BybitData, Levels, serializable


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitBookStatus(BybitData):
    """
    Whether an order book can be trusted; published when that changes.

    Parameters
    ----------
    instrument_id : InstrumentId
        The book's instrument.
    depth : int
        Levels a side of the topic.
    status : str
        ``LIVE``: the book is the venue's. ``STALE``: it has been emptied, and nothing comes until a snapshot does.
    reason : str
        ``snapshot``, ``gap`` (frames were missing), ``crossed`` (bid at or above ask), ``unreadable`` (a frame that
        cannot be applied), ``overdue`` (changes came for five seconds, and their snapshot did not) or
        ``disconnected``.
    gap_count, crossed_count, unreadable_count : int
        How often each has happened on this topic since it was subscribed.
    ts_event, ts_init : int
        When it was found out, UNIX nanoseconds.

    """

    instrument_id: InstrumentId
    depth: int
    status: str
    reason: str
    gap_count: int
    crossed_count: int
    unreadable_count: int
    ts_event: int
    ts_init: int


@serializable
@dataclass(frozen=True, slots=True, kw_only=True)
class BybitRpiBook(BybitData):
    """
    The 50 best levels with retail-price-improvement orders, which ordinary books leave out.

    Parameters
    ----------
    instrument_id : InstrumentId
        The book's instrument.
    bids, asks : tuple of (price, size, rpi_size)
        Best first; ``size`` is open to all, ``rpi_size`` to retail flow only.
    update_id, sequence : int
        Bybit's ``u`` and ``seq``.
    ts_event, ts_init : int
        Matching time and receipt, UNIX nanoseconds.

    Source: Bybit V5 websocket/public/orderbook-rpi

    """

    instrument_id: InstrumentId
    bids: Levels
    asks: Levels
    update_id: int
    sequence: int
    ts_event: int
    ts_init: int
