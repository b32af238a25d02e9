"""What an answer says about the rate limit of its path.

Source: Bybit V5 "Rate Limit Rules"; the trade socket carries the same names in its `header`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class RateHeaders(NamedTuple):
    """A path's window at the venue.

    Attributes
    ----------
    limit : int
        Units per window.
    remaining : int
        Units that are left.
    """

    limit: int
    remaining: int


def read_rate_headers(headers: Mapping[str, str]) -> RateHeaders | None:
    """Return what the headers say about a window, or `None` where one is missing or no number.

    Parameters
    ----------
    headers : Mapping of str to str
        In the venue's own spelling, or a mapping that does not mind case.
    """
    limit = headers.get("X-Bapi-Limit", "")
    if not limit.isdecimal():
        return None
    remaining = headers.get("X-Bapi-Limit-Status", "")
    return RateHeaders(int(limit), int(remaining)) if remaining.isdecimal() else None


def read_reset_ms(headers: Mapping[str, str]) -> int | None:
    """Return when units are free again, in the venue's epoch milliseconds, or `None` where it is not told."""
    reset_ms = headers.get("X-Bapi-Limit-Reset-Timestamp", "")
    return int(reset_ms) if reset_ms.isdecimal() else None
