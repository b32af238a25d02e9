"""Settings of the account: made as configured, and read back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitError, BybitStatusError
from nautilus_bybit_adapter.nt1.execution.terms import CONTRACTS, AccountTerms
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType, PositionMode

# So many symbols are asked one by one for their position mode; of more, a list of all settings is read.
MOST_ASKED_SINGLY = 20
SETTLE_COIN = "USDT"  # of the contracts that can be in hedge mode
# Source: Bybit V5 order/dcp: product and topic of each category.
DCP = {
    BybitProductType.SPOT: ("SPOT", "dcp.spot"),
    BybitProductType.LINEAR: ("DERIVATIVES", "dcp.future"),
    BybitProductType.INVERSE: ("DERIVATIVES", "dcp.future"),
    BybitProductType.OPTION: ("OPTIONS", "dcp.option"),
}


def is_absent(error: BybitApiError | BybitStatusError) -> bool:
    """Tell whether an environment does not serve what was asked for."""
    return isinstance(error, BybitApiError) or error.status == HTTPStatus.NOT_FOUND


def dcp_topics(categories: Iterable[BybitProductType]) -> tuple[str, ...]:
    """Return the topics whose loss the venue's disconnect protection watches for."""
    return tuple(sorted({DCP[category][1] for category in categories}))


