from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nautilus_trader.model.identifiers import ExecAlgorithmId, InstrumentId

from nautilus_bybit_adapter.nt1.algo import (
    SmartLimitExecAlgorithm,
    SmartLimitExecAlgorithmConfig,
)
from nautilus_bybit_adapter.warden import FastWarden, Forecast, Side, forecast
from nautilus_bybit_adapter.warden.model_fields import ModelError

KEY = "BTCUSDT-LINEAR.BYBIT"
SHIPPED = str(files("nautilus_bybit_adapter.warden") / "coefficients" / "default.toml")


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
        ({"coefficients": ""}, "coefficients is ''; it must be the path of a file, or None"),
        ({"coefficients": 5}, "coefficients is 5; it must be the path of a file, or None"),
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


def test_it_forecasts_with_the_coefficients_it_is_told_to_use(tmp_path: Path) -> None:
    shipped = Path(SHIPPED).read_text()
    mine = tmp_path / "mine.toml"
    # The constant of the model of fills: an order that follows the touch is now nearly sure to be filled.
    at = shipped.index("[fill]")
    start = shipped.index("intercept = ", at)
    end = shipped.index("\n", start)
    mine.write_text(f"{shipped[:start]}intercept = 9.0{shipped[end:]}")

    chances = [
        _forecast(SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(coefficients=path)).warden)
        for path in (None, SHIPPED, str(mine))
    ]

    assert chances[0].passive_fill_probability == chances[1].passive_fill_probability < 0.9
    assert chances[2].passive_fill_probability > 0.99


def test_coefficients_that_cannot_be_used_are_refused_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("format_version = 7")
    with pytest.raises(ModelError, match=r"bad\.toml: format_version is 7; it must be 1"):
        SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(coefficients=str(bad)))
    with pytest.raises(FileNotFoundError):
        SmartLimitExecAlgorithm(SmartLimitExecAlgorithmConfig(coefficients=str(tmp_path / "none.toml")))


def _forecast(warden: FastWarden) -> Forecast:
    def column(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    book = (column(599_999), column(1_500), column(600_000), column(1_500))
    for number in range(1, 200):
        warden.apply_snapshot(KEY, *book, 1, 3, number * 100_000_000)
    return forecast(warden, KEY, Side.BUY, 0.1, 15_000_000_000)
