from __future__ import annotations

from typing import Any

import pytest
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId

from nautilus_bybit_adapter.nt1.algo import (
    SmartLimitExecAlgorithm,
    SmartLimitExecAlgorithmConfig,
)


def test_defaults() -> None:
    config = SmartLimitExecAlgorithmConfig()
    assert config.exec_algorithm_id == ExecAlgorithmId("SMART_LIMIT")
    assert config.slippage_threshold == 0.01


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"slippage_threshold": 0}, "slippage_threshold is 0; it must be above 0 and at most 1"),
        ({"slippage_threshold": 1.5}, "slippage_threshold is 1.5"),
        ({"horizon_secs": float("nan")}, "horizon_secs is nan; it must be a number above 0"),
        ({"max_cross_bps": 101.0}, "max_cross_bps is 101.0; it must be above 0 and at most 100"),
        ({"slippage_threshold": 0.0005}, "max_cross_bps is 10.0; it must be above 0 and at most 5"),
        ({"max_cross_attempts": 0}, "max_cross_attempts is 0; it must be a whole number from 1 to 100"),
        ({"min_reprice_interval_ms": 2.5}, "min_reprice_interval_ms is 2.5"),
        ({"settle_ms": -1}, "settle_ms is -1"),
        ({"book_depth": 500}, "book_depth is 500; it must be one of 1, 50, 200, 1000"),
        ({"book_timeout_secs": "5"}, "book_timeout_secs is '5'"),
    ],
)
def test_values_out_of_range_are_refused_in_words(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        SmartLimitExecAlgorithmConfig(**values)


def test_it_can_be_configured_by_path_and_back() -> None:
    config = SmartLimitExecAlgorithmConfig(
        horizon_secs=5.0, instrument_ids=[InstrumentId.from_str("A.BYBIT")]
    )
    importable = SmartLimitExecAlgorithm(config).to_importable_config()
    assert importable.exec_algorithm_path.endswith("SmartLimitExecAlgorithm")
    assert SmartLimitExecAlgorithmConfig.parse(config.json()) == config
