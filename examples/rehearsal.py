"""
What the small examples share: a node on Bybit's testnet, or on a local venue with ``--venue URL``.

It never trades real money: the environment is TESTNET whatever is asked for.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any

from nautilus_trader.common.actor import Actor
from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy
from running import run

from nautilus_bybit_adapter import (
    BYBIT,
    BybitDataClientConfig,
    BybitEnvironment,
    BybitExecClientConfig,
    BybitProductType,
)


def rehearse(
    description: str,
    component: Actor,
    *,
    load_ids: Sequence[InstrumentId] = (),
    product_types: tuple[BybitProductType, ...] = (BybitProductType.LINEAR,),
    on_built: Callable[[TradingNode], None] | None = None,
) -> None:
    """
    Run a strategy, or an actor that only watches, until Ctrl-C or for ``--seconds``.

    Parameters
    ----------
    description : str
        What ``--help`` says.
    component : Actor
        A strategy gets an execution client, an actor does not and needs no key.
    load_ids : Sequence[InstrumentId]
        The instruments to load; none are all of the product types.
    product_types : tuple[BybitProductType, ...]
        The categories to serve.
    on_built : Callable[[TradingNode], None], optional
        Is given the node before it runs.

    """
    arguments = _arguments(description)
    config = _config(arguments.venue, load_ids, product_types, trades=isinstance(component, Strategy))
    run(config, component, arguments.seconds, lambda _node: None, on_built)


def _arguments(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--venue", help="REST URL of a local venue; Bybit's testnet where left out")
    parser.add_argument("--seconds", type=float, help="stop by itself after so long; else with Ctrl-C")
    return parser.parse_args()


def _config(
    venue: str | None,
    load_ids: Sequence[InstrumentId],
    product_types: tuple[BybitProductType, ...],
    *,
    trades: bool,
) -> TradingNodeConfig:
    sockets = venue.replace("http", "ws", 1) if venue else None
    common: dict[str, Any] = {
        "environment": BybitEnvironment.TESTNET,
        "product_types": product_types,
        "base_url_http": venue,
        "instrument_provider": InstrumentProviderConfig(
            load_all=not load_ids, load_ids=frozenset(load_ids) or None
        ),
    }
    data = BybitDataClientConfig(**common, base_url_ws_public=f"{sockets}/v5/public" if sockets else None)
    execution = BybitExecClientConfig(
        **common,
        # A local venue takes its own key where the environment names none.
        api_key="sim-key" if venue and "BYBIT_TESTNET_API_KEY" not in os.environ else None,
        api_secret="sim-secret" if venue and "BYBIT_TESTNET_API_KEY" not in os.environ else None,
        base_url_ws_private=f"{sockets}/v5/private" if sockets else None,
        base_url_ws_trade=f"{sockets}/v5/trade" if sockets else None,
    )
    return TradingNodeConfig(
        trader_id=TraderId("EXAMPLE-001"),
        logging=LoggingConfig(log_level="WARNING"),
        timeout_connection=20.0,
        timeout_post_stop=2.0,
        data_clients={BYBIT: data},
        exec_clients={BYBIT: execution} if trades else {},
    )
