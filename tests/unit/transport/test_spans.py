from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nautilus_bybit_adapter.constants import MAX_HISTORY_WINDOW_MS
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.transport.rest_call import RestCall, query_string
from nautilus_bybit_adapter.transport.spans import history_windows

NOW = 1_790_000_000_000


def test_without_a_start_the_venues_rule_holds() -> None:
    assert list(history_windows(None, None, NOW)) == [(None, None)]
    assert list(history_windows(None, 5, NOW)) == [(None, 5)]


def test_a_start_alone_reaches_to_now() -> None:
    assert list(history_windows(NOW - 10, None, NOW)) == [(NOW - 10, NOW)]
    assert list(history_windows(NOW, None, NOW)) == [(NOW, NOW)]


def test_a_start_after_the_end_is_refused() -> None:
    with pytest.raises(BybitConfigError):
        list(history_windows(NOW + 1, None, NOW))


@given(start=st.integers(min_value=0, max_value=NOW), span=st.integers(min_value=0, max_value=10**11))
def test_windows_cover_the_span_without_a_hole(start: int, span: int) -> None:
    windows = list(history_windows(start, start + span, NOW))
    assert windows[0][0] == start
    assert windows[-1][1] == start + span
    for first, last in windows:
        assert first is not None
        assert last is not None
        assert 0 <= last - first <= MAX_HISTORY_WINDOW_MS
    assert all(before[1] == after[0] for before, after in pairwise(windows))


def test_a_query_string_leaves_none_out_and_the_cursor_alone() -> None:
    assert query_string({"a": 1, "b": None, "c": "x y"}, "p%3A1%2Cq") == "a=1&c=x%20y&cursor=p%3A1%2Cq"
    assert query_string({}) == ""


def test_a_call_has_a_name_without_its_parameters() -> None:
    assert RestCall("GET", "/v5/order/realtime", "orderLinkId=mine", is_private=True).name == (
        "GET /v5/order/realtime"
    )
