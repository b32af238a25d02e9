from __future__ import annotations

from typing import Any

import pytest
from nautilus_trader.core import nautilus_pyo3

from nautilus_bybit_adapter import (
    BybitExecClientConfig,
    BybitMarginMode,
    BybitPositionMode,
    BybitProductType,
)
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.execution.settings import dcp_topics
from nautilus_bybit_adapter.nt1.execution.terms import AccountTerms, parse_account_terms

ALL = tuple(BybitProductType)


def terms(categories: tuple[BybitProductType, ...] = ALL, **options: Any) -> AccountTerms:
    return parse_account_terms(BybitExecClientConfig(**options), categories)


def test_without_a_word_nothing_is_changed() -> None:
    assert terms() == AccountTerms(None, {}, {}, None)
    assert not terms().is_hedging


def test_what_is_configured_is_wanted() -> None:
    wanted = terms(
        margin_mode=BybitMarginMode.REGULAR_MARGIN,
        position_mode={"BTCUSDT": BybitPositionMode.BOTH_SIDES, "ETHUSDT": BybitPositionMode.MERGED_SINGLE},
        futures_leverages={"BTCUSDT": 5},
        dcp_window_secs=10,
    )
    assert wanted.margin_mode is BybitMarginMode.REGULAR_MARGIN
    assert wanted.position_modes == {
        "BTCUSDT": BybitPositionMode.BOTH_SIDES,
        "ETHUSDT": BybitPositionMode.MERGED_SINGLE,
    }
    assert wanted.leverages == {"BTCUSDT": 5}
    assert wanted.dcp_window_secs == 10
    assert wanted.is_hedging
    assert not terms(position_mode={"BTCUSDT": BybitPositionMode.MERGED_SINGLE}).is_hedging


def test_the_frameworks_own_enums_are_taken_too() -> None:
    wanted = terms(
        margin_mode=nautilus_pyo3.BybitMarginMode.PORTFOLIO_MARGIN,
        position_mode={"BTCUSDT": nautilus_pyo3.BybitPositionMode.BOTH_SIDES},
    )
    assert wanted.margin_mode is BybitMarginMode.PORTFOLIO_MARGIN
    assert wanted.is_hedging
    assert terms(position_mode={"BTCUSDT": 3}).is_hedging


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"use_gtd": True}, "use_gtd=True is not supported: .*manage_gtd_expiry"),
        ({"use_ws_execution_fast": True}, "use_ws_execution_fast=True is not supported: .*no fees"),
        ({"use_http_batch_api": True}, 'use_http_batch_api=True is not supported: .*order_entry="http"'),
        ({"transport_backend": "x"}, "transport_backend 'x' is not supported: .*leave it None"),
        ({"order_entry": "fax"}, "order_entry 'fax' is not known: ws and http are"),
        (
            {"margin_mode": "CROSS"},
            "margin_mode 'CROSS' is not known: ISOLATED_MARGIN, REGULAR_MARGIN, PORTFOLIO_MARGIN",
        ),
        (
            {"position_mode": {"BTCUSDT": "BOTH"}},
            "position_mode 'BOTH' of BTCUSDT is not known: MERGED_SINGLE",
        ),
        ({"position_mode": {"BTCUSDT": 1}}, "position_mode 1 of BTCUSDT is not known"),
        (
            {"futures_leverages": {"BTCUSDT": 0}},
            "futures_leverages 0 of BTCUSDT is not allowed: whole numbers",
        ),
        ({"futures_leverages": {"BTCUSDT": 2.5}}, r"futures_leverages 2\.5 of BTCUSDT is not allowed"),
        ({"dcp_window_secs": 2}, "dcp_window_secs 2 is not allowed: 3 to 300 are"),
        ({"dcp_window_secs": 301}, "dcp_window_secs 301 is not allowed"),
        (
            {"margin_mode": "PORTFOLIO_MARGIN", "futures_leverages": {"BTCUSDT": 2}},
            "futures_leverages cannot be set with margin_mode PORTFOLIO_MARGIN",
        ),
        (
            {"margin_mode": "ISOLATED_MARGIN", "precheck_orders": True},
            "precheck_orders does not exist with margin_mode ISOLATED_MARGIN",
        ),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BybitConfigError, match=sentence):
        terms(**options)


def test_settings_need_the_category_they_are_of() -> None:
    modes = {"BTCUSDT": BybitPositionMode.BOTH_SIDES}
    with pytest.raises(BybitConfigError, match="position_mode needs LINEAR"):
        terms((BybitProductType.INVERSE,), position_mode=modes)
    with pytest.raises(BybitConfigError, match="futures_leverages needs LINEAR or INVERSE"):
        terms((BybitProductType.SPOT, BybitProductType.OPTION), futures_leverages={"BTCUSDT": 2})


def test_disconnect_protection_watches_the_served_categories() -> None:
    assert dcp_topics(ALL) == ("dcp.future", "dcp.option", "dcp.spot")
    assert dcp_topics((BybitProductType.LINEAR, BybitProductType.INVERSE)) == ("dcp.future",)
