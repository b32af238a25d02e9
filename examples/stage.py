"""What `paper.py`, `testnet.py` and `live.py` share: all but their configs."""

import argparse

from nautilus_trader.cache.base import CacheFacade
from nautilus_trader.config import TradingNodeConfig
from order_flow import OrderFlow, OrderFlowConfig
from running import run


def arguments(description: str, *flags: str) -> argparse.Namespace:
    """Read the command line of a stage."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, help="stop by itself after so long; else with Ctrl-C")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def trade(config: TradingNodeConfig, strategy_config: OrderFlowConfig, seconds: float | None) -> None:
    """Run the strategy on a node and print what it did."""
    strategy = OrderFlow(strategy_config)
    print(run(config, strategy, seconds, lambda node: result(strategy, node.cache)))


def result(strategy: OrderFlow, cache: CacheFacade) -> str:
    """Return what a stage did, in a line."""
    orders = cache.orders(strategy_id=strategy.id)
    fills = sum(len(order.trade_ids) for order in orders)
    held = ", ".join(f"{each.signed_qty:+g} {each.instrument_id}" for each in cache.positions_open())
    return f"{len(strategy.decisions)} decisions, {len(orders)} orders, {fills} fills; holds {held or 'nothing'}."
