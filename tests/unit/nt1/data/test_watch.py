from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
from bybit_rows import LINEAR_ROW
from nautilus_trader.model.data import InstrumentClose
from nautilus_trader.model.enums import MarketStatusAction

from nautilus_bybit_adapter.nt1.data.status import InstrumentWatch
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument
from nautilus_bybit_adapter.wire.enums import BybitProductType

INSTRUMENT = linear_instrument(LINEAR_ROW, None, 1)
ID = INSTRUMENT.id


class Rest:
    """Lists one instrument."""

    def __init__(self) -> None:
        self.row: Any = LINEAR_ROW
        self.reads = 0

    async def get_delivery_prices(self, *_args: Any, **_options: Any) -> list[Any]:
        return [SimpleNamespace(delivery_price="61234.5", delivery_time="1893456000000")]

    async def get_instruments(self, *_args: Any, **_options: Any) -> list[Any]:
        self.reads += 1
        return [self.row] if self.row else []


def watch_on(rest: Rest, out: list[Any]) -> InstrumentWatch:
    context: Any = SimpleNamespace(
        http=rest,
        publish=out.append,
        now_ns=lambda: 5,
        log=SimpleNamespace(warning=out.append),
        instrument=lambda _instrument_id: (INSTRUMENT, BybitProductType.LINEAR),
        config=SimpleNamespace(instrument_status_poll_secs=None),
    )
    return InstrumentWatch(context)


def test_a_pre_delist_perpetual_is_told_to_close_once() -> None:
    async def run() -> None:
        rest, out = Rest(), list[Any]()
        watch = watch_on(rest, out)
        await watch.subscribe_status(ID)
        assert "instrument_status_poll_secs" in out.pop()
        rest.row = msgspec.structs.replace(LINEAR_ROW, delivery_time="1893456000000")
        for _ in range(3):
            await watch.poll()
        rest.row = None
        for _ in range(2):
            await watch.poll()
        assert [each.action for each in out] == [
            MarketStatusAction.TRADING,
            MarketStatusAction.PRE_CLOSE,
            MarketStatusAction.NOT_AVAILABLE_FOR_TRADING,
        ]
        await watch.unsubscribe_status(ID)
        reads = rest.reads
        await watch.poll()
        assert rest.reads == reads

    asyncio.run(run())


def test_an_instrument_that_was_delivered_before_anybody_asked_is_told_of_all_the_same() -> None:
    async def run() -> None:
        rest, out = Rest(), list[Any]()
        rest.row = msgspec.structs.replace(LINEAR_ROW, status="Closed")
        watch = watch_on(rest, out)
        await watch.subscribe_close(ID)
        for _ in range(2):
            await watch.poll()
        closes = [each for each in out if isinstance(each, InstrumentClose)]
        assert [str(each.close_price) for each in closes] == ["61234.5"]

    asyncio.run(run())
