"""What the venue publishes about risk, deliveries and its own state.

Source: Bybit V5 "Get Risk Limit", "Get Order Price Limit", "Get Insurance", "Get ADL Alert",
"Get Delivery Price", "Get New Delivery Price", "Get Index Price Components", "Get System Status".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.risk import (
    BybitAdlAlert,
    BybitInsurance,
    BybitPriceLimit,
    BybitRiskLimit,
    BybitSystemStatus,
)
from nautilus_bybit_adapter.wire.series import BybitDeliveryPrice, BybitIndexComponents, BybitOptionDelivery

_RISK_LIMITS = Listing(path="/v5/market/risk-limit", row_type=BybitRiskLimit, is_private=False)
_DELIVERY_PRICES = Listing(
    path="/v5/market/delivery-price", row_type=BybitDeliveryPrice, is_private=False, page_rows=200
)
_OPTION_DELIVERIES = Listing(
    path="/v5/market/new-delivery-price", row_type=BybitOptionDelivery, is_private=False
)
_SYSTEM_STATUS = Listing(path="/v5/system/status", row_type=BybitSystemStatus, is_private=False)


class RiskMethods(RestReads):
    """Risk tiers, price limits, insurance pools, auto-deleveraging, deliveries, maintenance; all public."""

    async def get_risk_limits(self, category: str, symbol: str | None = None) -> list[BybitRiskLimit]:
        """Return the risk tiers of all contracts of a category (`linear` or `inverse`), or of one."""
        return await self._list(_RISK_LIMITS, {"category": category, "symbol": symbol})

    async def get_price_limit(self, category: str, symbol: str) -> BybitPriceLimit:
        """Return the highest price a buy, and the lowest a sell may have."""
        parameters = {"category": category, "symbol": symbol}
        return await self._get("/v5/market/price-limit", parameters, BybitPriceLimit, is_private=False)

    async def get_insurance(self, coin: str | None = None) -> BybitInsurance:
        """Return the insurance pools of all coins, or of one."""
        return await self._get("/v5/market/insurance", {"coin": coin}, BybitInsurance, is_private=False)

    async def get_adl_alert(self, symbol: str | None = None) -> BybitAdlAlert:
        """Return how near contracts are to auto-deleveraging: all of them, or one."""
        return await self._get("/v5/market/adlAlert", {"symbol": symbol}, BybitAdlAlert, is_private=False)

    async def get_delivery_prices(
        self,
        category: str,
        symbol: str | None = None,
        *,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        limit: int | None = None,
    ) -> list[BybitDeliveryPrice]:
        """Return prices at which dated contracts were delivered, newest first.

        Parameters
        ----------
        category : str
            `linear`, `inverse` or `option`.
        symbol : str or None
            One symbol only.
        base_coin : str or None
            For options: one base coin only.
        settle_coin : str or None
            One settlement coin; the venue takes USDC where none is given.
        limit : int or None
            The newest rows only, this many.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "baseCoin": base_coin,
            "settleCoin": settle_coin,
        }
        return await self._list(_DELIVERY_PRICES, parameters, limit)

    async def get_option_deliveries(
        self, base_coin: str, settle_coin: str | None = None
    ) -> list[BybitOptionDelivery]:
        """Return the last 50 prices at which the options of a coin were delivered, newest first.

        The venue takes those settled in USDT where no `settle_coin` is given.
        """
        parameters = {"category": "option", "baseCoin": base_coin, "settleCoin": settle_coin}
        return await self._list(_OPTION_DELIVERIES, parameters)

    async def get_index_components(self, index_name: str) -> BybitIndexComponents:
        """Return what an index, such as `BTCUSDT`, is made of."""
        path = "/v5/market/index-price-components"
        return await self._get(path, {"indexName": index_name}, BybitIndexComponents, is_private=False)

    async def get_system_status(
        self, *, status_id: str | None = None, state: str | None = None
    ) -> list[BybitSystemStatus]:
        """Return maintenances: one by id, or those of a state (`scheduled`, `ongoing`, `completed`)."""
        return await self._list(_SYSTEM_STATUS, {"id": status_id, "state": state})
