"""Market data: WebSocket frames and REST results.

Source: Bybit V5 "Public: Orderbook", "Public: Trade", "Public: Ticker", "Get Orderbook",
"Get Recent Public Trades", "Get Tickers".
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from nautilus_bybit_adapter.wire.words import SideText

type Level = tuple[str, str]

# What a frame holds beyond these is no count and no time, and has no place in the framework's unsigned integers.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
EpochMillis = Annotated[int, msgspec.Meta(ge=0, le=(2**64 - 1) // 1_000_000)]


class OrderbookData(msgspec.Struct, frozen=True):
    """Levels as `(price, size)` strings, best first; size `"0"` deletes a level.

    `u` counts the messages of the topic one by one; `seq` orders them against trades and other depths.
    """

    s: str
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    u: Count
    seq: Count = 0


class OrderbookMessage(msgspec.Struct, frozen=True):
    """A frame of `orderbook.{depth}.{symbol}`; `cts` is the matching time, `ts` the push time (epoch ms)."""

    topic: str
    type: Literal["snapshot", "delta"]
    ts: EpochMillis
    data: OrderbookData
    cts: EpochMillis = 0

    @property
    def is_snapshot(self) -> bool:
        """Whether the frame replaces the book."""
        return self.type == "snapshot"

    @property
    def depth(self) -> int:
        """Number of levels per side the topic covers."""
        return int(self.topic.split(".", 2)[1])


class PublicTrade(msgspec.Struct, frozen=True):
    """A public trade: `S` is the taker's side, `T` the match time (epoch ms)."""

    T: EpochMillis
    s: str
    S: str
    v: str
    p: str
    i: str
    L: str = ""
    BT: bool = False
    RPI: bool = False
    seq: Count = 0


class TradesMessage(msgspec.Struct, frozen=True):
    """A frame of `publicTrade.{symbol}`: up to 1024 trades in match order."""

    topic: str
    ts: EpochMillis
    data: list[PublicTrade]
    type: str = "snapshot"


class BybitTicker(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A ticker; a field that is absent is `None`.

    A linear or inverse delta holds the symbol and what changed. Options call their touch `bid_price` on the
    WebSocket and `bid1_price` over REST; spot frames have no touch at all.

    Prices count in the quote coin, sizes, volumes and open interest in the base coin (inverse: USD), turnovers
    and values in the quote coin (inverse: base coin). Rates, percentages and volatilities are fractions.
    `next_funding_time` and `delivery_time` are epoch milliseconds in strings, `funding_interval_hour` hours.
    """

    symbol: str
    last_price: str | None = None
    mark_price: str | None = None
    index_price: str | None = None
    bid1_price: str | None = None
    bid1_size: str | None = None
    ask1_price: str | None = None
    ask1_size: str | None = None
    bid_price: str | None = None
    bid_size: str | None = None
    ask_price: str | None = None
    ask_size: str | None = None
    prev_price_24h: str | None = msgspec.field(name="prevPrice24h", default=None)
    prev_price_1h: str | None = msgspec.field(name="prevPrice1h", default=None)
    price_24h_pcnt: str | None = msgspec.field(name="price24hPcnt", default=None)
    high_price_24h: str | None = msgspec.field(name="highPrice24h", default=None)
    low_price_24h: str | None = msgspec.field(name="lowPrice24h", default=None)
    volume_24h: str | None = msgspec.field(name="volume24h", default=None)
    turnover_24h: str | None = msgspec.field(name="turnover24h", default=None)
    open_interest: str | None = None
    open_interest_value: str | None = None
    single_open_interest: str | None = None
    single_open_interest_value: str | None = None
    funding_rate: str | None = None
    next_funding_time: str | None = None
    funding_interval_hour: str | None = None
    funding_cap: str | None = None
    delivery_time: str | None = None
    delivery_fee_rate: str | None = None
    predicted_delivery_price: str | None = None
    basis: str | None = None
    basis_rate: str | None = None
    basis_rate_year: str | None = None
    pre_open_price: str | None = None
    pre_qty: str | None = None
    cur_pre_listing_phase: str | None = None
    tick_direction: str | None = None
    usd_index_price: str | None = None
    underlying_price: str | None = None
    mark_iv: str | None = None
    mark_price_iv: str | None = None
    bid_iv: str | None = None
    ask_iv: str | None = None
    bid1_iv: str | None = None
    ask1_iv: str | None = None
    delta: str | None = None
    gamma: str | None = None
    vega: str | None = None
    theta: str | None = None
    total_volume: str | None = None
    total_turnover: str | None = None
    change_24h: str | None = msgspec.field(name="change24h", default=None)


TICKER_NAMES: dict[str, str] = {
    field.name: field.encode_name for field in msgspec.structs.fields(BybitTicker) if field.name != "symbol"
}
"""The fields of a ticker beside its symbol, and their names in a frame."""


class TickerMessage(msgspec.Struct, frozen=True):
    """A frame of `tickers.{symbol}`; `ts` is the push time (epoch ms)."""

    topic: str
    ts: EpochMillis
    data: BybitTicker
    type: str = "snapshot"
    cs: int = 0

    @property
    def is_snapshot(self) -> bool:
        """Whether the frame holds every field rather than what changed."""
        return self.type == "snapshot"


class BybitOrderbook(msgspec.Struct, frozen=True):
    """A book over REST; `u` is that of the 1000-level topic, times are epoch milliseconds."""

    s: str
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    ts: int
    u: int
    seq: int = 0
    cts: int = 0


class BybitRecentTrade(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A public trade over REST; `time` is epoch milliseconds in a string, `side` the taker's.

    `size` counts base coins (inverse: USD). Options add the mark and index price (`m_p`, `i_p`) and the
    volatilities of mark and trade (`m_iv`, `iv`, fractions); they are `""` elsewhere.
    """

    exec_id: str
    symbol: str
    price: str
    size: str
    side: SideText
    time: str
    is_block_trade: bool = False
    is_rpi_trade: bool = msgspec.field(name="isRPITrade", default=False)
    seq: str = ""
    m_p: str = msgspec.field(name="mP", default="")
    i_p: str = msgspec.field(name="iP", default="")
    m_iv: str = msgspec.field(name="mIv", default="")
    iv: str = ""


class BybitRpiOrderbook(msgspec.Struct, frozen=True):
    """A book over REST with retail-price-improvement quotes; times are epoch milliseconds.

    Levels are `(price, size open to all, size open to retail flow only)`, best first.
    """

    s: str
    b: list[tuple[str, str, str]]
    a: list[tuple[str, str, str]]
    ts: int
    u: int
    seq: int = 0
    cts: int = 0


class BybitServerTime(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The venue's clock, as strings of seconds and nanoseconds since the epoch."""

    time_second: str
    time_nano: str
