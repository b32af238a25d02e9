"""Everything a strategy can request, through one TradingNode on one venue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.data import Bar, BarType, DataType, FundingRateUpdate, TradeTick
from nautilus_trader.model.identifiers import InstrumentId
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import (
    BybitAdlAlert,
    BybitInsurance,
    BybitLiquidation,
    BybitLongShortRatio,
    BybitOpenInterest,
    BybitPriceLimit,
    BybitRequestFailed,
    BybitRpiBook,
    BybitTicker,
)
from nautilus_bybit_adapter.sim import SimConfig, SimVenue

LINEAR, SPOT, INVERSE, FUTURE, OPTION = IDS = tuple(
    map(
        InstrumentId.from_str,
        (
            "BTCUSDT-LINEAR.BYBIT",
            "BTCUSDT-SPOT.BYBIT",
            "BTCUSD-INVERSE.BYBIT",
            "BTCUSDT-25DEC26-LINEAR.BYBIT",
            "BTC-4DEC26-86000-C-USDT-OPTION.BYBIT",
        ),
    )
)
HOUR = 3600 * 10**9
MINUTE = 60 * 10**9


class Asker:
    """Asks for something, and returns what has come when the answer is there, or why there is none."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._done: set[UUID4] = set()

    async def ask(self, request: Callable[..., UUID4], *args: Any, **options: Any) -> list[Any] | str:
        watcher = self.watcher
        before = len(watcher.seen)
        request_id = request(*args, callback=self._on_done, **options)
        await watcher.until(
            lambda: request_id in self._done or self._failure(request_id), f"an answer to {args}"
        )
        return self._failure(request_id) or watcher.seen[before:]

    def _on_done(self, request_id: UUID4) -> None:
        self._done.add(request_id)
        self.watcher._note("answered")

    def _failure(self, request_id: UUID4) -> str:
        failures = self.watcher.of(BybitRequestFailed)
        return next((each.reason for each in failures if each.request_id == request_id.value), "")


def bar_type(instrument_id: InstrumentId, spec: str) -> BarType:
    return BarType.from_str(f"{instrument_id}-{spec}-EXTERNAL")


