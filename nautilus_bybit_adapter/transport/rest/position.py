"""Positions and their settings.

Source: Bybit V5 "Get Position Info", "Set Leverage".
"""

from __future__ import annotations

import dataclasses

from nautilus_bybit_adapter.errors import BybitApiError
from nautilus_bybit_adapter.ret_codes import is_already_done
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads, of_category
from nautilus_bybit_adapter.wire.positions import BybitPosition
from nautilus_bybit_adapter.wire.requests import SetLeverage

_POSITIONS = Listing(path="/v5/position/list", row_type=BybitPosition, page_rows=200)
# A symbol has two slots at most, and its one page a cursor all the same.
_POSITIONS_OF_SYMBOL = dataclasses.replace(_POSITIONS, has_pages=False)


class PositionMethods(RestReads):
    """Positions and their settings. A setting that is so already is a success."""

    async def get_positions(
        self,
        category: str,
        *,
        symbol: str | None = None,
        settle_coin: str | None = None,
        base_coin: str | None = None,
    ) -> list[BybitPosition]:
        """Return positions; with a symbol its flat slots too, with a settle coin (linear) only open ones."""
        parameters = {
            "category": category,
            "symbol": symbol,
            "settleCoin": settle_coin,
            "baseCoin": base_coin,
        }
        listing = _POSITIONS if symbol is None else _POSITIONS_OF_SYMBOL
        return of_category(category, await self._list(listing, parameters))

    async def set_leverage(
        self, category: str, symbol: str, buy_leverage: str, sell_leverage: str | None = None
    ) -> None:
        """Set a symbol's leverage (decimal strings); leverage that is so already is a success.

        Parameters
        ----------
        category : str
            `linear` or `inverse`.
        symbol : str
            The venue's symbol.
        buy_leverage, sell_leverage : str
            Leverage of the two sides, equal where the second is not given.
        """
        request = SetLeverage(
            category=category,
            symbol=symbol,
            buy_leverage=buy_leverage,
            sell_leverage=sell_leverage or buy_leverage,
        )
        try:
            await self.write("/v5/position/set-leverage", request)
        except BybitApiError as exc:
            if not is_already_done(exc.ret_code, exc.ret_msg):
                raise
