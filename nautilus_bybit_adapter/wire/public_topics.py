"""Frames of the public topics beside books, trades and tickers.

Source: Bybit V5 "Public: Kline", "All Liquidation", "Order Price Limit", "Insurance Pool", "ADL Alert",
"RPI Orderbook".
"""

from __future__ import annotations

import msgspec

from nautilus_bybit_adapter.wire.market import EpochMillis


class Candle(msgspec.Struct, frozen=True):
    """A candle: `start` and `end` are its first and last millisecond (epoch), `confirm` says that it is closed.

    `volume` counts base coins (inverse: USD), `turnover` quote coins (inverse: base coins).
    """

    start: EpochMillis
    end: EpochMillis
    interval: str
    open: str
    high: str
    low: str
    close: str
    volume: str
    turnover: str
    confirm: bool
    timestamp: int = 0


class KlineMessage(msgspec.Struct, frozen=True):
    """A frame of `kline.{interval}.{symbol}`; `ts` is the push time (epoch ms)."""

    topic: str
    ts: EpochMillis
    data: list[Candle]
    type: str = "snapshot"


class Liquidation(msgspec.Struct, frozen=True):
    """A position taken over: `S` is the side of the position, `v` its size, `p` its bankruptcy price."""

    T: int
    s: str
    S: str
    v: str
    p: str


class LiquidationsMessage(msgspec.Struct, frozen=True):
    """A frame of `allLiquidation.{symbol}`."""

    topic: str
    ts: int
    data: list[Liquidation]
    type: str = "snapshot"


class PriceLimit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The highest price of a buy order and the lowest of a sell order."""

    symbol: str
    buy_lmt: str
    sell_lmt: str


class PriceLimitMessage(msgspec.Struct, frozen=True):
    """A frame of `priceLimit.{symbol}`, which has no type."""

    topic: str
    ts: int
    data: PriceLimit


class InsurancePool(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The balance of an insurance pool, in its coin; `symbols` are the contracts it stands for, comma-separated."""

    coin: str
    symbols: str
    balance: str
    update_time: str = ""


class InsuranceMessage(msgspec.Struct, frozen=True):
    """A frame of `insurance.{USDT,USDC,inverse}`: a delta holds the pools that changed."""

    topic: str
    ts: int
    data: list[InsurancePool]
    type: str = "snapshot"


class AdlAlert(msgspec.Struct, frozen=True):
    """An insurance pool against its thresholds for auto-deleveraging.

    `c` coin, `s` symbol, `b` balance, `mb` highest balance of the last 8 hours (no longer given), `i_pr` the
    pool's profit-and-loss ratio, `pr` the ratio of the drawdown, `adl_tt` the ratio that starts, `adl_sr` the
    ratio that ends auto-deleveraging.
    """

    c: str
    s: str
    b: str
    mb: str
    i_pr: str
    pr: str
    adl_tt: str
    adl_sr: str


class AdlAlertMessage(msgspec.Struct, frozen=True):
    """A frame of `adlAlert.{USDT,USDC,inverse}`."""

    topic: str
    ts: int
    data: list[AdlAlert]
    type: str = "snapshot"


class RpiBookData(msgspec.Struct, frozen=True):
    """Levels as `(price, size open to all, size open to retail flow only)`; both sizes `"0"` delete a level."""

    s: str
    b: list[tuple[str, str, str]]
    a: list[tuple[str, str, str]]
    u: int
    seq: int = 0


class RpiBookMessage(msgspec.Struct, frozen=True):
    """A frame of `orderbook.rpi.{symbol}`; `cts` is the matching time, `ts` the push time (epoch ms)."""

    topic: str
    type: str
    ts: int
    data: RpiBookData
    cts: int = 0

    @property
    def is_snapshot(self) -> bool:
        """Whether the frame replaces the book."""
        return self.type == "snapshot"


type ExtraMessage = (
    KlineMessage
    | LiquidationsMessage
    | PriceLimitMessage
    | InsuranceMessage
    | AdlAlertMessage
    | RpiBookMessage
)
