from __future__ import annotations

from decimal import Decimal

import pytest

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.margins import Margins, lowest_tiers, margins_at, margins_of
from nautilus_bybit_adapter.wire.risk import BybitRiskLimit


def tier(
    initial: str = "0.01",
    maintenance: str = "0.005",
    leverage: str = "100.00",
    *,
    symbol: str = "BTCUSDT",
    number: int = 1,
    is_lowest: int = 1,
) -> BybitRiskLimit:
    return BybitRiskLimit(
        id=number,
        symbol=symbol,
        risk_limit_value="2000000",
        maintenance_margin=maintenance,
        initial_margin=initial,
        max_leverage=leverage,
        is_lowest_risk=is_lowest,
    )


@pytest.mark.parametrize(
    ("given", "margins"),
    [
        (tier(), ("0.01", "0.005")),
        # Bybit's documentation has BTCUSD so: one percent, and half of one.
        (tier("1", "0.5"), ("0.01", "0.005")),
        (tier("0.0067", "0.0033", "150.00"), ("0.0067", "0.0033")),
        (tier("0.67", "0.33", "150.00"), ("0.0067", "0.0033")),
        (tier("1", "0.5", "1.00"), ("1", "0.5")),
        (tier("100", "50", "1.00"), ("1", "0.5")),
        (tier("0.04", "0.02", "25.00"), ("0.04", "0.02")),
        (tier("0.02", "0.02", "50.00"), ("0.02", "0.02")),
    ],
)
def test_margins_are_fractions_however_the_venue_states_them(
    given: BybitRiskLimit, margins: tuple[str, str]
) -> None:
    assert margins_of(given) == Margins(*map(Decimal, margins))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (tier(initial=""), "initialMargin '' is not a decimal"),
        (tier(maintenance="x"), "maintenanceMargin 'x' is not a decimal"),
        (tier(leverage="inf"), "maxLeverage 'inf' is not a decimal"),
        (tier(initial="0.1"), "initialMargin '0.1' of BTCUSDT does not fit maxLeverage '100.00'"),
        (tier(initial="0"), "does not fit"),
        (tier(leverage="-100"), "does not fit"),
        (tier(maintenance="0"), "maintenanceMargin '0' of BTCUSDT is not above 0"),
        (tier(maintenance="0.011"), "at most initialMargin '0.01'"),
    ],
)
def test_a_tier_that_is_none_names_what_is_wrong(given: BybitRiskLimit, message: str) -> None:
    with pytest.raises(BybitDecodeError, match=message):
        margins_of(given)


def test_every_position_begins_in_the_lowest_tier() -> None:
    lowest, next_one = tier(number=7), tier("0.02", "0.01", "50", number=6, is_lowest=0)
    unmarked = [tier(symbol="ETHUSDT", number=number, is_lowest=0) for number in (3, 2)]
    found = lowest_tiers([next_one, lowest, *unmarked])
    assert found == {"BTCUSDT": lowest, "ETHUSDT": unmarked[1]}


def test_without_tiers_the_highest_leverage_tells() -> None:
    assert margins_at("100.00") == (Decimal("0.01"), Decimal("0.005"))
    for leverage in ("0", "-1", "", "nan"):
        with pytest.raises(BybitDecodeError, match="maxLeverage"):
            margins_at(leverage)
