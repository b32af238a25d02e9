"""What cancels orders on its own: disconnect protection (DCP) and market-maker protection (MMP).

Source: Bybit V5 "Set Disconnect Cancel All", "Get DCP Info", "Set MMP", "Reset MMP", "Get MMP State".
"""

from __future__ import annotations

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads, checked
from nautilus_bybit_adapter.wire.account_requests import ResetMmp, SetDcp, SetMmp
from nautilus_bybit_adapter.wire.envelope import page_under
from nautilus_bybit_adapter.wire.protection import BybitDcp, BybitMmp

_DCP_PRODUCTS = ("SPOT", "DERIVATIVES", "OPTIONS")
_SHORTEST_SECS, _LONGEST_SECS = 3, 300

_DCP = Listing(path="/v5/account/query-dcp-info", row_type=BybitDcp, page_of=page_under("dcpInfos"))
_MMP = Listing(path="/v5/account/mmp-state", row_type=BybitMmp, page_of=page_under("result"))


class ProtectionMethods(RestReads):
    """Disconnect protection and market-maker protection."""

    async def set_dcp(self, window_secs: int, product: str = "DERIVATIVES") -> None:
        """Let the venue cancel the orders of a product when all sockets are lost for a while.

        It takes about ten seconds to apply, and watches only sockets subscribed to a `dcp` topic.

        Parameters
        ----------
        window_secs : int
            For how long, 3 to 300 seconds.
        product : str
            `SPOT`, `DERIVATIVES` or `OPTIONS`.

        Raises
        ------
        BybitConfigError
            If window or product are none of these.
        """
        checked("product", product, _DCP_PRODUCTS)
        if not _SHORTEST_SECS <= window_secs <= _LONGEST_SECS:
            raise BybitConfigError(
                f"window_secs must be from {_SHORTEST_SECS} to {_LONGEST_SECS}; it is {window_secs}."
            )
        request = SetDcp(product=product, time_window=window_secs)
        await self._set("/v5/order/disconnected-cancel-all", request)

    async def get_dcp_info(self) -> list[BybitDcp]:
        """Return the disconnect protection of every product that has one."""
        return await self._list(_DCP, {})

    async def set_mmp(self, request: SetMmp) -> None:
        """Set the market-maker protection of the options on a base coin."""
        await self._set("/v5/account/mmp-modify", request)

    async def reset_mmp(self, base_coin: str) -> None:
        """Let orders pass again after market-maker protection has struck."""
        await self._set("/v5/account/mmp-reset", ResetMmp(base_coin=base_coin))

    async def get_mmp_state(self, base_coin: str) -> list[BybitMmp]:
        """Return the market-maker protection of the options on a base coin; empty where it is not set."""
        return await self._list(_MMP, {"baseCoin": base_coin})
