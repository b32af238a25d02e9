"""The framework's data-testing cards, TC-D01 to TC-D72, as a table: what a tester asks for and what must come.

Source: NautilusTrader developer guide, "Data Testing Spec".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.model.data import Bar, BarType, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookType, MarketStatusAction
from nautilus_trader.model.identifiers import ComponentId, InstrumentId
from nautilus_trader.test_kit.strategies.tester_data import DataTester, DataTesterConfig

CATEGORIES = ("spot", "linear", "inverse", "option")
EARLIEST_NS = 10**16
SPOT_ONLY, OPTION_ONLY = ("spot",), ("option",)


class Seen(DataTester):
    """The framework's tester, which keeps what it receives by the name of the callback."""

    def __init__(self, config: DataTesterConfig) -> None:
        super().__init__(config)
        self.seen: dict[str, list[Any]] = {}

    def note(self, name: str, data: Any) -> None:
        self.seen.setdefault(name, []).append(data)

    def of(self, name: str) -> list[Any]:
        """Return what a callback was given."""
        return self.seen.get(name, [])

    def count(self) -> int:
        """Return how much was received in all."""
        return sum(map(len, self.seen.values()))


def _noting(name: str) -> Callable[[Seen, Any], None]:
    tested = getattr(DataTester, name)

    def callback(self: Seen, data: Any) -> None:
        tested(self, data)
        self.note(name, data)

    return callback


for _name in (
    "on_instrument",
    "on_instruments",
    "on_historical_data",
    "on_order_book",
    "on_order_book_deltas",
    "on_order_book_depth",
    "on_quote_tick",
    "on_trade_tick",
    "on_bar",
    "on_mark_price",
    "on_index_price",
    "on_funding_rate",
    "on_instrument_status",
    "on_instrument_close",
    "on_option_greeks",
    "on_option_chain",
):
    setattr(Seen, _name, _noting(_name))


@dataclass(frozen=True)
class Target:
    """The instruments a category is tested with.

    `other` takes parameters of its own; `ending` is delivered during the run, where the category has such.
    """

    category: str
    main: InstrumentId
    other: InstrumentId
    ending: InstrumentId | None = None

    @property
    def ids(self) -> frozenset[InstrumentId]:
        return frozenset({self.main, self.other} | ({self.ending} if self.ending else set()))


type Fields = dict[str, Any]
type Passes = Callable[[Seen, Target], bool]


@dataclass(frozen=True, eq=False)
class Card:
    """One card.

    `fields` are the tester's beside its instruments; `absent` names the categories that Bybit has no such data
    of, and why.
    """

    number: str
    name: str
    passes: Passes
    fields: Callable[[Target], Fields] = field(default=lambda _target: {})
    absent: Mapping[str, str] = field(default_factory=dict)
    tester: type[Seen] = Seen
    on: str = "main"

    def build(self, target: Target) -> Seen:
        """Make the card's tester."""
        instrument_id = getattr(target, self.on)
        options = {"instrument_ids": [instrument_id], "log_data": False, **self.fields(target)}
        return self.tester(DataTesterConfig(component_id=ComponentId(self.number), **options))

    @property
    def title(self) -> str:
        return f"{self.number} {self.name}"


def asking(**fields: Any) -> Callable[[Target], Fields]:
    return lambda _target: fields


def bars(target: Target, step: int) -> BarType:
    return BarType.from_str(f"{target.main}-{step}-MINUTE-LAST-EXTERNAL")


# -- what must come ----------------------------------------------------------------------------------------


def is_timely(data: Any) -> bool:
    return bool(data.ts_event >= EARLIEST_NS and data.ts_init >= EARLIEST_NS)


def all_of(name: str, check: Callable[[Any], bool]) -> Passes:
    """Return whether a callback was given something, all of it about the instrument and in order."""

    def passes(seen: Seen, _target: Target) -> bool:
        found = seen.of(name)
        ids = set(seen.config.instrument_ids)
        return bool(found) and all(is_timely(each) and check(each) and _id_of(each) in ids for each in found)

    return passes


def _id_of(data: Any) -> Any:
    if isinstance(data, Bar):
        return data.bar_type.instrument_id
    return data.id if hasattr(data, "size_increment") else data.instrument_id


def is_instrument(instrument: Any) -> bool:
    return bool(instrument.symbol.value and instrument.size_increment > 0 and instrument.price_precision >= 0)


def is_ordered(bids: list[Any], asks: list[Any]) -> bool:
    """Return whether two sides of a book are there, sorted, and apart."""
    down = all(a > b for a, b in pairwise(bids))
    up = all(a < b for a, b in pairwise(asks))
    return bool(bids and asks and down and up and bids[0] < asks[0])


def is_book(book: Any) -> bool:
    return is_ordered([level.price for level in book.bids()], [level.price for level in book.asks()])


