"""What cancels orders on its own: disconnect protection (DCP) and market-maker protection (MMP).

Source: Bybit V5 "Get DCP Info", "Get MMP State".
"""

from __future__ import annotations

import msgspec


class BybitDcp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Disconnect protection of a product.

    `product` is `SPOT`, `DERIVATIVES` or `OPTIONS`, `dcp_status` `ON` or `OFF`, `time_window` the delay between
    the loss of the last socket and the cancelling, in seconds.
    """

    product: str
    dcp_status: str
    time_window: str = ""


class BybitMmp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Market-maker protection of the options on a base coin.

    Attributes
    ----------
    base_coin : str
        Such as `BTC`.
    mmp_enabled, mmp_frozen : bool
        Whether it is on, and whether it has struck.
    window, frozen_period : str
        Over how long fills are counted, and for how long orders are then refused (`"0"`: until reset); ms.
    qty_limit, delta_limit, vega_limit : str
        Fills that make it strike: base coins, net delta in base coins, net vega.
    mmp_frozen_until : str
        Epoch milliseconds.
    """

    base_coin: str
    mmp_enabled: bool = False
    window: str = ""
    frozen_period: str = ""
    qty_limit: str = ""
    delta_limit: str = ""
    vega_limit: str = ""
    mmp_frozen_until: str = ""
    mmp_frozen: bool = False
