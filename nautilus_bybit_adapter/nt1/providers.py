"""Instruments of the venue for the framework."""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from nautilus_trader.common.component import LiveClock
from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Currency

from nautilus_bybit_adapter.errors import BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.nt1.instrument_filter import InstrumentFilter, parse_filter
from nautilus_bybit_adapter.nt1.listing import Key, Listed, Terms, VenueListing, all_or_first_error
from nautilus_bybit_adapter.nt1.mapping.coins import coins_of, precisions_of
from nautilus_bybit_adapter.nt1.mapping.fixed import register_currency
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE, instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.mapping.instruments import instrument_of, is_known_kind
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.instruments import BybitInstrument

# Beyond this many ids of a category its whole list costs fewer requests.
_MOST_SINGLE_READS = 8
# Rows mapped in one go, so that a refresh holds up a live node's event loop for a few milliseconds at a time.
_ROWS_A_TURN = 200
_MOST_WARNINGS = 10


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at thousands of instruments that are to stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class InstrumentChanges:
    """
    What a load did to the instruments.

    Parameters
    ----------
    added, changed, removed : tuple[InstrumentId, ...]
        Ids new to the provider, those whose row, fee rates or margins differ from before, and those no longer listed.
        What is removed stays findable: an execution that comes late must still find its instrument.
    refused : tuple[str, ...]
        A sentence on each row that made no instrument.

    """

    added: tuple[InstrumentId, ...] = ()
    changed: tuple[InstrumentId, ...] = ()
    removed: tuple[InstrumentId, ...] = ()
    refused: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class BybitInstrumentProvider(InstrumentProvider):
    """
    Loads instruments of all four categories, with the account's own fee rates where a key is given.

    A load is taken whole or not at all; a row that makes no instrument is left out, counted and named in a warning.
    A coin the framework does not know yet is registered with the decimals the venue says it moves in, where a key is
    given to ask with, and never with fewer than the venue's ledger keeps; one it knows already, of its own or by an
    earlier load, keeps the decimals it has.

    By default what trades is loaded. Instruments of another status come by the filter ``status`` or by their id, with
    their status in ``info["status"]``; `mapping.instruments.is_tradable` tells whether orders are taken.

    Parameters
    ----------
    client : BybitHTTPClient
        The REST client.
    product_types : Sequence[BybitProductType]
        The categories to load.
    clock : LiveClock, optional
        Stamps the instruments.
    config : InstrumentProviderConfig, optional
        What to load at start; see `parse_filter` for its ``filters``.
    with_tiers : bool, default False
        Whether margins of contracts come from the venue's risk tiers, which it gives for fifteen symbols a request,
        rather than from their highest leverage.

    Attributes
    ----------
    rows_refused : int
        Rows that made no instrument so far.
    rows_degraded : int
        Rows so far whose kind of contract is a word this version does not know, loaded by their other fields.

    """

    def __init__(
        self,
        client: BybitHTTPClient,
        product_types: Sequence[BybitProductType],
        clock: LiveClock | None = None,
        config: InstrumentProviderConfig | None = None,
        *,
        with_tiers: bool = False,
    ) -> None:
        super().__init__(config=config)
        self._listing = VenueListing(client, self._log, with_tiers=with_tiers)
        self._product_types = tuple(product_types)
        self._clock = LiveClock() if clock is None else clock
        self._loading = asyncio.Lock()
        self._accuracies: Mapping[str, int] = {}
        self._taken: dict[Key, Terms] = {}
        self._refused: dict[Key, str] = {}
        self._wholes: dict[InstrumentFilter, None] = {}
        self._wanted_ids: dict[InstrumentId, Key] = {}
        self.rows_refused = 0
        self.rows_degraded = 0

    @property
    def product_types(self) -> tuple[BybitProductType, ...]:
        """The categories that are loaded."""
        return self._product_types

    @property
    def instruments_pyo3(self) -> NoReturn:
        """The framework's own adapter has this for its sockets; here it says what to use."""
        raise AttributeError("instruments_pyo3 is not here: list_all() returns the framework's instruments")

    async def load_all_async(self, filters: dict[str, Any] | None = None) -> None:
        """
        Load every instrument of the product types that the filters take.

        Parameters
        ----------
        filters : dict, optional
            See `parse_filter`.

        Raises
        ------
        BybitConfigError
            If a filter is not known or has a value that is not allowed.
        BybitError
            If the venue does not answer or refuses.

        """
        wanted = parse_filter(filters)
        async with self._loading:
            await self._take(await self._beside_coins(self._read_whole(wanted)))
            self._wholes[wanted] = None

    async def load_ids_async(
        self, instrument_ids: list[InstrumentId], filters: dict[str, Any] | None = None
    ) -> None:
        """
        Load the given instruments, whatever their status; the filters are checked and leave out none of them.

        Raises
        ------
        BybitConfigError
            If an id names another venue, a category that is not configured, or a symbol the venue does not have.
        BybitDecodeError
            If the row of an id makes no instrument.
        BybitError
            If the venue does not answer or refuses.

        """
        parse_filter(filters)
        wanted = {instrument_id: self._key_of(instrument_id) for instrument_id in instrument_ids}
        async with self._loading:
            listed = await self._beside_coins(self._read_ids(wanted.values()))
            found = {(each.category, row.symbol) for each in listed for row in each.rows}
            for instrument_id, (category, symbol) in wanted.items():
                if (category, symbol) not in found:
                    raise BybitConfigError(
                        f"instrument {instrument_id}: Bybit lists no {category.name} symbol {symbol!r}"
                    )
            await self._take(listed)
            self._wanted_ids |= wanted
        for instrument_id, key in wanted.items():
            if self.find(instrument_id) is None:
                raise BybitDecodeError(f"instrument {instrument_id}: {self._refused[key]}")

    async def load_async(self, instrument_id: InstrumentId, filters: dict[str, Any] | None = None) -> None:
        """Load one instrument; see `load_ids_async`."""
        await self.load_ids_async([instrument_id], filters)

    async def reload(self) -> InstrumentChanges:
        """
        Read again what was loaded before, and return what is different.

        Only rows that differ are made anew. A reload that fails leaves everything as it was.

        Raises
        ------
        BybitError
            If the venue does not answer or refuses.

        """
        async with self._loading:
            wholes = await all_or_first_error([self._read_whole(wanted) for wanted in self._wholes])
            listed = [each for whole in wholes for each in whole]
            seen = {(each.category, row.symbol) for each in listed for row in each.rows}
            listed += await self._read_ids(key for key in self._wanted_ids.values() if key not in seen)
            changes = await self._take(listed)
            seen.update((each.category, row.symbol) for each in listed for row in each.rows)
            removed = self._forget(seen)
        return InstrumentChanges(changes.added, changes.changed, removed, changes.refused)

    # -- reading -------------------------------------------------------------------------------------------

    async def _beside_coins(self, read: Coroutine[Any, Any, list[Listed]]) -> list[Listed]:
        """Read while the venue says how many decimals coins have, which no load fails for."""
        listed, self._accuracies = await all_or_first_error([read, self._listing.coin_accuracies()])
        rows: list[Listed] = listed
        return rows

    async def _read_whole(self, wanted: InstrumentFilter) -> list[Listed]:
        return await all_or_first_error(
            [self._listing.of_category(category, wanted) for category in self._product_types]
        )

    async def _read_ids(self, keys: Iterable[Key]) -> list[Listed]:
        symbols: dict[BybitProductType, set[str]] = defaultdict(set)
        for category, symbol in keys:
            symbols[category].add(symbol)
        return await all_or_first_error([self._read_symbols(*each) for each in symbols.items()])

    async def _read_symbols(self, category: BybitProductType, symbols: set[str]) -> Listed:
        if len(symbols) <= _MOST_SINGLE_READS:
            return await self._listing.of_symbols(category, sorted(symbols))
        is_option = category is BybitProductType.OPTION
        coins = {symbol.partition("-")[0] for symbol in symbols} if is_option else set()
        wanted = InstrumentFilter(symbols=tuple(symbols), option_base_coin=tuple(coins))
        listed = await self._listing.of_category(category, wanted)
        missing = symbols.difference(row.symbol for row in listed.rows)
        if missing:
            rest = await self._listing.of_symbols(category, sorted(missing))
            listed.rows.extend(rest.rows)
        return listed

    def _key_of(self, instrument_id: InstrumentId) -> Key:
        if instrument_id.venue != BYBIT_VENUE:
            raise BybitConfigError(
                f"instrument {instrument_id} is of venue {instrument_id.venue}, and this provider loads {BYBIT_VENUE}"
            )
        symbol, category = symbol_of(instrument_id)
        if category not in self._product_types:
            allowed = ", ".join(each.name for each in self._product_types)
            raise BybitConfigError(
                f"instrument {instrument_id} is of category {category.name}, and product_types are {allowed}"
            )
        return category, symbol

    # -- taking --------------------------------------------------------------------------------------------

    async def _take(self, listed: Iterable[Listed]) -> InstrumentChanges:
        """Map what differs from before, then take all of it at once."""
        with _collector_paused():
            return await self._take_fresh(listed)

    async def _take_fresh(self, listed: Iterable[Listed]) -> InstrumentChanges:
        fresh = [
            (key, terms) for each in listed for key, terms in each.keyed() if self._taken.get(key) != terms
        ]
        self._register_coins([row for _, (row, _, _) in fresh])
        made: list[tuple[Key, Instrument]] = []
        refused: dict[Key, str] = {}
        now_ns = self._clock.timestamp_ns()
        for number, (key, (row, rate, margins)) in enumerate(fresh, 1):
            try:
                made.append((key, instrument_of(row, rate, now_ns, margins)))
            except BybitDecodeError as e:
                refused[key] = f"{key[0].name} {e}"
            if number % _ROWS_A_TURN == 0:
                await asyncio.sleep(0)
        added: list[InstrumentId] = []
        changed: list[InstrumentId] = []
        for key, instrument in made:
            instrument_id = instrument.id
            was_there = key in self._taken and instrument_id in self._instruments
            (changed if was_there else added).append(instrument_id)
            self._instruments[instrument_id] = instrument
            self._refused.pop(key, None)
        self._taken.update(fresh)
        self._refused |= refused
        sentences = tuple(refused.values())
        self._report(sentences, [row for _, (row, _, _) in fresh if not is_known_kind(row)])
        return InstrumentChanges(tuple(added), tuple(changed), (), sentences)

    def _forget(self, seen: set[Key]) -> tuple[InstrumentId, ...]:
        """Forget the rows that are no longer listed; return the ids of their instruments, which stay findable."""
        gone = [key for key in self._taken if key not in seen]
        for key in gone:
            del self._taken[key]
            self._refused.pop(key, None)
        ids = (instrument_id_of(symbol, category) for category, symbol in gone)
        return tuple(each for each in ids if each in self._instruments)

    def _register_coins(self, rows: Sequence[BybitInstrument]) -> None:
        unknown = {coin for coin in coins_of(rows) if Currency.from_str(coin, strict=True) is None}
        for coin, precision in precisions_of(rows, unknown, self._accuracies).items():
            try:
                self._currencies[coin] = register_currency(coin, precision)
            except BybitDecodeError:
                continue  # the row that names it is refused, and says why

    def _report(self, refused: Sequence[str], degraded: list[BybitInstrument]) -> None:
        self.rows_refused += len(refused)
        self.rows_degraded += len(degraded)
        sentences = [f"An instrument is left out: {each}" for each in refused] + [
            f"{row.symbol} is of a kind not known here, and taken by its other fields" for row in degraded
        ]
        for sentence in sentences[:_MOST_WARNINGS]:
            self._log.warning(sentence)
        if len(sentences) > _MOST_WARNINGS:
            self._log.warning(f"{len(sentences) - _MOST_WARNINGS} more instruments are odd in such ways")
