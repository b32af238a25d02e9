"""Settings of positions and of the margin account: leverage, position mode, margin mode.

Source: Bybit V5 Set Leverage, Switch Position Mode and Set Margin Mode.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, parse_amount
from .errors import VenueError, bad_param
from .fields import Params, one_of, read_category, read_text
from .instruments import LINEAR, OPTION
from .tiers import tier_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .account import Account
    from .floor import TradedMarket
    from .instruments import Instrument
    from .positions import Position
    from .register import Register
    from .risk import Risk

ONE_WAY = "0"
BOTH_SIDES = "3"
REGULAR, ISOLATED, PORTFOLIO = "REGULAR_MARGIN", "ISOLATED_MARGIN", "PORTFOLIO_MARGIN"
MARGIN_MODES = (ISOLATED, REGULAR, PORTFOLIO)
LEAST_PORTFOLIO_EQUITY = Decimal(1000)
# `reasonCode` and `reasonMsg` of a margin mode that is refused.
LOW_EQUITY = ("3400000", "Equity needs to be equal to or greater than 1000 USDC.")
NO_HEDGE = ("3400088", "Hedge mode is not supported in portfolio margin.")
HAS_LOANS = ("3400052", "You have loans, which isolated margin does not allow.")
HAS_OPTIONS = ("3400053", "You have positions or orders of options, which isolated margin does not allow.")
NOT_COVERED = ("3400071", "Net asset is not satisfied.")


class PositionSettings:
    """What the client has set about its positions.

    Parameters
    ----------
    account : Account
        Positions.
    register : Register
        Orders that stand in the way of a change.
    markets : mapping
        Markets by category and symbol.
    tell : callable
        Tells the position slots of a market.
    risk : Risk
        Knows what the account has left and which tier a position is in.

    Attributes
    ----------
    hedged : set of str
        Linear symbols with a long and a short leg.
    """

    def __init__(
        self,
        account: Account,
        register: Register,
        markets: Mapping[tuple[str, str], TradedMarket],
        tell: Callable[[TradedMarket], None],
        risk: Risk,
    ) -> None:
        self._risk = risk
        self.hedged: set[str] = set()
        self._account = account
        self._register = register
        self._markets = markets
        self._tell = tell

    @property
    def margin_mode(self) -> str:
        """Bybit's `marginMode` of the whole account."""
        return self._account.margin_mode

    def is_hedged(self, it: Instrument) -> bool:
        """Whether an instrument has two legs."""
        return it.category == LINEAR and it.symbol in self.hedged

    def slots(self, it: Instrument) -> list[Position]:
        """Position slots of an instrument in its present mode: one, or the long and the short leg."""
        return [self._account.position(it.symbol, i) for i in ((1, 2) if self.is_hedged(it) else (0,))]

    def set_leverage(self, market: TradedMarket, params: Params) -> None:
        """Set the leverage of a symbol.

        Raises
        ------
        VenueError
            110043 when nothing would change, 110013 above the highest of the risk tier, 110038 in portfolio
            margin, 110044 when the margin does not suffice for less leverage.
        """
        it = market.instrument
        if not it.is_derivative or it.is_option:
            raise bad_param("Illegal category")
        if self.margin_mode == PORTFOLIO:
            raise VenueError(110038, "Cannot change leverage in portfolio margin mode")
        buy, sell = (parse_amount(params.get(name)) for name in ("buyLeverage", "sellLeverage"))
        may_differ = self.is_hedged(it) and self.margin_mode == ISOLATED
        if buy is None or sell is None or min(buy, sell) < 1 or (buy != sell and not may_differ):
            raise bad_param("params error: buyLeverage and sellLeverage must be equal and at least 1")
        self._check_tier(market, max(buy, sell))
        wanted: dict[int, Decimal] = {0: buy, 1: buy, 2: sell}
        slots = self.slots(it)
        if all(slot.leverage == wanted[slot.index] for slot in slots):
            raise VenueError(110043, "leverage not modified")
        present = {index: self._account.position(it.symbol, index).leverage for index in wanted}
        self._put(it, wanted)
        if min(wanted.values()) < min(present.values()) and self._risk.falls_short(it.settle):
            self._put(it, present)
            raise VenueError(110044, "Available margin is insufficient")
        self._tell(market)

    def _check_tier(self, market: TradedMarket, leverage: Decimal) -> None:
        it = market.instrument
        exposure = max(self._risk.exposure(market, slot) for slot in self.slots(it))
        most = tier_of(it, exposure).max_leverage
        if leverage > most:
            raise VenueError(
                110013,
                f"cannot set leverage [{leverage * 100:.0f}] gt maxLeverage [{most * 100:.0f}] by risk limit",
            )

    def _put(self, it: Instrument, leverages: Mapping[int, Decimal]) -> None:
        self._account.order_margins.pop(it.key, None)
        for index, leverage in leverages.items():
            self._account.position(it.symbol, index).leverage = leverage

    def switch_mode(self, params: Params) -> None:
        """Switch symbols of linear between one-way and hedge mode.

        Raises
        ------
        VenueError
            110025 when nothing would change, 110024 with a position, 110028 with an order, 110029 where a
            symbol has no hedge mode.
        """
        if read_category(params) != LINEAR:
            raise bad_param("Illegal category")
        mode = str(params.get("mode"))
        if mode not in {ONE_WAY, BOTH_SIDES}:
            raise bad_param("params error: position_mode invalid")
        markets = self._switched(params)
        changed = [m for m in markets if self.is_hedged(m.instrument) != (mode == BOTH_SIDES)]
        if not changed:
            raise VenueError(110025, "Position mode is not modified")
        for market in changed:
            self._check_unused(market.instrument)
        names = {market.instrument.symbol for market in changed}
        self.hedged = self.hedged | names if mode == BOTH_SIDES else self.hedged - names

    def set_margin_mode(self, params: Params) -> list[dict[str, str]]:
        """Set the margin mode of the account; return why it cannot be set, empty when it was.

        Raises
        ------
        VenueError
            110026 when nothing would change.
        """
        mode = one_of(params, "setMarginMode", MARGIN_MODES)
        before = self.margin_mode
        if mode == before:
            raise VenueError(110026, "Cross/isolated margin mode is not modified")
        reasons = self._against(mode)
        if not reasons:
            self._change_margin_mode(mode)
        if self._lacks(mode):
            self._change_margin_mode(before)
            reasons.append(NOT_COVERED)
        return [{"reasonCode": code, "reasonMsg": text} for code, text in reasons]

    def _against(self, mode: str) -> list[tuple[str, str]]:
        """Return what stands in the way of a margin mode before anything is reckoned in it."""
        reasons = []
        if mode == PORTFOLIO:
            if self.hedged:
                reasons.append(NO_HEDGE)
            if self._risk.totals().equity < LEAST_PORTFOLIO_EQUITY:
                reasons.append(LOW_EQUITY)
        elif mode == ISOLATED:
            if any(debt > 0 for debt in self._account.debts.values()):
                reasons.append(HAS_LOANS)
            if self._register.live(OPTION) or any(m.instrument.is_option for m, _ in self._risk.held()):
                reasons.append(HAS_OPTIONS)
        return reasons

    def _change_margin_mode(self, mode: str) -> None:
        self._account.margin_mode = mode
        self._account.order_margins.clear()
        for slot in self._account.positions.values():
            slot.added_margin, slot.adds_margin = ZERO, False

    def _lacks(self, mode: str) -> bool:
        """Whether the account would not cover its positions and orders in a margin mode it is in now."""
        if self.margin_mode != mode:
            return False
        if mode == ISOLATED:
            coins = {**self._account.balances, **self._risk.sheet()}
            return any(self._risk.free(coin) < 0 for coin in coins)
        total = self._risk.totals()
        return total.maintenance > 0 and total.backing <= total.maintenance

    def _switched(self, params: Params) -> list[TradedMarket]:
        symbol, coin = read_text(params, "symbol"), read_text(params, "coin")
        if symbol:
            market = self._markets.get((LINEAR, symbol))
            if market is None:
                raise bad_param(f"params error: symbol invalid {symbol}")
            if not _can_hedge(market.instrument):
                raise VenueError(110029, "The symbol does not support hedge mode.")
            return [market]
        return [
            market
            for market in self._markets.values()
            if _can_hedge(market.instrument) and coin in {"", market.instrument.settle}
        ]

    def _check_unused(self, it: Instrument) -> None:
        if any(slot.size for slot in self._account.legs(it.symbol)):
            raise VenueError(110024, "You have an existing position, so the position mode cannot be switched")
        if any(order.instrument.symbol == it.symbol for order in self._register.live(it.category)):
            raise VenueError(110028, "You have existing orders, so the position mode cannot be switched")


def _can_hedge(it: Instrument) -> bool:
    return it.category == LINEAR and it.is_perpetual and it.settle == "USDT"
