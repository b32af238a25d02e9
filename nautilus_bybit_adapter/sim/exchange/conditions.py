"""What an order waits for and what protects its fill: trigger prices, take profit and stop loss.

Source: Bybit V5 Place Order, Amend Order and Set Trading Stop; texts of the errors as captured.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import parse_amount, plain
from .errors import VenueError, bad_param
from .fields import Params, is_given, one_of

if TYPE_CHECKING:
    from .instruments import Instrument
    from .market import Market

RISING = 1
FALLING = 2
TRIGGER_KINDS = ("LastPrice", "MarkPrice", "IndexPrice")
# Prices inside error texts are integers of these fractions of the quote coin.
_TRIGGER_TEXT_SCALE = 10**4
_TPSL_TEXT_SCALE = 10**6


@dataclass(frozen=True, slots=True)
class Trigger:
    """A price that releases an order.

    Parameters
    ----------
    ticks : int
        Trigger price in ticks.
    direction : int
        1 when the price has to rise to it, 2 when it has to fall to it.
    by : str
        `LastPrice`, `MarkPrice` or `IndexPrice`.
    """

    ticks: int
    direction: int
    by: str

    def reached(self, ticks: int) -> bool:
        """Whether a price of `ticks` releases the order."""
        return ticks >= self.ticks if self.direction == RISING else ticks <= self.ticks


@dataclass(slots=True)
class Trail:
    """A stop that follows the last price at a distance.

    Parameters
    ----------
    distance : int
        Distance in ticks.
    activation : int
        Price in ticks from which it follows, 0 for at once.
    best : int
        Best price since then in ticks, 0 before.
    """

    distance: int
    activation: int = 0
    best: int = 0

    def follow(self, ticks: int, *, falling: bool) -> Trigger | None:
        """Follow the last price; return the stop it has led to, None before the activation.

        `falling` says that the stop is below the price, as that of a long position.
        """
        direction = FALLING if falling else RISING
        if not self.best:
            reached = ticks >= self.activation if falling else ticks <= self.activation
            if self.activation and not reached:
                return None
            self.best = ticks
        self.best = max(self.best, ticks) if falling else min(self.best, ticks)
        return Trigger(self.best + (-self.distance if falling else self.distance), direction, "LastPrice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A take profit or a stop loss; `limit_ticks` is 0 for a market order."""

    ticks: int
    by: str = "LastPrice"
    limit_ticks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Take profit and stop loss of an order or a position; `mode` is `Full` or `Partial`."""

    mode: str = "Full"
    take: Leg | None = None
    stop: Leg | None = None

    def __bool__(self) -> bool:
        return self.take is not None or self.stop is not None


def price_ticks(market: Market, by: str) -> int:
    """Return the price that `by` names, in ticks."""
    if by == "LastPrice":
        return market.last_ticks
    return market.mark_ticks if by == "MarkPrice" else market.index_ticks


def read_trigger(params: Params, market: Market) -> Trigger | None:
    """Return the trigger of a create request, None when the order is not conditional.

    Raises
    ------
    VenueError
        110092 or 110093 when the price has been passed already.
    """
    if not is_given(params, "triggerPrice") or params["triggerPrice"] == "0":
        return None
    ticks = read_ticks(params, "triggerPrice", market.instrument)
    by = one_of(params, "triggerBy", TRIGGER_KINDS, default="LastPrice")
    direction = str(params.get("triggerDirection") or "")
    if direction not in {"1", "2"}:
        raise bad_param("params error: triggerDirection invalid")
    trigger = Trigger(ticks, int(direction), by)
    check_not_passed(trigger, market)
    return trigger


def read_spot_trigger(params: Params, market: Market) -> Trigger:
    """Return the trigger of a conditional spot order; its direction follows from the last price."""
    if not is_given(params, "triggerPrice"):
        raise VenueError(170130, "Data sent for parameter 'triggerPrice' is not valid.")
    ticks = read_ticks(params, "triggerPrice", market.instrument)
    return Trigger(ticks, RISING if ticks > market.last_ticks else FALLING, "LastPrice")


def check_not_passed(trigger: Trigger, market: Market) -> None:
    """Raise when the market stands at or beyond the trigger price already."""
    current = price_ticks(market, trigger.by)
    if not trigger.reached(current):
        return
    wanted, present = (_scaled(market.instrument, t, _TRIGGER_TEXT_SCALE) for t in (trigger.ticks, current))
    if trigger.direction == RISING:
        raise VenueError(
            110092, f"expect Rising, but trigger_price[{wanted}] <= current[{present}]??{trigger.by}"
        )
    raise VenueError(
        110093, f"expect Falling, but trigger_price[{wanted}] >= current[{present}]??{trigger.by}"
    )


def read_ticks(params: Params, name: str, it: Instrument) -> int:
    """Return a positive price field in ticks."""
    price = parse_amount(params.get(name))
    ticks = it.to_ticks(price) if price else None
    if not ticks:
        raise bad_param(f"params error: {name} invalid")
    return ticks


def read_protection(
    params: Params, it: Instrument, old: Protection | None = None, *, default_mode: str = "Full"
) -> Protection:
    """Return take profit and stop loss of a request; "0" takes a leg away, an absent one keeps that of `old`."""
    old = old or Protection(mode=default_mode)
    mode = one_of(params, "tpslMode", ("Full", "Partial"), default=old.mode)
    return Protection(
        mode=mode,
        take=_read_leg(params, it, "takeProfit", "tp", mode, old.take),
        stop=_read_leg(params, it, "stopLoss", "sl", mode, old.stop),
    )


def _read_leg(
    params: Params, it: Instrument, name: str, prefix: str, mode: str, old: Leg | None
) -> Leg | None:
    if not is_given(params, name):
        return old
    if isinstance(params[name], str) and parse_amount(params[name]) == 0:
        return None
    kind = one_of(params, f"{prefix}OrderType", ("Market", "Limit"), default="Market")
    if kind == "Limit" and mode != "Partial":
        raise bad_param(f"params error: {prefix}OrderType Limit needs tpslMode Partial")
    return Leg(
        ticks=read_ticks(params, name, it),
        by=one_of(params, f"{prefix}TriggerBy", TRIGGER_KINDS, default="LastPrice"),
        limit_ticks=read_ticks(params, f"{prefix}LimitPrice", it) if kind == "Limit" else 0,
    )


def check_protection(
    protection: Protection, market: Market, side: str, base_ticks: int | None = None
) -> None:
    """Raise when a leg stands on the wrong side of the price it is measured from.

    Parameters
    ----------
    protection : Protection
        The legs.
    market : Market
        Its prices measure the legs when there is no `base_ticks`.
    side : str
        Side of the position that is protected.
    base_ticks : int, optional
        Limit price of the order the legs come with.
    """
    sign = 1 if side == "Buy" else -1
    for leg, name, above in ((protection.take, "TakeProfit", sign), (protection.stop, "StopLoss", -sign)):
        if leg is None:
            continue
        base = price_ticks(market, leg.by) if base_ticks is None else base_ticks
        if (leg.ticks - base) * above > 0:
            continue
        wanted, present = (_scaled(market.instrument, t, _TPSL_TEXT_SCALE) for t in (leg.ticks, base))
        relation = "should be higher than" if above > 0 else "should be lower than"
        if name == "StopLoss":
            relation = "should greater than" if above > 0 else "should lower than"
        tail = f"??{leg.by}" if base_ticks is None else ""
        raise bad_param(f"{name}:{wanted} set for {side} position {relation} base_price:{present}{tail}")


def price_or_blank(it: Instrument, ticks: int, blank: str) -> str:
    """Price of `ticks` as private frames write it, `blank` when it is 0."""
    return plain(it.price(ticks)) if ticks else blank


def _scaled(it: Instrument, ticks: int, scale: int) -> int:
    return int(it.price(ticks) * Decimal(scale))
