"""The kinds of faults: what each does, where it applies and what can be set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REST = "rest"
PUBLIC = "public"
PRIVATE = "private"
TRADE = "trade"
FAMILIES = (REST, PUBLIC, PRIVATE, TRADE)
SOCKETS = (PUBLIC, PRIVATE, TRADE)
PUSHES = (PUBLIC, PRIVATE)
ORDERS = (REST, TRADE)
# Options that hold one of a few words.
CHOICES: Mapping[str, tuple[str, ...]] = {"when": ("before", "after")}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Parameters
    ----------
    name : str
        What it is called.
    effect : str
        What it does, in one sentence.
    families : tuple of str
        Where it can happen.
    options : mapping of str to int or str
        Its own settings with their defaults; the default's type is the setting's.
    """

    name: str
    effect: str
    families: tuple[str, ...]
    options: Mapping[str, int | str] = field(default_factory=dict)


_ALL = (
    Kind("refuse", "New sockets and requests are cut before any answer.", FAMILIES),
    Kind("drop", "The socket is cut without a goodbye where a frame would pass.", SOCKETS),
    Kind("stall", "The socket stays open and falls silent: no data, no pong.", SOCKETS),
    Kind("delay", "Answers and pushes come late.", FAMILIES, {"ms": 100, "jitter_ms": 0}),
    Kind("lose", "A push is never sent.", PUSHES),
    Kind("duplicate", "A push is sent twice.", PUSHES),
    Kind("reorder", "A push is sent after the next one.", PUSHES),
    Kind("lose_ack", "A request is carried out and never answered.", ORDERS),
    Kind("cut_after_taken", "A request is carried out and its socket cut before the answer.", ORDERS),
    Kind(
        "http_error", "A request is answered with an HTTP error.", (REST,), {"status": 503, "when": "before"}
    ),
    Kind("hang", "A request is never answered; its connection stays open.", (REST,), {"when": "before"}),
    Kind("truncate", "Half of the body is sent, then the connection is cut.", (REST,)),
    Kind(
        "ret_code",
        "A request is answered with a business error.",
        ORDERS,
        {"code": 10016, "text": "", "when": "before"},
    ),
    Kind("rate_limit", "A request is refused with 10006.", ORDERS),
    Kind("server_error", "A request is answered with 10016.", ORDERS, {"when": "before"}),
    Kind(
        "clock_skew",
        "The venue's clock is off: requests fail with 10002 until they are stamped with the time it shows.",
        ORDERS,
        {"ms": 10_000},
    ),
    Kind("ban", "A request is answered with HTTP 403, as a banned address.", (REST,)),
    Kind("gap", "A delta of an order book is never sent, so `u` jumps.", (PUBLIC,)),
    Kind("crossed", "A book frame carries a bid above its asks.", (PUBLIC,)),
    Kind("corrupt", "A frame or body is cut in the middle and is no JSON.", FAMILIES),
    Kind(
        "unknown_enum",
        "A field holds a word nobody documented.",
        (REST, PUBLIC, PRIVATE),
        {"field": "", "value": "Unheard"},
    ),
    Kind("missing_field", "A field is left out of a row.", (REST, PUBLIC, PRIVATE), {"field": ""}),
    Kind("smp_group_string", "`smpGroup` is a string instead of a number.", (REST, PRIVATE)),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
