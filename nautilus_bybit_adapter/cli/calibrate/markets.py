"""Where a calibration's markets come from: recordings, and the framework's catalogs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nautilus_trader.model.data import OrderBookDelta, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide, RecordFlag
from nautilus_trader.persistence.catalog import ParquetDataCatalog

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.warden.calibration.events import (
    BookEvent,
    Event,
    Ladders,
    TradeEvent,
    read_recording,
    recorded_symbols,
    sha256_of,
)
from nautilus_bybit_adapter.warden.calibration.survey import is_inverse_symbol


@dataclass(frozen=True, slots=True)
class Market:
    """
    One market to calibrate on.

    Parameters
    ----------
    name : str
    source : str
        The file it comes from.
    sha256 : str
        Of that file, hexadecimal.
    multiplier : float
    is_inverse : bool
        As of `FeatureState`.
    events : callable
        Reads the market's events from the start.

    """

    name: str
    source: str
    sha256: str
    multiplier: float
    is_inverse: bool
    events: Callable[[], Iterator[Event]]


def find_markets(sources: Sequence[Path]) -> list[Market]:
    """
    Return the markets of recordings and catalogs.

    Raises
    ------
    BybitConfigError
        If a source is neither, or holds no market with books and trades.

    """
    markets: list[Market] = []
    for path in sources:
        markets += _catalog_markets(path) if path.is_dir() else _recorded_markets(path)
    names = [market.name for market in markets]
    return [
        market
        if names.count(market.name) == 1
        else Market(
            f"{market.name} ({market.source})",
            market.source,
            market.sha256,
            market.multiplier,
            market.is_inverse,
            market.events,
        )
        for market in markets
    ]


def _recorded_markets(path: Path) -> list[Market]:
    stem = re.sub(r"(\.frames)?(\.gz)?$", "", path.name)
    symbols = recorded_symbols(path)
    digest = sha256_of(path)

    def reader(symbol: str) -> Callable[[], Iterator[Event]]:
        return lambda: read_recording(path, symbol)

    return [
        Market(
            stem if len(symbols) == 1 else f"{stem} {symbol}",
            path.name,
            digest,
            1.0,
            is_inverse_symbol(symbol),
            reader(symbol),
        )
        for symbol in symbols
    ]


def _catalog_markets(path: Path) -> list[Market]:
    catalog = ParquetDataCatalog(str(path))
    files = sorted(path.rglob("*.parquet"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    held = {
        identifier
        for kind in ("order_book_deltas", "trade_tick")
        for identifier in (folder.name for folder in path.glob(f"data/{kind}/*") if folder.is_dir())
        if (path / "data" / "order_book_deltas" / identifier).is_dir()
        and (path / "data" / "trade_tick" / identifier).is_dir()
    }
    markets = [
        Market(
            instrument.id.value,
            path.name,
            digest.hexdigest(),
            float(instrument.multiplier),
            bool(instrument.is_inverse),
            _catalog_reader(catalog, instrument.id.value),
        )
        for instrument in catalog.instruments()
        if instrument.id.value in held
    ]
    if not markets:
        raise BybitConfigError(
            f"{path} holds no instrument with order book deltas and trade ticks; it must be a ParquetDataCatalog"
            " with all three, or name recordings (*.frames.gz)"
        )
    return markets


def _catalog_reader(catalog: ParquetDataCatalog, identifier: str) -> Callable[[], Iterator[Event]]:
    def read() -> Iterator[Event]:
        deltas = catalog.query(OrderBookDelta, identifiers=[identifier])
        trades = catalog.query(TradeTick, identifiers=[identifier])
        # Of one moment, trades come before the book that contains them.
        events = [(trade.ts_init, 0, trade) for trade in trades]
        events += [(delta.ts_init, 1, delta) for delta in deltas]
        events.sort(key=lambda event: event[:2])
        ladders: Ladders | None = None
        for received, is_delta, item in events:
            if not is_delta:
                if item.aggressor_side != AggressorSide.NO_AGGRESSOR:
                    yield TradeEvent(
                        received,
                        item.ts_event,
                        item.aggressor_side == AggressorSide.BUYER,
                        float(item.price),
                        float(item.size),
                    )
                continue
            ladders = _apply(ladders, item)
            if ladders is not None and item.flags & RecordFlag.F_LAST:
                yield BookEvent(received, item.ts_event, *ladders.sorted_levels())

    return read


def _apply(ladders: Ladders | None, delta: OrderBookDelta) -> Ladders | None:
    if delta.action == BookAction.CLEAR:
        return Ladders({}, {})
    if ladders is None:
        return None
    side = ladders.bids if delta.order.side == OrderSide.BUY else ladders.asks
    price, size = float(delta.order.price), float(delta.order.size)
    if delta.action == BookAction.DELETE or size == 0:
        side.pop(price, None)
    else:
        side[price] = size
    return ladders
