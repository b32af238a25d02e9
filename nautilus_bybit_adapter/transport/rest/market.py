"""What is traded, and what it trades at now.

Source: Bybit V5 "Get Bybit Server Time", "Get Instruments Info", "Get Orderbook", "Get RPI Orderbook",
"Get Tickers", "Get Recent Public Trades".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.constants import CATEGORIES
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.option_coins import OptionCoins
from nautilus_bybit_adapter.transport.rest.reads import checked
from nautilus_bybit_adapter.wire.instruments import (
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
)
from nautilus_bybit_adapter.wire.market import (
    BybitOrderbook,
    BybitRecentTrade,
    BybitRpiOrderbook,
    BybitServerTime,
    BybitTicker,
)

if TYPE_CHECKING:
    from nautilus_bybit_adapter.transport.paging import Parameters
    from nautilus_bybit_adapter.wire.instruments import BybitInstrument

_INSTRUMENTS_PATH = "/v5/market/instruments-info"
_INSTRUMENT_PAGE = 1000


_INSTRUMENTS: dict[str, Listing[Any]] = {
    # Spot takes no limit, and comes as one page.
    "spot": Listing(path=_INSTRUMENTS_PATH, row_type=BybitInstrumentSpot, is_private=False),
    **{
        category: Listing(
            path=_INSTRUMENTS_PATH,
            row_type=BybitInstrumentLinear,
            is_private=False,
            page_rows=_INSTRUMENT_PAGE,
        )
        for category in ("linear", "inverse")
    },
    "option": Listing(
        path=_INSTRUMENTS_PATH, row_type=BybitInstrumentOption, is_private=False, page_rows=_INSTRUMENT_PAGE
    ),
}
_TICKERS = Listing(path="/v5/market/tickers", row_type=BybitTicker, is_private=False)
_SPOT_TRADES, _TRADES = (
    Listing(
        path="/v5/market/recent-trade",
        row_type=BybitRecentTrade,
        is_private=False,
        page_rows=page_rows,
    )
    for page_rows in (60, 1000)
)


class MarketMethods(OptionCoins):
    """Instruments, books, tickers and the latest trades; all public."""

    async def get_server_time(self) -> BybitServerTime:
        """Return the venue's clock."""
        return await self._get("/v5/market/time", {}, BybitServerTime, is_private=False)

    async def get_instruments(
        self,
        category: str,
        symbol: str | None = None,
        *,
        base_coin: str | None = None,
        status: str | None = None,
    ) -> list[BybitInstrument]:
        """Return all instruments of a category, or one.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol : str or None
            One symbol only.
        base_coin : str or None
            One base coin only. The venue lists options by base coin: without one, each coin is asked for.
        status : str or None
            Such as `PreLaunch`; by default those that trade, and for options those before launch and in
            delivery as well.

        Raises
        ------
        BybitConfigError
            If there is no such category.
        BybitError
            If any page fails.
        """
        checked("category", category, CATEGORIES)

        async def read(coin: str | None) -> list[BybitInstrument]:
            parameters = {"category": category, "symbol": symbol, "baseCoin": coin, "status": status}
            instruments: list[BybitInstrument] = await self._list(_INSTRUMENTS[category], parameters)
            return instruments

        if category == "option" and symbol is None and base_coin is None:
            return await self._of_every_coin(read)
        return await read(base_coin)

    async def get_orderbook(self, category: str, symbol: str, limit: int | None = None) -> BybitOrderbook:
        """Return a book of `limit` levels per side: at most 1000, for options 25."""
        parameters = {"category": category, "symbol": symbol, "limit": limit}
        return await self._get("/v5/market/orderbook", parameters, BybitOrderbook, is_private=False)

    async def get_rpi_orderbook(self, category: str, symbol: str, limit: int = 50) -> BybitRpiOrderbook:
        """Return a book with retail-price-improvement quotes of `limit` levels per side: at most 50."""
        parameters: Parameters = {"category": category, "symbol": symbol, "limit": limit}
        return await self._get("/v5/market/rpi_orderbook", parameters, BybitRpiOrderbook, is_private=False)

    async def get_full_orderbook(self, category: str, symbol: str) -> BybitOrderbook:
        """Return up to 10,000 levels per side; `u` is that of the `orderbook.full` topic."""
        parameters = {"category": category, "symbol": symbol}
        return await self._get("/v5/market/full_orderbook", parameters, BybitOrderbook, is_private=False)

    async def get_tickers(
        self,
        category: str,
        symbol: str | None = None,
        *,
        base_coin: str | None = None,
        expiry: str | None = None,
    ) -> list[BybitTicker]:
        """Return the tickers of a category, or one; fields a category does not have are `None`.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol : str or None
            One symbol only.
        base_coin : str or None
            For options, which need it or a symbol.
        expiry : str or None
            For options: one expiry only, such as `25DEC26`.
        """
        parameters = {"category": category, "symbol": symbol, "baseCoin": base_coin, "expDate": expiry}
        return await self._list(_TICKERS, parameters)

    async def get_recent_trades(
        self,
        category: str,
        symbol: str | None,
        limit: int | None = None,
        *,
        base_coin: str | None = None,
        option_type: str | None = None,
    ) -> list[BybitRecentTrade]:
        """Return the latest public trades, newest first: the venue keeps no older ones.

        Parameters
        ----------
        category : str
            `spot`, `linear`, `inverse` or `option`.
        symbol : str or None
            The venue's symbol; options can do with a base coin.
        limit : int or None
            How many; by default as many as the venue gives: 1000, for spot 60.
        base_coin, option_type : str or None
            For options: the base coin, and `Call` or `Put`.
        """
        parameters = {
            "category": category,
            "symbol": symbol,
            "baseCoin": base_coin,
            "optionType": option_type,
        }
        return await self._list(_SPOT_TRADES if category == "spot" else _TRADES, parameters, limit)
