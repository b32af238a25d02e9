"""What a schedule of the fault campaign is: drawn from its seed, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

ACTIONS = {
    "buy": 5,
    "sell": 5,
    "touch": 5,  # a limit order at the best price, which the market then reaches
    "rest": 5,  # a limit order far away
    "quote": 2,  # a market order over an amount of the quote coin, where there is such a thing
    "bracket": 3,
    "stop": 2,
    "stop_limit": 2,
    "list": 3,
    "amend": 4,
    "cancel": 4,
    "cancel_side": 2,
    "cancel_all": 1,
    "cancel_batch": 2,
    "market_up": 3,
    "market_down": 3,
    "cancel_elsewhere": 1,
    "order_elsewhere": 1,
}

# What goes wrong, and how long a socket or switch is left so, seconds.
FAULTS = {
    "cut:private": 6,
    "cut:trade": 5,
    "cut:both": 4,
    "deaf": 6,  # pushes are lost for a while, then the socket is cut
    "freeze": 3,  # the process gets no time for up to a second
    "drop:family=private,count=2": 3,
    "drop:family=trade,count=2": 3,
    "stall:family=private,count=1": 2,
    "stall:family=trade,count=1": 2,
    "lose:family=private,match=order*,probability=0.3": 3,
    "lose:family=private,match=execution*,probability=0.3": 3,
    "lose:family=private,probability=0.2": 3,
    "duplicate:family=private,probability=0.5": 3,
    "reorder:family=private,probability=0.5": 3,
    "delay:family=private,ms=20,jitter_ms=80": 3,
    "delay:family=trade,ms=20,jitter_ms=80": 3,
    "corrupt:family=private,probability=0.2": 2,
    "unknown_enum:family=private,probability=0.2": 2,
    "missing_field:family=private,probability=0.2": 2,
    "lose_ack:family=trade,count=3": 4,
    "cut_after_taken:family=trade,count=2": 4,
    "server_error:family=trade,when=after,count=2": 3,
    "server_error:family=trade,when=before,count=2": 3,
    "ret_code:family=trade,code=10000,when=after,count=2": 2,
    "rate_limit:family=trade,probability=0.2": 2,
    "corrupt:family=trade,count=2": 2,
    "http_error:status=503,count=4": 3,
    "http_error:status=500,when=after,count=3": 3,
    "hang:count=1": 1,
    "truncate:count=3": 2,
    "corrupt:family=rest,count=3": 2,
    "refuse:family=rest,count=3": 2,
    "refuse:family=private,count=2": 2,
    "server_error:family=rest,count=3": 2,
    "unknown_enum:family=rest,count=2": 1,
    "missing_field:family=rest,count=2": 1,
    "smp_group_string": 1,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: a command, a move of the market, or a fault; then a pause in seconds."""

    what: str
    is_fault: bool
    draw: float
    pause_secs: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens in one run.

    Parameters
    ----------
    seed : int
        What it was drawn from.
    product : str
        What is traded.
    steps : tuple of Step
        What happens, in this order.

    """

    seed: int
    product: str
    steps: tuple[Step, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What goes wrong in it."""
        return tuple(step.what for step in self.steps if step.is_fault)


def schedule_of(seed: int, products: tuple[str, ...]) -> Schedule:
    """Draw a schedule; products take turns."""
    random = Random(seed)  # noqa: S311 - a schedule is no secret
    product = products[seed % len(products)]
    steps = [_step(random, ACTIONS, is_fault=False) for _ in range(random.randint(12, 24))]
    for _ in range(random.randint(1, 4)):
        # Something has to be under way, and something has to follow.
        steps.insert(random.randint(2, len(steps) - 2), _step(random, FAULTS, is_fault=True))
    return Schedule(seed, product, tuple(steps))


def _step(random: Random, menu: dict[str, int], *, is_fault: bool) -> Step:
    (what,) = random.choices(list(menu), weights=list(menu.values()))
    # Half of the steps follow at once: what crosses on the way is what goes wrong.
    pause_secs = random.choice((0.0, random.uniform(0.005, 0.12)))
    return Step(what, is_fault, random.random(), pause_secs)
