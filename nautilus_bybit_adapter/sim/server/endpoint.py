"""What a REST path is: who answers it, who may ask, and its text of success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .limits import Quota

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

Params = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """`result` and `retExtInfo` of an answer, keys that one odd path puts beside them, and a refusal with a result."""

    result: Any
    ext: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    ret_code: int = 0
    ret_msg: str = ""


Handler = Callable[["Context", Params, Quota], Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: how it answers, whether it is private, its text of success."""

    handler: Handler
    private: bool = True
    ret_msg: str = "OK"


Routes = dict[tuple[str, str], Endpoint]


def private(function: Callable[[Exchange, Params], Result], ret_msg: str = "OK") -> Endpoint:
    """Answer a signed request from the exchange alone."""
    return Endpoint(lambda context, params, _quota: Reply(function(context.exchange, params)), True, ret_msg)


def public(function: Callable[[Exchange, Params], Result], ret_msg: str = "OK") -> Endpoint:
    """Answer anybody from the exchange alone."""
    return Endpoint(lambda context, params, _quota: Reply(function(context.exchange, params)), False, ret_msg)


def uses(function: Callable[[Context, Params], Result], ret_msg: str = "OK") -> Endpoint:
    """Answer a signed request from everything the venue knows."""
    return Endpoint(lambda context, params, _quota: Reply(function(context, params)), True, ret_msg)


def shows(function: Callable[[Context, Params], Result], ret_msg: str = "OK") -> Endpoint:
    """Answer anybody from everything the venue knows."""
    return Endpoint(lambda context, params, _quota: Reply(function(context, params)), False, ret_msg)
