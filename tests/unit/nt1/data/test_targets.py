from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from nautilus_trader.core.datetime import unix_nanos_to_dt
from nautilus_trader.model.data import DataType
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.custom_data import BybitTicker
from nautilus_bybit_adapter.nt1.data.books import depth_of
from nautilus_bybit_adapter.nt1.data.custom_target import instrument_id_in
from nautilus_bybit_adapter.nt1.data.requests.span import span_ms_of
from nautilus_bybit_adapter.wire.enums import BybitProductType

ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")
OPTION, SPOT = BybitProductType.OPTION, BybitProductType.SPOT


@pytest.mark.parametrize(
    ("category", "depth", "params", "found"),
    [
        (SPOT, 0, {}, 50),
        (OPTION, 0, {}, 25),
        (SPOT, 1000, {}, 1000),
        (SPOT, 50, {"depth": 200}, 200),
        (OPTION, 0, {"depth": 100}, 100),
    ],
)
def test_params_choose_the_depth(
    category: BybitProductType, depth: int, params: dict[str, int], found: int
) -> None:
    assert depth_of(category, depth, params) == found


@pytest.mark.parametrize(
    ("category", "depth", "allowed"),
    [(SPOT, 500, "1, 50, 200, 1000"), (SPOT, 25, "1, 50, 200, 1000"), (OPTION, 50, "25, 100")],
)
def test_an_unknown_depth_names_those_there_are(category: BybitProductType, depth: int, allowed: str) -> None:
    with pytest.raises(BybitConfigError, match=f"depth {depth} .*: {allowed} are"):
        depth_of(category, depth, {})


def command(named: Any = None, /, **metadata: Any) -> Any:
    return SimpleNamespace(instrument_id=named, data_type=DataType(BybitTicker, metadata))


@pytest.mark.parametrize(
    "named", [command(ID), command(None, instrument_id=ID), command(None, instrument_id=str(ID))]
)
def test_an_instrument_is_named_beside_the_data_type_or_in_it(named: Any) -> None:
    assert instrument_id_in(named) == ID


@pytest.mark.parametrize(
    ("named", "reason"), [(command(), "name it, as in"), (command(None, instrument_id="nothing"), "nothing")]
)
def test_a_command_without_an_instrument_is_refused(named: Any, reason: str) -> None:
    with pytest.raises(BybitConfigError, match=reason):
        instrument_id_in(named)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (None, None, (None, None)),
        (0, 86_400_000_000_000, (None, 86_400_000)),
        (5_000_001, 7_999_999, (6, 7)),
    ],
)
def test_the_span_of_a_request(
    start: int | None, end: int | None, found: tuple[int | None, int | None]
) -> None:
    request = SimpleNamespace(
        start=None if start is None else unix_nanos_to_dt(start),
        end=None if end is None else unix_nanos_to_dt(end),
    )
    assert span_ms_of(request) == found
