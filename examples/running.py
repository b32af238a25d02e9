"""Runs a node for an example: with one strategy or actor, until Ctrl-C or for a number of seconds."""

import asyncio
from collections.abc import Callable

from nautilus_trader.common.actor import Actor
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.trading.strategy import Strategy

from nautilus_bybit_adapter import BYBIT, BybitLiveDataClientFactory, BybitLiveExecClientFactory
from nautilus_bybit_adapter.errors import BybitConfigError


def run[T](
    config: TradingNodeConfig,
    component: Actor,
    seconds: float | None,
    result: Callable[[TradingNode], T],
    on_built: Callable[[TradingNode], None] | None = None,
) -> T:
    """
    Build a node, run it and return its result.

    Parameters
    ----------
    config : TradingNodeConfig
        The node's config.
    component : Actor
        A strategy, or an actor that only watches.
    seconds : float or None
        Stop so long after the component started; ``None`` runs until Ctrl-C or until the component stops the node.
    result : Callable[[TradingNode], T]
        Reads what came of it from the node while that still knows.
    on_built : Callable[[TradingNode], None], optional
        Is given the node before it runs.

    """
    node = TradingNode(config=config)
    node.add_data_client_factory(BYBIT, BybitLiveDataClientFactory)
    if isinstance(component, Strategy):
        node.add_exec_client_factory(BYBIT, BybitLiveExecClientFactory)
        node.trader.add_strategy(component)
    else:
        node.trader.add_actor(component)
    try:
        node.build()
        if on_built is not None:
            on_built(node)
        stopping = node.kernel.loop.create_task(_stop_after(node, seconds)) if seconds is not None else None
        node.run()
        if stopping is not None:
            stopping.cancel()
        if not component.is_stopped:
            raise SystemExit("The node did not start; the log above says why.")
        return result(node)
    except BybitConfigError as e:
        raise SystemExit(str(e)) from None
    finally:
        node.dispose()


async def _stop_after(node: TradingNode, seconds: float) -> None:
    while not node.trader.is_running:  # noqa: ASYNC110 - the node announces it to nobody
        await asyncio.sleep(0.1)
    await asyncio.sleep(seconds)
    node.stop()
