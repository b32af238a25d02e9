"""What need not be asked twice: instruments, fee rates, and leverage that is set already.

Source: Bybit V5 "Get Instruments Info", "Get Fee Rate" and "Set Leverage".
"""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.transport.refreshing_cache import RefreshingCache
from nautilus_bybit_adapter.transport.rest.account import AccountMethods
from nautilus_bybit_adapter.transport.rest.market import MarketMethods
from nautilus_bybit_adapter.transport.rest.position import PositionMethods

if TYPE_CHECKING:
    import msgspec

    from nautilus_bybit_adapter.wire.account import BybitFeeRate
    from nautilus_bybit_adapter.wire.envelope import Envelope
    from nautilus_bybit_adapter.wire.instruments import BybitInstrument

_INSTRUMENTS_SECS = 3600.0
_FEE_RATES_SECS = 3600.0
# After these the venue may have another leverage than was set.
_CHANGES_LEVERAGE = frozenset({"/v5/account/set-margin-mode", "/v5/position/switch-mode"})


class CachedMethods(MarketMethods, PositionMethods, AccountMethods):
    """Reads that are kept for an hour and refreshed in the background, and leverage that is set once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._instruments: RefreshingCache[tuple[str, str | None], list[BybitInstrument]] = RefreshingCache(
            lambda key: self.get_instruments(key[0], base_coin=key[1]), _INSTRUMENTS_SECS, self._report
        )
        self._fee_rates: RefreshingCache[str, list[BybitFeeRate]] = RefreshingCache(
            self.get_fee_rates, _FEE_RATES_SECS, self._report
        )
        self._leverage: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        self._leverage_locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def cached_instruments(
        self, category: str, *, base_coin: str | None = None
    ) -> list[BybitInstrument]:
        """Return the instruments of a category as `get_instruments` does, at most an hour or two old.

        However many callers wait, one request is made. A refresh that fails is logged and keeps the list.

        Raises
        ------
        BybitError
            If they were never read and cannot be.
        """
        return await self._instruments.get((category, base_coin))

    async def cached_fee_rates(self, category: str) -> list[BybitFeeRate]:
        """Return the account's fee rates of a category, at most an hour or two old.

        Raises
        ------
        BybitError
            If they were never read and cannot be.
        """
        return await self._fee_rates.get(category)

    async def set_leverage(
        self, category: str, symbol: str, buy_leverage: str, sell_leverage: str | None = None
    ) -> None:
        """Set a symbol's leverage; what this client has set already makes no request.

        Parameters
        ----------
        category : str
            `linear` or `inverse`.
        symbol : str
            The venue's symbol.
        buy_leverage, sell_leverage : str
            Leverage of the two sides as decimal strings, equal where the second is not given.

        Raises
        ------
        BybitError
            If the venue refuses or does not answer; the next call asks again.
        """
        key = (category, symbol)
        wanted = _leverages(buy_leverage, sell_leverage or buy_leverage)
        async with self._leverage_locks.setdefault(key, asyncio.Lock()):
            if wanted is not None and self._leverage.get(key) == wanted:
                return
            # Until the venue has answered nobody knows which of the two it has.
            self._leverage.pop(key, None)
            await super().set_leverage(category, symbol, buy_leverage, sell_leverage)
            if wanted is not None:
                self._leverage[key] = wanted

    def forget_leverage(self, category: str | None = None, symbol: str | None = None) -> None:
        """Forget what was set, of one symbol, a category or all; it may have been changed elsewhere."""
        for key in list(self._leverage):
            if category in {None, key[0]} and symbol in {None, key[1]}:
                del self._leverage[key]

    async def write_for_envelope(self, path: str, request: msgspec.Struct, **options: Any) -> Envelope:
        """Return the answer to a POST; see `RestSession.write_for_envelope`."""
        if path not in _CHANGES_LEVERAGE:
            return await super().write_for_envelope(path, request, **options)
        self.forget_leverage()
        try:
            return await super().write_for_envelope(path, request, **options)
        finally:
            # What was set meanwhile may have come before the change.
            self.forget_leverage()

    async def close(self) -> None:
        """Close the client; see `RestSession.close`. What is kept stays for when it is opened again."""
        await self._instruments.close()
        await self._fee_rates.close()
        await super().close()

    def _report(self, sentence: str) -> None:
        self.journal.warning(sentence)


def _leverages(buy: str, sell: str) -> tuple[Decimal, Decimal] | None:
    """Return both as numbers, since "10" and "10.00" are the same; None where the venue is to refuse them."""
    try:
        found = Decimal(buy), Decimal(sell)
    except InvalidOperation:
        return None
    return found if found[0].is_finite() and found[1].is_finite() else None
