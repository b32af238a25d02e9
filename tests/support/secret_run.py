"""A node that trades under faults with everything logged, in a process of its own: a process logs at one level."""

from __future__ import annotations

import asyncio
import logging
import sys

from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.objects import Price, Quantity
from trading import LINEAR, trading, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue

FAULTS = (
    "corrupt:family=private,count=2",
    "server_error:family=rest,count=3",
    "server_error:family=trade,when=after,count=2",
    "rate_limit:family=trade,count=2",
    "drop:family=private,count=1,after=6",
    "http_error:count=6",
)


async def trade(key: str, secret: str) -> None:
    """Trade, and print everything that was seen of orders, node and events."""
    config = SimConfig(market="quiet", seed=5, api_key=key, api_secret=secret, rate_limits=False)
    async with SimVenue(config) as venue, trading(venue, log_level="DEBUG") as trader:
        for fault in FAULTS:
            venue.faults.add(fault)
        orders = [
            trader.order_factory.limit(
                LINEAR, OrderSide.BUY, Quantity.from_str("0.010"), Price.from_str(f"{price}.0")
            )
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
            sys.stdout.write(f"{each!r} {each}\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    asyncio.run(trade(*sys.argv[1:]))
