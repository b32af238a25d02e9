"""The account's socket without the framework: with its `recover` hook it misses nothing either."""

from __future__ import annotations

import asyncio

from trading import until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import Backoff
from nautilus_bybit_adapter.state.limiter import NO_LIMITS
from nautilus_bybit_adapter.transport import BybitHTTPClient, BybitPrivateWebSocket, SocketOptions
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.private import AccountMessage
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.messages import ExecutionMessage

ORDER = {"category": "linear", "symbol": "BTCUSDT", "orderType": "Market", "qty": "0.01"}
QUICK = SocketOptions(backoff=Backoff(base_secs=0.01, cap_secs=0.02))
# Pushes and rows need not agree on their order: a reading starts a little before the last one.
OVERLAP_MS = 60_000


def test_every_execution_is_seen_once_whatever_the_socket_missed() -> None:
    async def scenario() -> None:
        async with SimVenue(SimConfig(market="quiet", rate_limits=False)) as venue:
            seen: dict[tuple[str, str], str] = {}
            credentials = Credentials(venue.api_key, venue.api_secret)
            http = BybitHTTPClient(
                base_url=venue.urls.rest, credentials=credentials, gate=RateGate(NO_LIMITS)
            )
            since_ms = 0

            def on_message(message: AccountMessage, _: int) -> None:
                if isinstance(message, ExecutionMessage):
                    for execution in message.data:
                        seen.setdefault((execution.exec_id, execution.order_id), execution.exec_qty)

            async def recover() -> None:
                nonlocal since_ms
                now_ms = http.server_time_ms()
                for execution in await http.get_executions(
                    "linear", start_ms=(since_ms or now_ms) - OVERLAP_MS
                ):
                    seen.setdefault((execution.exec_id, execution.order_id), execution.exec_qty)
                since_ms = now_ms

            socket = BybitPrivateWebSocket(
                credentials=credentials,
                base_url=venue.urls.ws_private,
                on_message=on_message,
                recover=recover,
                options=QUICK,
            )
            await http.open()
            await socket.connect()
            for number in range(20):
                if number % 5 == 1:
                    venue.faults.add("http_error:match=/v5/execution/list,count=1")
                    venue.hold_private(True)
                venue.exchange.place(ORDER | {"side": "Buy" if number % 2 else "Sell"})
                if number % 5 == 3:
                    venue.disconnect("private")
                    venue.hold_private(False)
                await asyncio.sleep(0.01)
            executions = venue.exchange.account.executions
            await until(lambda: len(seen) == len(executions), "every execution")
            assert seen.keys() == {(row.exec_id, row.order.order_id) for row in executions}
            assert socket.connection_count > 2
            await socket.disconnect()
            await http.close()

    asyncio.run(scenario())
