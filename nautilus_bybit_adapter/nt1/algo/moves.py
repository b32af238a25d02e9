"""The terms of an execution, the market as it sees it, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from nautilus_bybit_adapter.nt1.algo.execution import Child, ChildKind, Outcome
    from nautilus_bybit_adapter.warden.placement import QuantityRules, Touch
    from nautilus_bybit_adapter.warden.policy import Preferences


@dataclass(frozen=True, slots=True)
class Terms:
    """What one execution has to keep to.

    Parameters
    ----------
    is_buy : bool
    tick : Decimal
        Price step of the instrument.
    rules : QuantityRules
    preferences : Preferences
        What the route is chosen by.
    is_market : bool
        Whether the parent is a market order, so that it may itself be sent.
    bound : Decimal or None
        Limit price of the parent.
    never_cross : bool
        Whether the parent is post-only.
    deadline_ns : int
        When to stop waiting at the touch, UNIX nanoseconds.
    book_deadline_ns : int
        When to stop waiting for a book, UNIX nanoseconds.
    stale_grace_ns : int
        How long past the deadline to wait for a book that cannot be trusted.
    dust_grace_ns : int
        How long past the deadline to leave a remainder at the touch that is too small to be sent anew.
    cap_bps : Decimal
        How far beyond the touch a child may trade, basis points.
    reprice_ns, settle_ns : int
        Least time between two prices; and from a canceled child to the next, for fills still on their way.
    max_cross_attempts, max_reposts, max_rejections : int
        How often to cross in a row, to post again after the venue took a child off, to send again after a
        refusal.
    improve_from : int
        Spread in ticks from which a resting child goes one tick before the best price; 0 for never.
    slices : int
        In how many parts the parent rests.
    size_jitter, time_jitter : float
        Most relative deviation of a slice from its share, and of a pause from its length.
    seed : int
        Of the jitter.

    """

    is_buy: bool
    tick: Decimal
    rules: QuantityRules
    preferences: Preferences
    is_market: bool
    bound: Decimal | None
    never_cross: bool
    deadline_ns: int
    book_deadline_ns: int
    stale_grace_ns: int
    dust_grace_ns: int
    cap_bps: Decimal
    reprice_ns: int
    settle_ns: int
    max_cross_attempts: int
    max_reposts: int
    max_rejections: int
    improve_from: int = 0
    slices: int = 1
    size_jitter: float = 0.0
    time_jitter: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """The market as an execution sees it.

    Parameters
    ----------
    touch : Touch
        Without the execution's own resting child.
    is_book_ready : bool
        Whether the touch comes from a complete book.
    is_stale : bool
        Whether the book cannot be trusted now.
    amend_from_ns : int
        From when the rate budget allows another amendment, UNIX nanoseconds.

    """

    touch: Touch
    is_book_ready: bool
    is_stale: bool = False
    amend_from_ns: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """Send a child: post-only for PEG, immediate-or-cancel for CROSS."""

    kind: ChildKind
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class SubmitPrimary:
    """Send the parent itself, as the market order it is."""

    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Amend:
    """Move a child to another price in place."""

    child: Child
    price: Decimal


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask the venue to cancel a child."""

    child: Child


@dataclass(frozen=True, slots=True)
class Begin:
    """Take the forecast and hand it to `Plan.begin`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until an event, or the given time (UNIX nanoseconds; None for an event only)."""

    until_ns: int | None


@dataclass(frozen=True, slots=True)
class Finish:
    """Close the parent and report."""

    outcome: Outcome
    reason: str


type Action = Post | SubmitPrimary | Amend | Cancel | Begin | Wait | Finish
