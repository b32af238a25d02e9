from __future__ import annotations

import msgspec
import pytest
from bybit_rows import LINEAR_ROW
from nautilus_trader.model.enums import MarketStatusAction
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.nt1.mapping.status import standing_of, status_of

ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


@pytest.mark.parametrize(
    ("changes", "action", "trades"),
    [
        ({}, MarketStatusAction.TRADING, True),
        ({"delivery_time": ""}, MarketStatusAction.TRADING, True),
        ({"status": "PreLaunch"}, MarketStatusAction.PRE_OPEN, False),
        ({"delivery_time": "1793347200000"}, MarketStatusAction.PRE_CLOSE, True),
        (
            {"contract_type": "LinearFutures", "delivery_time": "1793347200000"},
            MarketStatusAction.TRADING,
            True,
        ),
        ({"status": "Delivering", "delivery_time": "1793347200000"}, MarketStatusAction.CLOSE, False),
        ({"status": "Closed"}, MarketStatusAction.NOT_AVAILABLE_FOR_TRADING, False),
        ({"status": "SomethingNew"}, MarketStatusAction.NONE, False),
    ],
)
def test_a_status_in_the_frameworks_words(
    changes: dict[str, str], action: MarketStatusAction, trades: bool
) -> None:
    standing = standing_of(msgspec.structs.replace(LINEAR_ROW, **changes))
    event = status_of(ID, standing, 7)
    assert (event.action, event.is_trading, event.ts_event) == (action, trades, 7)
    assert changes.get("status", "Trading") in event.reason
