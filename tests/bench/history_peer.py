"""One measurement of the framework's own loader and wranglers, in a process of its own.

Arguments: what, file and a folder to write into. Trades have no loader of Bybit's: pandas reads them for the wrangler.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
from nautilus_trader.adapters.bybit.loaders import BybitOrderBookDeltaDataLoader
from nautilus_trader.model.currencies import BTC, USDT, XRP
from nautilus_trader.model.identifiers import InstrumentId, Symbol
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.persistence.catalog.parquet import ParquetDataCatalog
from nautilus_trader.persistence.wranglers import OrderBookDeltaDataWrangler, TradeTickDataWrangler
from own_memory import own_peak_mb


def perpetual(symbol: str, base: Any, tick: str, step: str) -> CryptoPerpetual:
    """Return an instrument of those increments."""
    price, size = Price.from_str(tick), Quantity.from_str(step)
    return CryptoPerpetual(
        instrument_id=InstrumentId.from_str(f"{symbol}-LINEAR.BYBIT"),
        raw_symbol=Symbol(symbol),
        base_currency=base,
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=price.precision,
        size_precision=size.precision,
        price_increment=price,
        size_increment=size,
        ts_event=0,
        ts_init=0,
    )


def deltas_of(path: Path) -> list[Any]:
    """Return an archive's deltas."""
    wrangler = OrderBookDeltaDataWrangler(perpetual("XRPUSDT", XRP, "0.0001", "1"))
    return list(wrangler.process(BybitOrderBookDeltaDataLoader.load(path)))


def trades_of(path: Path) -> list[Any]:
    """Return an archive's trades."""
    table = pd.read_csv(path).rename(columns={"size": "quantity", "trdMatchID": "trade_id"})
    table["timestamp"] = pd.to_datetime(table["timestamp"], unit="s", utc=True)
    table = table.set_index("timestamp")[["price", "quantity", "side", "trade_id"]]
    table["side"] = table["side"].str.upper()
    return list(TradeTickDataWrangler(perpetual("BTCUSDT", BTC, "0.01", "0.001")).process(table))


def main(what: str, path: Path, folder: Path) -> None:
    """Measure one thing, and print what came of it."""
    before = time.process_time()
    data = trades_of(path) if path.suffix == ".gz" else deltas_of(path)
    if what == "catalogue":
        ParquetDataCatalog(str(folder)).write_data(data)
    seconds = time.process_time() - before
    peak_mb = own_peak_mb()
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "rows": len(data)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
