"""
The strategy of `order_flow.py` on Bybit's testnet: Bybit's own servers, no money.

Make a key on testnet.bybit.com and name it in the environment::

    export BYBIT_TESTNET_API_KEY=... BYBIT_TESTNET_API_SECRET=...
    python examples/testnet.py
"""

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

INSTRUMENT_ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
INSTRUMENTS = InstrumentProviderConfig(load_ids=frozenset({INSTRUMENT_ID}))

CONFIG = TradingNodeConfig(
    trader_id=TraderId("TESTNET-001"),
    logging=LoggingConfig(log_level="INFO"),
    timeout_post_stop=2.0,
    data_clients={
        BYBIT: BybitDataClientConfig(
            environment=BybitEnvironment.TESTNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
        )
    },
    exec_clients={
        BYBIT: BybitExecClientConfig(
            environment=BybitEnvironment.TESTNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
        )
    },
)

if __name__ == "__main__":
    chosen = arguments("OrderFlow on Bybit's testnet.")
    trade(CONFIG, OrderFlowConfig(instrument_id=INSTRUMENT_ID), chosen.seconds)
