"""The public sockets: subscriptions, pings, and what is pushed when.

Source: Bybit V5 WebSocket Connect and the public topics.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nautilus_bybit_adapter.sim.exchange.candles import INTERVAL_MS, Candle, candle_start
from nautilus_bybit_adapter.sim.exchange.depth import PUSH_INTERVAL_MS
from nautilus_bybit_adapter.sim.exchange.instruments import LINEAR, SPOT

from .codec import dumps
from .connection import Connection, read_message
from .frames import book_frame, kline_frame, ticker_frame, trades_frame
from .tickers import linear_ticker, spot_ticker

if TYPE_CHECKING:
    from aiohttp import web

    from nautilus_bybit_adapter.sim.exchange.events import TradesEvent
    from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket

    from .context import Context

TOUCH_REPEAT_MS = 3000
KLINE_INTERVAL_MS = 1000
SPOT_ARGS_LIMIT = 10
TICKER_INTERVAL_MS = {LINEAR: 100, SPOT: 50}


class PublicSocket:
    """All public connections of one category.

    Parameters
    ----------
    context : Context
        The exchange and its surroundings.
    category : str
        Category of the path.
    """

    def __init__(self, context: Context, category: str) -> None:
        self.connections: set[Connection] = set()
        self._context = context
        self._category = category
        self._subscribers: defaultdict[str, set[Connection]] = defaultdict(set)
        self._pushed_ms: dict[str, int] = {}
        self._tickers: dict[str, dict[str, Any]] = {}
        self._candles: dict[str, tuple[int, Candle]] = {}

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        connection = Connection(str(uuid4()))
        self.connections.add(connection)
        try:
            return await connection.serve(request, self._on_text)
        finally:
            self.connections.discard(connection)
            for topic in list(connection.topics):
                self._leave(connection, topic)

    def on_trades(self, event: TradesEvent) -> None:
        """Push trades at once."""
        subscribers = self._subscribers.get(f"publicTrade.{event.market.instrument.symbol}")
        if subscribers:
            _send_all(subscribers, trades_frame(event.market, event.trades, event.at_ms))

    def pump(self, now_ms: int) -> None:
        """Push every topic whose interval has passed."""
        for topic, subscribers in self._subscribers.items():
            if not subscribers:
                continue
            kind, *rest = topic.split(".")
            market = self._context.exchange.markets[self._category, rest[-1]]
            if kind == "orderbook":
                self._pump_book(topic, market, int(rest[0]), now_ms)
            elif kind == "tickers":
                self._pump_ticker(topic, market, now_ms)
            elif kind == "kline":
                self._pump_kline(topic, market, rest[0], now_ms)

    def _pump_book(self, topic: str, market: TradedMarket, depth: int, now_ms: int) -> None:
        if not self._due(topic, PUSH_INTERVAL_MS[depth], now_ms):
            return
        feed = market.feeds[depth]
        changes = feed.advance()
        if changes is None and not (depth == 1 and now_ms - self._pushed_ms[topic] >= TOUCH_REPEAT_MS):
            return
        self._pushed_ms[topic] = now_ms
        frame = book_frame(market, feed, None if depth == 1 else changes, now_ms)
        _send_all(self._subscribers[topic], frame)

    def _pump_ticker(self, topic: str, market: TradedMarket, now_ms: int) -> None:
        if not self._due(topic, TICKER_INTERVAL_MS[self._category], now_ms):
            return
        known, data = self._tickers[topic], self._ticker(market, now_ms)
        changed = {key: value for key, value in data.items() if known.get(key) != value}
        if not changed:
            return
        self._tickers[topic], self._pushed_ms[topic] = data, now_ms
        if self._category == LINEAR:
            frame = ticker_frame(market, "delta", {"symbol": data["symbol"], **changed}, now_ms)
        else:
            frame = ticker_frame(market, "snapshot", data, now_ms)
        _send_all(self._subscribers[topic], frame)

    def _pump_kline(self, topic: str, market: TradedMarket, interval: str, now_ms: int) -> None:
        if not self._due(topic, KLINE_INTERVAL_MS, now_ms):
            return
        self._pushed_ms[topic] = now_ms
        rows = market.candles.rows(interval)
        last = self._candles.get(topic)
        start = candle_start(now_ms, interval)
        if last is not None and last[0] < start:
            ended = rows.get(last[0], last[1])
            _send_all(
                self._subscribers[topic], kline_frame(market, interval, last[0], ended, now_ms, confirm=True)
            )
        price = market.last_ticks
        candle = rows.get(start, Candle(price, price, price, price, 0, 0))
        self._candles[topic] = (start, candle)
        _send_all(
            self._subscribers[topic], kline_frame(market, interval, start, candle, now_ms, confirm=False)
        )

    def _due(self, topic: str, interval_ms: int, now_ms: int) -> bool:
        return now_ms - self._pushed_ms.get(topic, 0) >= interval_ms

    def _ticker(self, market: TradedMarket, now_ms: int) -> dict[str, Any]:
        return linear_ticker(market, now_ms) if self._category == LINEAR else spot_ticker(market)

    def _on_text(self, connection: Connection, text: str) -> None:
        message = read_message(text)
        if message is None:
            connection.send_json(
                {
                    "success": False,
                    "ret_msg": "Failed to decode incoming data:readObjectStart: expect { or n, but found "
                    + text[:1],
                    "conn_id": connection.conn_id,
                    "req_id": "",
                    "op": "",
                }
            )
            return
        op = message.get("op")
        if op == "ping":
            self._answer(connection, message, "pong", success=True)
        elif op == "subscribe":
            self._subscribe(connection, message)
        elif op == "unsubscribe":
            self._unsubscribe(connection, message)
        else:
            self._answer(connection, message, "error:invalid op", success=False)

    def _answer(self, connection: Connection, message: dict[str, Any], text: str, *, success: bool) -> None:
        answer: dict[str, Any] = {"success": success, "ret_msg": text, "conn_id": connection.conn_id}
        if "req_id" in message or not self._is_spot:
            answer["req_id"] = message.get("req_id", "")
        connection.send_json(answer | {"op": message.get("op", "")})

    @property
    def _is_spot(self) -> bool:
        return self._category == SPOT

    def _subscribe(self, connection: Connection, message: dict[str, Any]) -> None:
        topics = _topics(message)
        refusal = self._refusal(connection, topics)
        if refusal:
            self._answer(connection, message, refusal, success=False)
            return
        self._answer(connection, message, "subscribe" if self._is_spot else "", success=True)
        for topic in topics:
            self._join(connection, topic)

    def _refusal(self, connection: Connection, topics: list[str]) -> str:
        if self._is_spot and len(topics) > SPOT_ARGS_LIMIT:
            return f"args size >{SPOT_ARGS_LIMIT}"
        most = self._context.bounds.topics
        if len(connection.topics) + len(topics) > most:
            return f"error:more than {most} topics on one connection"
        for topic in topics:
            if self._market_of(topic) is None:
                known_kind = self._is_spot and _is_served(topic)
                return (
                    f"Invalid symbol :[{topic}]" if known_kind else f"error:handler not found,topic:{topic}"
                )
            if topic in connection.topics or topics.count(topic) > 1:
                return f"error:already subscribed,topic:{topic}"
        return "" if topics else "error:invalid args"

    def _unsubscribe(self, connection: Connection, message: dict[str, Any]) -> None:
        topics = _topics(message)
        unknown = [topic for topic in topics if topic not in connection.topics]
        if unknown:
            self._answer(connection, message, f"error:handler not found,topic:{unknown[0]}", success=False)
            return
        for topic in topics:
            self._leave(connection, topic)
        self._answer(connection, message, "unsubscribe" if self._is_spot else "", success=True)

    def _market_of(self, topic: str) -> TradedMarket | None:
        if not _is_served(topic):
            return None
        return self._context.exchange.markets.get((self._category, topic.rpartition(".")[2]))

    def _join(self, connection: Connection, topic: str) -> None:
        first = not self._subscribers[topic]
        self._subscribers[topic].add(connection)
        connection.topics.add(topic)
        kind, *rest = topic.split(".")
        market, now_ms = (
            self._context.exchange.markets[self._category, rest[-1]],
            self._context.exchange.now_ms(),
        )
        if first:
            self._pushed_ms[topic] = now_ms
        if kind == "orderbook":
            feed = market.feeds[int(rest[0])]
            feed.refresh()
            feed.live = True
            connection.send_json(book_frame(market, feed, None, now_ms))
        elif kind == "tickers":
            if first:
                self._tickers[topic] = self._ticker(market, now_ms)
            connection.send_json(ticker_frame(market, "snapshot", self._tickers[topic], now_ms))

    def _leave(self, connection: Connection, topic: str) -> None:
        connection.topics.discard(topic)
        self._subscribers[topic].discard(connection)
        if self._subscribers[topic]:
            return
        self._candles.pop(topic, None)
        kind, *rest = topic.split(".")
        if kind == "orderbook":
            self._context.exchange.markets[self._category, rest[-1]].feeds[int(rest[0])].live = False


def _is_served(topic: str) -> bool:
    kind, *rest = topic.split(".")
    if kind in {"publicTrade", "tickers"}:
        return len(rest) == 1
    if len(rest) < 2:  # noqa: PLR2004 - depth or interval, and symbol
        return False
    variants = [str(depth) for depth in PUSH_INTERVAL_MS] if kind == "orderbook" else INTERVAL_MS
    return kind in {"orderbook", "kline"} and rest[0] in variants and not rest[2:]


def _topics(message: dict[str, Any]) -> list[str]:
    args = message.get("args")
    return [str(arg) for arg in args] if isinstance(args, list) else []


def _send_all(connections: set[Connection], frame: dict[str, Any]) -> None:
    text = dumps(frame)
    for connection in list(connections):
        connection.send(text)
