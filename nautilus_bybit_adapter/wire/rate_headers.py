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
    reset_ms : int
        When units are free again where none are left, else about now; epoch milliseconds of the venue.
    """

    limit: int
    remaining: int
    reset_ms: int


def read_rate_headers(headers: Mapping[str, str]) -> RateHeaders | None:
    """Return what the headers say, or `None` where one is missing or no number.

    Parameters
    ----------
    headers : Mapping of str to str
        In the venue's own spelling, or a mapping that does not mind case.
    """
    try:
        return RateHeaders(
            int(headers["X-Bapi-Limit"]),
            int(headers["X-Bapi-Limit-Status"]),
            int(headers["X-Bapi-Limit-Reset-Timestamp"]),
        )
    except (KeyError, ValueError):
        return None
