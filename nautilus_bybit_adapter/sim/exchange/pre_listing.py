"""The phases of a contract before its launch, as its catalogue entry gives them.

A contract of status `PreLaunch` gathers limit orders in `CallAuction`, holds them fast in `CallAuctionNoCancel`,
matches them at one price in `CrossMatching` and trades from `ContinuousTrading` on. Source: Bybit V5 Get Instruments
Info and the enum of `curAuctionPhase`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .amounts import plain

if TYPE_CHECKING:
    from .catalogue_rows import Row

PRE_LAUNCH = "PreLaunch"
NOT_STARTED, CALL_AUCTION, NO_CANCEL = "NotStarted", "CallAuction", "CallAuctionNoCancel"
CROSS_MATCHING, CONTINUOUS = "CrossMatching", "ContinuousTrading"
PHASES = (CALL_AUCTION, NO_CANCEL, CROSS_MATCHING, CONTINUOUS)
# Phases in which the book is not shown.
SILENT = frozenset({NOT_STARTED, CALL_AUCTION, NO_CANCEL, CROSS_MATCHING})
# Phases in which orders rest beside each other without matching.
GATHERING = frozenset({CALL_AUCTION, NO_CANCEL, CROSS_MATCHING})
_MINUTE_MS = 60_000
_HIGHEST_FEE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase and when it begins, ms."""

    name: str
    start_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreListing:
    """What a contract does before its launch.

    Parameters
    ----------
    phases : tuple of Phase
        The four phases in their order.
    auction_fee, taker_fee, maker_fee : Decimal
        Fee rates of the cross matching and of the trading after it.
    skips_auction : bool
        Whether nothing is gathered: until `ContinuousTrading` the contract takes post-only orders.
    """

    phases: tuple[Phase, ...]
    auction_fee: Decimal
    taker_fee: Decimal
    maker_fee: Decimal
    skips_auction: bool = False

    def at(self, now_ms: int) -> str:
        """Name of the phase at a time."""
        begun = [phase.name for phase in self.phases if phase.start_ms <= now_ms]
        return begun[-1] if begun else NOT_STARTED

    def next_ms(self, phase: str) -> int | None:
        """When the phase after `phase` begins; None after the last one."""
        if phase == NOT_STARTED:
            return self.phases[0].start_ms
        return next((after.start_ms for each, after in pairwise(self.phases) if each.name == phase), None)

    def fee_rate(self, phase: str, *, is_maker: bool) -> Decimal:
        """Fee of a fill: that of the auction in its match, that of trading later."""
        if phase == CROSS_MATCHING and not self.skips_auction:
            return self.auction_fee
        return self.maker_fee if is_maker else self.taker_fee

    def wire(self, phase: str) -> dict[str, Any]:
        """`preListingInfo` of `instruments-info` while the contract is in `phase`."""
        ends = [str(phase.start_ms) for phase in self.phases[1:]] + [""]
        return {
            "curAuctionPhase": phase,
            "phases": [
                {"phase": each.name, "startTime": str(each.start_ms), "endTime": end}
                for each, end in zip(self.phases, ends, strict=True)
            ],
            "auctionFeeInfo": {
                "auctionFeeRate": plain(self.auction_fee),
                "takerFeeRate": plain(self.taker_fee),
                "makerFeeRate": plain(self.maker_fee),
            },
            "skipCallAuction": self.skips_auction,
        }


def read_pre_listing(row: Row, now_ms: int) -> PreListing | None:
    """Read `preListingInfo` of a catalogue entry; None for a contract that is launched.

    The phases have a `startTime` in ms each, or `venue.auctionMinutes` counts the minutes of the first three from
    the venue's start.

    Raises
    ------
    CatalogueError
        When the entry is `PreLaunch` without phases, launched with some, or they are not the four in order.
    """
    if row.item.get("status") != PRE_LAUNCH:
        if row.item.get("preListingInfo"):
            raise row.refusal("preListingInfo", row.item["preListingInfo"], "null unless status is PreLaunch")
        return None
    info = row.inner("preListingInfo")
    fees = info.inner("auctionFeeInfo")
    skips = info.item.get("skipCallAuction", False)
    if not isinstance(skips, bool):
        raise info.refusal("skipCallAuction", skips, "true or false")
    rates = [
        fees.amount(name, zero=True, at_most=_HIGHEST_FEE)
        for name in ("auctionFeeRate", "takerFeeRate", "makerFeeRate")
    ]
    return PreListing(
        phases=_phases(row, info, now_ms),
        auction_fee=rates[0],
        taker_fee=rates[1],
        maker_fee=rates[2],
        skips_auction=skips,
    )


def _phases(row: Row, info: Row, now_ms: int) -> tuple[Phase, ...]:
    venue = row.inner("venue")
    if "auctionMinutes" in venue.item:
        minutes, found, at_ms = venue.inner("auctionMinutes"), [], now_ms
        for name in PHASES:
            found.append(Phase(name, at_ms))
            at_ms += 0 if name == CONTINUOUS else minutes.whole(name, least=1) * _MINUTE_MS
        return tuple(found)
    table = info.item.get("phases")
    if not isinstance(table, list) or len(table) != len(PHASES):
        raise info.refusal("phases", table, f"a list of {', '.join(PHASES)}")
    found = []
    for name, item in zip(PHASES, table, strict=True):
        inner = type(row)(row.path, row.number, item, name=row.name, prefix="preListingInfo.phases")
        if item.get("phase") != name:
            raise inner.refusal("phase", item.get("phase"), f"{name} at this place")
        least = found[-1].start_ms + 1 if found else 1
        found.append(Phase(name, inner.whole("startTime", least=least)))
    return tuple(found)
