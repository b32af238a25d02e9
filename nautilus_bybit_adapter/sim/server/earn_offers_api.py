"""REST answers about earn products this venue never offers: advanced earn, liquidity mining, hold to earn.

Their lists are empty and every order for one is refused, as Bybit does while no offer is open. Source: Bybit
V5 Earn, Advanced Earn, Liquidity Mining and Hold to Earn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.errors import VenueError

from .earn_params import invalid, read_ident, read_link_id, read_seconds, read_word
from .endpoint import Endpoint, Params, Routes, shows, uses
from .paging import DAY_MS

if TYPE_CHECKING:
    from .context import Context

ADVANCED = ("DualAssets", "DiscountBuy", "DoubleWin", "SmartLeverage")
MOST_POSITIONS = 5
LONGEST_YIELD_MS = 93 * DAY_MS
MOST_YIELDS = 49


def advanced_products(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/advance/product`."""
    del context
    return {"category": read_word(params, "category", ADVANCED), "list": []}


def no_advanced(context: Context, params: Params) -> dict[str, Any]:
    """Orders and positions of advanced earn."""
    del context
    read_word(params, "category", ADVANCED)
    return {"list": [], "nextPageCursor": ""}


def redeem_estimates(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/advance/get-redeem-est-amount-list`: positions that are not there cannot be estimated."""
    del context
    read_word(params, "category", ("DoubleWin", "SmartLeverage"))
    idents = [ident for ident in read_ident(params, "positionIds").split(",") if ident]
    if not 0 < len(idents) <= MOST_POSITIONS:
        raise invalid("positionIds")
    return {
        "list": [
            {
                "success": False,
                "positionId": ident,
                "estRedeemAmount": "0",
                "estRedeemTime": "0",
                "slippageRate": "0",
            }
            for ident in idents
        ]
    }


def no_such_product(context: Context, params: Params) -> dict[str, Any]:
    """Whatever needs a product of advanced earn."""
    del context
    if "category" in params:
        read_word(params, "category", ADVANCED)
    raise VenueError(180007, "Product does not exist.")


def no_pools(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/liquidity-mining/product`."""
    del context, params
    return {"products": []}


def no_pool_positions(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/liquidity-mining/position`."""
    del context, params
    return {"positions": []}


def no_pool_records(context: Context, params: Params) -> dict[str, Any]:
    """Orders, yields and liquidations of liquidity mining."""
    del context, params
    return {"list": [], "nextPageCursor": ""}


def add_liquidity(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/liquidity-mining/add-liquidity`."""
    del context
    read_link_id(params)
    raise VenueError(180007, "Product does not exist.")


def no_pool_position(context: Context, params: Params) -> dict[str, Any]:
    """Whatever needs a position of liquidity mining."""
    del context, params
    raise VenueError(180020, "Position not found.")


def no_airdrops(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/hold-to-earn/product`."""
    del context, params
    return {"products": []}


def no_airdrop_yields(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/earn/hold-to-earn/yield-history`."""
    limit = read_ident(params, "limit")
    if not limit.isdecimal() or not 1 <= int(limit[:9]) <= MOST_YIELDS:
        raise invalid("limit")
    read_seconds(params, ("timeStart", "timeEnd"), context.exchange.now_ms(), LONGEST_YIELD_MS)
    return {"nextCursor": "", "airdropDailyPnls": []}


def _earn(kind: str, names: str, endpoint: Endpoint, method: str = "GET") -> Routes:
    return {(method, f"/v5/earn/{kind}/{name}"): endpoint for name in names.split()}


ROUTES: Routes = {
    **_earn("advance", "product", shows(advanced_products, ret_msg="")),
    **_earn("advance", "product-extra-info", shows(no_such_product, ret_msg="")),
    **_earn("advance", "order position", uses(no_advanced, ret_msg="")),
    **_earn("advance", "get-redeem-est-amount-list", uses(redeem_estimates, ret_msg="")),
    **_earn("advance", "double-win-leverage", uses(no_such_product, ret_msg="")),
    **_earn("advance", "place-order", uses(no_such_product, ret_msg=""), "POST"),
    **_earn("liquidity-mining", "product", shows(no_pools, ret_msg="")),
    **_earn("liquidity-mining", "position", uses(no_pool_positions, ret_msg="")),
    **_earn("liquidity-mining", "order yield-records liquidation-records", uses(no_pool_records, ret_msg="")),
    **_earn("liquidity-mining", "add-liquidity", uses(add_liquidity, ret_msg=""), "POST"),
    **_earn(
        "liquidity-mining",
        "add-margin claim-interest reinvest remove-liquidity",
        uses(no_pool_position, ret_msg=""),
        "POST",
    ),
    **_earn("hold-to-earn", "product", shows(no_airdrops, ret_msg="")),
    **_earn("hold-to-earn", "yield-history", uses(no_airdrop_yields, ret_msg="")),
}
