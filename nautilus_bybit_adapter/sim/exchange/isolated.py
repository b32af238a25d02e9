"""Margin of isolated positions: added, taken out, and added by the venue before it would liquidate.

Source: Bybit V5 Add Or Reduce Margin and Set Auto Add Margin.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from .amounts import EIGHT_PLACES, ZERO
from .errors import VenueError, bad_param
from .fields import Params, is_given
from .requests import read_position_idx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .floor import TradedMarket
    from .market import Market
    from .position_settings import PositionSettings
    from .positions import Position
    from .risk import Risk

ONLY_ISOLATED = 110076
CANNOT_ADD, NO_POSITION, UNCHANGED, WOULD_LIQUIDATE = 110014, 110033, 110027, 110046
_AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,4})?")


class IsolatedMargin:
    """Moves margin between the balance of a coin and its isolated positions.

    Parameters
    ----------
    risk : Risk
        Knows what is held and what is free.
    settings : PositionSettings
        Knows the slots of a market.
    tell : callable
        Tells the position slots and the wallet line of a market.
    """

    def __init__(self, risk: Risk, settings: PositionSettings, tell: Callable[[TradedMarket], None]) -> None:
        self._risk = risk
        self._settings = settings
        self._tell = tell

    def slot(self, market: TradedMarket, params: Params) -> Position:
        """Return the position slot that `positionIdx` names."""
        index = read_position_idx(params, hedged=self._settings.is_hedged(market.instrument))
        return next(slot for slot in self._settings.slots(market.instrument) if slot.index == index)

    def set_auto_add(self, market: TradedMarket, params: Params) -> None:
        """Carry out `/v5/position/set-auto-add-margin`.

        Raises
        ------
        VenueError
            110076 outside isolated margin, 110027 when nothing would change.
        """
        self._check_mode(market)
        wanted = str(params.get("autoAddMargin"))
        if wanted not in {"0", "1"}:
            raise bad_param("params error: autoAddMargin invalid, allowed are 0 and 1")
        slot = self.slot(market, params)
        if slot.adds_margin == (wanted == "1"):
            raise VenueError(UNCHANGED, "Margin is not modified")
        slot.adds_margin = wanted == "1"
        self._tell(market)

    def add(self, market: TradedMarket, params: Params) -> Position:
        """Carry out `/v5/position/add-margin`; a negative amount takes margin out.

        Raises
        ------
        VenueError
            110076 outside isolated margin, 110033 without a position, 110014 when the coin or what was added does
            not suffice, 110046 when the position would be liquidated, 110027 for an amount of 0.
        """
        self._check_mode(market)
        amount = _read_amount(params)
        slot = self.slot(market, params)
        if not slot.size:
            raise VenueError(NO_POSITION, "There is no position to add margin to")
        if not amount:
            raise VenueError(UNCHANGED, "Margin is not modified")
        coin = market.instrument.settle
        if amount > self._risk.free(coin) or (amount < 0 and slot.added_margin + amount < 0):
            raise VenueError(CANNOT_ADD, "The margin cannot be changed by that much")
        slot.added_margin += amount
        if amount < 0 and self.is_lost(market, slot):
            slot.added_margin -= amount
            raise VenueError(WOULD_LIQUIDATE, "The position would be liquidated")
        self._tell(market)
        return slot

    def lost(self) -> Iterator[tuple[Market, Position]]:
        """Positions that do not cover their maintenance margin any more."""
        for market, slot in self._risk.held():
            if not market.instrument.is_option and self.is_lost(market, slot):
                yield market, slot

    def is_lost(self, market: Market, slot: Position) -> bool:
        """Whether a position's margin and result are down to its maintenance margin."""
        held, least = self._risk.position_margins(market, slot)
        return held + slot.unrealised(market.mark) <= least

    def top_up(self, market: TradedMarket, slot: Position) -> bool:
        """Add what brings a position back to its initial margin; return whether that saved it."""
        free = self._risk.free(market.instrument.settle)
        if not slot.adds_margin or free <= 0:
            return False
        missing = -(slot.added_margin + slot.unrealised(market.mark)).quantize(EIGHT_PLACES, ROUND_DOWN)
        added = max(ZERO, min(free, missing))
        slot.added_margin += added
        if self.is_lost(market, slot):
            slot.added_margin -= added
            return False
        self._tell(market)
        return True

    def absorb(self, market: Market, slot: Position) -> None:
        """Let a position pay out of its own margin what its coin lacks, as for a funding."""
        if self._risk.is_isolated:
            lacking = -self._risk.free(market.instrument.settle)
            held = self._risk.position_margins(market, slot)[0]
            slot.added_margin -= max(ZERO, min(lacking, held))

    def _check_mode(self, market: TradedMarket) -> None:
        it = market.instrument
        if it.is_spot or it.is_option:
            raise bad_param("Illegal category")
        if not self._risk.is_isolated:
            raise VenueError(ONLY_ISOLATED, "Only isolated mode can set auto-add-margin")


def _read_amount(params: Params) -> Decimal:
    text = str(params["margin"]) if is_given(params, "margin") else ""
    if not _AMOUNT.fullmatch(text):
        raise bad_param(f"params error: margin {text!r} invalid, at most 4 decimals are allowed")
    return Decimal(text)
