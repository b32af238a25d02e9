"""
Bybit V5 for NautilusTrader.

The public names live here, whatever room they come from. Each is imported when it is first asked for, so that the
local venue and the plain Bybit library start without the framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.errors import BybitNameError

if TYPE_CHECKING:
    from nautilus_bybit_adapter.constants import BYBIT
    from nautilus_bybit_adapter.nt1.algo import (
        SmartLimitExecAlgorithm,
        SmartLimitExecAlgorithmConfig,
        SmartLimitModify,
        SmartLimitReport,
    )
    from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig, BybitExecClientConfig
    from nautilus_bybit_adapter.nt1.custom_data import (
        BybitAdlAlert,
        BybitAdlRank,
        BybitBookStatus,
        BybitForcedFill,
        BybitFunding,
        BybitInsurance,
        BybitLiquidation,
        BybitLongShortRatio,
        BybitMarginBorrowResult,
        BybitMarginRepayResult,
        BybitMarginStatusResult,
        BybitOpenInterest,
        BybitPositionUpdate,
        BybitPriceLimit,
        BybitRequestFailed,
        BybitRpiBook,
        BybitTicker,
    )
    from nautilus_bybit_adapter.nt1.data import BybitDataClient
    from nautilus_bybit_adapter.nt1.execution import BybitExecutionClient
    from nautilus_bybit_adapter.nt1.factories import BybitLiveDataClientFactory, BybitLiveExecClientFactory
    from nautilus_bybit_adapter.nt1.history.loader import BybitOrderBookDeltaDataLoader
    from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_CLIENT_ID, BYBIT_VENUE
    from nautilus_bybit_adapter.nt1.mapping.margin_actions import BybitMarginAction
    from nautilus_bybit_adapter.nt1.mapping.order_params import BybitOrderParams
    from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
    from nautilus_bybit_adapter.transport.http import BybitHTTPClient
    from nautilus_bybit_adapter.transport.private import BybitPrivateWebSocket
    from nautilus_bybit_adapter.transport.public import BybitPublicWebSocket
    from nautilus_bybit_adapter.transport.trade import BybitTradeWebSocket
    from nautilus_bybit_adapter.warden import FastWarden
    from nautilus_bybit_adapter.wire.earn import BybitEarnProduct
    from nautilus_bybit_adapter.wire.enums import (
        BybitEnvironment,
        BybitMarginMode,
        BybitPositionIdx,
        BybitPositionMode,
        BybitProductType,
    )
    from nautilus_bybit_adapter.wire.orders import BybitOrderResponse

__all__ = [
    "BYBIT",
    "BYBIT_CLIENT_ID",
    "BYBIT_VENUE",
    "BybitAdlAlert",
    "BybitAdlRank",
    "BybitBookStatus",
    "BybitDataClient",
    "BybitDataClientConfig",
    "BybitEarnProduct",
    "BybitEnvironment",
    "BybitExecClientConfig",
    "BybitExecutionClient",
    "BybitForcedFill",
    "BybitFunding",
    "BybitHTTPClient",
    "BybitInstrumentProvider",
    "BybitInsurance",
    "BybitLiquidation",
    "BybitLiveDataClientFactory",
    "BybitLiveExecClientFactory",
    "BybitLongShortRatio",
    "BybitMarginAction",
    "BybitMarginBorrowResult",
    "BybitMarginMode",
    "BybitMarginRepayResult",
    "BybitMarginStatusResult",
    "BybitOpenInterest",
    "BybitOrderBookDeltaDataLoader",
    "BybitOrderParams",
    "BybitOrderResponse",
    "BybitPositionIdx",
    "BybitPositionMode",
    "BybitPositionUpdate",
    "BybitPriceLimit",
    "BybitPrivateWebSocket",
    "BybitProductType",
    "BybitPublicWebSocket",
    "BybitRequestFailed",
    "BybitRpiBook",
    "BybitTicker",
    "BybitTradeWebSocket",
    "FastWarden",
    "SmartLimitExecAlgorithm",
    "SmartLimitExecAlgorithmConfig",
    "SmartLimitModify",
    "SmartLimitReport",
]

_HOMES = {
    "BYBIT": "constants",
    "BYBIT_CLIENT_ID": "nt1.mapping.identifiers",
    "BYBIT_VENUE": "nt1.mapping.identifiers",
    "BybitAdlAlert": "nt1.custom_data",
    "BybitAdlRank": "nt1.custom_data",
    "BybitBookStatus": "nt1.custom_data",
    "BybitDataClient": "nt1.data",
    "BybitDataClientConfig": "nt1.config",
    "BybitEarnProduct": "wire.earn",
    "BybitEnvironment": "wire.enums",
    "BybitExecClientConfig": "nt1.config",
    "BybitExecutionClient": "nt1.execution",
    "BybitForcedFill": "nt1.custom_data",
    "BybitFunding": "nt1.custom_data",
    "BybitHTTPClient": "transport.http",
    "BybitInstrumentProvider": "nt1.providers",
    "BybitInsurance": "nt1.custom_data",
    "BybitLiquidation": "nt1.custom_data",
    "BybitLiveDataClientFactory": "nt1.factories",
    "BybitLiveExecClientFactory": "nt1.factories",
    "BybitLongShortRatio": "nt1.custom_data",
    "BybitMarginAction": "nt1.mapping.margin_actions",
    "BybitMarginBorrowResult": "nt1.custom_data",
    "BybitMarginMode": "wire.enums",
    "BybitMarginRepayResult": "nt1.custom_data",
    "BybitMarginStatusResult": "nt1.custom_data",
    "BybitOpenInterest": "nt1.custom_data",
    "BybitOrderBookDeltaDataLoader": "nt1.history.loader",
    "BybitOrderParams": "nt1.mapping.order_params",
    "BybitOrderResponse": "wire.orders",
    "BybitPositionIdx": "wire.enums",
    "BybitPositionMode": "wire.enums",
    "BybitPositionUpdate": "nt1.custom_data",
    "BybitPriceLimit": "nt1.custom_data",
    "BybitPrivateWebSocket": "transport.private",
    "BybitProductType": "wire.enums",
    "BybitPublicWebSocket": "transport.public",
    "BybitRequestFailed": "nt1.custom_data",
    "BybitRpiBook": "nt1.custom_data",
    "BybitTicker": "nt1.custom_data",
    "BybitTradeWebSocket": "transport.trade",
    "FastWarden": "warden",
    "SmartLimitExecAlgorithm": "nt1.algo",
    "SmartLimitExecAlgorithmConfig": "nt1.algo",
    "SmartLimitModify": "nt1.algo",
    "SmartLimitReport": "nt1.algo",
}

# Names of the framework's own adapter that are not here, and what does the same.
REPLACED = {
    "BybitTickerData": "BybitTicker holds all of a ticker as decimals (bid1_price is bid_price, high_price24h is "
    "high_price_24h); subscribe or request DataType(BybitTicker, {'instrument_id': instrument_id})",
    "get_cached_bybit_http_client": "BybitHTTPClient(environment=..., credentials=...) is the REST client; open it "
    "with `await client.open()`; request limits are shared by all clients of a process anyway",
    "get_cached_bybit_instrument_provider": "BybitInstrumentProvider(client, product_types, config=...) makes a "
    "provider; in a node each client has its own",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if name in REPLACED:
        # An AttributeError would lose its message on the way through `from ... import`.
        raise BybitNameError(f"{name} is not in {__name__}: {REPLACED[name]}")
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
