from __future__ import annotations

import msgspec
import pytest
from bybit_rows import INVERSE_ROW, LINEAR_ROW, SPOT_ROW

from nautilus_bybit_adapter.nt1.mapping.coins import accuracies_of, coins_of, precisions_of
from nautilus_bybit_adapter.nt1.mapping.fixed import RAW_DECIMALS
from nautilus_bybit_adapter.wire.coin_info import BybitCoinInfo, CoinChain
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


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["6", "18"], 16),
        (["9", "10"], 10),
        (["4"], 8),
        ([], 8),
        (["", "-1", "x", "9" * 40], 8),
        (["", "12"], 12),
    ],
)
def test_a_coin_has_the_decimals_of_its_finest_chain_within_the_ledgers_and_the_frameworks(
    told: list[str], expected: int
) -> None:
    chains = [CoinChain(chain=str(number), min_accuracy=each) for number, each in enumerate(told)]
    accuracies = accuracies_of([BybitCoinInfo(coin="A", chains=chains), BybitCoinInfo(coin="B")])
    assert precisions_of([], {"A", "B"}, accuracies) == {"A": min(expected, RAW_DECIMALS), "B": 8}


def test_the_finer_of_chain_and_pair_holds() -> None:
    lot = msgspec.structs.replace(SPOT_ROW.lot_size_filter, base_precision="0.0000000001")
    row = msgspec.structs.replace(SPOT_ROW, base_coin="A", lot_size_filter=lot)
    assert precisions_of([row], {"A"}, {"A": 9}) == {"A": 10}
    assert precisions_of([row], {"A"}, {"A": 12}) == {"A": 12}
