"""Instruments of the venue for the framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nautilus_trader.common.component import LiveClock
from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitApiError, BybitAuthError, BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.nt1.mapping.instruments import instrument_of
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitProductType


class BybitInstrumentProvider(InstrumentProvider):
    """
    Loads spot and linear instruments with the account's own fee rates where a key is given.

    Parameters
    ----------
    client : BybitHTTPClient
        The REST client.
    product_types : Sequence[BybitProductType]
        The categories to load.
    clock : LiveClock
        Stamps the instruments.
    config : InstrumentProviderConfig, optional
        What to load at start.

    """

    def __init__(
        self,
        client: BybitHTTPClient,
        product_types: Sequence[BybitProductType],
        clock: LiveClock,
        config: InstrumentProviderConfig | None = None,
    ) -> None:
        super().__init__(config=config)
        self._client = client
        self._product_types = tuple(product_types)
        self._clock = clock
        self.rows_refused = 0

    async def load_all_async(self, filters: dict[str, Any] | None = None) -> None:
        """
        Load every instrument of the product types.

        Parameters
        ----------
        filters : dict, optional
            ``{"base_coin": "BTC"}``, ``{"quote_coin": "USDT"}`` or both keep what matches.

        Raises
        ------
        BybitConfigError
            If a filter is not known.
        BybitError
            If the venue does not answer or refuses.

        """
        wanted = _checked_filters(filters)
        for category in self._product_types:
            rates = await self._fee_rates(category, None)
            for item in await self._client.get_instruments(category):
                if all(getattr(item, name) == value for name, value in wanted.items()):
                    self._add(item, rates.get(item.symbol))

    async def load_ids_async(
        self, instrument_ids: list[InstrumentId], filters: dict[str, Any] | None = None
    ) -> None:
        """
        Load the given instruments.

        Raises
        ------
        BybitConfigError
            If an id names a category that is not configured, or a symbol the venue does not have.
        BybitError
            If the venue does not answer or refuses.

        """
        _checked_filters(filters)
        for instrument_id in instrument_ids:
            symbol, category = symbol_of(instrument_id)
            if category not in self._product_types:
                allowed = ", ".join(each.name for each in self._product_types)
                raise BybitConfigError(
                    f"instrument {instrument_id} is of category {category.name}, and product_types are {allowed}"
                )
            rates = await self._fee_rates(category, symbol)
            for item in await self._instrument_rows(category, symbol):
                self._add(item, rates.get(symbol))
            if self.find(instrument_id) is None:
                raise BybitConfigError(
                    f"instrument {instrument_id}: Bybit lists no {category.name} symbol {symbol!r}"
                )

    async def load_async(self, instrument_id: InstrumentId, filters: dict[str, Any] | None = None) -> None:
        """Load one instrument; see `load_ids_async`."""
        await self.load_ids_async([instrument_id], filters)

    async def _instrument_rows(self, category: BybitProductType, symbol: str) -> list[Any]:
        try:
            return list(await self._client.get_instruments(category, symbol=symbol))
        except BybitApiError as e:
            # Some categories answer an unknown symbol with an error, others with an empty list.
            if e.ret_code in {PARAMETER_ERROR, SYMBOL_NOT_KNOWN}:
                return []
            raise

    async def _fee_rates(self, category: BybitProductType, symbol: str | None) -> dict[str, BybitFeeRate]:
        if not self._client.has_credentials:
            return {}
        try:
            rates = await self._client.get_fee_rates(category, symbol=symbol)
        except BybitApiError as e:
            # The demo environment has no such endpoint, a wrong symbol is reported by the instrument itself, and a key
            # that is refused is the execution client's to report: instruments are public.
            if e.ret_code != PARAMETER_ERROR and not isinstance(e, BybitAuthError):
                raise
            self._log.warning(f"No fee rates of {category.name} ({e.ret_msg}): default rates are shown")
            return {}
        return {rate.symbol: rate for rate in rates}

    def _add(self, item: Any, rate: BybitFeeRate | None) -> None:
        try:
            instrument = instrument_of(item, rate, self._clock.timestamp_ns())
        except (BybitDecodeError, ArithmeticError, ValueError) as e:
            # One odd row costs one instrument, never the catalogue.
            self.rows_refused += 1
            self._log.warning(f"Instrument {item.symbol} is left out: {e}")
            return
        self.add(instrument)


PARAMETER_ERROR = 10001
SYMBOL_NOT_KNOWN = 10029
FILTERS = ("base_coin", "quote_coin")


def _checked_filters(filters: dict[str, Any] | None) -> dict[str, str]:
    for name in filters or {}:
        if name not in FILTERS:
            raise BybitConfigError(f"instrument filter {name!r} is not known: {', '.join(FILTERS)} are")
    return dict(filters or {})
