from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from scripted_venue import ScriptedVenue, Socket, scripted_venue

from nautilus_bybit_adapter.errors import BybitAuthError, BybitConfigError, BybitConnectionError
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.transport import BybitPrivateWebSocket, SocketOptions
from nautilus_bybit_adapter.wire import Credentials, OrderMessage, sign_ws

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CREDENTIALS = Credentials("key", "very-secret")
QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02), step_timeout_secs=5.0)


def order(order_id: str) -> dict[str, Any]:
    row = {
        "category": "linear",
        "symbol": "BTCUSDT",
        "orderId": order_id,
        "orderLinkId": "",
        "orderStatus": "New",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "1",
    }
    return {"topic": "order", "creationTime": 1, "data": [row]}


class FrameClock:
    """A socket's clock, which is read once for every frame: it tells how many have come."""

    def __init__(self) -> None:
        self.count = 0
        self.ticked = asyncio.Event()

    def __call__(self) -> int:
        self.count += 1
        self.ticked.set()
        return time.time_ns()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.count < count:
                self.ticked.clear()
                await self.ticked.wait()


# One answer to auth and four to the topics come first.
ANSWERS = 5


class Account:
    """A consumer that remembers what it got, and whether the socket was live then."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.events: list[str] = []
        self.lives: asyncio.Queue[None] = asyncio.Queue()
        self.got: asyncio.Queue[str] = asyncio.Queue()
        self.frames = FrameClock()

    def socket(
        self,
        venue: ScriptedVenue,
        recover: Callable[[], Awaitable[None]] | None = None,
        options: SocketOptions = QUICK,
    ) -> BybitPrivateWebSocket:
        return BybitPrivateWebSocket(
            credentials=CREDENTIALS,
            base_url=venue.ws_url("/v5/private"),
            on_message=self.on_message,
            recover=recover,
            on_live=self.on_live,
            on_stale=lambda: self.events.append("stale"),
            options=options,
            clock_ns=self.frames,
        )

    def on_message(self, message: Any, _ts_init: int) -> None:
        assert isinstance(message, OrderMessage)
        for row in message.data:
            self.events.append(row.order_id)
            self.got.put_nowait(row.order_id)

    def on_live(self) -> None:
        self.events.append("live")
        self.lives.put_nowait(None)

    async def until_live(self) -> None:
        async with asyncio.timeout(10):
            await self.lives.get()

    async def until_got(self, order_id: str) -> None:
        async with asyncio.timeout(10):
            while await self.got.get() != order_id:
                pass


def test_it_authenticates_and_has_every_topic_confirmed() -> None:
    async def scenario() -> None:
        account = Account()
        async with scripted_venue() as venue:
            socket = account.socket(venue)
            await socket.connect()
            assert socket.is_live
            (_, auth), *subscriptions = venue.messages
            key, expires, signature = auth["args"]
            assert (auth["op"], key) == ("auth", "key")
            assert isinstance(expires, int)
            assert signature == sign_ws(CREDENTIALS, expires)
            assert [message["args"] for _, message in subscriptions] == [
                ["order"],
                ["execution"],
                ["position"],
                ["wallet"],
            ]
            assert set(socket.confirmed_topics) == {"order", "execution", "position", "wallet"}
            await venue.sockets[0].send(order("a"))
            await account.until_got("a")
            await socket.disconnect()

    asyncio.run(scenario())


def test_nothing_is_subscribed_before_the_auth_is_confirmed() -> None:
    async def scenario() -> None:
        account = Account()
        async with scripted_venue() as venue:
            may_answer = asyncio.Event()
            asked = asyncio.Event()

            async def slow_auth(_socket: Socket, message: dict[str, Any]) -> bool:
                if message["op"] == "auth":
                    asked.set()
                    await may_answer.wait()
                return False

            venue.reply = slow_auth
            socket = account.socket(venue)
            connecting = asyncio.create_task(socket.connect())
            await asked.wait()
            assert [message["op"] for _, message in venue.messages] == ["auth"]
            may_answer.set()
            await connecting
            await socket.disconnect()

    asyncio.run(scenario())


def test_frames_are_kept_while_what_was_missed_is_fetched() -> None:
    async def scenario() -> None:
        account = Account()
        async with scripted_venue() as venue:
            gate = asyncio.Event()

            async def recover() -> None:
                account.events.append("recovering")
                await gate.wait()
                account.events.append("recovered")

            socket = account.socket(venue, recover)
            connecting = asyncio.create_task(socket.connect())
            await venue.until(lambda: len(venue.messages) == 5)
            for order_id in ("a", "b", "c"):
                await venue.sockets[0].send(order(order_id))
            await account.frames.until(ANSWERS + 3)
            assert socket.kept_count == 3
            assert not socket.is_live
            assert not connecting.done()
            gate.set()
            await connecting
            await venue.sockets[0].send(order("d"))
            await account.until_got("d")
            assert account.events == ["recovering", "recovered", "a", "b", "c", "live", "d"]
            await socket.disconnect()

    asyncio.run(scenario())


def test_every_reconnect_recovers_again() -> None:
    async def scenario() -> None:
        account = Account()
        recoveries = 0

        async def recover() -> None:
            nonlocal recoveries
            recoveries += 1

        async with scripted_venue() as venue:
            socket = account.socket(venue, recover)
            await socket.connect()
            await account.until_live()
            venue.sockets[0].cut()
            await account.until_live()
            assert recoveries == 2
            assert account.events == ["live", "stale", "live"]
            assert [message["op"] for _, message in venue.messages].count("auth") == 2
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_recovery_that_fails_is_repeated_and_what_is_kept_stays() -> None:
    async def scenario() -> None:
        account = Account()
        attempts = 0

        async with scripted_venue() as venue:

            async def recover() -> None:
                nonlocal attempts
                attempts += 1
                if attempts == 1:
                    await venue.sockets[0].send(order("early"))
                    await account.frames.until(ANSWERS + 1)
                if attempts < 3:
                    raise RuntimeError("the venue is busy")

            socket = account.socket(venue, recover)
            await socket.connect()
            assert attempts == 3
            assert account.events == ["early", "live"]
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_connection_lost_while_recovering_keeps_what_it_brought() -> None:
    async def scenario() -> None:
        account = Account()
        attempts = 0
        was_cancelled = asyncio.Event()

        async with scripted_venue() as venue:

            async def recover() -> None:
                nonlocal attempts
                attempts += 1
                if attempts > 1:
                    return
                await venue.sockets[0].send(order("kept"))
                await account.frames.until(ANSWERS + 1)
                venue.sockets[0].cut()
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    was_cancelled.set()
                    raise

            socket = account.socket(venue, recover)
            await socket.connect()
            assert was_cancelled.is_set()
            assert attempts == 2
            assert account.events == ["stale", "kept", "live"]
            await socket.disconnect()

    asyncio.run(scenario())


def refusing_auth(only_after: int = 0) -> Callable[[Socket, dict[str, Any]], Awaitable[bool]]:
    async def reply(socket: Socket, message: dict[str, Any]) -> bool:
        if message["op"] == "auth" and socket.number > only_after:
            await socket.send({"success": False, "ret_msg": "API key is invalid.", "op": "auth"})
            return True
        return False

    return reply


def test_refused_credentials_end_the_first_connect() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            venue.reply = refusing_auth()
            socket = Account().socket(venue)
            with pytest.raises(BybitAuthError, match=r"API key is invalid\.") as caught:
                await socket.connect()
            assert "very-secret" not in str(caught.value)
            assert venue.connections["/v5/private"] == 1
            await venue.until(lambda: not venue.sockets)

    asyncio.run(scenario())


def test_credentials_refused_later_are_tried_again() -> None:
    async def scenario() -> None:
        account = Account()
        async with scripted_venue() as venue:
            refuse = refusing_auth(only_after=1)
            venue.reply = refuse
            socket = account.socket(venue)
            await socket.connect()
            await account.until_live()
            venue.sockets[0].cut()
            await venue.until(lambda: venue.connections["/v5/private"] >= 3)
            assert not socket.is_live
            venue.reply = None
            await account.until_live()
            await socket.disconnect()

    asyncio.run(scenario())


def test_a_topic_the_venue_refuses_is_asked_for_again() -> None:
    async def scenario() -> None:
        account = Account()
        async with scripted_venue() as venue:

            async def refuse_once(socket: Socket, message: dict[str, Any]) -> bool:
                if message.get("args") == ["execution"] and venue.subscribed().count(["execution"]) == 1:
                    failure = {"success": False, "ret_msg": "try later", "op": "subscribe"}
                    await socket.send({**failure, "req_id": message["req_id"]})
                    return True
                return False

            venue.reply = refuse_once
            socket = account.socket(venue)
            await socket.connect()
            assert venue.subscribed().count(["execution"]) == 2
            assert venue.subscribed().count(["order"]) == 1
            assert "execution" in socket.confirmed_topics
            await socket.disconnect()

    asyncio.run(scenario())


def test_disconnecting_while_recovering_ends_cleanly() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:
            begun = asyncio.Event()

            async def recover() -> None:
                begun.set()
                await asyncio.Event().wait()

            socket = Account().socket(venue, recover)
            connecting = asyncio.create_task(socket.connect())
            await begun.wait()
            await socket.disconnect()
            with pytest.raises(BybitConnectionError, match="was closed"):
                await connecting
            assert asyncio.all_tasks() == {asyncio.current_task()} | {
                task
                for task in asyncio.all_tasks()
                if "scripted_venue" in repr(task) or "aiohttp" in repr(task)
            }

    asyncio.run(scenario())


def test_without_credentials_there_is_no_socket() -> None:
    with pytest.raises(BybitConfigError, match="needs credentials"):
        BybitPrivateWebSocket(credentials=None, on_message=lambda *_: None)


def test_a_topic_given_up_is_no_live_session_without_it() -> None:
    async def scenario() -> None:
        async with scripted_venue() as venue:

            async def refuse(socket: Socket, message: dict[str, Any]) -> bool:
                if message.get("args") == ["execution"]:
                    failure = {"success": False, "ret_msg": "not for you", "op": "subscribe"}
                    await socket.send({**failure, "req_id": message["req_id"]})
                    return True
                return False

            venue.reply = refuse
            account = Account()
            socket = account.socket(venue)
            with pytest.raises(BybitConnectionError, match=r"execution topic: not for you"):
                await socket.connect(timeout_secs=0.5)
            assert "live" not in account.events
            assert venue.connections["/v5/private"] > 1
            venue.reply = None
            await socket.connect()
            assert "execution" in socket.confirmed_topics
            await socket.disconnect()

    asyncio.run(scenario())
