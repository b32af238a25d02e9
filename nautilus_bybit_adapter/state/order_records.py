"""The orders a lifecycle is known of, by our id and by the venue's."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.state.order_events import OrderRecord, Phase

if TYPE_CHECKING:
    from collections.abc import Collection

REMEMBERED_CLOSED_ORDERS = 10_000


class OrderRecords:
    """Every open order, and the newest closed ones."""

    def __init__(self) -> None:
        self._records: dict[str, OrderRecord] = {}
        self._by_venue_id: dict[str, str] = {}
        self._closed: OrderedDict[str, None] = OrderedDict()

    def all(self) -> Collection[OrderRecord]:
        """Return every record."""
        return self._records.values()

    def get(self, client_order_id: str) -> OrderRecord | None:
        """Return what is known of an order."""
        return self._records.get(client_order_id)

    def find(self, client_order_id: str, venue_order_id: str) -> OrderRecord | None:
        """Return what is known of an order that is named by either id; `""` is no name."""
        record = self._records.get(client_order_id) if client_order_id else None
        if record is None and venue_order_id:
            record = self._records.get(self._by_venue_id.get(venue_order_id, ""))
        return record

    def add(self, record: OrderRecord) -> None:
        """Take a record in."""
        self._records[record.client_order_id] = record
        if record.venue_order_id:
            self.bind(record, record.venue_order_id)

    def bind(self, record: OrderRecord, venue_order_id: str) -> None:
        """Learn the venue's id of an order."""
        record.venue_order_id = venue_order_id
        self._by_venue_id[venue_order_id] = record.client_order_id

    def close(self, record: OrderRecord) -> None:
        """End a lifecycle; the oldest of very many closed orders are forgotten."""
        record.phase, record.closing = Phase.CLOSED, None
        self._closed[record.client_order_id] = None
        while len(self._closed) > REMEMBERED_CLOSED_ORDERS:
            forgotten, _ = self._closed.popitem(last=False)
            old = self._records.pop(forgotten, None)
            if old is not None:
                self._by_venue_id.pop(old.venue_order_id, None)
