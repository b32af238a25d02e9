"""Positions and their settings.

Source: Bybit V5 "Get Position Info", "Set Leverage", "Switch Position Mode", "Set Trading Stop",
"Set Auto Add Margin", "Add Or Reduce Margin", "Get Closed PnL".
"""

from __future__ import annotations

import dataclasses

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads, checked, of_category
from nautilus_bybit_adapter.wire.account_requests import (
    AddMargin,
    SetAutoAddMargin,
    SetLeverage,
    SetTradingStop,
    SwitchPositionMode,
)
from nautilus_bybit_adapter.wire.enums import PositionMode
from nautilus_bybit_adapter.wire.positions import (
    BybitClosedOption,
    BybitClosedPnl,
    BybitMovedPosition,
    BybitPosition,
    BybitSymbolSetting,
)

_POSITIONS = Listing(path="/v5/position/list", row_type=BybitPosition, page_rows=200)
# A symbol has two slots at most, and its one page a cursor all the same.
_POSITIONS_OF_SYMBOL = dataclasses.replace(_POSITIONS, has_pages=False)
_CLOSED_PNL = Listing(
    path="/v5/position/closed-pnl", row_type=BybitClosedPnl, page_rows=100, time_field="updated_time"
)
_MOVED = Listing(
    path="/v5/position/move-history",
    row_type=BybitMovedPosition,
    page_rows=200,
    time_field="created_at",
)
_CLOSED_OPTIONS = Listing(
    path="/v5/position/get-closed-positions",
    row_type=BybitClosedOption,
    page_rows=100,
    time_field="close_time",
)
_SYMBOL_SETTINGS = Listing(path="/v5/position/symbol-info", row_type=BybitSymbolSetting)


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
        """Return positions; with a symbol its flat slots too, with a settle coin (linear) only open ones.

        Raises
        ------
        BybitDecodeError
            If a row cannot be read: a position is never left out.
        BybitError
            If any page fails.
        """
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
        await self._set("/v5/position/set-leverage", request)

    async def get_symbol_settings(self, category: str, symbol: str | None = None) -> list[BybitSymbolSetting]:
        """Return the leverage of symbols, whether there is a position or not."""
        return await self._list(_SYMBOL_SETTINGS, {"category": category, "symbol": symbol})

    async def switch_position_mode(
        self, mode: int, *, symbol: str | None = None, coin: str | None = None, category: str = "linear"
    ) -> None:
        """Hold one position per symbol, or one for each side.

        Parameters
        ----------
        mode : int
            A number of `PositionMode`.
        symbol, coin : str or None
            Of a symbol, or of all symbols settled in a coin; one of them.
        category : str
            `linear`: no other has two modes.

        Raises
        ------
        BybitConfigError
            If there is no such mode, or neither symbol nor coin is given.
        """
        checked("mode", mode, [int(each) for each in PositionMode])
        if symbol is None and coin is None:
            raise BybitConfigError("switch_position_mode needs a symbol or a coin.")
        request = SwitchPositionMode(category=category, mode=mode, symbol=symbol, coin=coin)
        await self._set("/v5/position/switch-mode", request)

    async def set_trading_stop(self, request: SetTradingStop) -> None:
        """Set or remove the exits of a position; exits that are so already are a success."""
        await self._set("/v5/position/trading-stop", request)

    async def set_auto_add_margin(
        self, category: str, symbol: str, *, is_on: bool, position_idx: int | None = None
    ) -> None:
        """Let the venue add margin to an isolated position by itself, or not.

        Parameters
        ----------
        category : str
            `linear` or `inverse`.
        symbol : str
            The venue's symbol.
        is_on : bool
            Whether it shall.
        position_idx : int or None
            A number of `PositionIdx`; hedge mode needs it.
        """
        request = SetAutoAddMargin(
            category=category, symbol=symbol, auto_add_margin=int(is_on), position_idx=position_idx
        )
        await self._set("/v5/position/set-auto-add-margin", request)

    async def add_margin(
        self, category: str, symbol: str, margin: str, *, position_idx: int | None = None
    ) -> BybitPosition:
        """Add margin to an isolated position, or take some back, and return the position.

        Parameters
        ----------
        category : str
            `linear` or `inverse`.
        symbol : str
            The venue's symbol.
        margin : str
            In the settlement coin, four decimals at most; negative takes it back.
        position_idx : int or None
            A number of `PositionIdx`; hedge mode needs it.
        """
        request = AddMargin(category=category, symbol=symbol, margin=margin, position_idx=position_idx)
        position = await self._post("/v5/position/add-margin", request, BybitPosition)
        return of_category(category, [position])[0]

    async def get_closed_pnl(
        self,
        category: str,
        symbol: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitClosedPnl]:
        """Return what closing positions brought, oldest first.

        Parameters
        ----------
        category : str
            `linear`, `inverse` or `option`.
        symbol : str or None
            One symbol only.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest rows only, this many.
        """
        parameters = {"category": category, "symbol": symbol}
        return await self._history(_CLOSED_PNL, parameters, start_ms, end_ms, limit)

    async def get_closed_options(
        self,
        symbol: str | None = None,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitClosedOption]:
        """Return option positions that were closed or delivered, oldest first.

        Parameters
        ----------
        symbol : str or None
            One symbol only.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the day before the end.
        limit : int or None
            Keep the newest rows only, this many.
        """
        parameters = {"category": "option", "symbol": symbol}
        return await self._history(_CLOSED_OPTIONS, parameters, start_ms, end_ms, limit)

    async def get_moved_positions(
        self,
        *,
        category: str | None = None,
        symbol: str | None = None,
        status: str | None = None,
        block_trade_id: str | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int | None = None,
    ) -> list[BybitMovedPosition]:
        """Return positions that moved between accounts of the user, oldest first.

        Parameters
        ----------
        category, symbol, status, block_trade_id : str or None
            What to narrow it to; the status `Processing`, `Filled` or `Rejected`.
        start_ms, end_ms : int or None
            Epoch milliseconds; any span. Without a start the seven days before the end.
        limit : int or None
            Keep the newest rows only, this many.

        Notes
        -----
        Source: Bybit V5 "Get Move Position History".
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "status": status,
            "blockTradeId": block_trade_id,
        }
        return await self._history(_MOVED, parameters, start_ms, end_ms, limit)