def is_depth(depth: Any) -> bool:
    bids = [order.price for order in depth.bids if order.size > 0]
    asks = [order.price for order in depth.asks if order.size > 0]
    return len(bids) <= 10 and is_ordered(bids, asks)


def is_quote(quote: Any) -> bool:
    return bool(quote.bid_price < quote.ask_price and quote.bid_size > 0 and quote.ask_size > 0)


def is_trade(trade: Any) -> bool:
    sided = trade.aggressor_side in {AggressorSide.BUYER, AggressorSide.SELLER}
    return bool(trade.price > 0 and trade.size > 0 and sided and trade.trade_id.value)


def is_bar(bar: Any) -> bool:
    return bool(bar.high >= bar.low and bar.low <= bar.open <= bar.high and bar.low <= bar.close <= bar.high)


def managed_book(seen: Seen, target: Target) -> bool:
    book = seen._books.get(target.main)
    return len(seen.of("on_order_book_deltas")) > 1 and book is not None and is_book(book)


def several_books(seen: Seen, _target: Target) -> bool:
    books = seen.of("on_order_book")
    return len(books) > 1 and is_book(books[-1])


def historical(kind: type | str, check: Callable[[Any], bool]) -> Passes:
    """Return whether history of a kind came, all of it good and in ascending order."""

    def passes(seen: Seen, _target: Target) -> bool:
        found = [each for part in seen.of("on_historical_data") for each in _flat(part)]
        if not found or not all(_is_kind(each, kind) and is_timely(each) and check(each) for each in found):
            return False
        return all(a.ts_event <= b.ts_event for a, b in pairwise(found))

    return passes


def _flat(data: Any) -> list[Any]:
    return list(data) if isinstance(data, list | tuple) else [data]


def _is_kind(data: Any, kind: type | str) -> bool:
    return type(data).__name__ == kind if isinstance(kind, str) else isinstance(data, kind)


def snapshot(seen: Seen, _target: Target) -> bool:
    parts = [each for part in seen.of("on_historical_data") for each in _flat(part)]
    parts += seen.of("on_order_book_deltas")
    for part in parts:
        if isinstance(part, OrderBookDeltas) and part.is_snapshot:
            sides = {
                delta.order.side for delta in part.deltas if delta.order is not None and delta.order.size > 0
            }
            return len(sides) == 2
    return False


def in_cache(seen: Seen, target: Target) -> bool:
    instrument = seen.cache.instrument(target.main)
    return instrument is not None and is_instrument(instrument) and instrument.id == target.main


def instruments(seen: Seen, _target: Target) -> bool:
    listed = [
        each for part in seen.of("on_instruments") + seen.of("on_historical_data") for each in _flat(part)
    ]
    listed += seen.of("on_instrument")
    return bool(listed) and all(is_instrument(each) for each in listed)


def trading_status(seen: Seen, target: Target) -> bool:
    found = [each for each in seen.of("on_instrument_status") if each.instrument_id == target.main]
    return any(each.action == MarketStatusAction.TRADING for each in found)


class GreeksSeen(Seen):
    """Subscribes to option greeks, which the framework's tester does not."""

    def on_start(self) -> None:
        super().on_start()
        for instrument_id in self.config.instrument_ids:
            self.subscribe_option_greeks(instrument_id)


class ChainSeen(Seen):
    """Subscribes to the chain of its option."""

    def on_start(self) -> None:
        super().on_start()
        option = self.cache.instrument(self.config.instrument_ids[0])
        series = nautilus_pyo3.OptionSeriesId(
            option.id.venue.value,
            option.underlying.code,
            option.settlement_currency.code,
            option.expiration_ns,
        )
        strike = nautilus_pyo3.Price.from_str(str(option.strike_price))
        self.subscribe_option_chain(
            series, nautilus_pyo3.StrikeRange.fixed([strike]), snapshot_interval_ms=200
        )


class DeepSeen(Seen):
    """Subscribes to deltas with parameters, which the framework's tester does not pass on."""

    def on_start(self) -> None:
        for instrument_id in self.config.instrument_ids:
            self.subscribe_order_book_deltas(
                instrument_id, BookType.L2_MBP, params=self.config.subscribe_params
            )


def is_greeks(greeks: Any) -> bool:
    return bool(-1 <= greeks.delta <= 1 and greeks.gamma >= 0 and greeks.vega >= 0)


def chain(seen: Seen, _target: Target) -> bool:
    slices = seen.of("on_option_chain")
    return bool(slices) and any(each.call_count() + each.put_count() > 0 for each in slices)


def deep(seen: Seen, target: Target) -> bool:
    """Return whether a book is as deep as it was asked for; the venue's options are quoted on one level only."""
    levels = {"option": 1}.get(target.category, 120)
    found = seen.of("on_order_book_deltas")
    return bool(found) and max(len(each.deltas) for each in found) > levels


