"""The public sockets: subscriptions, pings, and what is pushed when.

Source: Bybit V5 WebSocket Connect and the public topics.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from nautilus_bybit_adapter.sim.exchange.instruments import OPTION, SPOT

from .codec import encoded
from .connection import Connection, read_message
from .frames import trades_frame
from .idle import BARE_LOOK_S, BARE_PUBLIC_S, IdleScan
from .topics import Topic, is_served, make_topic, named_markets

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.events import TradesEvent

    from .context import Context

# Paths of products that are not traded here: they answer, and know no topic.
SPREAD_PATH = "spread"
BARE_PATHS = (SPREAD_PATH, "rfq", "fp")
SPOT_ARGS_LIMIT = 10
# Trades of one message.
MOST_TRADES = 1024
# Characters of all topics of one connection.
ARGS_LENGTH_LIMIT = 21_000
# Connections of one address to one product.
MOST_PER_ADDRESS = 1000


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
        self._subscribers: dict[str, set[Connection]] = {}
        self._topics: dict[str, Topic] = {}
        self._idle = IdleScan(BARE_LOOK_S)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        alike = sum(each.address == request.remote for each in self.connections)
        if alike >= MOST_PER_ADDRESS:
            raise web.HTTPForbidden(text="too many connections")
        connection = Connection(str(uuid4()), self._context.wall_s)
        self.connections.add(connection)
        try:
            return await connection.serve(request, self._on_text)
        finally:
            self.connections.discard(connection)
            for topic in list(connection.topics):
                self._leave(connection, topic)

    def on_trades(self, event: TradesEvent) -> None:
        """Push trades at once."""
        it = event.market.instrument
        subscribers = self._subscribers.get(f"publicTrade.{it.base if self._is_option else it.symbol}")
        if not subscribers or event.market.is_silent:
            return
        for first in range(0, len(event.trades), MOST_TRADES):
            trades = event.trades[first : first + MOST_TRADES]
            _send_all(subscribers, trades_frame(event.market, trades, event.at_ms))

    def serves(self, prefix: str) -> bool:
        """Whether anybody is subscribed to a topic that begins so."""
        return any(name.startswith(prefix) for name in self._topics)

    def push(self, frames: list[dict[str, Any]]) -> None:
        """Push frames to the subscribers of the topics they name."""
        for frame in frames:
            _send_all(self._subscribers.get(frame["topic"], set()), frame)

    def pump(self, now_ms: int) -> None:
        """Push every topic whose interval has passed, and cut who asked for none in a minute."""
        self._idle.pump(
            self._context.wall_s(), self.connections, lambda each: inf if each.topics else BARE_PUBLIC_S
        )
        for name, topic in list(self._topics.items()):
            for frame in topic.due(now_ms):
                _send_all(self._subscribers[name], frame)

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
        if op == "ping" and self._takes_commands:
            connection.send_json({"args": [str(self._context.exchange.now_ms())], "op": "pong"})
        elif op == "ping":
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

    def _command_answer(self, connection: Connection, done: list[str], failed: list[str]) -> None:
        """Answer as the option socket does, which takes the good topics of a request."""
        topics = {"failTopics": failed, "successTopics": done}
        connection.send_json(
            {
                "success": bool(done),
                "conn_id": connection.conn_id,
                "data": topics,
                "type": "COMMAND_RESP",
            }
        )

    @property
    def _is_spot(self) -> bool:
        return self._category == SPOT

    @property
    def _is_option(self) -> bool:
        return self._category == OPTION

    @property
    def _takes_commands(self) -> bool:
        """Whether it answers as the option socket does."""
        return self._category in {OPTION, SPREAD_PATH}

    def _subscribe(self, connection: Connection, message: dict[str, Any]) -> None:
        topics = _topics(message)
        if self._takes_commands:
            good = [topic for topic in dict.fromkeys(topics) if not self._refusal(connection, [topic])]
            self._command_answer(connection, good, [topic for topic in topics if topic not in good])
            topics = good
        else:
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
        if sum(len(topic) for topic in (*connection.topics, *topics)) > ARGS_LENGTH_LIMIT:
            return f"error:args length >{ARGS_LENGTH_LIMIT}"
        most = self._context.bounds.topics
        if len(connection.topics) + len(topics) > most:
            return f"error:more than {most} topics on one connection"
        for topic in topics:
            if topic in connection.topics or topics.count(topic) > 1:
                return f"error:already subscribed,topic:{topic}"
            if (
                topic not in self._topics
                and make_topic(self._context.exchange, self._category, topic) is None
            ):
                known_kind = self._is_spot and is_served(self._category, topic)
                return (
                    f"Invalid symbol :[{topic}]" if known_kind else f"error:handler not found,topic:{topic}"
                )
        return "" if topics else "error:invalid args"

    def _unsubscribe(self, connection: Connection, message: dict[str, Any]) -> None:
        topics = _topics(message)
        unknown = [topic for topic in topics if topic not in connection.topics]
        if self._takes_commands:
            topics = [topic for topic in topics if topic in connection.topics]
            self._command_answer(connection, topics, unknown)
        elif unknown:
            self._answer(connection, message, f"error:handler not found,topic:{unknown[0]}", success=False)
            return
        for topic in topics:
            self._leave(connection, topic)
        if not self._takes_commands:
            self._answer(connection, message, "unsubscribe" if self._is_spot else "", success=True)

    def _join(self, connection: Connection, name: str) -> None:
        topic = self._topics.get(name)
        if topic is None:
            self._watch(name, 1)
            topic = make_topic(self._context.exchange, self._category, name)
            if topic is None:
                self._watch(name, -1)
                return
            self._topics[name], self._subscribers[name] = topic, set()
        self._subscribers[name].add(connection)
        connection.topics.add(name)
        first = topic.opening(self._context.exchange.now_ms())
        if first is not None:
            connection.send_json(first)

    def _leave(self, connection: Connection, name: str) -> None:
        connection.topics.discard(name)
        self._subscribers[name].discard(connection)
        if not self._subscribers[name]:
            self._topics.pop(name).close()
            self._watch(name, -1)
            del self._subscribers[name]

    def _watch(self, name: str, change: int) -> None:
        """Tell the markets of a topic that it is looked at, or no longer."""
        for market in named_markets(self._context.exchange, self._category, name):
            market.watchers += change
            if change > 0:
                market.asked()


def _topics(message: dict[str, Any]) -> list[str]:
    args = message.get("args")
    return [str(arg) for arg in args] if isinstance(args, list) else []


def _send_all(connections: set[Connection], frame: dict[str, Any]) -> None:
    payload = encoded(frame)
    for connection in list(connections):
        connection.send(payload)
