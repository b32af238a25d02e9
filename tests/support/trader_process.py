"""A trading process that is made to be killed: trades without end, or only tells what it believes."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from dataclasses import dataclass
from typing import Any

from nautilus_trader.config import CacheConfig, DatabaseConfig, StrategyConfig
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.objects import Price, Quantity
from trading import LINEAR, Recorder, trading

from nautilus_bybit_adapter.sim.venue import VenueUrls

QUANTITY = Quantity.from_str("0.010")
TELL_SECS = 0.1


@dataclass(frozen=True)
class Elsewhere:
    """A venue in another process."""

    urls: VenueUrls
    api_key: str
    api_secret: str


def belief(trader: Recorder) -> dict[str, Any]:
    """Return the open orders by the venue's id, with their client ids, and the signed position."""
    orders = [order for order in trader.cache.orders() if not order.is_closed]
    return {
        "orders": {
            str(order.venue_order_id): order.client_order_id.value
            for order in orders
            if order.venue_order_id is not None
        },
        "unsettled": [order.client_order_id.value for order in orders if order.is_inflight],
        "position": str(trader.portfolio.net_position(LINEAR)),
    }


def act(trader: Recorder, number: int) -> None:
    """Send what the number says: buys, sells, orders that rest, cancels."""
    factory = trader.order_factory
    if number % 4 < 2:
        price = Price.from_str(f"{80_000 + number % 500}.0")
        trader.submit_order(factory.limit(LINEAR, OrderSide.BUY, QUANTITY, price))
    elif number % 4 == 2:
        side = OrderSide.SELL if number % 12 == 2 else OrderSide.BUY
        trader.submit_order(factory.market(LINEAR, side, QUANTITY))
    else:
        resting = trader.cache.orders_open(strategy_id=trader.id)
        if len(resting) > 5:
            trader.cancel_order(resting[0])


async def main(given: dict[str, Any]) -> None:
    """Run until killed; print a line after each action."""
    venue = Elsewhere(VenueUrls(**given["urls"]), given["api_key"], given["api_secret"])
    port = given["redis_port"]
    cache = None if port is None else CacheConfig(database=DatabaseConfig(host="127.0.0.1", port=port))
    strategy = Recorder(StrategyConfig(external_order_claims=[LINEAR], order_id_tag="000"))
    options = {"ws_trade_timeout_secs": 0.5, "recv_window_ms": 1000}
    async with trading(venue, strategy, cache=cache, exec_options=options, log_level="OFF") as trader:
        for number in itertools.count():
            if given["trades"]:
                act(trader, number)
            print(json.dumps(belief(trader)), flush=True)
            await asyncio.sleep(0.01 if given["trades"] else TELL_SECS)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