NO_QUOTES = dict.fromkeys(CATEGORIES, "no history of quotes")
NO_CANDLES = {"option": "no candles of trades"}
NOT_DERIVATIVE = {"spot": "not a derivative"}
NOT_PERPETUAL = NOT_DERIVATIVE | {"option": "not a perpetual"}
NOT_OPTION = dict.fromkeys(("spot", "linear", "inverse"), "not an option")

CARDS: tuple[Card, ...] = (
    Card("TC-D01", "Request instruments", instruments, asking(request_instruments=True)),
    Card(
        "TC-D02",
        "Subscribe instrument",
        all_of("on_instrument", is_instrument),
        asking(subscribe_instrument=True),
    ),
    Card("TC-D03", "Load specific instrument", in_cache),
    Card(
        "TC-D10",
        "Subscribe book deltas",
        all_of("on_order_book_deltas", lambda each: bool(each.deltas)),
        asking(subscribe_book_deltas=True),
    ),
    Card(
        "TC-D11",
        "Subscribe book at interval",
        several_books,
        asking(subscribe_book_at_interval=True, book_interval_ms=200),
    ),
    Card(
        "TC-D12",
        "Subscribe book depth",
        all_of("on_order_book_depth", is_depth),
        asking(subscribe_book_depth=True),
    ),
    Card("TC-D13", "Request book snapshot", snapshot, asking(request_book_snapshot=True, book_depth=10)),
    Card(
        "TC-D14",
        "Managed book from deltas",
        managed_book,
        asking(subscribe_book_deltas=True, manage_book=True),
    ),
    Card("TC-D20", "Subscribe quotes", all_of("on_quote_tick", is_quote), asking(subscribe_quotes=True)),
    Card(
        "TC-D21",
        "Request historical quotes",
        historical("QuoteTick", is_quote),
        asking(request_quotes=True),
        NO_QUOTES,
    ),
    Card("TC-D30", "Subscribe trades", all_of("on_trade_tick", is_trade), asking(subscribe_trades=True)),
    Card("TC-D31", "Request historical trades", historical(TradeTick, is_trade), asking(request_trades=True)),
    Card(
        "TC-D40",
        "Subscribe bars",
        all_of("on_bar", is_bar),
        lambda target: {"bar_types": [bars(target, 1)], "subscribe_bars": True},
        NO_CANDLES,
    ),
    Card(
        "TC-D41",
        "Request historical bars",
        historical(Bar, is_bar),
        lambda target: {"bar_types": [bars(target, 1)], "request_bars": True},
        NO_CANDLES,
    ),
    Card(
        "TC-D50",
        "Subscribe mark prices",
        all_of("on_mark_price", lambda each: each.value > 0),
        asking(subscribe_mark_prices=True),
        NOT_DERIVATIVE,
    ),
    Card(
        "TC-D51",
        "Subscribe index prices",
        all_of("on_index_price", lambda each: each.value > 0),
        asking(subscribe_index_prices=True),
        NOT_DERIVATIVE,
    ),
    Card(
        "TC-D52",
        "Subscribe funding rates",
        all_of("on_funding_rate", lambda each: each.rate is not None),
        asking(subscribe_funding_rates=True),
        NOT_PERPETUAL,
    ),
    Card(
        "TC-D53",
        "Request historical funding rates",
        historical("FundingRateUpdate", lambda each: each.rate is not None),
        asking(request_funding_rates=True),
        NOT_PERPETUAL,
    ),
    Card(
        "TC-D60",
        "Subscribe instrument status",
        trading_status,
        asking(subscribe_instrument_status=True),
    ),
    Card(
        "TC-D61",
        "Subscribe instrument close",
        all_of("on_instrument_close", lambda each: each.close_price > 0),
        asking(subscribe_instrument_close=True),
        {"spot": "never delivered"},
        on="ending",
    ),
    Card(
        "TC-D62",
        "Subscribe option greeks",
        all_of("on_option_greeks", is_greeks),
        absent=NOT_OPTION,
        tester=GreeksSeen,
    ),
    Card("TC-D63", "Subscribe option chain", chain, absent=NOT_OPTION, tester=ChainSeen),
    Card(
        "TC-D70",
        "Unsubscribe on stop",
        lambda seen, _target: bool(seen.of("silent after stop")),
        asking(subscribe_quotes=True, subscribe_trades=True),
        on="other",
    ),
    Card(
        "TC-D71",
        "Custom subscribe params",
        deep,
        lambda target: {"subscribe_params": {"depth": 100 if target.category == "option" else 200}},
        tester=DeepSeen,
        on="other",
    ),
    Card(
        "TC-D72",
        "Custom request params",
        historical(Bar, is_bar),
        lambda target: {
            # History reaches everybody who listens to its kind of bars.
            "bar_types": [bars(target, 3)],
            "request_bars": True,
            "request_params": {"price": "mark"},
        },
        {"spot": "no candles but those of trades"},
    ),
)
