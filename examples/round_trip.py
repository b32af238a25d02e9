r"""
A round trip through SMART_LIMIT and one at market, on TESTNET or on a local venue.

On a local venue, in one terminal::

    bybit-nt sim --port 8080

and in another::

    BYBIT_TESTNET_API_KEY=sim-key BYBIT_TESTNET_API_SECRET=sim-secret \\
        python examples/round_trip.py --venue http://127.0.0.1:8080

On Bybit's testnet, set the two variables to a key made there and leave ``--venue`` out. For another environment
change ``environment`` below: the strategy stays as it is.
"""

import argparse
from decimal import Decimal

from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId, TraderId

from nautilus_bybit_adapter import (
    BYBIT,
    BybitDataClientConfig,
    BybitEnvironment,
    BybitExecClientConfig,
    BybitLiveDataClientFactory,
    BybitLiveExecClientFactory,
    BybitProductType,
    SmartLimitExecAlgorithm,
    SmartLimitExecAlgorithmConfig,
)
from nautilus_bybit_adapter.cli.demo.strategy import RoundTrip, RoundTripConfig
from nautilus_bybit_adapter.cli.demo.table import cost_table


def build_node(instrument_id: InstrumentId, venue: str | None) -> TradingNode:
    """Build the node: only the URLs tell a local venue from Bybit's testnet."""
    sockets = venue.replace("http", "ws", 1) if venue else None
    instruments = InstrumentProviderConfig(load_ids=frozenset({instrument_id}))
    config = TradingNodeConfig(
        trader_id=TraderId("EXAMPLE-001"),
        logging=LoggingConfig(log_level="INFO"),
        timeout_connection=15.0,
        timeout_post_stop=2.0,  # nothing is left open when the round trip is done
        data_clients={
            BYBIT: BybitDataClientConfig(
                environment=BybitEnvironment.TESTNET,
                product_types=(BybitProductType.LINEAR,),
                base_url_http=venue,
                base_url_ws_public=f"{sockets}/v5/public" if sockets else None,
                instrument_provider=instruments,
            )
        },
        exec_clients={
            BYBIT: BybitExecClientConfig(
                environment=BybitEnvironment.TESTNET,
                product_types=(BybitProductType.LINEAR,),
                base_url_http=venue,
                base_url_ws_private=f"{sockets}/v5/private" if sockets else None,
                base_url_ws_trade=f"{sockets}/v5/trade" if sockets else None,
                instrument_provider=instruments,
            )
        },
    )
    node = TradingNode(config=config)
    node.add_data_client_factory(BYBIT, BybitLiveDataClientFactory)
    node.add_exec_client_factory(BYBIT, BybitLiveExecClientFactory)
    return node


def main() -> None:
    """Run the node until the round trip is done."""
    parser = argparse.ArgumentParser(description="A round trip through SMART_LIMIT and one at market.")
    parser.add_argument("--venue", help="REST URL of a local venue; Bybit's testnet where left out")
    parser.add_argument("--instrument", default="BTCUSDT-LINEAR.BYBIT")
    parser.add_argument("--quantity", type=Decimal, default=Decimal("0.01"))
    arguments = parser.parse_args()

    instrument_id = InstrumentId.from_str(arguments.instrument)
    node = build_node(instrument_id, arguments.venue)
    strategy = RoundTrip(
        RoundTripConfig(instrument_id=instrument_id, quantity=arguments.quantity),
        on_done=node.stop,
    )
    node.trader.add_strategy(strategy)
    node.trader.add_exec_algorithm(SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig()))
    node.build()
    try:
        node.run()
    finally:
        node.dispose()
    if strategy.failure is not None or not all(leg.fills for leg in strategy.legs):
        raise SystemExit(strategy.failure or "The round trip was not completed; the log above says why.")
    print(cost_table(strategy.legs))


if __name__ == "__main__":
    main()
