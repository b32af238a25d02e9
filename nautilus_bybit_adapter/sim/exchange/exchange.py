"""The exchange as a client sees it: every request that changes an order, a position, a setting or the wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .admission import MOVED_CATEGORIES
from .clearing import Clearing
from .errors import VenueError, bad_param
from .exchange_config import ExchangeConfig
from .inputs import taken
from .instruments import SPOT
from .requests import read_position_idx
from .trading_stop import set_trading_stop

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from .fields import Params
    from .moves import MovedLeg
    from .orders import Order
    from .positions import Position

__all__ = ["Exchange", "ExchangeConfig"]


class Exchange(Clearing):
    """One account on a few markets; synchronous, and told the time.

    See `Clearing` for what it is made of and for the events that no request asks for.
    """

    @property
    def orders(self) -> dict[str, Order]:
        """All orders by `orderId`."""
        return self.register.orders

    @property
    def open_orders(self) -> dict[str, Order]:
        """Orders in a book by `orderId`."""
        return self.register.open_orders

    def find(self, category: str, order_id: str, link_id: str) -> Order | None:
        """Order by `orderId`, else the newest by `orderLinkId`."""
        return self.register.find(category, order_id, link_id)

    @taken
    def place(self, params: Params) -> Order:
        """Accept a new order and match it, or hold it until its trigger price.

        Returns
        -------
        Order
            The accepted order, perhaps already ended.

        Raises
        ------
        VenueError
            When Bybit would answer the request with an error code.
        """
        if self.market(params).instrument.key in self._forced.delivered:
            raise VenueError(110074, "This contract is not live")
        return self._desk.place(params)

    @taken
    def amend(self, params: Params) -> Order:
        """Change quantity, price, trigger price, take profit or stop loss of an order that has not ended.

        Raises
        ------
        VenueError
            When the order is gone or the change is not allowed.
        """
        return self._desk.amend(params)

    @taken
    def cancel(self, params: Params) -> Order:
        """Cancel an order that has not ended.

        Raises
        ------
        VenueError
            When the order is unknown or has ended.
        """
        return self._desk.cancel(params)

    @taken
    def cancel_all(self, params: Params) -> list[Order]:
        """Cancel the orders that `symbol`, `baseCoin` or `settleCoin` and `orderFilter` select."""
        return self._desk.cancel_all(params)

    def rehearse(self, params: Params) -> Order:
        """Return the order that `place` would accept, without placing it.

        Raises
        ------
        VenueError
            When `place` would raise it.
        """
        return self._desk.rehearse(params)

    @taken
    def cancel_for(self, cancel_type: str, categories: Collection[str]) -> list[Order]:
        """Cancel every order of some categories on the venue's own account, e.g. as `CancelByDCP`."""
        return self._desk.cancel_for(cancel_type, categories)

    @taken
    def trading_stop(self, params: Params) -> None:
        """Set take profit, stop loss and trailing stop of a position.

        Raises
        ------
        VenueError
            34040 when nothing would change, 10001 when the position is flat or a price is wrong.
        """
        market = self.market(params)
        if market.instrument.is_spot:
            raise bad_param("Illegal category")
        self.auctions.check_stop(market)
        index = read_position_idx(params, hedged=self.settings.is_hedged(market.instrument))
        with self._settlement.step():
            set_trading_stop(self.stops, market, self.position(market, index), index, params)

    @taken
    def move(self, legs: list[Params], *, is_giver: bool) -> list[MovedLeg]:
        """Book positions that change hands with a sub account, all or none.

        Raises
        ------
        VenueError
            When a leg is wrong or its margin is not there.
        """
        return self._moves.move(legs, self.market, is_giver=is_giver)

    @taken
    def set_leverage(self, params: Params) -> None:
        """Set the leverage of a symbol; the same again is 110043."""
        self.settings.set_leverage(self.market(params), params)

    @taken
    def add_margin(self, params: Params) -> Position:
        """Carry out `/v5/position/add-margin` and return the position."""
        return self.isolated.add(self.market(params), params)

    @taken
    def set_auto_add_margin(self, params: Params) -> None:
        """Carry out `/v5/position/set-auto-add-margin`."""
        self.isolated.set_auto_add(self.market(params), params)

    @taken
    def switch_mode(self, params: Params) -> None:
        """Switch symbols between one-way and hedge mode (`/v5/position/switch-mode`)."""
        self.settings.switch_mode(params)

    @taken
    def set_margin_mode(self, params: Params) -> list[dict[str, str]]:
        """Set the margin mode of the account; return Bybit's `reasons`, empty when it was set."""
        return self.settings.set_margin_mode(params)

    @taken
    def set_limit_px_action(self, category: str, *, modify: bool) -> None:
        """Say whether a price beyond the band is moved to it or refused."""
        names = {SPOT} if category == SPOT else set(MOVED_CATEGORIES)
        if modify:
            self._admission.moves_prices |= names
        else:
            self._admission.moves_prices -= names

    @taken
    def borrow(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/borrow`."""
        return self.loans.borrow(params)

    @taken
    def repay(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/no-convert-repay`."""
        return self.loans.repay(params)

    @taken
    def repay_converting(self, params: Params) -> dict[str, str]:
        """Carry out `/v5/account/repay`."""
        return self.loans.repay_converting(params)

    @taken
    def modify_mmp(self, params: Params) -> None:
        """Set the market maker protection of a base coin (`/v5/account/mmp-modify`)."""
        self.mmp.modify(params)

    @taken
    def reset_mmp(self, params: Params) -> None:
        """End the freeze of a base coin (`/v5/account/mmp-reset`)."""
        self.mmp.reset(params)

    @taken
    def transfer(self, coin: str, amount: Decimal, kind: str) -> None:
        """Book `amount` of `coin` coming in, negative when it goes out, as an entry of `kind`; tell the wallet."""
        now_ms = self.now_ms()
        self.account.enter(now_ms, coin, kind, cash_flow=amount)
        self._reporter.tell_wallet([coin], now_ms)
