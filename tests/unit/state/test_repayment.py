from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nautilus_bybit_adapter.state.repayment import RepaymentQueue, is_blackout


def at(hour: int, minute: int, second: int = 0) -> int:
    return int(datetime(2026, 11, 25, hour, minute, second, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now_ms", "expected"),
    [
        (at(3, 59, 59), False),
        (at(4, 0), True),
        (at(5, 29, 59), True),
        (at(5, 30), False),
        (at(16, 0), False),
    ],
)
def test_the_venue_takes_no_repayments_while_it_settles_interest(now_ms: int, expected: bool) -> None:
    assert is_blackout(now_ms) is expected


def test_purchases_of_a_coin_add_up_and_wait_for_the_end_of_the_blackout() -> None:
    queue = RepaymentQueue()
    queue.on_bought("BTC", Decimal("0.1"))
    queue.on_bought("ETH", Decimal(2))
    queue.on_bought("BTC", Decimal("0.2"))
    assert queue.due(at(4, 30)) == {}
    assert queue.due(at(5, 30)) == {"BTC": Decimal("0.3"), "ETH": Decimal(2)}


def test_what_was_bought_meanwhile_stays_due() -> None:
    queue = RepaymentQueue()
    queue.on_bought("BTC", Decimal("0.1"))
    (bought,) = queue.due(at(6, 0)).values()
    queue.on_bought("BTC", Decimal("0.2"))
    queue.on_settled("BTC", bought)
    assert queue.due(at(6, 0)) == {"BTC": Decimal("0.2")}
    queue.on_settled("BTC", Decimal("0.2"))
    assert queue.due(at(6, 0)) == {}
