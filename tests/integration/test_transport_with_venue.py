"""The library against the local venue, which shares no code with it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitAuthError,
    BybitConnectionError,
    BybitTimeoutError,
    Outcome,
)
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import Backoff, BookAction, BookSequencer
from nautilus_bybit_adapter.transport import (
    BybitHTTPClient,
    BybitPrivateWebSocket,
    BybitPublicWebSocket,
    BybitTradeWebSocket,
    OrderEntry,
    SocketOptions,
)
from nautilus_bybit_adapter.wire import (
    AmendOrder,
    BybitExecution,
    BybitInstrumentLinear,
    BybitInstrumentSpot,
    BybitOrder,
    CancelAllOrders,
    CancelOrder,
    Credentials,
    ExecutionMessage,
    OrderbookMessage,
    OrderMessage,
    PlaceOrder,
    TickerMessage,
    TradesMessage,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.05))
BOOK = "orderbook.50.BTCUSDT"


def credentials_of(venue: SimVenue) -> Credentials:
    return Credentials(venue.api_key, venue.api_secret)


@asynccontextmanager
async def rest_of(venue: SimVenue, **extra: Any) -> AsyncIterator[BybitHTTPClient]:
    client = BybitHTTPClient(**{"credentials": credentials_of(venue), "base_url": venue.urls.rest, **extra})
    await client.open()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def trade_of(venue: SimVenue, **extra: Any) -> AsyncIterator[BybitTradeWebSocket]:
    socket = BybitTradeWebSocket(
        credentials=credentials_of(venue), base_url=venue.urls.ws_trade, options=QUICK, **extra
    )
    await socket.connect()
    try:
        yield socket
    finally:
        await socket.disconnect()


class Mailbox:
    """Keeps messages and lets a test wait for the one it needs."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self._arrived = asyncio.Event()

    def __call__(self, message: Any, _ts_init: int = 0) -> None:
        self.messages.append(message)
        self._arrived.set()

    async def until[T](self, find: Callable[[], T | None]) -> T:
        async with asyncio.timeout(20):
            while (found := find()) is None:
                self._arrived.clear()
                await self._arrived.wait()
            return found

    def order(self, link_id: str, status: str) -> BybitOrder | None:
        rows = (row for m in self.messages if isinstance(m, OrderMessage) for row in m.data)
        return next((row for row in rows if (row.order_link_id, row.order_status) == (link_id, status)), None)

    def executions(self) -> list[BybitExecution]:
        return [row for m in self.messages if isinstance(m, ExecutionMessage) for row in m.data]


def limit_order(link_id: str, price: Decimal, side: str = "Buy", qty: str = "0.01") -> PlaceOrder:
    return PlaceOrder(
        category="linear",
        symbol="BTCUSDT",
        side=side,
        order_type="Limit",
        qty=qty,
        price=str(price),
        time_in_force="GTC",
        order_link_id=link_id,
        position_idx=0,
    )


async def touch(client: BybitHTTPClient) -> tuple[Decimal, Decimal]:
    book = await client.get_orderbook("linear", "BTCUSDT", 1)
    return Decimal(book.b[0][0]), Decimal(book.a[0][0])


def run(scenario: Callable[[SimVenue], Awaitable[None]], market: str = "quiet") -> None:
    async def main() -> None:
        async with asyncio.timeout(60), SimVenue(SimConfig(market=market)) as venue:
            await scenario(venue)

    asyncio.run(main())


