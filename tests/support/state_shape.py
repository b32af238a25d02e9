"""What a state file keeps: every class of the venue in it with the names of its attributes."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType
from typing import Any

from venue_requests import REQUESTS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.sim import VenueError

OWN = "nautilus_bybit_adapter.sim."
# Leaves nothing behind, see `Inputs.__getstate__`.
FORGOTTEN = {"Inputs"}


def shapes() -> dict[str, list[str]]:
    """Attribute names by class of a venue that has answered one request to every path."""
    venue = WalkedVenue()
    for route, params in REQUESTS:
        if route == "LATER":
            venue.after(params["ms"])
            continue
        with contextlib.suppress(VenueError):
            venue.ask(route, **params)
    for market in venue.exchange.markets.values():
        market.on_ask = None
    found: dict[str, list[str]] = {}
    seen: set[int] = set()
    waiting: list[Any] = [venue.context.memory()]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or each is venue.exchange.sink:
            continue
        seen.add(id(each))
        waiting.extend(_inside(each, found))
    return dict(sorted(found.items()))


def digest(found: Mapping[str, list[str]]) -> str:
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12]


def _inside(each: Any, found: dict[str, list[str]]) -> Iterator[Any]:
    if isinstance(each, Mapping):
        yield from each.keys()
        yield from each.values()
    elif isinstance(each, list | tuple | set | frozenset) or type(each).__name__ == "deque":
        yield from each
    elif isinstance(each, MethodType):
        yield each.__self__
    kind = type(each)
    if not kind.__module__.startswith(OWN) or isinstance(each, FunctionType | MethodType | type):
        return
    if kind.__name__ in FORGOTTEN:
        return
    values = dict(getattr(each, "__dict__", {}))
    for base in kind.__mro__:
        for name in getattr(base, "__slots__", ()):
            mangled = f"_{base.__name__}{name}" if name.startswith("__") else name
            if hasattr(each, mangled):
                values[name] = getattr(each, mangled)
    known = found.setdefault(f"{kind.__module__}.{kind.__qualname__}", [])
    known[:] = sorted({*known, *values})
    yield from values.values()
