"""The coins that options are written on: some lists of options hold one coin at a time.

Source: Bybit V5 "Get Instruments Info", "Get Trade History".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.constants import USUAL_OPTION_BASE_COINS
from nautilus_bybit_adapter.errors import BybitApiError, BybitError, BybitStatusError
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_PARAMETER_ERROR = 10001


class _OptionBaseCoin(msgspec.Struct, frozen=True, rename="camel"):
    base_coin: str


_OPTION_BASE_COINS = Listing(path="/v5/market/option-base-coins", row_type=_OptionBaseCoin, is_private=False)


class OptionCoins(RestReads):
    """Knows the coins that options are written on."""

    async def get_option_base_coins(self) -> list[str]:
        """Return the coins that options are written on; public.

        The venue does not document the list: where it refuses it, the usual coins are taken, with a warning.
        """
        try:
            rows = await self._list(_OPTION_BASE_COINS, {})
        except BybitError as exc:
            if not _is_refusal(exc):
                raise
            usual = ", ".join(USUAL_OPTION_BASE_COINS)
            self.journal.warning(
                f"The venue does not tell which coins have options, so {usual} are taken: {exc}"
            )
            return list(USUAL_OPTION_BASE_COINS)
        return [row.base_coin for row in rows]

    async def _of_every_coin[T](self, read: Callable[[str], Awaitable[list[T]]]) -> list[T]:
        """Return what a list holds of each coin, one after the other."""
        return [row for coin in await self.get_option_base_coins() for row in await read(coin)]


def _is_refusal(error: BybitError) -> bool:
    """Whether the venue answered that it does not do this, in which case asking again is of no use."""
    if isinstance(error, BybitStatusError):
        return error.status == HTTPStatus.NOT_FOUND
    return isinstance(error, BybitApiError) and error.ret_code == _PARAMETER_ERROR