def test_what_can_be_read() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with rest_of(venue) as client:
            linear = await client.get_instruments("linear")
            spot = await client.get_instruments("spot", "BTCUSDT")
            assert any(
                isinstance(item, BybitInstrumentLinear) and item.symbol == "BTCUSDT" for item in linear
            )
            assert isinstance(spot[0], BybitInstrumentSpot)
            assert client.bad_row_count == 0
            assert abs(client.clock_offset_ms) < 1000
            (ticker,) = await client.get_tickers("linear", "BTCUSDT")
            assert Decimal(ticker.bid1_price or 0) < Decimal(ticker.ask1_price or 0)
            assert isinstance(await client.get_recent_trades("linear", "BTCUSDT", 10), list)
            (fee,) = await client.get_fee_rates("linear", "BTCUSDT")
            assert Decimal(fee.taker_fee_rate) > 0
            wallet = await client.get_wallet_balance()
            assert {coin.coin for coin in wallet.coins} >= {"USDT", "BTC"}
            assert (await client.get_account_info()).margin_mode == "REGULAR_MARGIN"
            assert (await client.get_api_key_info()).permissions
            (flat,) = await client.get_positions("linear", symbol="BTCUSDT")
            assert (flat.side, flat.size) == ("", "0")
            assert await client.get_positions("linear", settle_coin="USDT") == []
            await client.set_leverage("linear", "BTCUSDT", "10")
            await client.set_leverage("linear", "BTCUSDT", "10")

    run(scenario)


@pytest.mark.parametrize("way", ["rest", "socket"])
def test_an_order_lives_and_dies_either_way(way: str) -> None:
    async def scenario(venue: SimVenue) -> None:
        mail = Mailbox()
        private = BybitPrivateWebSocket(
            credentials=credentials_of(venue),
            base_url=venue.urls.ws_private,
            on_message=mail,
            options=QUICK,
        )
        async with rest_of(venue) as client, trade_of(venue) as socket:
            await private.connect()
            entry: OrderEntry = client if way == "rest" else socket
            bid, _ = await touch(client)
            answer = await entry.place_order(limit_order("life-1", bid - 100))
            placed = await mail.until(lambda: mail.order("life-1", "New"))
            assert placed.order_id == answer.order_id
            (listed,) = await client.get_open_orders("linear", symbol="BTCUSDT")
            assert (listed.order_id, Decimal(listed.price)) == (answer.order_id, bid - 100)
            amend = AmendOrder(
                category="linear", symbol="BTCUSDT", order_link_id="life-1", price=str(bid - 200)
            )
            assert (await entry.amend_order(amend)).order_id == answer.order_id
            cancel = CancelOrder(category="linear", symbol="BTCUSDT", order_id=answer.order_id)
            await entry.cancel_order(cancel)
            gone = await mail.until(lambda: mail.order("life-1", "Cancelled"))
            assert (Decimal(gone.price), gone.cancel_type) == (bid - 200, "CancelByUser")
            with pytest.raises(BybitApiError) as caught:
                await entry.cancel_order(cancel)
            assert (caught.value.ret_code, caught.value.outcome) == (110001, Outcome.REJECTED)
            with pytest.raises(BybitApiError) as caught:
                await entry.place_order(limit_order("life-1", bid - 100))
            assert (caught.value.ret_code, caught.value.outcome) == (110072, Outcome.UNKNOWN)
            with pytest.raises(BybitApiError) as caught:
                await entry.place_order(limit_order("life-2", bid - 100, qty="0.00001"))
            assert caught.value.outcome is Outcome.REJECTED
        await private.disconnect()

    run(scenario)


def test_a_fill_reads_the_same_on_the_socket_and_over_rest() -> None:
    async def scenario(venue: SimVenue) -> None:
        mail = Mailbox()
        private = BybitPrivateWebSocket(
            credentials=credentials_of(venue),
            base_url=venue.urls.ws_private,
            on_message=mail,
            options=QUICK,
        )
        async with rest_of(venue) as client, trade_of(venue) as socket:
            await private.connect()
            await socket.place_order(
                PlaceOrder(
                    category="linear",
                    symbol="BTCUSDT",
                    side="Buy",
                    order_type="Market",
                    qty="0.02",
                    order_link_id="fill-1",
                )
            )
            filled = await mail.until(lambda: mail.order("fill-1", "Filled"))
            await mail.until(lambda: mail.executions() or None)
            pushed = {row.exec_id: row for row in mail.executions()}
            listed = {row.exec_id: row for row in await client.get_executions("linear", symbol="BTCUSDT")}
            assert pushed.keys() == listed.keys()
            for exec_id, row in pushed.items():
                other = listed[exec_id]
                assert (row.exec_price, row.exec_qty, row.exec_fee, row.fee_currency, row.exec_time) == (
                    other.exec_price,
                    other.exec_qty,
                    other.exec_fee,
                    other.fee_currency,
                    other.exec_time,
                )
            assert sum(Decimal(row.exec_qty) for row in pushed.values()) == Decimal(filled.cum_exec_qty)
            (position,) = await client.get_positions("linear", settle_coin="USDT")
            assert (position.side, Decimal(position.size)) == ("Buy", Decimal("0.02"))
            (closed,) = await client.get_order_history("linear", symbol="BTCUSDT", order_link_id="fill-1")
            assert closed.order_status == "Filled"
        await private.disconnect()

    run(scenario)


