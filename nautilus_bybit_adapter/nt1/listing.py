"""What the venue lists, read whole: rows of a category and the account's fee rates for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nautilus_bybit_adapter.errors import BybitApiError, BybitAuthError, BybitDecodeError, BybitError
from nautilus_bybit_adapter.nt1.instrument_filter import InstrumentFilter
from nautilus_bybit_adapter.nt1.mapping.coins import accuracies_of
from nautilus_bybit_adapter.nt1.mapping.instruments import category_of
from nautilus_bybit_adapter.nt1.mapping.margins import Margins, lowest_tiers, margins_of
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.account import BybitFeeRate
from nautilus_bybit_adapter.wire.enums import BybitEnvironment, BybitProductType, InstrumentStatus
from nautilus_bybit_adapter.wire.instruments import BybitInstrument
from nautilus_bybit_adapter.wire.risk import BybitRiskLimit

_PARAMETER_ERROR = 10001
_SYMBOL_NOT_KNOWN = 10029
_CATEGORIES_WITH_TIERS = frozenset({BybitProductType.LINEAR, BybitProductType.INVERSE})
# An instrument that does not trade is listed only where its status is asked for.
_OTHER_STATUSES = (InstrumentStatus.PRE_LAUNCH, InstrumentStatus.DELIVERING, InstrumentStatus.CLOSED)
# How long the decimals of coins may hold up a load: without them coins have those of the venue's ledger.
_COINS_WAIT_SECS = 5.0

Key = tuple[BybitProductType, str]
# What makes an instrument: the row, what the account pays, the margins of the lowest risk tier.
Terms = tuple[BybitInstrument, BybitFeeRate | None, Margins | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """
    Rows of a category with what the account pays on them.

    Parameters
    ----------
    category : BybitProductType
        The category.
    rows : list[BybitInstrument]
        The rows, each of that category.
    rates : dict[str, BybitFeeRate]
        Fee rates by symbol, for options by base coin; empty where they are not known.
    margins : dict[str, Margins]
        Margins of the lowest risk tier by symbol; empty where they were not asked for.

    """

    category: BybitProductType
    rows: list[BybitInstrument] = field(default_factory=list)
    rates: dict[str, BybitFeeRate] = field(default_factory=dict)
    margins: dict[str, Margins] = field(default_factory=dict)

    def keyed(self) -> Iterator[tuple[Key, Terms]]:
        """Yield the terms of each row with its key."""
        category, rates, margins = self.category, self.rates, self.margins
        by_coin = category is BybitProductType.OPTION
        for row in self.rows:
            symbol = row.symbol
            rate = rates.get(row.base_coin if by_coin else symbol)
            yield (category, symbol), (row, rate, margins.get(symbol))


class VenueListing:
    """
    Reads instruments and fee rates.

    Parameters
    ----------
    client : BybitHTTPClient
        The REST client.
    log : Any
        The framework's logger.
    with_tiers : bool
        Whether to read the risk tiers of contracts.

    """

    def __init__(self, client: BybitHTTPClient, log: Any, *, with_tiers: bool = False) -> None:
        self._client = client
        self._log = log
        self._with_tiers = with_tiers
        self._accuracies: dict[str, int] | None = None

    async def coin_accuracies(self) -> dict[str, int]:
        """
        Return the decimals coins move in, by coin; nothing without a key, which the venue wants for it, or in DEMO.

        They are asked for once. Where the venue does not say in five seconds, or refuses, a warning says so, and there
        are none: they are worth no load that fails.
        """
        # The demo environment has no such endpoint.
        is_there = self._client.has_credentials and self._client.environment is not BybitEnvironment.DEMO
        if self._accuracies is None and is_there:
            self._accuracies = {}
            try:
                async with asyncio.timeout(_COINS_WAIT_SECS):
                    self._accuracies = accuracies_of(await self._client.get_coin_info())
            except (BybitError, TimeoutError) as e:
                reason = str(e) or f"no answer in {_COINS_WAIT_SECS:g} s"
                self._log.warning(
                    f"The venue does not say how many decimals coins have ({reason}): new ones have those "
                    "of its ledger and of the pairs they trade in"
                )
        return self._accuracies or {}

    async def of_category(self, category: BybitProductType, wanted: InstrumentFilter) -> Listed:
        """
        Return every row of a category that a filter takes.

        Raises
        ------
        BybitError
            If the venue does not answer or refuses.

        """
        coins: Iterable[str | None] = wanted.base_coin if len(wanted.base_coin) == 1 else (None,)
        if category is BybitProductType.OPTION:
            coins = wanted.option_base_coin or wanted.base_coin or await self._client.get_option_base_coins()
        elif category is BybitProductType.SPOT:
            coins = (None,)
        reads = [
            self._client.get_instruments(category, base_coin=coin, status=status)
            for coin in coins
            for status in map(_asked_status, wanted.status)
        ]
        rates, margins, *pages = await all_or_first_error(
            [self._fee_rates(category, self._client.get_fee_rates), self._margins(category, (None,)), *reads]
        )
        rows = {
            row.symbol: row
            for page in pages
            for row in page
            if category_of(row) is category and wanted.takes(row)
        }
        return Listed(category, list(rows.values()), rates, margins)

    async def of_symbols(self, category: BybitProductType, symbols: Iterable[str]) -> Listed:
        """
        Return the rows of symbols, whatever their status; one the venue does not list has none.

        Raises
        ------
        BybitError
            If the venue does not answer or refuses.

        """
        names = list(symbols)
        rates, margins, *pages = await all_or_first_error(
            [
                self._fee_rates(category, self._client.cached_fee_rates),
                self._margins(category, names),
                *(self.of_symbol(category, name) for name in names),
            ]
        )
        return Listed(category, [row for page in pages for row in page], rates, margins)

    async def of_symbol(self, category: BybitProductType, symbol: str) -> list[BybitInstrument]:
        """Return the row of a symbol, whatever its status, or nothing; raises `BybitError`."""
        for status in (None, *_OTHER_STATUSES):
            try:
                rows = await self._client.get_instruments(category, symbol=symbol, status=status)
            except BybitApiError as e:
                # Some categories answer an unknown symbol with an error, others with an empty list.
                if e.ret_code in {_PARAMETER_ERROR, _SYMBOL_NOT_KNOWN}:
                    continue
                raise
            found = [row for row in rows if row.symbol == symbol and category_of(row) is category]
            if found:
                return found
        return []

    async def _margins(self, category: BybitProductType, symbols: Sequence[str | None]) -> dict[str, Margins]:
        """Return the margins of symbols, or of the whole category, which has fifteen symbols a page."""
        if not self._with_tiers or category not in _CATEGORIES_WITH_TIERS:
            return {}
        pages = await all_or_first_error([self._tiers(category, symbol) for symbol in symbols])
        found: dict[str, Margins] = {}
        for symbol, tier in lowest_tiers(tier for page in pages for tier in page).items():
            try:
                found[symbol] = margins_of(tier)
            except BybitDecodeError as e:
                self._log.warning(
                    f"A risk tier is left out, and margins are those of the highest leverage: {e}"
                )
        return found

    async def _tiers(self, category: BybitProductType, symbol: str | None) -> list[BybitRiskLimit]:
        try:
            return await self._client.get_risk_limits(category.value, symbol)
        except BybitApiError as e:
            # The reading of the symbol itself tells that the venue does not know it.
            if symbol is not None and e.ret_code in {_PARAMETER_ERROR, _SYMBOL_NOT_KNOWN}:
                return []
            raise

    async def _fee_rates(
        self, category: BybitProductType, read: Callable[[str], Awaitable[list[BybitFeeRate]]]
    ) -> dict[str, BybitFeeRate]:
        """Return the rates of the whole category: one request, where the venue allows but five a second."""
        if not self._client.has_credentials:
            return {}
        try:
            rates = await read(category)
        except BybitApiError as e:
            # The demo environment has no such endpoint, and a key that is refused is the execution client's to
            # report: instruments are public.
            if e.ret_code != _PARAMETER_ERROR and not isinstance(e, BybitAuthError):
                raise
            self._log.warning(f"No fee rates of {category.name} ({e.ret_msg}): default rates are shown")
            return {}
        return {
            rate.base_coin if category is BybitProductType.OPTION else rate.symbol: rate for rate in rates
        }


async def all_or_first_error(reads: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Await all reads side by side; when all have ended, return the results or raise the first failure."""
    results = await asyncio.gather(*reads, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def _asked_status(status: str) -> str | None:
    """Trading is what spot, linear and inverse list where no status is asked for, and options list it among others."""
    return None if status == InstrumentStatus.TRADING else status
