"""The framework's own strict Bybit client reads what the venue answers and pushes."""

from __future__ import annotations

import asyncio
from typing import Any

from nautilus_trader.core import nautilus_pyo3 as pyo3

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

LINEAR, SPOT = pyo3.BybitProductType.LINEAR, pyo3.BybitProductType.SPOT
INVERSE = pyo3.BybitProductType.INVERSE
ACCOUNT = pyo3.AccountId("BYBIT-UNIFIED")
BTC = {"symbol": "BTCUSDT", "side": "Buy"}


def trade(venue: SimVenue) -> None:
    """Fill and rest an order on each category, and cancel one."""
    place, linear, spot = venue.exchange.place, BTC | {"category": "linear"}, BTC | {"category": "spot"}
    place(linear | {"orderType": "Market", "qty": "0.01"})
    place(linear | {"orderType": "Limit", "qty": "0.01", "price": "80000", "orderLinkId": "linear-1"})
    place(linear | {"orderType": "Limit", "qty": "0.01", "price": "80000", "orderLinkId": "linear-2"})
    venue.exchange.cancel(linear | {"orderLinkId": "linear-2"})
    place(spot | {"orderType": "Limit", "qty": "0.01", "price": "84000", "orderLinkId": "spot-1"})
    place(spot | {"orderType": "Market", "qty": "100"})


async def http_client(venue: SimVenue) -> tuple[Any, list[Any]]:
    client = pyo3.BybitHttpClient(
        api_key=venue.api_key, api_secret=venue.api_secret, base_url=venue.urls.rest
    )
    found = []
    for product in (LINEAR, SPOT, INVERSE):
        found += await client.request_instruments(product)
    for instrument in found:
        client.cache_instrument(instrument)
    return client, found


def test_rest_answers_are_read() -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            client, found = await http_client(venue)
            served = venue.exchange.markets
            for name in ("linear", "spot", "inverse"):
                ending = f"-{name.upper()}.BYBIT"
                assert [str(i.id) for i in found if str(i.id).endswith(ending)] == [
                    symbol + ending
                    for (category, symbol), market in sorted(served.items())
                    if category == name and market.status == "Trading"
                ]
            trade(venue)
            for product in (LINEAR, SPOT):
                orders = await client.request_order_status_reports(ACCOUNT, product, None, False)
                assert len([o for o in orders if str(o.order_status) == "ACCEPTED"]) == 1
                assert len(await client.request_fill_reports(ACCOUNT, product)) == 1
            positions = await client.request_position_status_reports(ACCOUNT, LINEAR)
            assert [str(p.quantity) for p in positions] == ["0.010"]
            state = await client.request_account_state(pyo3.BybitAccountType.UNIFIED, ACCOUNT)
            assert len(state.balances) == 3

    asyncio.run(main())


def test_private_pushes_are_read() -> None:
    async def main() -> None:
        async with SimVenue(SimConfig(market="quiet")) as venue:
            _, found = await http_client(venue)
            client = pyo3.BybitWebSocketClient.new_private(
                environment=pyo3.BybitEnvironment.MAINNET,
                api_key=venue.api_key,
                api_secret=venue.api_secret,
                url=venue.urls.ws_private,
            )
            client.set_account_id(ACCOUNT)
            for instrument in found:
                client.cache_instrument(instrument)
            got: asyncio.Queue[Any] = asyncio.Queue()
            await client.connect(asyncio.get_running_loop(), got.put_nowait)
            await client.wait_until_active(10.0)
            await client.subscribe_orders()
            await client.subscribe_executions()
            await client.subscribe_positions()
            await client.subscribe_wallet()
            private = venue._server.private
            # The client does not say when it is subscribed, so the venue is asked.
            while len({t for c in private.connections for t in c.topics}) < 4:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.01)
            trade(venue)
            names = [type(await asyncio.wait_for(got.get(), 20)).__name__ for _ in range(18)]
            assert {name: names.count(name) for name in names} == {
                "FillReport": 2,
                "OrderStatusReport": 6,
                "PositionStatusReport": 4,
                "AccountState": 6,
            }
            await client.close()

    asyncio.run(main())
