"""Key and secret show nowhere: not in what a run logs, nor in what is raised, represented or kept."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter import BybitDataClientConfig, BybitExecClientConfig
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.transport import (
    BybitHTTPClient,
    BybitPrivateWebSocket,
    BybitTradeWebSocket,
)
from nautilus_bybit_adapter.wire import Credentials, PlaceOrder

SUPPORT = Path(__file__).resolve().parents[1] / "support"
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


def test_a_node_that_trades_under_faults_tells_neither() -> None:
    done = subprocess.run(
        [sys.executable, SUPPORT / "secret_run.py", KEY, SECRET],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "[DEBUG]" in done.stdout + done.stderr, "the node has logged nothing"
    assert "OrderCanceled" in done.stdout
    assert_clean(done.stdout + done.stderr, "the node's log")


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
