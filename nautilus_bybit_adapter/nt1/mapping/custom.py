"""Bybit's rows as the package's own data types."""

from __future__ import annotations

from decimal import Decimal

from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.custom_data import (
    BybitAdlAlert,
    BybitInsurance,
    BybitLiquidation,
    BybitOpenInterest,
    BybitPriceLimit,
    BybitTicker,
)
from nautilus_bybit_adapter.nt1.mapping.derivatives import moment_ns_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.wire.enums import Side
from nautilus_bybit_adapter.wire.market import BybitTicker as TickerRow
from nautilus_bybit_adapter.wire.public_topics import AdlAlert, InsurancePool, Liquidation, PriceLimit

POSITION_SIDE = {Side.BUY: "LONG", Side.SELL: "SHORT"}


def decimal_of(text: str, what: str) -> Decimal:
    """Return a finite decimal; raises `BybitDecodeError`."""
    try:
        number = Decimal(text)
    except ArithmeticError as e:
        raise BybitDecodeError(f"{what} {text!r} is not a decimal number") from e
    if not number.is_finite():
        raise BybitDecodeError(f"{what} {text!r} is not a finite number")
    return number


def decimal_or_none(text: str | None, what: str = "number") -> Decimal | None:
    """Return a decimal, ``None`` for an absent or empty one; raises `BybitDecodeError`."""
    return decimal_of(text, what) if text else None


def ticker_of(instrument_id: InstrumentId, row: TickerRow, ts_event: int, ts_init: int) -> BybitTicker:
    """Return a whole ticker, of the socket or of REST, which name the touch of an option differently."""
    hours = row.funding_interval_hour
    return BybitTicker(
        instrument_id=instrument_id,
        bid_price=decimal_or_none(row.bid1_price or row.bid_price),
        bid_size=decimal_or_none(row.bid1_size or row.bid_size),
        ask_price=decimal_or_none(row.ask1_price or row.ask_price),
        ask_size=decimal_or_none(row.ask1_size or row.ask_size),
        price_change_24h=decimal_or_none(row.price_24h_pcnt or row.change_24h),
        funding_interval_hours=int(hours) if hours and hours.isdigit() else None,
        next_funding_ns=moment_ns_of(row.next_funding_time),
        delivery_ns=moment_ns_of(row.delivery_time),
        mark_iv=decimal_or_none(row.mark_price_iv or row.mark_iv),
        bid_iv=decimal_or_none(row.bid_iv or row.bid1_iv),
        ask_iv=decimal_or_none(row.ask_iv or row.ask1_iv),
        ts_event=ts_event,
        ts_init=ts_init,
        **{name: decimal_or_none(getattr(row, name), name) for name in _SAME_NAMES},
    )


_SAME_NAMES = (
    "last_price",
    "mark_price",
    "index_price",
    "prev_price_24h",
    "prev_price_1h",
    "high_price_24h",
    "low_price_24h",
    "volume_24h",
    "turnover_24h",
    "open_interest",
    "open_interest_value",
    "funding_rate",
    "funding_cap",
    "basis",
    "basis_rate",
    "predicted_delivery_price",
    "usd_index_price",
    "underlying_price",
    "delta",
    "gamma",
    "vega",
    "theta",
)


def open_interest_of(
    instrument_id: InstrumentId, row: TickerRow, ts_event: int, ts_init: int
) -> BybitOpenInterest | None:
    """Return a ticker's open interest; ``None`` where the category has none."""
    if not row.open_interest:
        return None
    return BybitOpenInterest(
        instrument_id=instrument_id,
        open_interest=decimal_of(row.open_interest, "open interest"),
        value=decimal_or_none(row.open_interest_value),
        ts_event=ts_event,
        ts_init=ts_init,
    )


def liquidation_of(instrument_id: InstrumentId, row: Liquidation, ts_init: int) -> BybitLiquidation:
    """Return a position that was taken over; Bybit's ``S`` is the side of the position."""
    return BybitLiquidation(
        instrument_id=instrument_id,
        position_side=POSITION_SIDE[Side(row.S)],
        size=decimal_of(row.v, "size"),
        price=decimal_of(row.p, "price"),
        ts_event=row.T * MS_TO_NS,
        ts_init=ts_init,
    )


def price_limit_of(
    instrument_id: InstrumentId, row: PriceLimit, ts_event: int, ts_init: int
) -> BybitPriceLimit:
    """Return the price band of orders."""
    return BybitPriceLimit(
        instrument_id=instrument_id,
        highest_bid=decimal_of(row.buy_lmt, "buyLmt"),
        lowest_ask=decimal_of(row.sell_lmt, "sellLmt"),
        ts_event=ts_event,
        ts_init=ts_init,
    )


def insurance_of(pool: str, row: InsurancePool, ts_event: int, ts_init: int) -> BybitInsurance:
    """Return the balance of an insurance pool."""
    return BybitInsurance(
        pool=pool,
        coin=row.coin,
        symbols=row.symbols,
        balance=decimal_of(row.balance, "balance"),
        ts_event=int(row.update_time) * MS_TO_NS if row.update_time.isdigit() else ts_event,
        ts_init=ts_init,
    )


def adl_alert_of(pool: str, row: AdlAlert, ts_event: int, ts_init: int) -> BybitAdlAlert:
    """Return an insurance pool against its thresholds."""
    return BybitAdlAlert(
        pool=pool,
        coin=row.c,
        symbol=row.s,
        balance=decimal_of(row.b, "balance"),
        pool_pnl_ratio=decimal_or_none(row.i_pr),
        drawdown_ratio=decimal_or_none(row.pr),
        trigger_ratio=decimal_or_none(row.adl_tt),
        stop_ratio=decimal_or_none(row.adl_sr),
        ts_event=ts_event,
        ts_init=ts_init,
    )