class AccountSettings:
    """
    Gives the account the settings that are configured, and learns those that are not.

    What is so already is not set again, so that open positions and orders do no harm.

    Parameters
    ----------
    http : BybitHTTPClient
        The REST client.
    provider : BybitInstrumentProvider
        The loaded instruments.
    categories : tuple[BybitProductType, ...]
        The categories that are traded.
    terms : AccountTerms
        What is configured.
    legs : PositionLegs
        Learns which symbols are in hedge mode.
    log : Any
        The framework's logger.

    """

    def __init__(
        self,
        http: BybitHTTPClient,
        provider: BybitInstrumentProvider,
        categories: tuple[BybitProductType, ...],
        terms: AccountTerms,
        legs: PositionLegs,
        log: Any,
    ) -> None:
        self._http = http
        self._provider = provider
        self._categories = categories
        self._terms = terms
        self._legs = legs
        self._log = log

    async def apply(self) -> None:
        """
        Make the settings and read them back.

        Raises
        ------
        BybitConfigError
            If a setting is not as configured after all, names what is not loaded, or a symbol is in hedge mode that
            the configuration does not say so of.
        BybitError
            If the venue cannot be asked.

        """
        await self._apply_margin_mode()
        if BybitProductType.LINEAR in self._categories:
            await self._apply_position_modes()
        for key, leverage in self._terms.leverages.items():
            await self._apply_leverage(key, leverage)
        await self._apply_dcp()

    async def margin_mode(self) -> str:
        """Return the account's margin mode."""
        return (await self._http.get_account_info()).margin_mode

    # -- margin mode ---------------------------------------------------------------------------------------

    async def _apply_margin_mode(self) -> None:
        wanted = self._terms.margin_mode
        if wanted is None or await self.margin_mode() == wanted:
            return
        async with _setting(f"margin_mode {wanted}"):
            answer = await self._http.set_margin_mode(wanted)
        reasons = "; ".join(each.reason_msg or each.reason_code for each in answer.reasons)
        self._verify(f"margin_mode {wanted}", await self.margin_mode(), wanted, reasons)
        self._log.info(f"The account's margin mode is {wanted} now")

    # -- position mode -------------------------------------------------------------------------------------

    async def _apply_position_modes(self) -> None:
        wanted = self._wanted_modes()
        hedged = await self._hedged_symbols()
        for key, mode in self._terms.position_modes.items():
            symbols = [symbol for symbol, (_, named) in wanted.items() if named == key]
            if all((symbol in hedged) is (mode is PositionMode.HEDGE) for symbol in symbols):
                continue
            async with _setting(f"position_mode {mode.name} of {key}"):
                if key == SETTLE_COIN:
                    await self._http.switch_position_mode(mode, coin=key)
                else:
                    await self._http.switch_position_mode(mode, symbol=symbols[0])
        if self._terms.position_modes:
            hedged = await self._hedged_symbols()
        for symbol, (mode, key) in wanted.items():
            has = PositionMode.HEDGE if symbol in hedged else PositionMode.ONE_WAY
            self._verify(f"position_mode {mode.name} of {key}", has, mode, f"{symbol} is in {has.name}")
        self._take(hedged)

    def _wanted_modes(self) -> dict[str, tuple[PositionMode, str]]:
        """Return the mode each loaded symbol is to have, and the key that says so; a symbol's own goes first."""
        modes = self._terms.position_modes
        wanted = {}
        if SETTLE_COIN in modes:
            wanted = dict.fromkeys(self._hedgeable(), (modes[SETTLE_COIN], SETTLE_COIN))
        for key, mode in modes.items():
            if key != SETTLE_COIN:
                symbol, category = self._contract("position_mode", key)
                if category is not BybitProductType.LINEAR:
                    raise BybitConfigError(
                        f"position_mode names {key}, and only LINEAR contracts have two modes"
                    )
                wanted[symbol] = (mode, key)
        return wanted

    def _hedgeable(self) -> list[str]:
        return [
            symbol_of(each.id)[0]
            for each in self._provider.list_all()
            if isinstance(each, CryptoPerpetual) and each.settlement_currency.code == SETTLE_COIN
        ]

    async def _hedged_symbols(self) -> set[str]:
        """Return the loaded symbols that have a long and a short position side by side."""
        symbols = self._hedgeable()
        if len(symbols) > MOST_ASKED_SINGLY:
            slots = await self._all_slots()
        else:
            slots = []
            for symbol in symbols:
                rows = await self._http.get_positions("linear", symbol=symbol)
                slots += [(row.symbol, row.position_idx) for row in rows]
        return {symbol for symbol, position_idx in slots if position_idx} & set(symbols)

    async def _all_slots(self) -> list[tuple[str, int]]:
        try:
            settings = await self._http.get_symbol_settings("linear")
        except (BybitApiError, BybitStatusError) as e:
            if not is_absent(e):
                raise
            # Not every environment has the list: open positions tell, and later each push does.
            rows = await self._http.get_positions("linear", settle_coin=SETTLE_COIN)
            return [(row.symbol, row.position_idx) for row in rows]
        return [(row.symbol, row.position_idx) for row in settings]

    def _take(self, hedged: set[str]) -> None:
        if hedged and not self._terms.is_hedging:
            first = min(hedged)
            raise BybitConfigError(
                f"{first} is in hedge mode, in which it holds a long and a short position, and the configuration does "
                f'not say so: set position_mode={{"{first}": BybitPositionMode.BOTH_SIDES}} to trade both, or '
                "MERGED_SINGLE to have one position"
            )
        for symbol in self._hedgeable():
            self._legs.set_mode(BybitProductType.LINEAR, symbol, hedged=symbol in hedged)
        if hedged:
            self._log.info(f"In hedge mode: {', '.join(sorted(hedged))}")

    # -- leverage ------------------------------------------------------------------------------------------

    async def _apply_leverage(self, key: str, leverage: int) -> None:
        symbol, category = self._contract("futures_leverages", key)
        if await self._leverages(symbol, category) == {Decimal(leverage)}:
            return
        async with _setting(f"leverage {leverage} of {key}"):
            await self._http.set_leverage(category, symbol, str(leverage))
        has = await self._leverages(symbol, category)
        told = ", ".join(f"{each:f}" for each in sorted(has)) or "none"
        self._verify(f"leverage {leverage} of {key}", has, {Decimal(leverage)}, f"it is {told}")
        self._log.info(f"The leverage of {key} is {leverage} now")

    async def _leverages(self, symbol: str, category: BybitProductType) -> set[Decimal]:
        rows = await self._http.get_positions(category, symbol=symbol)
        return {Decimal(row.leverage) for row in rows if row.leverage}

    # -- disconnect protection -----------------------------------------------------------------------------

    async def _apply_dcp(self) -> None:
        secs = self._terms.dcp_window_secs
        if secs is None:
            return
        products = sorted({DCP[category][0] for category in self._categories})
        for product in products:
            async with _setting(f"dcp_window_secs {secs} of {product}"):
                await self._http.set_dcp(secs, product)
        armed = {
            row.product
            for row in await self._http.get_dcp_info()
            if row.dcp_status == "ON" and row.time_window == str(secs)
        }
        # The venue takes some ten seconds to show it.
        late = [product for product in products if product not in armed]
        if late:
            self._log.warning(
                f"The venue does not show a disconnect protection of {secs} s for {', '.join(late)} yet"
            )

    # -- parts ---------------------------------------------------------------------------------------------

    def _contract(self, field: str, key: str) -> tuple[str, BybitProductType]:
        """Return the symbol and category of a configured key, such as BTCUSDT, BTCUSDT-LINEAR or its instrument id."""
        name = key.partition(".")[0]
        for category in CONTRACTS:
            symbol = name.removesuffix(f"-{category.name}")
            if self._provider.find(instrument_id_of(symbol, category)) is not None:
                return symbol, category
        raise BybitConfigError(f"{field} names {key}, which is no loaded LINEAR or INVERSE contract")

    def _verify(self, what: str, has: object, wanted: object, told: str) -> None:
        if has != wanted:
            raise BybitConfigError(f"{what} could not be set: {told or f'the venue has {has}'}")


@asynccontextmanager
async def _setting(what: str) -> AsyncIterator[None]:
    """Name what could not be set."""
    try:
        yield
    except BybitError as e:
        raise BybitConfigError(f"{what} could not be set: {e}") from e
