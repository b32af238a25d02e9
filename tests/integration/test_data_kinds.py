"""Every kind of market data of every category, through one TradingNode on one venue."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.data import (
    Bar,
    BarType,
    DataType,
    FundingRateUpdate,
    IndexPriceUpdate,
    InstrumentStatus,
    MarkPriceUpdate,
    OptionGreeks,
    OrderBookDeltas,
    OrderBookDepth10,
    QuoteTick,
    TradeTick,
)
from nautilus_trader.model.enums import BookType, MarketStatusAction
from nautilus_trader.model.identifiers import InstrumentId
from trading import until
from watching import CLIENT_ID, Watcher, watching

from nautilus_bybit_adapter import (
    BybitAdlAlert,
    BybitBookStatus,
    BybitInsurance,
    BybitLiquidation,
    BybitLongShortRatio,
    BybitOpenInterest,
    BybitPriceLimit,
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
NAMES = {LINEAR: "linear", SPOT: "spot", INVERSE: "inverse", FUTURE: "future", OPTION: "option"}
PERPETUALS = (LINEAR, INVERSE)
CONTRACTS = (LINEAR, INVERSE, FUTURE)
# What Bybit has of whom.
OFFERED: dict[type, tuple[InstrumentId, ...]] = {
    OrderBookDeltas: IDS,
    OrderBookDepth10: IDS,
    QuoteTick: IDS,
    TradeTick: IDS,
    InstrumentStatus: IDS,
    MarkPriceUpdate: (*CONTRACTS, OPTION),
    IndexPriceUpdate: (*CONTRACTS, OPTION),
    FundingRateUpdate: PERPETUALS,
    OptionGreeks: (OPTION,),
    BybitTicker: IDS,
    BybitOpenInterest: (*CONTRACTS, OPTION),
    BybitPriceLimit: (*CONTRACTS, SPOT),
    BybitRpiBook: (*CONTRACTS, SPOT),
    BybitLongShortRatio: CONTRACTS,
    BybitLiquidation: (LINEAR,),
    BybitBookStatus: IDS,
}
CUSTOM = [kind for kind in OFFERED if kind.__name__.startswith("Bybit")]
BARS = {each: BarType.from_str(f"{each}-1-MINUTE-LAST-EXTERNAL") for each in IDS}


def subscribe_everything(watcher: Watcher) -> None:
    for each in IDS:
        watcher.subscribe_order_book_deltas(each, BookType.L2_MBP)
        watcher.subscribe_order_book_depth(each, BookType.L2_MBP, depth=10)
        watcher.subscribe_quote_ticks(each)
        watcher.subscribe_trade_ticks(each)
        watcher.subscribe_instrument_status(each)
        watcher.subscribe_mark_prices(each)
        watcher.subscribe_index_prices(each)
        watcher.subscribe_funding_rates(each)
        watcher.subscribe_option_greeks(each)
        watcher.subscribe_bars(BARS[each])
        for kind in CUSTOM:
            watcher.subscribe_data(DataType(kind, {"instrument_id": each}), client_id=CLIENT_ID)
    for kind in (BybitInsurance, BybitAdlAlert):
        for pool in ("USDT", "inverse"):
            watcher.subscribe_data(DataType(kind, {"pool": pool}), client_id=CLIENT_ID)


def unsubscribe_everything(watcher: Watcher) -> None:
    for each in IDS:
        watcher.unsubscribe_order_book_deltas(each)
        watcher.unsubscribe_order_book_depth(each)
        watcher.unsubscribe_quote_ticks(each)
        watcher.unsubscribe_trade_ticks(each)
        watcher.unsubscribe_instrument_status(each)
        watcher.unsubscribe_mark_prices(each)
        watcher.unsubscribe_index_prices(each)
        watcher.unsubscribe_funding_rates(each)
        watcher.unsubscribe_option_greeks(each)
        watcher.unsubscribe_bars(BARS[each])
        for kind in CUSTOM:
            watcher.unsubscribe_data(DataType(kind, {"instrument_id": each}), client_id=CLIENT_ID)
    for kind in (BybitInsurance, BybitAdlAlert):
        for pool in ("USDT", "inverse"):
            watcher.unsubscribe_data(DataType(kind, {"pool": pool}), client_id=CLIENT_ID)


def key_of(instrument_id: InstrumentId) -> tuple[str, str]:
    symbol, _, category = instrument_id.symbol.value.rpartition("-")
    return category.lower(), symbol


def offered(watcher: Watcher, *but: type) -> bool:
    return all(watcher.about(each, kind) for kind, ids in OFFERED.items() if kind not in but for each in ids)


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """Run a node once, subscribe everything, move the venue, unsubscribe everything."""
    found: dict[str, Any] = {}

    async def run() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue, watching(venue, *IDS) as watcher:
            subscribe_everything(watcher)
            await watcher.until(lambda: offered(watcher, TradeTick, BybitLiquidation), "what comes of itself")
            found["topics"] = topics_of(venue)
            for each in (*IDS, InstrumentId.from_str("BTC-4DEC26-86000-P-USDT-OPTION.BYBIT")):
                market = venue.exchange.markets[key_of(each)]
                price = market.instrument.price_text(market.last_ticks)
                market.trade("Buy", price, market.instrument.lot)
            order = {"category": "linear", "symbol": "BTCUSDT", "orderType": "Market", "side": "Buy"}
            venue.exchange.place(order | {"qty": "0.05", "orderLinkId": "taken-over"})
            venue.exchange.liquidate("BTCUSDT")
            await watcher.until(lambda: offered(watcher), "trades and a liquidation")
            venue.advance(61_000)
            wanted = [BARS[each] for each in (*CONTRACTS, SPOT)]
            await watcher.until(
                lambda: {bar.bar_type for bar in watcher.of(Bar)} == set(wanted), "a closed bar of each"
            )
            unsubscribe_everything(watcher)
            await until(lambda: not topics_of(venue), "no topic left")
            found["left"] = topics_of(venue)
            found["watcher"] = watcher

    asyncio.run(run())
    return found


def topics_of(venue: SimVenue) -> set[str]:
    return {topic for each in venue._server.connections("public") for topic in each.topics}


CASES = [(kind, each) for kind in OFFERED for each in IDS]


@pytest.mark.parametrize(
    ("kind", "instrument_id"), CASES, ids=[f"{kind.__name__}-{NAMES[each]}" for kind, each in CASES]
)
def test_what_bybit_has_comes_and_nothing_else(
    seen: dict[str, Any], kind: type, instrument_id: InstrumentId
) -> None:
    assert bool(seen["watcher"].about(instrument_id, kind)) == (instrument_id in OFFERED[kind])


def test_a_topic_is_subscribed_once_for_all_that_it_gives(seen: dict[str, Any]) -> None:
    assert {topic for topic in seen["topics"] if topic.endswith(".BTCUSD")} == {
        "orderbook.50.BTCUSD",
        "orderbook.1.BTCUSD",
        "orderbook.rpi.BTCUSD",
        "publicTrade.BTCUSD",
        "tickers.BTCUSD",
        "kline.1.BTCUSD",
        "priceLimit.BTCUSD",
        "allLiquidation.BTCUSD",
    }
    assert {topic for topic in seen["topics"] if "-C-" in topic} == {
        "orderbook.25.BTC-4DEC26-86000-C-USDT",
        "tickers.BTC-4DEC26-86000-C-USDT",
    }
    assert "publicTrade.BTC" in seen["topics"]


def test_nothing_is_left_after_unsubscribing(seen: dict[str, Any]) -> None:
    assert seen["left"] == set()


@pytest.mark.parametrize("instrument_id", [*CONTRACTS, SPOT], ids=NAMES.get)
def test_bars_are_closed_minutes(seen: dict[str, Any], instrument_id: InstrumentId) -> None:
    bars = [bar for bar in seen["watcher"].of(Bar) if bar.bar_type == BARS[instrument_id]]
    minute = 60 * 10**9
    assert bars
    assert all(bar.ts_event % minute == 0 for bar in bars)
    assert [bar.ts_event - bars[0].ts_event for bar in bars] == [n * minute for n in range(len(bars))]
    assert all(bar.high >= max(bar.open, bar.close) and bar.low <= min(bar.open, bar.close) for bar in bars)


def test_of_options_only_those_subscribed_have_trades(seen: dict[str, Any]) -> None:
    trades = [tick for tick in seen["watcher"].of(TradeTick) if "OPTION" in tick.instrument_id.value]
    assert {tick.instrument_id for tick in trades} == {OPTION}


def test_ten_levels_are_ordered(seen: dict[str, Any]) -> None:
    for depth in seen["watcher"].of(OrderBookDepth10):
        bids = [order.price for order in depth.bids if order.size]
        asks = [order.price for order in depth.asks if order.size]
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert bids[0] < asks[0]


def test_every_instrument_trades(seen: dict[str, Any]) -> None:
    statuses = seen["watcher"].of(InstrumentStatus)
    assert {each.action for each in statuses} == {MarketStatusAction.TRADING}


def test_a_liquidated_long_is_told_as_one(seen: dict[str, Any]) -> None:
    (liquidation,) = seen["watcher"].about(LINEAR, BybitLiquidation)
    assert (liquidation.position_side, liquidation.size) == ("LONG", Decimal("0.050"))


def test_every_book_was_the_venues_once(seen: dict[str, Any]) -> None:
    for each in IDS:
        statuses = seen["watcher"].about(each, BybitBookStatus)
        assert {(status.status, status.gap_count, status.crossed_count) for status in statuses} == {
            ("LIVE", 0, 0)
        }


@pytest.mark.parametrize(("pool", "symbol"), [("USDT", "ETHUSDT"), ("inverse", "ETHUSD")])
def test_a_pool_tells_of_all_its_contracts(seen: dict[str, Any], pool: str, symbol: str) -> None:
    alerts = {each.symbol for each in seen["watcher"].of(BybitAdlAlert) if each.pool == pool}
    assert symbol in alerts
    assert [each.balance for each in seen["watcher"].of(BybitInsurance) if each.pool == pool]
