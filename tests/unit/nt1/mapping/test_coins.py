from __future__ import annotations

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, SPOT_ROW

from nautilus_bybit_adapter.nt1.mapping.coins import precisions_of


def test_a_coin_has_the_decimals_of_the_ledger() -> None:
    assert precisions_of([LINEAR_ROW, INVERSE_ROW, SPOT_ROW]) == {"BTC": 8, "USDT": 8, "USD": 8}


@pytest.mark.parametrize(
    ("base_step", "quote_step", "expected"),
    [("0.0000000001", "0.000000000001", (10, 12)), ("1", "1e-20", (8, 16)), ("", "odd", (8, 8))],
)
def test_a_coin_traded_finer_than_the_ledger_has_more(
    base_step: str, quote_step: str, expected: tuple[int, int]
) -> None:
    lot = msgspec.structs.replace(
        SPOT_ROW.lot_size_filter, base_precision=base_step, quote_precision=quote_step
    )
    row = msgspec.structs.replace(SPOT_ROW, base_coin="A", quote_coin="B", lot_size_filter=lot)
    linear = msgspec.structs.replace(LINEAR_ROW, base_coin="A")
    assert precisions_of([linear, row, linear]) == {
        "A": expected[0],
        "B": expected[1],
        "USDT": 8,
    }