BARS = {
    "minutes": (bar_type(LINEAR, "1-MINUTE-LAST"), {"days": 2}, 0, {}),
    "limited": (bar_type(SPOT, "5-MINUTE-LAST"), {"days": 1}, 7, {}),
    "inverse hours": (bar_type(INVERSE, "1-HOUR-LAST"), {"days": 3}, 0, {}),
    "days": (bar_type(LINEAR, "1-DAY-LAST"), {"days": 30}, 0, {}),
    "mark": (bar_type(LINEAR, "1-HOUR-MARK"), {"days": 1}, 0, {}),
    "mark of an option": (bar_type(OPTION, "1-HOUR-MARK"), {"days": 1}, 0, {}),
    "index": (bar_type(LINEAR, "1-HOUR-MID"), {"days": 1}, 0, {"price": "index"}),
    "premium": (bar_type(LINEAR, "1-HOUR-MID"), {"days": 1}, 0, {"price": "premium"}),
}
CUSTOM = {
    "ticker": (BybitTicker, {"instrument_id": OPTION}, {}),
    "open interest": (BybitOpenInterest, {"instrument_id": LINEAR}, {"period": "1h"}),
    "ratio": (BybitLongShortRatio, {"instrument_id": LINEAR}, {"period": "1h"}),
    "price limit": (BybitPriceLimit, {"instrument_id": SPOT}, {}),
    "rpi book": (BybitRpiBook, {"instrument_id": LINEAR}, {}),
    "insurance": (BybitInsurance, {"pool": "USDT"}, {}),
    "adl alert": (BybitAdlAlert, {"instrument_id": INVERSE}, {}),
}
REFUSED = {
    "option bars": "Bybit has no bars of the last price of OPTION",
    "bid bars": "LAST and MARK are",
    "future funding": "pays no funding",
    "spot funding": "Bybit has no funding rates of SPOT",
    "quotes": "keeps no history of quotes",
    "deltas": "keeps no history of order books",
    "depths": "keeps no history of order books",
    "snapshot": "1 to 25 levels are",
    "liquidations": "BybitTicker can",
    "period": "7min",
    "unknown instrument": "is not loaded",
    "venue down": "503",
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """Ask one node for everything, once."""
    found: dict[str, Any] = {}

    async def run() -> None:
        async with (
            SimVenue(SimConfig(market="quiet")) as venue,
            watching(venue, *IDS, max_retries=1, retry_delay_initial_ms=1) as watcher,
        ):
            watcher.subscribe_data(DataType(BybitRequestFailed), client_id=CLIENT_ID)
            await ask_everything(venue, watcher, Asker(watcher).ask, found)

    asyncio.run(run())
    return found


async def ask_everything(venue: SimVenue, watcher: Watcher, ask: Any, found: dict[str, Any]) -> None:
    now = watcher.clock.utc_now()
    found["now"] = now.value
    for name, (kind, span, limit, params) in BARS.items():
        start = now - timedelta(**span)
        found[name] = await ask(watcher.request_bars, kind, start=start, limit=limit, params=params)
    day = now - timedelta(days=9)
    for name, each in (("funding", LINEAR), ("inverse funding", INVERSE)):
        found[name] = await ask(watcher.request_funding_rates, each, start=day)
    found["limited funding"] = await ask(watcher.request_funding_rates, LINEAR, start=day, limit=2)
    for name, (kind, metadata, params) in CUSTOM.items():
        data_type = DataType(kind, metadata)
        start = now - timedelta(hours=6)
        found[name] = await ask(
            watcher.request_data, data_type, CLIENT_ID, start=start, limit=5, params=params
        )
    await ask_for_trades(venue, watcher, ask, found)
    found["book"] = await ask(watcher.request_order_book_snapshot, OPTION, limit=0)
    await ask_in_vain(venue, watcher, ask, found)


async def ask_for_trades(venue: SimVenue, watcher: Watcher, ask: Any, found: dict[str, Any]) -> None:
    market = venue.exchange.markets["spot", "BTCUSDT"]
    price = market.instrument.price_text(market.last_ticks)
    for number in range(1, 71):
        market.trade("Buy", price, market.instrument.lot * number)
        if number == 5:
            await asyncio.sleep(0.05)
            early = watcher.clock.utc_now()
            await asyncio.sleep(0.05)
    start = watcher.clock.utc_now() - timedelta(hours=1)
    found["trades"] = await ask(watcher.request_trade_ticks, SPOT, start=start)
    found["limited trades"] = await ask(watcher.request_trade_ticks, SPOT, start=start, limit=3)
    found["old trades"] = await ask(watcher.request_trade_ticks, SPOT, start=start, end=early)


async def ask_in_vain(venue: SimVenue, watcher: Watcher, ask: Any, found: dict[str, Any]) -> None:
    now = watcher.clock.utc_now()
    start = now - timedelta(hours=1)
    no_book = InstrumentId.from_str("NOPE-LINEAR.BYBIT")
    asked = {
        "option bars": (watcher.request_bars, bar_type(OPTION, "1-HOUR-LAST")),
        "bid bars": (watcher.request_bars, bar_type(LINEAR, "1-HOUR-BID")),
        "future funding": (watcher.request_funding_rates, FUTURE),
        "spot funding": (watcher.request_funding_rates, SPOT),
        "quotes": (watcher.request_quote_ticks, LINEAR),
        "depths": (watcher.request_order_book_depth, LINEAR),
        "unknown instrument": (watcher.request_trade_ticks, no_book),
    }
    for name, (request, target) in asked.items():
        found[name] = await ask(request, target, start=start)
    # The framework's rounding of the start is deprecated by its own pandas.
    found["deltas"] = await ask(
        watcher.request_order_book_deltas, LINEAR, start=start, params={"from_day_start": False}
    )
    found["snapshot"] = await ask(watcher.request_order_book_snapshot, OPTION, limit=26)
    liquidations = DataType(BybitLiquidation, {"instrument_id": LINEAR})
    found["liquidations"] = await ask(watcher.request_data, liquidations, CLIENT_ID, start=start)
    ratios = DataType(BybitLongShortRatio, {"instrument_id": LINEAR})
    found["period"] = await ask(
        watcher.request_data, ratios, CLIENT_ID, start=start, params={"period": "7min"}
    )
    venue.faults.add("http_error", family="rest", match="*kline*")
    found["venue down"] = await ask(watcher.request_bars, bar_type(LINEAR, "1-HOUR-LAST"), start=start)


def of(answers: dict[str, Any], name: str, kind: type) -> list[Any]:
    assert not isinstance(answers[name], str), answers[name]
    return [each for each in answers[name] if isinstance(each, kind)]


@pytest.mark.parametrize(
    ("name", "step", "count"),
    [
        ("minutes", MINUTE, 2880),
        ("limited", 5 * MINUTE, 7),
        ("inverse hours", HOUR, 72),
        ("days", 24 * HOUR, 30),
        ("mark", HOUR, 24),
        ("mark of an option", HOUR, 24),
        ("index", HOUR, 24),
        ("premium", HOUR, 24),
    ],
)
def test_bars_reach_up_to_the_last_closed_one(
    answers: dict[str, Any], name: str, step: int, count: int
) -> None:
    bars = of(answers, name, Bar)
    assert abs(len(bars) - count) <= (name != "limited")
    assert {bar.bar_type for bar in bars} == {BARS[name][0]}
    times = [bar.ts_event for bar in bars]
    assert times == list(range(times[0], times[0] + step * len(bars), step))
    assert answers["now"] - step < times[-1] <= answers["now"] + MINUTE, "the forming bar is left out"


def test_the_last_price_is_not_the_premium(answers: dict[str, Any]) -> None:
    assert all(bar.close > 1000 for name in ("mark", "index") for bar in of(answers, name, Bar))
    assert all(abs(bar.close.as_decimal()) < 1 for bar in of(answers, "premium", Bar))


@pytest.mark.parametrize(
    ("name", "count"), [("funding", 27), ("inverse funding", 27), ("limited funding", 2)]
)
def test_funding_comes_oldest_first(answers: dict[str, Any], name: str, count: int) -> None:
    rates = of(answers, name, FundingRateUpdate)
    assert len(rates) == count
    times = [rate.ts_event for rate in rates]
    assert times == list(range(times[0], times[0] + 8 * HOUR * count, 8 * HOUR))
    assert times[-1] > answers["now"] - 8 * HOUR


@pytest.mark.parametrize("name", CUSTOM)
def test_bybits_own_data_can_be_requested(answers: dict[str, Any], name: str) -> None:
    kind = CUSTOM[name][0]
    data = of(answers, name, kind)
    assert data
    assert [each.ts_event for each in data] == sorted(each.ts_event for each in data)
    if name in {"open interest", "ratio"}:
        assert len(data) == 5
        assert {later.ts_event - each.ts_event for each, later in pairwise(data)} == {HOUR}


def test_trades_come_as_far_back_as_the_venue_has_them(answers: dict[str, Any]) -> None:
    lot = Decimal("0.000001")
    assert [tick.size.as_decimal() for tick in of(answers, "trades", TradeTick)] == [
        lot * number for number in range(11, 71)
    ]
    assert [tick.size.as_decimal() for tick in of(answers, "limited trades", TradeTick)] == [
        lot * number for number in (68, 69, 70)
    ]


def test_older_trades_are_refused_with_the_reason(answers: dict[str, Any]) -> None:
    assert isinstance(answers["old trades"], str)
    assert "it has the last 60" in answers["old trades"]


def test_a_book_of_an_option_has_its_levels(answers: dict[str, Any]) -> None:
    (deltas,) = [each for each in answers["book"] if type(each).__name__ == "OrderBookDeltas"]
    assert 2 < len(deltas.deltas) <= 51


@pytest.mark.parametrize("name", REFUSED)
def test_what_there_is_not_is_refused_and_never_an_empty_answer(answers: dict[str, Any], name: str) -> None:
    assert isinstance(answers[name], str)
    assert REFUSED[name] in answers[name]
