"""Rows as Arrow batches in the framework's own schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from nautilus_trader.core.data import Data
from nautilus_trader.model.data import BookOrder, OrderBookDelta, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.serialization.arrow.serializer import ArrowSerializer

from nautilus_bybit_adapter._ext import HistoryRows
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket


def delta_schema(market: HistoryMarket) -> Any:
    """Return the schema of an instrument's book deltas, as the framework writes them."""
    order = BookOrder(OrderSide.BUY, Price(1, market.price_precision), Quantity(1, market.size_precision), 0)
    delta = OrderBookDelta(market.id, BookAction.ADD, order, 0, 0, 0, 0)
    return ArrowSerializer.serialize_batch([delta], OrderBookDelta).schema


def trade_schema(market: HistoryMarket) -> Any:
    """Return the schema of an instrument's trades, as the framework writes them."""
    price, size = Price(1, market.price_precision), Quantity(1, market.size_precision)
    trade = TradeTick(market.id, price, size, AggressorSide.BUYER, TradeId("1"), 0, 0)
    return ArrowSerializer.serialize_batch([trade], TradeTick).schema


def batch_of(rows: HistoryRows, schema: Any) -> Any:
    """Return the rows as a record batch."""
    columns = rows.columns()
    count = len(rows)
    arrays = [_array(field, columns, count) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(field: Any, columns: dict[str, Any], count: int) -> Any:
    buffers = [None, pa.py_buffer(columns[field.name])]
    if pa.types.is_string(field.type):
        buffers.insert(1, pa.py_buffer(columns[f"{field.name}_offsets"]))
    return pa.Array.from_buffers(field.type, count, buffers)


def batch_of_objects(objects: Sequence[Data], data_cls: type) -> Any:
    """Return objects of one class and one instrument as a record batch, the framework's way."""
    table = ArrowSerializer.serialize_batch(list(objects), data_cls)
    return table.combine_chunks().to_batches()[0] if isinstance(table, pa.Table) else table
