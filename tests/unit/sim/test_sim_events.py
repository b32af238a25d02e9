"""Private rows are written while they are told, and only for those who listen."""

from __future__ import annotations

import json

import pytest

from nautilus_bybit_adapter.sim.exchange.events import Event, PrivateEvent, StaleRowsError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig

ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "1",
    "price": "80000",
}


def test_rows_nobody_asked_for_are_not_written_afterwards() -> None:
    told: list[Event] = []
    Exchange(ExchangeConfig(), lambda: 1_791_270_000_000, told.append).place(ORDER)
    assert [event.topic for event in told if isinstance(event, PrivateEvent)] == [
        "order",
        "position",
        "wallet",
    ]
    for event in told:
        assert isinstance(event, PrivateEvent)
        with pytest.raises(StaleRowsError, match=f"{event.topic} .* has been told"):
            event.rows  # noqa: B018 - reading is what fails


def test_what_is_listened_to_changes_nothing() -> None:
    def run(*, listens: bool) -> tuple[list[str], str]:
        rows: list[str] = []

        def hear(event: Event) -> None:
            if listens and isinstance(event, PrivateEvent):
                rows.append(json.dumps(event.rows))

        now = iter(range(1_791_270_000_000, 1_791_280_000_000))
        exchange = Exchange(ExchangeConfig(), lambda: next(now), hear)
        for category in ("linear", "spot", "inverse"):
            symbol = "BTCUSD" if category == "inverse" else "BTCUSDT"
            market = exchange.markets[category, symbol]
            ticks = market.start_ticks
            market.set_levels({ticks - 1: 10**6}, {ticks + 1: 10**6})
            size = {"category": category, "symbol": symbol, "qty": "100" if category == "inverse" else "0.1"}
            bought = exchange.place(size | {"side": "Buy", "orderType": "Market", "marketUnit": "baseCoin"})
            exchange.cancel_all({"category": category, "symbol": symbol})
            assert bought.status == "Filled"
        account = exchange.account
        return rows, repr((account.balances, account.positions, account.realised, account.ledger))

    told, heard = run(listens=True)
    silent, unheard = run(listens=False)
    assert told
    assert not silent
    assert heard == unheard