def test_many_orders_page_whole_and_cancel_at_once() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with rest_of(venue) as client:
            bid, _ = await touch(client)
            names = [f"many-{number}" for number in range(61)]
            for name in names:
                await client.place_order(limit_order(name, bid - 500, qty="0.001"))
            orders = await client.get_open_orders("linear", settle_coin="USDT")
            assert sorted(order.order_link_id for order in orders) == sorted(names)
            cancelled = await client.cancel_all_orders(CancelAllOrders(category="linear", settle_coin="USDT"))
            assert len(cancelled) == 61
            assert await client.get_open_orders("linear", settle_coin="USDT") == []

    async def main() -> None:
        config = SimConfig(market="quiet", rate_limits=False)
        async with asyncio.timeout(60), SimVenue(config) as venue:
            await scenario(venue)

    asyncio.run(main())


def test_a_lost_ack_is_unknown_and_the_order_is_found_by_its_id() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with rest_of(venue) as client, trade_of(venue, timeout_secs=0.2) as socket:
            bid, _ = await touch(client)
            venue.lose_acks(on=True)
            with pytest.raises(BybitTimeoutError) as caught:
                await socket.place_order(limit_order("lost-1", bid - 100))
            assert caught.value.outcome is Outcome.UNKNOWN
            (order,) = await client.get_open_orders("linear", symbol="BTCUSDT", order_link_id="lost-1")
            assert order.order_status == "New"
            placing = asyncio.create_task(socket.place_order(limit_order("lost-2", bid - 100)))
            await asyncio.sleep(0)
            venue.disconnect("trade")
            with pytest.raises((BybitConnectionError, BybitTimeoutError)) as lost:
                await placing
            assert lost.value.outcome is Outcome.UNKNOWN

    run(scenario)


def test_fills_while_the_socket_is_down_are_fetched_before_it_is_live() -> None:
    async def scenario(venue: SimVenue) -> None:
        mail = Mailbox()
        lives = Mailbox()
        recovered: list[list[str]] = []

        async with rest_of(venue) as client, trade_of(venue) as socket:

            async def recover() -> None:
                rows = await client.get_executions("linear", symbol="BTCUSDT")
                recovered.append([row.order_link_id for row in rows])

            private = BybitPrivateWebSocket(
                credentials=credentials_of(venue),
                base_url=venue.urls.ws_private,
                on_message=mail,
                recover=recover,
                on_live=lambda: lives("live"),
                options=QUICK,
            )
            await private.connect()
            assert recovered == [[]]
            venue.hold_private(on=True)
            await socket.place_order(
                PlaceOrder(
                    category="linear",
                    symbol="BTCUSDT",
                    side="Buy",
                    order_type="Market",
                    qty="0.01",
                    order_link_id="missed-1",
                )
            )
            venue.disconnect("private")
            venue.hold_private(on=False)
            await lives.until(lambda: True if len(lives.messages) == 2 else None)
            assert set(recovered[1]) == {"missed-1"}
            assert mail.executions() == []
            assert private.connection_count == 2
            await private.disconnect()

    run(scenario)


