from __future__ import annotations

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, SPOT_ROW

from nautilus_bybit_adapter.nt1.mapping.coins import coins_of, precisions_of
from nautilus_bybit_adapter.wire.instruments import BybitInstrument


def test_a_coin_has_the_decimals_of_the_ledger() -> None:
    rows: list[BybitInstrument] = [LINEAR_ROW, INVERSE_ROW, SPOT_ROW]
    assert coins_of(rows) == {"BTC", "USDT", "USD"}
    assert precisions_of(rows, {"BTC", "USD"}) == {"BTC": 8, "USD": 8}
    assert precisions_of(rows, set()) == {}


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
    found = precisions_of([linear, row, linear], {"A", "B"})
    assert (found["A"], found["B"]) == expected
