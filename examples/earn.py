"""
Puts coins that lie idle into flexible savings, shows what they earn, and takes them out again.

No framework is needed for it: this is the REST client alone. On a local venue (``bybit-nt sim --port 8080``)::

    python examples/earn.py --venue http://127.0.0.1:8080

and on Bybit's testnet with BYBIT_TESTNET_API_KEY and BYBIT_TESTNET_API_SECRET set, without ``--venue``.
"""

import argparse
import asyncio
import os
from decimal import Decimal
from uuid import uuid4

from nautilus_bybit_adapter import BybitEarnProduct, BybitEnvironment, BybitHTTPClient
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.account_requests import PlaceEarnOrder
from nautilus_bybit_adapter.wire.credentials import resolve_credentials

SAVINGS = "FlexibleSaving"
UNIFIED = "UNIFIED"


async def move(client: BybitHTTPClient, product: BybitEarnProduct, order_type: str, amount: Decimal) -> str:
    """
    Stake or redeem, and return what became of it.

    The order carries an id of ours, under which the venue can be asked whatever happens to its answer.
    """
    link = uuid4().hex
    request = PlaceEarnOrder(
        category=SAVINGS,
        order_type=order_type,
        account_type=UNIFIED,
        amount=f"{amount:f}",
        coin=product.coin,
        product_id=product.product_id,
        order_link_id=link,
    )
    try:
        await client.place_earn_order(request)
    except BybitError as e:
        print(f"{order_type} of {amount:f} {product.coin}: {e}")
    orders = await client.get_earn_orders(SAVINGS, order_link_id=link)
    return orders[0].status if orders else "unknown to the venue"


async def run(venue: str | None, coin: str, amount: Decimal | None) -> None:
    """Show the product, stake, show the position, redeem."""
    local = venue is not None and "BYBIT_TESTNET_API_KEY" not in os.environ
    credentials = (
        Credentials("sim-key", "sim-secret")  # the local venue's own, and no secret
        if local
        else resolve_credentials(BybitEnvironment.TESTNET, None, None, os.environ)
    )
    client = BybitHTTPClient(environment=BybitEnvironment.TESTNET, credentials=credentials, base_url=venue)
    await client.open()
    try:
        products = await client.get_earn_products(SAVINGS, coin)
        if not products:
            raise SystemExit(f"There are no flexible savings in {coin}.")
        product = products[0]
        staked = amount or Decimal(product.min_stake_amount)
        print(f"{coin} earns {product.estimate_apr} a year; at least {product.min_stake_amount} {coin}.")
        print(f"Put {staked:f} {coin} in: {await move(client, product, 'Stake', staked)}.")
        for position in await client.get_earn_positions(SAVINGS, coin=coin):
            print(f"In it now: {position.amount} {coin}, earned so far: {position.total_pnl} {coin}.")
        print(f"Took {staked:f} {coin} out: {await move(client, product, 'Redeem', staked)}.")
    finally:
        await client.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Flexible savings.")
    parser.add_argument("--venue", help="REST URL of a local venue; Bybit's testnet where left out")
    parser.add_argument("--coin", default="USDT")
    parser.add_argument("--amount", type=Decimal, help="how much; by default the least the product takes")
    chosen = parser.parse_args()
    try:
        asyncio.run(run(chosen.venue, chosen.coin, chosen.amount))
    except BybitError as e:
        raise SystemExit(str(e)) from None


if __name__ == "__main__":
    main()
