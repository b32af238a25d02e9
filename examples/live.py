"""
The strategy of `order_flow.py` on Bybit itself: THIS TRADES REAL MONEY.

Make a key on bybit.com that may trade and nothing else, name it in the environment, and say that you mean it::

    export BYBIT_API_KEY=... BYBIT_API_SECRET=...
    python examples/live.py --real-money
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
    trader_id=TraderId("LIVE-001"),
    logging=LoggingConfig(log_level="INFO"),
    timeout_post_stop=2.0,
    data_clients={
        BYBIT: BybitDataClientConfig(
            environment=BybitEnvironment.MAINNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
        )
    },
    exec_clients={
        BYBIT: BybitExecClientConfig(
            environment=BybitEnvironment.MAINNET,
            product_types=(BybitProductType.LINEAR,),
            instrument_provider=INSTRUMENTS,
        )
    },
)

if __name__ == "__main__":
    chosen = arguments("OrderFlow on Bybit itself, with real money.", "--real-money")
    if not chosen.real_money:
        raise SystemExit(
            "live.py trades real money on Bybit MAINNET; say --real-money if that is what you want."
        )
    trade(CONFIG, OrderFlowConfig(instrument_id=INSTRUMENT_ID), chosen.seconds)
