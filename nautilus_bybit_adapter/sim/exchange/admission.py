"""Which orders the venue lets in: price band, reduce-only truncation, funds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .amounts import plain
from .errors import VenueError, bad_param
from .orders import Order
from .pricing import check_spot_band, clip_to_band, protection_ticks
from .requests import OrderRequest, Params, check_notional, is_given, read_price, read_qty

if TYPE_CHECKING:
    from decimal import Decimal

    from .engine import Engine
    from .floor import TradedMarket
    from .risk import Risk
    from .settlement import Settlement


class Admission:
    """Checks of new and amended orders.

    Parameters
    ----------
    risk : Risk
        What the account can afford.
    engine : Engine
        Knows what a sweep costs.
    settlement : Settlement
        Knows what may be closed.
    """

    def __init__(self, risk: Risk, engine: Engine, settlement: Settlement) -> None:
        self._risk = risk
        self._engine = engine
        self._settlement = settlement

    def new_order(self, market: TradedMarket, request: OrderRequest, now_ms: int) -> Order:
        """Return the order a request asks for, priced within the band and truncated when reduce-only.

        Raises
        ------
        VenueError
            When the price is out of the band or there is nothing to reduce.
        """
        it = market.instrument
        ticks = request.ticks
        if not ticks:
            ticks = protection_ticks(market, request)
        elif it.is_linear:
            ticks = clip_to_band(market, request.side, ticks)
        else:
            check_spot_band(market, request.side, ticks)
        order = Order(
            instrument=it,
            order_id="",
            link_id=request.link_id,
            side=request.side,
            order_type=request.order_type,
            tif=request.tif,
            ticks=ticks,
            lots=request.lots,
            created_ms=now_ms,
            updated_ms=now_ms,
            last_price=plain(it.price(market.last_ticks)),
            budget=request.budget,
            market_unit=request.market_unit,
            reduce_only=request.reduce_only,
            smp_type=request.smp_type or "None",
            slippage_type=request.slippage_type,
            slippage=request.slippage,
            is_leverage=request.is_leverage,
        )
        if order.reduce_only:
            self._truncate_reduce_only(order)
        return order

    def _truncate_reduce_only(self, order: Order) -> None:
        closable = self._settlement.closable_lots(order)
        if not closable:
            raise VenueError(110017, "current position is zero, cannot fix reduce-only order qty")
        order.lots = min(order.lots, closable)

    def check_funds(self, market: TradedMarket, order: Order, replaced: Order | None = None) -> None:
        """Refuse an order the account cannot afford; `replaced` is the order it stands in for.

        The fee of the opening fill is not reserved.

        Raises
        ------
        VenueError
            110007 on linear, 170131 on spot.
        """
        it = market.instrument
        if it.is_derivative:
            if not self._risk.affords(order, replaced):
                raise VenueError(110007, "ab not enough for new order")
            return
        if self._spot_cost(market, order) > self._risk.spendable(
            it.quote if order.is_buy else it.base, without=replaced
        ):
            raise VenueError(170131, "Insufficient balance.")

    def _spot_cost(self, market: TradedMarket, order: Order) -> Decimal:
        it = market.instrument
        if order.budget is not None:
            return order.budget if order.is_buy else order.budget / it.price(order.ticks)
        if not order.is_buy:
            return it.qty(order.leaves)
        if order.order_type == "Limit":
            return order.leaves_value
        return self._engine.sweep_cost(market, order)

    def amended(self, market: TradedMarket, order: Order, params: Params) -> tuple[int, int]:
        """Return the ticks and lots an amend request leads to.

        Raises
        ------
        VenueError
            When nothing would change or the change is not allowed.
        """
        it = order.instrument
        ticks, lots = order.ticks, order.lots
        if is_given(params, "price"):
            ticks = read_price(params, it)
            if it.is_linear:
                ticks = clip_to_band(market, order.side, ticks)
            else:
                check_spot_band(market, order.side, ticks)
        if is_given(params, "qty"):
            lots = read_qty(params, it, is_market=False)
            if lots <= order.filled:
                raise VenueError(
                    110064 if it.is_linear else 170313,
                    "The order quantity is less than or equal to the executed quantity",
                )
            if order.reduce_only:
                lots = min(lots, order.filled + self._settlement.closable_lots(order))
        if (ticks, lots) == (order.ticks, order.lots):
            raise bad_param("order not modified")
        changed = replace(order, ticks=ticks, lots=lots, fees={})
        check_notional(it, ticks, changed.leaves)
        self.check_funds(market, changed, replaced=order)
        return ticks, lots
