"""Whatever a venue's list holds, and however its rows fall on pages and windows, it comes whole and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.transport.paging import Listing, read_list
from nautilus_bybit_adapter.transport.spans import read_history, read_series

NOW = 10_000
SPAN = 700


class Row(msgspec.Struct, frozen=True):
    id: int
    time: str


HISTORY = Listing(
    path="/history", row_type=Row, page_rows=3, span_ms=SPAN, time_field="time", key=lambda row: row.id
)
SERIES = Listing(path="/series", row_type=Row, page_rows=3, time_field="time")


class ListVenue:
    """A venue of one list, which it gives newest first, `most` rows at a time."""

    def __init__(self, times: list[int], most: int, *, ends_with_cursor: bool) -> None:
        self.rows = [Row(number, str(time)) for number, time in enumerate(sorted(times))]
        self.most = most
        self.ends_with_cursor = ends_with_cursor
        self.requests = 0

    def server_time_ms(self) -> int:
        return NOW

    async def read(
        self,
        path: str,
        parameters: Mapping[str, str | int | None],
        *,
        cursor: str = "",
        is_private: bool = False,  # noqa: ARG002 - everybody may
    ) -> msgspec.Raw:
        self.requests += 1
        start, end = (parameters.get(name) for name in ("startTime", "endTime"))
        last = NOW if end is None else int(end)
        if path == "/history":
            first = last - SPAN if start is None else int(start)
            assert 0 <= last - first <= SPAN
        else:
            assert start is None or end is not None, "a start alone means forwards"
            first = 0 if start is None else int(start)
        found = [row for row in reversed(self.rows) if first <= int(row.time) <= last]
        begin = int(cursor or 0)
        limit = parameters["limit"]
        assert isinstance(limit, int)
        page = found[begin : begin + min(self.most, limit)]
        stop = begin + len(page)
        leads_on = stop < len(found) or (self.ends_with_cursor and page)
        result = {"list": page, "nextPageCursor": str(stop) if leads_on else ""}
        return msgspec.Raw(msgspec.json.encode(result))


times = st.lists(st.integers(min_value=1, max_value=NOW), max_size=40)
limits = st.none() | st.integers(min_value=1, max_value=45)
bounds = st.tuples(st.integers(min_value=1, max_value=NOW), st.integers(min_value=1, max_value=NOW)).map(
    lambda pair: (min(pair), max(pair))
)


@given(
    times=times | st.lists(st.sampled_from([700, 1400, 1401, 2100]), max_size=40),
    bounds=bounds | st.just((700, 2800)),
    limit=limits,
    most=st.integers(min_value=1, max_value=5),
    ends_with_cursor=st.booleans(),
)
def test_a_history_is_whole(
    times: list[int], bounds: tuple[int, int], limit: int | None, most: int, ends_with_cursor: bool
) -> None:
    venue = ListVenue(times, most, ends_with_cursor=ends_with_cursor)
    start, end = bounds
    rows = asyncio.run(read_history(venue, HISTORY, {}, start_ms=start, end_ms=end, limit=limit))
    expected = [row for row in venue.rows if start <= int(row.time) <= end]
    assert rows.good == (expected if limit is None else expected[-limit:])
    assert rows.bad == []


@given(
    times=st.sets(st.integers(min_value=1, max_value=NOW), max_size=40),
    bounds=bounds,
    limit=limits,
    most=st.integers(min_value=1, max_value=5),
    is_open=st.booleans(),
)
def test_a_series_is_whole(
    times: set[int], bounds: tuple[int, int], limit: int | None, most: int, is_open: bool
) -> None:
    venue = ListVenue(list(times), most, ends_with_cursor=False)
    start, end = bounds[0], NOW if is_open else bounds[1]
    rows = asyncio.run(
        read_series(venue, SERIES, {}, start_ms=start, end_ms=None if is_open else end, limit=limit)
    )
    expected = [row for row in venue.rows if start <= int(row.time) <= end]
    assert rows.good == (expected if limit is None else expected[-limit:])


@given(
    times=st.sets(st.integers(min_value=1, max_value=NOW), max_size=40),
    limit=st.integers(min_value=1, max_value=45),
    most=st.integers(min_value=1, max_value=5),
)
def test_a_series_goes_as_far_back_as_a_limit_says(times: set[int], limit: int, most: int) -> None:
    venue = ListVenue(list(times), most, ends_with_cursor=False)
    rows = asyncio.run(read_series(venue, SERIES, {}, start_ms=None, end_ms=None, limit=limit))
    assert rows.good == venue.rows[-limit:]


@given(times=times, limit=limits, most=st.integers(min_value=1, max_value=5), ends_with_cursor=st.booleans())
def test_a_list_is_whole(times: list[int], limit: int | None, most: int, ends_with_cursor: bool) -> None:
    venue = ListVenue(times, most, ends_with_cursor=ends_with_cursor)
    rows = asyncio.run(read_list(venue, HISTORY, {"startTime": NOW - SPAN}, limit))
    expected = [row for row in reversed(venue.rows) if int(row.time) >= NOW - SPAN]
    assert rows.good == (expected if limit is None else expected[:limit])


class StubbornVenue(ListVenue):
    """A venue that gives the same page whatever is asked."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        super().__init__([], 1, ends_with_cursor=False)
        self.answers = answers

    async def read(self, *_arguments: Any, **_options: Any) -> msgspec.Raw:
        self.requests += 1
        return msgspec.Raw(msgspec.json.encode(self.answers[min(self.requests, len(self.answers)) - 1]))


GOOD, LATER, ODD = {"id": 1, "time": "500"}, {"id": 2, "time": "600"}, {"id": 3, "time": "yesterday"}
UNREADABLE = {"time": "1"}


def test_a_series_whose_page_does_not_go_back_has_no_end() -> None:
    venue = StubbornVenue({"list": [LATER, GOOD]})
    with pytest.raises(BybitDecodeError, match="gives a page of /series again"):
        asyncio.run(read_series(venue, SERIES, {}, start_ms=1, end_ms=NOW))
    assert venue.requests == 2


def test_a_list_whose_cursor_repeats_has_no_end() -> None:
    venue = StubbornVenue({"list": [GOOD], "nextPageCursor": "a"}, {"list": [GOOD], "nextPageCursor": "b"})
    with pytest.raises(BybitDecodeError, match="repeats the page cursor of /history"):
        asyncio.run(read_list(venue, HISTORY, {}))
    assert venue.requests == 3


def test_rows_that_defy_reading_are_told_apart() -> None:
    venue = StubbornVenue({"list": [LATER, ODD, UNREADABLE, GOOD]}, {"list": []})
    rows = asyncio.run(read_series(venue, SERIES, {}, start_ms=1, end_ms=NOW))
    assert [row.id for row in rows.good] == [1, 2]
    assert sorted(row.error for row in rows.bad) == [
        "Object missing required field `id`",
        "time is no number: 'yesterday'",
    ]


def test_a_page_without_a_readable_row_leads_nowhere() -> None:
    for odd in (ODD, UNREADABLE):
        venue = StubbornVenue({"list": [odd]})
        with pytest.raises(BybitDecodeError, match="No row of a page of /series can be read"):
            asyncio.run(read_series(venue, SERIES, {}, start_ms=1, end_ms=NOW))


@pytest.mark.parametrize("result", [{}, {"list": None}, {"list": {}}, [], "text"])
def test_a_page_that_is_none_is_an_error(result: Any) -> None:
    with pytest.raises(BybitDecodeError, match="Cannot read the result of /history"):
        asyncio.run(read_list(StubbornVenue(result), HISTORY, {}))
