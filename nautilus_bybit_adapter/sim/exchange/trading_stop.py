"""The request that sets take profit, stop loss and trailing stop of a position.

Source: Bybit V5 Set Trading Stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .amounts import parse_amount
from .conditions import Trail, check_protection, read_protection, read_ticks
from .errors import VenueError, bad_param
from .fields import Params, is_given, one_of
from .stops import TRAILING

if TYPE_CHECKING:
    from .conditions import Protection
    from .floor import TradedMarket
    from .positions import Position
    from .stops import Stops

MAX_PARTIALS = 20
UNCHANGED = 34040


def set_trading_stop(
    stops: Stops, market: TradedMarket, position: Position, position_idx: int, params: Params
) -> None:
    """Carry out `/v5/position/trading-stop`.

    Raises
    ------
    VenueError
        34040 when nothing would change; 10001 when the position is flat or a price is on the wrong side.
    """
    if not position.size:
        raise bad_param("can not set tp/sl/ts for zero position")
    mode = one_of(params, "tpslMode", ("Full", "Partial"), default="Full")
    if mode == "Partial":
        _add_partial(stops, market, position, position_idx, params)
        return
    before = stops.protection(market, position_idx)
    after = read_protection({**params, "tpslMode": "Full"}, market.instrument, before)
    trail, trail_changes = _read_trail(stops, market, position, position_idx, params)
    if after == before and not trail_changes:
        raise VenueError(UNCHANGED, "not modified")
    _check_changed(before, after, market, position)
    stops.set_full(market, position_idx, after)
    if trail_changes:
        stops.set_trail(market, position_idx, trail)


def _check_changed(before: Protection, after: Protection, market: TradedMarket, position: Position) -> None:
    changed = type(after)(
        take=after.take if after.take != before.take else None,
        stop=after.stop if after.stop != before.stop else None,
    )
    check_protection(changed, market, position.side)


def _add_partial(
    stops: Stops, market: TradedMarket, position: Position, position_idx: int, params: Params
) -> None:
    it = market.instrument
    protection = read_protection({**params, "tpslMode": "Partial"}, it)
    if not protection:
        raise VenueError(UNCHANGED, "not modified")
    check_protection(protection, market, position.side)
    sizes = {parse_amount(params.get(name)) for name in ("tpSize", "slSize") if is_given(params, name)}
    if len(sizes) > 1:
        raise bad_param("params error: tpSize and slSize must be equal")
    size = sizes.pop() if sizes else abs(position.size)
    lots = it.to_lots(size) if size else None
    if not lots or size is None or size > abs(position.size):
        raise bad_param("params error: tpSize or slSize invalid")
    legs = (protection.take is not None) + (protection.stop is not None)
    if len(stops.partials(market, position_idx)) + legs > MAX_PARTIALS:
        raise VenueError(110061, "The number of partial TP/SL orders exceeds the limit of 20.")
    stops.add_partial(market, position_idx, protection, lots)


def _read_trail(
    stops: Stops, market: TradedMarket, position: Position, position_idx: int, params: Params
) -> tuple[Trail | None, bool]:
    old = stops.full(market, position_idx, TRAILING)
    present = old.trail if old is not None else None
    if not is_given(params, "trailingStop"):
        return present, False
    if parse_amount(params["trailingStop"]) == 0:
        return None, present is not None
    distance = read_ticks(params, "trailingStop", market.instrument)
    activation = 0
    if is_given(params, "activePrice") and parse_amount(params["activePrice"]) != 0:
        activation = read_ticks(params, "activePrice", market.instrument)
        _check_activation(market, position, activation)
    unchanged = present is not None and (present.distance, present.activation) == (distance, activation)
    return Trail(distance, activation), not unchanged


def _check_activation(market: TradedMarket, position: Position, ticks: int) -> None:
    long = position.size > 0
    last = market.last_ticks
    if ticks > last if long else ticks < last:
        return
    relation = "should be higher than" if long else "should be lower than"
    price = market.instrument.price
    raise bad_param(
        f"TrailingProfit:{int(price(ticks) * 10**6)} set for {position.side} position "
        f"{relation} base_price:{int(price(last) * 10**6)}??LastPrice"
    )
