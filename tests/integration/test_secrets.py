"""Key and secret show nowhere: not in what a run logs, nor in what is raised, represented or kept."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.objects import Price, Quantity
from trading import LINEAR, trading, until

from nautilus_bybit_adapter import BybitDataClientConfig, BybitExecClientConfig
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport import (
    BybitHTTPClient,
    BybitPrivateWebSocket,
    BybitTradeWebSocket,
)
from nautilus_bybit_adapter.wire import Credentials, PlaceOrder

KEY, SECRET = "Kq7ZxWv3Rt9PmYb5Nc", "s8EcReT2hGj4LkQw6XzVb1Ty"


def assert_clean(text: str, where: str) -> None:
    for name, secret in (("key", KEY), ("secret", SECRET)):
        at = text.find(secret)
        assert at < 0, f"the {name} shows in {where}: {text[max(0, at - 200) : at + 20]}"


def raised(error: BaseException) -> str:
    """Return all that a traceback of an error would show of it."""
    shown = ""
    while error is not None:
        shown += f"{error!r} {error} {vars(error)}\n"
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return shown


def venue_of(**extra: Any) -> SimVenue:
    return SimVenue(
        SimConfig(market="quiet", seed=5, api_key=KEY, api_secret=SECRET, rate_limits=False, **extra)
    )


def test_a_node_that_trades_under_faults_logs_neither(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with venue_of() as venue, trading(venue, log_level="DEBUG") as trader:
            for fault in (
                "corrupt:family=private,count=2",
                "server_error:family=rest,count=3",
                "server_error:family=trade,when=after,count=2",
                "rate_limit:family=trade,count=2",
                "drop:family=private,count=1,after=6",
                "http_error:count=6",
            ):
                venue.faults.add(fault)
            factory = trader.order_factory
            orders = [
                factory.limit(LINEAR, OrderSide.BUY, Quantity.from_str("0.010"), Price.from_str(f"{price}.0"))
                for price in range(30_000, 30_006)
            ]
            for order in orders:
                trader.submit_order(order)
            await until(
                lambda: all(order.venue_order_id is not None or order.is_closed for order in orders),
                "an answer to each order",
            )
            venue.faults.clear()
            for order in orders:
                if not order.is_closed:
                    trader.cancel_order(order)
            await until(lambda: all(order.is_closed for order in orders), "the end of each order")
            for each in (*orders, trader.node, *trader.seen):
                assert_clean(f"{each!r} {each}", type(each).__name__)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    told = capfd.readouterr()
    assert "BYBIT" in told.out, "the node has logged nothing"
    assert_clean(told.out + told.err, "the node's log")
    assert_clean(caplog.text, "the log")


ERRORS = (
    "hang:count=1",
    "refuse:count=1",
    "truncate:count=1",
    "corrupt:count=1",
    "http_error:count=1",
    "server_error:count=1",
    "ban:count=1",
    "ret_code:code=10004,text=error sign! origin_string[{stamp}],count=1",
)


@pytest.mark.parametrize("fault", ERRORS)
def test_an_error_tells_neither(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with venue_of() as venue:
            client = BybitHTTPClient(
                credentials=Credentials(KEY, SECRET),
                base_url=venue.urls.rest,
                timeout_secs=0.3,
                max_retries=0,
            )
            await client.open()
            stamp = f"1700000000000{KEY}5000{{}}"
            venue.faults.add(fault.replace("{stamp}", stamp) + ",family=rest,match=/v5/order/create")
            with pytest.raises(BybitError) as caught:
                await client.place_order(
                    PlaceOrder(category="linear", symbol="BTCUSDT", side="Buy", order_type="Market", qty="1")
                )
            assert_clean(raised(caught.value), type(caught.value).__name__)
            assert_clean(f"{client!r} {client} {client.metrics()}", "the client")
            await client.close()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert_clean(caplog.text, "the log")


def test_what_holds_them_shows_neither() -> None:
    credentials = Credentials(KEY, SECRET)
    for each in (
        credentials,
        BybitDataClientConfig(api_key=KEY, api_secret=SECRET, proxy_url=f"http://user:{SECRET}@127.0.0.1:1"),
        BybitExecClientConfig(api_key=KEY, api_secret=SECRET, proxy_url=f"http://user:{SECRET}@127.0.0.1:1"),
        BybitHTTPClient(credentials=credentials, proxy_url=f"http://user:{SECRET}@127.0.0.1:1"),
        BybitPrivateWebSocket(credentials=credentials, on_message=lambda *_: None),
        BybitTradeWebSocket(credentials=credentials),
    ):
        assert_clean(f"{each!r} {each}", type(each).__name__)
