"""Replaying a recording into a market, merged with the client's orders.

The venue's own `u` and times are put on everything; the recording only says what others did. Times are the
exchange's, mapped onto the venue's clock. A recorded fall of a level caps it and a recorded rise adds to it,
so what the client consumed stays away until the recording adds size there again. At the end of the recording
the flow stops and the last book stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.sim.exchange.floor import GridError, TradedMarket

from .recording import RecordedFrame, Recording, RecordingHead, ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# How often the index follows the recorded middle.
FOLLOW_MS = 100
Changes = dict[str, dict[int, int]]


class ReplayFlow:
    """Flow of one recording.

    Parameters
    ----------
    market : TradedMarket
        The market to move.
    head : RecordingHead
        What is recorded.
    speed : float
        Recorded seconds per second of the venue's clock.
    now_ms : int
        Venue time of the recording's start.
    frames : iterator of RecordedFrame, optional
        What happened, in the exchange's order; the frames of the head's file by default.
    wait_ms : int
        Recorded time that passes before the recording goes on from its first book, ms.
    played : int
        Frames that were applied before the venue was started anew; it goes on behind them at once.

    Attributes
    ----------
    played : int
        Frames applied so far.
    """

    def __init__(
        self,
        market: TradedMarket,
        head: RecordingHead,
        speed: float,
        now_ms: int,
        frames: Iterator[RecordedFrame] | None = None,
        wait_ms: int = 0,
        played: int = 0,
    ) -> None:
        self.ended = False
        self.played = 0
        self._is_silent = False
        self._market = market
        self._head = head
        self._speed = speed
        # Recorded time since the start of the recording when the clock begins, ms.
        self._begun_ms: float = -wait_ms
        self._followed_ms = now_ms
        self._origin_ms: float = now_ms
        self._frames = Recording(head.path).frames() if frames is None else frames
        self._next: RecordedFrame | None = None
        self._deep_depth = 0
        # What the deep topic says, what the recording said last, and where the two differ.
        self._deep: Changes = {"Buy": {}, "Sell": {}}
        self._recorded: Changes = {"Buy": {}, "Sell": {}}
        self._differs: dict[str, set[int]] = {"Buy": set(), "Sell": set()}
        self._pull()
        if played:
            self._skip(played)
        else:  # what another flow left gives way to the first book
            for side in ("Buy", "Sell"):
                self._deep[side] = market.book.side(side).anonymous()
                self._recorded[side] = dict(self._deep[side])
        self.begin(now_ms)
        if not played:
            self._origin_ms = now_ms  # the first book is there from the start, whatever is waited for
        self.advance(now_ms)

    def begin(self, now_ms: int) -> None:
        """Let the recording start, or go on, at `now_ms`."""
        self._origin_ms = now_ms - self._begun_ms / self._speed

    def _skip(self, frames: int) -> None:
        """Follow frames that the market has seen, without moving it."""
        self._is_silent = True
        while self.played < frames and self._next is not None:
            self._begun_ms = self._next.exchange_ms - self._head.start_ms
            self._take(self._next)
        self._is_silent = False

    def advance(self, now_ms: int) -> None:
        """Apply every recorded frame due by `now_ms`.

        Raises
        ------
        ReplayError
            At the first damaged line.
        """
        recorded_ms = self._head.start_ms + (now_ms - self._origin_ms) * self._speed
        while self._next is not None and self._next.exchange_ms <= recorded_ms:
            self._take(self._next)
        if now_ms - self._followed_ms >= FOLLOW_MS:
            self._followed_ms = now_ms
            self._market.follow_index(None)

    def _take(self, frame: RecordedFrame) -> None:
        try:
            self._apply(frame)
        except (GridError, ArithmeticError, KeyError, ValueError, TypeError) as e:
            raise ReplayError(frame.path, frame.line, f"{type(e).__name__}: {e}") from e
        self.played += 1
        self._pull()

    def _pull(self) -> None:
        self._next = next(self._frames, None)
        self.ended = self._next is None

    def _apply(self, frame: RecordedFrame) -> None:
        if not frame.depth:
            for trade in frame.data:
                self._trade(trade["S"], trade["p"], trade["v"])
        elif frame.depth == 1:
            self._touch("Buy", frame.data["b"])
            self._touch("Sell", frame.data["a"])
        else:
            self._book(frame)

    def _trade(self, side: str, price: str, size: str) -> None:
        if side not in {"Buy", "Sell"}:
            raise ValueError(f"side {side!r}")
        ((ticks, lots),) = self._market.grid([(price, size)]).items()
        taken = lots if self._is_silent else self._market.trade_lots(side, ticks, lots)
        hit = "Sell" if side == "Buy" else "Buy"
        known = self._recorded[hit].get(ticks, 0)
        if known:
            self._recorded[hit][ticks] = max(0, known - taken)
            self._differs[hit].add(ticks)

    def _touch(self, side: str, levels: Iterable[tuple[str, str]]) -> None:
        stated = self._market.grid(levels)
        for best in stated:
            sign = 1 if side == "Buy" else -1
            gone = [
                ticks for ticks, lots in self._recorded[side].items() if lots and sign * ticks > sign * best
            ]
            changes = dict.fromkeys(gone, 0) | stated
            self._differs[side] |= changes.keys()
            self._state({side: self._news(side, changes)})

    def _book(self, frame: RecordedFrame) -> None:
        self._deep_depth = self._deep_depth or frame.depth
        if frame.depth != self._deep_depth:
            return
        out: Changes = {}
        for side, key in (("Buy", "b"), ("Sell", "a")):
            changes = self._market.grid(frame.data[key])
            deep = self._deep[side]
            if frame.is_snapshot:
                changes = dict.fromkeys(deep, 0) | changes
            deep.update(changes)
            stated = {ticks: deep.get(ticks, 0) for ticks in changes.keys() | self._differs[side]}
            self._differs[side].clear()
            out[side] = self._news(side, stated)
            for ticks in [ticks for ticks in changes if not deep[ticks]]:
                del deep[ticks]
                self._recorded[side].pop(ticks, None)
        self._state(out)

    def _news(self, side: str, stated: Mapping[int, int]) -> dict[int, int]:
        recorded, own = self._recorded[side], self._market.book.side(side)
        news = {}
        for ticks, lots in stated.items():
            known = recorded.get(ticks, 0)
            if lots != known:
                recorded[ticks] = lots
                news[ticks] = min(lots, own.anonymous_at(ticks) + max(0, lots - known))
        return news

    def _state(self, changes: Changes) -> None:
        if any(changes.values()) and not self._is_silent:
            self._market.set_levels(changes.get("Buy", {}), changes.get("Sell", {}))
