"""Logs of runs, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from nautilus_bybit_adapter.warden.costs import Run, read_run
from nautilus_bybit_adapter.warden.costs.records import (
    ArrivalLine,
    BookLine,
    ForecastLine,
    InstrumentLine,
    Line,
    OrderLine,
    ReportLine,
    RunLine,
    WalkedLine,
)

D = Decimal
SECOND = 1_000_000_000
START = 1_723_161_256 * SECOND
NAME = "BTCUSDT-LINEAR.BYBIT"
INVERSE = "BTCUSD-INVERSE.BYBIT"


def at(secs: float) -> int:
    return START + round(secs * SECOND)


def run_line(secs: float = 0, **terms: Any) -> RunLine:
    return RunLine(
        **{"ts_ns": at(secs), "format": 1, "trader_id": "TESTER-001", "stage": "backtest", **terms}
    )


def instrument_line(instrument_id: str = NAME, **terms: Any) -> InstrumentLine:
    is_inverse = instrument_id == INVERSE
    return InstrumentLine(
        **{
            "ts_ns": at(0),
            "instrument_id": instrument_id,
            "base": "BTC",
            "quote": "USD" if is_inverse else "USDT",
            "price_increment": D("0.1"),
            "size_increment": D("0.001"),
            "multiplier": D(1),
            "is_inverse": is_inverse,
            "maker_fee": D("0.0002"),
            "taker_fee": D("0.00055"),
            **terms,
        }
    )


def begun(
    key: str,
    side: str,
    quantity: str,
    *,
    secs: float = 1.0,
    touch: tuple[str, str] | None = ("99", "101"),
    forecast: ForecastLine | None = None,
    instrument_id: str = NAME,
    **terms: Any,
) -> list[Line]:
    """Return the first two lines of a parent."""
    order = OrderLine(
        ts_ns=at(secs),
        event="OrderInitialized",
        client_order_id=key,
        instrument_id=instrument_id,
        side=side,
        quantity=D(quantity),
        **{"order_type": "MARKET", **terms},
    )
    bid, ask = (None, None) if touch is None else map(D, touch)
    arrival = ArrivalLine(
        ts_ns=at(secs), client_order_id=key, instrument_id=instrument_id, bid=bid, ask=ask, forecast=forecast
    )
    return [order, arrival]


def filled(
    key: str,
    price: str,
    quantity: str,
    *,
    secs: float = 2.0,
    fee: str = "0",
    coin: str = "USDT",
    maker: bool = False,
    touch: tuple[str, str] | None = ("99", "101"),
    trade_id: str = "",
    instrument_id: str = NAME,
) -> OrderLine:
    bid, ask = (None, None) if touch is None else map(D, touch)
    return OrderLine(
        ts_ns=at(secs),
        event="OrderFilled",
        client_order_id=key,
        instrument_id=instrument_id,
        trade_id=trade_id or f"{key}-{secs}-{price}-{quantity}",
        last_px=D(price),
        last_qty=D(quantity),
        fee=D(fee),
        fee_currency=coin,
        is_maker=maker,
        bid=bid,
        ask=ask,
    )


def event(key: str, name: str, secs: float = 1.5, **terms: Any) -> OrderLine:
    return OrderLine(ts_ns=at(secs), event=name, client_order_id=key, instrument_id=NAME, **terms)


def walked(key: str, cost_bps: float | None, secs: float = 1.1) -> WalkedLine:
    return WalkedLine(ts_ns=at(secs), client_order_id=key, cost_bps=cost_bps)


def expected(bps: float | None, q90: float | None = None, q95: float | None = None) -> ForecastLine:
    return ForecastLine(
        horizon_ns=100_000_000,
        sufficient_depth=bps is not None,
        walk_bps=bps,
        expected_bps=bps,
        q90_bps=q90,
        q95_bps=q95,
    )


def report_line(key: str, secs: float = 3.0, **report: Any) -> ReportLine:
    return ReportLine(ts_ns=at(secs), report={"client_order_id": key, **report})


def book(secs: float, bids: Iterable[tuple[float, float]], asks: Iterable[tuple[float, float]]) -> BookLine:
    return BookLine(ts_ns=at(secs), instrument_id=NAME, bids=tuple(bids), asks=tuple(asks))


def written(path: Path, *lines: Line | Iterable[Line]) -> Path:
    """Write lines after those that start a log."""
    flat: list[Line] = [run_line(), instrument_line(), instrument_line(INVERSE)]
    for line in lines:
        flat += [line] if isinstance(line, Line) else line
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in flat))
    return path


def logged(path: Path, *lines: Line | Iterable[Line]) -> Run:
    return read_run(written(path, *lines))
