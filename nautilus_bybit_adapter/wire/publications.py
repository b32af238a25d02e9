"""What the venue publishes beside its markets: fee groups and announcements.

Source: Bybit V5 "Get Fee Group Structure", "Get Announcement".
"""

from __future__ import annotations

import msgspec


class GroupFees(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fee rates of a level, as fractions; `maker_rebate` is what a market maker gets back."""

    level: str = ""
    taker_fee_rate: str = ""
    maker_fee_rate: str = ""
    maker_rebate: str = ""


class GroupFeeRates(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Fee rates by level: of professional traders and of market makers."""

    pro: list[GroupFees] = []
    market_maker: list[GroupFees] = []


class BybitFeeGroup(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Contracts that share their fee rates.

    `weighting_factor` multiplies their volume where a level is found, `symbols_numbers` counts the symbols,
    `update_time` is epoch milliseconds in a string.
    """

    group_name: str
    symbols: list[str]
    weighting_factor: int = 1
    symbols_numbers: int = 0
    fee_rates: GroupFeeRates | None = None
    update_time: str = ""


class AnnouncementType(msgspec.Struct, frozen=True, kw_only=True):
    """What an announcement is about, in the user's language, and the venue's word for it."""

    title: str = ""
    key: str = ""


class BybitAnnouncement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An announcement.

    `date_timestamp` and `publish_time` are when it was written and published, the other two when what it
    tells of starts and ends: epoch milliseconds, 0 for none.
    """

    title: str
    description: str = ""
    url: str = ""
    type: AnnouncementType | None = None
    tags: list[str] = []
    date_timestamp: int = 0
    start_date_timestamp: int = 0
    end_date_timestamp: int = 0
    publish_time: int = 0
