"""One set of rate limits for all clients of a process that talk to the same venue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from weakref import WeakKeyDictionary, WeakValueDictionary

from nautilus_bybit_adapter.state.limiter import RateLimits, ip_window
from nautilus_bybit_adapter.state.rate_table import rate_table
from nautilus_bybit_adapter.state.rate_window import RateWindow
from nautilus_bybit_adapter.transport.gate import RateGate
from nautilus_bybit_adapter.transport.options import Log


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """
    What a client's configuration says about limits; ``None`` is no word about it.

    Parameters
    ----------
    max_orders_per_second, max_requests_per_second : int or None
        This program's own limits, 0 for none.
    vip_tier : int or None
        The account's tier.
    rate_limits : Mapping[str, int] or None
        Limits of single paths.

    """

    max_orders_per_second: int | None = None
    max_requests_per_second: int | None = None
    vip_tier: int | None = None
    rate_limits: Mapping[str, int] | None = None

    def after(self, earlier: LimitSettings) -> LimitSettings:
        """Return these, and where nothing is said what an earlier client of the venue said."""
        mine = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(earlier, **{name: value for name, value in mine.items() if value is not None})

    def limits(self) -> RateLimits:
        """Return the limits, with defaults where nothing is said; raises `BybitConfigError` for ones that cannot be."""
        default = RateLimits()
        orders, requests = self.max_orders_per_second, self.max_requests_per_second
        return RateLimits(
            default.orders_per_second if orders is None else orders,
            default.requests_per_second if requests is None else requests,
            MappingProxyType(rate_table(self.vip_tier or 0, self.rate_limits)),
        )


_gates: WeakValueDictionary[str, RateGate] = WeakValueDictionary()
_settings: WeakKeyDictionary[RateGate, LimitSettings] = WeakKeyDictionary()
# The venue counts an address on all its hosts together, testnet's and mainnet's alike.
_address: RateWindow = ip_window()


def shared_gate(venue: str, *, is_local: bool, settings: LimitSettings, log: Log) -> RateGate:
    """
    Return the gate of a venue, the same one for all its clients as long as one of them lives.

    Parameters
    ----------
    venue : str
        What the clients have in common: the environment, or another address.
    is_local : bool
        Whether it is not Bybit itself, and counts addresses on its own.
    settings : LimitSettings
        What this client's configuration says; it holds for the others too from now on.
    log : Log
        Where to tell that it does.

    Raises
    ------
    BybitConfigError
        If a limit cannot be.

    """
    gate = _gates.get(venue)
    if gate is None:
        gate = _gates[venue] = RateGate(settings.limits(), None if is_local else _address)
        _settings[gate] = settings
        return gate
    earlier = _settings[gate]
    joined = settings.after(earlier)
    gate.set_limits(joined.limits())
    for field in fields(joined):
        before, now = getattr(earlier, field.name), getattr(joined, field.name)
        if before is not None and before != now:
            log.warning(
                f"{field.name} is {now!r} now for all clients of {venue} in this process; it was {before!r}"
            )
    _settings[gate] = joined
    return gate
