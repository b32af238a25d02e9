"""
The strategy of `order_flow.py` on a local venue: real sockets, real orders, no money.

In one terminal::

    bybit-nt sim --port 8080

or, on a recorded market, ``bybit-nt sim --port 8080 --replay linear_BTCUSDT.frames.gz``; in another::

    python examples/paper.py

``BYBIT_NT_VENUE`` names a venue at another address.
"""

import os

from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from order_flow import OrderFlowConfig
from stage import arguments, trade

from nautilus_bybit_adapter import (
    BYBIT,
    BybitDataClientConfig,
    BybitEnvironment,
    BybitExecClientConfig,
    BybitProductType,
)

VENUE = os.environ.get("BYBIT_NT_VENUE", "http://127.0.0.1:8080")
SOCKETS = VENUE.replace("http", "ws", 1)
INSTRUMENT_ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
INSTRUMENTS = InstrumentProviderConfig(load_ids=frozenset({INSTRUMENT_ID}))

CONFIG = TradingNodeConfig(
    trader_id=TraderId("PAPER-001"),
    logging=LoggingConfig(log_level="INFO"),
    timeout_post_stop=2.0,
    data_clients={
        BYBIT: BybitDataClientConfig(
            environment=BybitEnvironment.TESTNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
            base_url_http=VENUE,
            base_url_ws_public=f"{SOCKETS}/v5/public",
        )
    },
    exec_clients={
        BYBIT: BybitExecClientConfig(
            api_key="sim-key",
            api_secret="sim-secret",  # the local venue's own, and no secret
            environment=BybitEnvironment.TESTNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
            base_url_http=VENUE,
            base_url_ws_private=f"{SOCKETS}/v5/private",
            base_url_ws_trade=f"{SOCKETS}/v5/trade",
        )
    },
)

if __name__ == "__main__":
    chosen = arguments("OrderFlow on a local venue.")
    trade(CONFIG, OrderFlowConfig(instrument_id=INSTRUMENT_ID), chosen.seconds)