class LocalBook:
    """A book kept by the rules of `BookSequencer`, which asks for a new snapshot after a gap."""

    def __init__(self) -> None:
        self.sequencer = BookSequencer()
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.actions: list[BookAction] = []
        self.socket: BybitPublicWebSocket | None = None

    def apply(self, message: OrderbookMessage, ts_init: int = 0) -> None:
        action = self.sequencer.on_update(
            message.data.u, is_snapshot=message.is_snapshot, depth=message.depth, now_ns=ts_init
        )
        self.actions.append(action)
        if action is BookAction.GAP and self.socket is not None:
            self.socket.resubscribe(message.topic)
        if action is BookAction.APPLY_SNAPSHOT:
            self.bids.clear()
            self.asks.clear()
        if action in {BookAction.APPLY_SNAPSHOT, BookAction.APPLY_DELTA}:
            for side, levels in ((self.bids, message.data.b), (self.asks, message.data.a)):
                for price, size in levels:
                    if Decimal(size):
                        side[Decimal(price)] = Decimal(size)
                    else:
                        side.pop(Decimal(price), None)
            assert max(self.bids) < min(self.asks)
            assert max(len(self.bids), len(self.asks)) <= 50


def test_a_gap_costs_one_topic_a_snapshot_and_nothing_else() -> None:
    async def scenario(venue: SimVenue) -> None:
        book = LocalBook()
        mail = Mailbox()

        def on_message(message: Any, _ts_init: int) -> None:
            if isinstance(message, OrderbookMessage):
                book.apply(message)
            mail(message)

        book.socket = BybitPublicWebSocket(
            "linear",
            base_url=venue.urls.ws_public,
            on_message=on_message,
            on_stale=lambda _: book.sequencer.on_lost(),
            options=QUICK,
        )
        book.socket.subscribe(BOOK, "publicTrade.BTCUSDT", "tickers.BTCUSDT")
        await book.socket.connect()
        await mail.until(lambda: True if book.actions.count(BookAction.APPLY_DELTA) > 20 else None)
        venue.skip_u("BTCUSDT", 50)
        await mail.until(lambda: True if book.actions.count(BookAction.APPLY_SNAPSHOT) == 2 else None)
        assert book.sequencer.gap_count == 1
        since = len(book.actions)
        await mail.until(lambda: True if len(book.actions) > since + 10 else None)
        assert book.sequencer.is_synced
        # The connection breaks: everything comes back with a snapshot, and no gap is seen.
        venue.disconnect("public")
        await mail.until(lambda: True if book.actions.count(BookAction.APPLY_SNAPSHOT) == 3 else None)
        assert book.sequencer.gap_count == 1
        assert any(isinstance(message, TickerMessage) for message in mail.messages)
        assert any(isinstance(message, TradesMessage) for message in mail.messages)
        assert book.socket.bad_frame_count == 0
        assert book.socket.connection_count == 2
        await book.socket.disconnect()

    run(scenario, market="synthetic")


def test_topics_the_venue_does_not_know_are_named() -> None:
    async def scenario(venue: SimVenue) -> None:
        refused: list[str] = []
        socket = BybitPublicWebSocket(
            "linear",
            base_url=venue.urls.ws_public,
            on_message=lambda *_: None,
            on_refused=lambda topic, _: refused.append(topic),
            options=QUICK,
        )
        socket.subscribe("orderbook.500.BTCUSDT", BOOK, "tickers.NOPEUSDT", "tickers.BTCUSDT")
        await socket.connect()
        assert sorted(refused) == ["orderbook.500.BTCUSDT", "tickers.NOPEUSDT"]
        assert set(socket.confirmed_topics) == {BOOK, "tickers.BTCUSDT"}
        await socket.disconnect()

    run(scenario)


def test_a_wrong_secret_is_refused_everywhere() -> None:
    async def scenario(venue: SimVenue) -> None:
        wrong = Credentials(venue.api_key, "wrong")
        private = BybitPrivateWebSocket(
            credentials=wrong, base_url=venue.urls.ws_private, on_message=lambda *_: None, options=QUICK
        )
        trade = BybitTradeWebSocket(credentials=wrong, base_url=venue.urls.ws_trade, options=QUICK)
        for socket in (private, trade):
            with pytest.raises(BybitAuthError):
                await socket.connect()
        async with rest_of(venue, credentials=wrong) as client:
            with pytest.raises(BybitAuthError):
                await client.get_wallet_balance()

    run(scenario)
