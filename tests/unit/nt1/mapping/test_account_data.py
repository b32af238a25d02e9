from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.model.identifiers import InstrumentId

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.account_data import (
    adl_rank_of,
    forced_fill_of,
    funding_of,
    position_update_of,
    venue_position_id,
)
from nautilus_bybit_adapter.wire.orders import BybitExecution
from nautilus_bybit_adapter.wire.positions import BybitPosition

ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


def execution(**changes: Any) -> BybitExecution:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "order_id": "v-1", "order_link_id": "", "exec_id": "e-1", "exec_type": "Funding",
        "side": "Sell", "exec_price": "86384", "exec_qty": "0.27", "exec_time": "1791270948650",
        "exec_fee": "0.01095836", "fee_rate": "0.0001", "mark_price": "86380.2",
    }  # fmt: skip
    return BybitExecution(**fields | changes)


def position(**changes: Any) -> BybitPosition:
    fields: dict[str, Any] = {
        "symbol": "BTCUSDT", "category": "linear", "side": "Buy", "size": "0.158", "entry_price": "86516.68797468",
        "mark_price": "86380.2", "leverage": "10", "liq_price": "", "stop_loss": "0", "unrealised_pnl": "-21.5651",
        "adl_rank_indicator": 4, "position_status": "Normal", "seq": 9, "updated_time": "1791270154169",
    }  # fmt: skip
    return BybitPosition(**fields | changes)


def test_funding_that_was_paid_is_negative() -> None:
    paid = funding_of(execution(), ID, "USDT", 7)
    assert (paid.position_side, paid.size, paid.rate) == ("SHORT", Decimal("0.27"), Decimal("0.0001"))
    assert (paid.amount, paid.currency, paid.mark_price) == (
        Decimal("-0.01095836"),
        "USDT",
        Decimal("86380.2"),
    )
    assert (paid.execution_id, paid.ts_event, paid.ts_init) == ("e-1", 1_791_270_948_650_000_000, 7)
    assert funding_of(execution(exec_fee="-0.5", fee_rate=""), ID, "USDT", 7).amount == Decimal("0.5")


@pytest.mark.parametrize(
    ("exec_type", "kind"),
    [
        ("BustTrade", "LIQUIDATION"),
        ("AdlTrade", "ADL"),
        ("Delivery", "DELIVERY"),
        ("Settle", "SETTLEMENT"),
    ],
)
def test_a_fill_of_the_venues_own_doing_says_what_it_was(exec_type: str, kind: str) -> None:
    forced = forced_fill_of(execution(exec_type=exec_type), ID, "USDT", 7)
    assert (forced.kind, forced.side, forced.quantity, forced.price) == (
        kind,
        "SELL",
        Decimal("0.27"),
        Decimal(86384),
    )
    assert (forced.fee, forced.order_id) == (Decimal("0.01095836"), "v-1")


def test_a_side_nobody_knows_is_an_error() -> None:
    with pytest.raises(BybitDecodeError, match="'Up' is not known: Buy, Sell are"):
        funding_of(execution(side="Up"), ID, "USDT", 7)


def test_a_position_push_keeps_every_digit_and_says_none_where_there_is_none() -> None:
    update = position_update_of(position(), ID, 7)
    assert (update.position_side, update.size, update.entry_price) == (
        "LONG",
        Decimal("0.158"),
        Decimal("86516.68797468"),
    )
    assert (update.position_id, update.liquidation_price, update.stop_loss) == (None, None, None)
    assert (update.unrealized_pnl, update.leverage, update.sequence) == (Decimal("-21.5651"), Decimal(10), 9)


def test_a_flat_slot_is_flat_whatever_its_side() -> None:
    for side in ("", "None", "Buy"):
        assert position_update_of(position(side=side, size="0"), ID, 7).position_side == "FLAT"


def test_the_legs_of_a_hedged_symbol_have_ids_of_their_own() -> None:
    assert venue_position_id(ID, 0) is None
    assert position_update_of(position(position_idx=1), ID, 7).position_id == f"{ID}-LONG"
    assert adl_rank_of(position(position_idx=2), ID, 7).position_id == f"{ID}-SHORT"
    assert adl_rank_of(position(), ID, 7).rank == 4
