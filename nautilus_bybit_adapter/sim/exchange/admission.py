"""Which orders the venue lets in: price band, reduce-only truncation, funds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .amounts import plain
from .conditions import Protection, check_protection, read_protection
from .errors import VenueError, bad_param
from .liquidation_price import liquidation_price
from .orders import CREATED_BY, Order
from .pricing import clip_to_band, contract_band_error, protection_ticks, spot_band_error
from .requests import OrderRequest, Params, check_notional, is_given, read_price, read_qty
from .tier_check import check_tier

if TYPE_CHECKING:
    from decimal import Decimal

    from .engine import Engine
    from .floor import TradedMarket
    from .loans import Loans
    from .mmp import MarketMakerProtection
    from .risk import Risk
    from .settlement import Settlement

MOVED_CATEGORIES = ("linear", "inverse", "option")


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

    Attributes
    ----------
    moves_prices : set of str
        Categories in which a price beyond the band is moved to it; elsewhere it is refused.
    loans : Loans, optional
        Lends what a spot margin order lacks.
    mmp : MarketMakerProtection, optional
        Refuses quotes of options while they are frozen.
    """

    def __init__(self, risk: Risk, engine: Engine, settlement: Settlement) -> None:
        self._risk = risk
        self._engine = engine
        self._settlement = settlement
        self.moves_prices = set(MOVED_CATEGORIES)
        self.loans: Loans | None = None
        self.mmp: MarketMakerProtection | None = None

    def new_order(self, market: TradedMarket, request: OrderRequest, now_ms: int) -> Order:
        """Return the order a request asks for; one that waits for no price is priced as well.

        Raises
        ------
        VenueError
            When the price is out of the band or there is nothing to reduce.
        """
        it = market.instrument
        order = Order(
            instrument=it,
            order_id="",
            link_id=request.link_id,
            side=request.side,
            order_type=request.order_type,
            tif=request.tif,
            ticks=request.ticks,
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
            trigger=request.trigger,
            stop_kind=request.stop_kind,
            create_type="CreateByBboOrder"
            if request.at_best_level
            else CREATED_BY.get(request.stop_kind, ""),
            close_on_trigger=request.close_on_trigger,
            closes_all=request.closes_all,
            position_idx=request.position_idx,
            protection=request.protection,
            rpi_taker_access=request.rpi_taker_access,
            mmp=request.mmp,
            order_iv=request.order_iv,
        )
        if self.mmp is not None:
            self.mmp.check(order)
        if order.trigger is None:
            self.price(market, order)
        return order

    def price(self, market: TradedMarket, order: Order) -> None:
        """Price an order that goes to the book now, and cut it to what it may close.

        Raises
        ------
        VenueError
            When the price is out of the band or there is nothing to reduce.
        """
        if order.order_type == "Market":
            order.ticks = protection_ticks(market, order)
        else:
            order.ticks = self._within_band(market, order.side, order.ticks)
            self._check_liquidation(market, order)
        if order.only_closes:
            self._truncate(order)

    def _within_band(self, market: TradedMarket, side: str, ticks: int) -> int:
        if market.gathers:
            return ticks  # the auction has a band of its own
        moved = clip_to_band(market, side, ticks)
        if moved == ticks or market.instrument.category in self.moves_prices:
            return moved
        if market.instrument.is_derivative:
            raise contract_band_error(market, side, moved)
        raise spot_band_error(market, side, moved)

    def _check_liquidation(self, market: TradedMarket, order: Order) -> None:
        """Refuse a limit price at which the position would be liquidated already."""
        it = order.instrument
        if it.is_spot or it.is_option:
            return
        position = self._risk.slot(order)
        price = liquidation_price(market, position, self._risk)
        if price is not None and (it.price(order.ticks) - price) * position.size <= 0:
            raise VenueError(110003, "Order price is out of permissible range")

    def _truncate(self, order: Order) -> None:
        it = order.instrument
        closable = self._settlement.closable_lots(order)
        if not closable:
            raise VenueError(110017, "current position is zero, cannot fix reduce-only order qty")
        if order.closes_all:
            most = it.max_market_qty if order.order_type == "Market" else it.max_qty
            order.lots = it.to_lots(most - most % it.lot) or 0
        order.lots = min(order.lots, closable)

    def check_funds(self, market: TradedMarket, order: Order, replaced: Order | None = None) -> None:
        """Refuse an order the account cannot afford; `replaced` is the order it stands in for.

        In isolated margin the fee of the opening fill is reserved.

        Raises
        ------
        VenueError
            110007 on derivatives, 110089 and 110090 beyond their risk tiers, 170131 on spot.
        """
        it = market.instrument
        if it.is_derivative:
            if it.is_option and self._risk.is_isolated:
                raise VenueError(3200403, "Isolated margin mode cannot create order.")
            if not it.is_option and not order.only_closes and replaced is None:
                check_tier(self._risk, market, order)
            if not self._risk.affords(order, replaced):
                raise VenueError(110007, "ab not enough for new order")
            return
        coin = it.quote if order.is_buy else it.base
        short = self._spot_cost(market, order) - self._risk.spendable(coin, without=replaced)
        if short <= 0:
            return
        if order.is_leverage != "1" or self.loans is None:
            raise VenueError(170131, "Insufficient balance.")
        if self._risk.is_isolated:
            raise VenueError(182021, "Spot margin trading is not available in isolated margin mode.")
        if not self.loans.enabled:
            raise VenueError(170036, "Margin trading is not enabled.")
        if short > self.loans.borrowable(coin):
            raise VenueError(170131, "Insufficient balance.")

    def make_room(self, market: TradedMarket, order: Order) -> None:
        """Shrink or cancel other orders until an order that closes on its trigger needs no margin.

        The newest orders of its side give way first, by no more than its own quantity.
        """
        others = [
            other
            for other in reversed(self._risk.open_of(order.instrument.category, order.instrument.symbol))
            if other.side == order.side and other.position_idx == order.position_idx and not other.only_closes
        ]
        left = order.leaves
        for other in others:
            if not left or self._risk.affords(order):
                return
            cut = min(left, other.leaves)
            left -= cut
            self._engine.shrink(market, other, cut)

    def _spot_cost(self, market: TradedMarket, order: Order) -> Decimal:
        it = market.instrument
        if order.budget is not None:
            return order.budget if order.is_buy else order.budget / it.price(order.ticks)
        if not order.is_buy:
            return it.qty(order.leaves)
        if order.order_type == "Limit":
            return order.leaves_value
        return self._engine.sweep_cost(market, order)

    def amended(
        self, market: TradedMarket, order: Order, params: Params
    ) -> tuple[int, int, Protection | None]:
        """Return the ticks, the lots and the protection an amend request leads to.

        Raises
        ------
        VenueError
            When nothing would change or the change is not allowed.
        """
        it = order.instrument
        ticks, lots = order.ticks, order.lots
        if is_given(params, "price"):
            ticks = self._within_band(market, order.side, read_price(params, it))
        if is_given(params, "qty"):
            lots = read_qty(params, it, is_market=False)
            if lots <= order.filled:
                raise VenueError(
                    110064 if it.is_derivative else 170313,
                    "The order quantity is less than or equal to the executed quantity",
                )
            if order.only_closes:
                lots = min(lots, order.filled + self._settlement.closable_lots(order))
        protection = read_protection(params, it, order.protection) or None
        if protection != order.protection and protection is not None:
            check_protection(protection, market, order.side, ticks)
        if (ticks, lots, protection) == (order.ticks, order.lots, order.protection):
            raise bad_param("order not modified")
        changed = replace(order, ticks=ticks, lots=lots, fees={})
        if not order.only_closes:
            check_notional(it, ticks, changed.leaves)
        self.check_funds(market, changed, replaced=order)
        return ticks, lots, protection
