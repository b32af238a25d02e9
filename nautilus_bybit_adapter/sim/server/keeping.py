"""Requests as inputs of the exchange: kept with their time, and carried out again from what was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.inputs import REQUEST

from .limits import Quota

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .context import Context
    from .endpoint import Params, Routes


def kept(
    context: Context, method: str, path: str, params: dict[str, Any], granted: int
) -> AbstractContextManager[None]:
    """Keep what a request changes; `granted` is how many items of a batch the limits let through."""
    return context.exchange.inputs.taking(REQUEST, f"{method} {path}", (params, granted), {})


def carry_out_again(context: Context, endpoints: Routes, name: str, params: Params, granted: int) -> None:
    """Carry out a kept request; what it answers is nobody's business any more."""
    method, _, path = name.partition(" ")
    endpoints[method, path].handler(context, params, Quota(0, 0, 0, granted))
