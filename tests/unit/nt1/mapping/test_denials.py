"""Every text by which an order, an amendment or a list is refused before it is sent: the whole table, word for word.

The table is `tests/fixtures/denials.txt`. After a text is changed on purpose, run this file as a program to write it.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nautilus_trader.model.enums import (
    ContingencyType,
    OrderSide,
    TimeInForce,
    TrailingOffsetType,
    TriggerType,
)
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.orders import Order
from order_commands import (
    FACTORY,
    LINEAR,
    OPTION,
    PX,
    QTY,
    SPOT,
    TRIGGER,
    conditional,
    limit,
    market,
    modify,
    submit,
)

from nautilus_bybit_adapter import nt1
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.execution.groups import split
from nautilus_bybit_adapter.nt1.mapping.order_params import OrderNotSupportedError
from nautilus_bybit_adapter.nt1.mapping.orders import build_amend, build_place

ROOT = Path(__file__).resolve().parents[4]
TABLE = ROOT / "tests" / "fixtures" / "denials.txt"
PACKAGE = Path(nt1.__file__).parent
REFUSALS = {"OrderNotSupportedError", "BybitConfigError"}
# Where orders pass; elsewhere `BybitConfigError` refuses configurations and subscriptions.
ORDER_PATH = {
    PACKAGE / "mapping" / "identifiers.py",
    PACKAGE / "mapping" / "orders.py",
    PACKAGE / "mapping" / "order_params.py",
    PACKAGE / "execution" / "groups.py",
    PACKAGE / "execution" / "commands.py",
}
# How a text goes over from what is wrong to what is allowed.
TELLS_ALLOWED = (
    " are", " is", " does", " do", " can", " has it", " have it", " has none", " give ", " ends with", " sets",
    " changes at least",
)  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """What is refused, and the field and the value its text has to name."""

    call: Callable[[], Any]
    names: tuple[str, ...]

    def text(self) -> tuple[str, traceback.FrameSummary]:
        """Return what the refusal says, and the line that raised it."""
        try:
            self.call()
        except (OrderNotSupportedError, BybitConfigError) as e:
            return str(e), traceback.extract_tb(e.__traceback__)[-1]
        raise AssertionError(f"not refused: {self.names}")


def place(order: Order, params: dict[str, object] | None, names: tuple[str, ...]) -> Refused:
    return Refused(lambda: build_place(submit(order, params)), names)


def hedged(order: Order, params: dict[str, object] | None, names: tuple[str, ...]) -> Refused:
    return Refused(lambda: build_place(submit(order, params), hedged=True), names)


def amend(order: Order, names: tuple[str, ...], **changes: Any) -> Refused:
    return Refused(lambda: build_amend(modify(**changes), order), names)


def bracket(tie: ContingencyType) -> list[Order]:
    """Make entry, stop loss and take profit; `tie` is what the exits do to each other."""
    orders: list[Order] = FACTORY.bracket(
        LINEAR, OrderSide.BUY, QTY, tp_price=PX, sl_trigger_price=TRIGGER, contingency_type=tie
    ).orders
    return orders


def group(names: tuple[str, ...], *orders: Order) -> Refused:
    return Refused(lambda: split(orders), names)


TABLE_OF_REFUSALS = (
    place(limit(time_in_force=TimeInForce.DAY), None, ("time_in_force", "DAY")),
    place(limit(time_in_force=TimeInForce.IOC, post_only=True), None, ("post_only", "time_in_force", "IOC")),
    place(limit(time_in_force=TimeInForce.IOC), {"rpi": True}, ("rpi", "IOC")),
    place(market(time_in_force=TimeInForce.FOK), None, ("time_in_force", "FOK")),
    place(market(quote_quantity=True), None, ("quote_quantity", "LINEAR")),
    place(limit(SPOT, quote_quantity=True), None, ("quote_quantity", "LIMIT")),
    place(limit(SPOT, reduce_only=True), None, ("reduce_only", "True", "BUY")),
    place(market(SPOT, reduce_only=True), {"is_leverage": True}, ("is_leverage", "True", "reduce_only")),
    place(limit(display_qty=QTY), None, ("display_qty", "0.010")),
    place(conditional("stop_market", instrument_id=OPTION), None, ("order_type", "STOP_MARKET")),
    place(conditional("stop_market", trigger_type=TriggerType.BID_ASK), None, ("trigger_type", "BID_ASK")),
    place(
        conditional("stop_market", instrument_id=SPOT, trigger_type=TriggerType.MARK_PRICE),
        None,
        ("trigger_type", "MARK_PRICE"),
    ),
    place(
        FACTORY.trailing_stop_market(
            LINEAR,
            OrderSide.SELL,
            QTY,
            trailing_offset=Decimal(100),
            trailing_offset_type=TrailingOffsetType.PRICE,
        ),
        None,
        ("order_type", "TRAILING_STOP_MARKET"),
    ),
    place(FACTORY.market_to_limit(LINEAR, OrderSide.BUY, QTY), None, ("order_type", "MARKET_TO_LIMIT")),
    place(limit(), {"mystery": 1}, ("'mystery'",)),
    place(limit(), {"is_leverage": True}, ("is_leverage", "True")),
    place(limit(SPOT), {"is_leverage": "yes"}, ("is_leverage", "'yes'")),
    place(limit(), {"position_idx": 3}, ("position_idx", "3")),
    place(limit(), {"position_idx": 1}, ("position_idx", "1")),
    place(limit(), {"order_iv": "0.6"}, ("order_iv", "'0.6'")),
    place(limit(), {"take_profit": 61000.5}, ("take_profit", "61000.5")),
    place(limit(), {"take_profit": "-1"}, ("take_profit", "'-1'")),
    place(limit(), {"take_profit": "NaN"}, ("take_profit", "'NaN'")),
    place(limit(), {"take_profit": "1", "tp_trigger_price": "2"}, ("tp_trigger_price", "'2'")),
    place(limit(), {"tp_trigger_by": "LastPrice"}, ("tp_trigger_by", "'LastPrice'")),
    place(limit(), {"take_profit": "1", "tp_trigger_by": "Bid"}, ("tp_trigger_by", "'Bid'")),
    place(limit(), {"tpsl_mode": "Full"}, ("tpsl_mode", "'Full'")),
    place(limit(), {"take_profit": "1", "tp_order_type": "Limit"}, ("tp_order_type", "'Limit'")),
    place(limit(), {"take_profit": "1", "tp_limit_price": "1"}, ("tp_limit_price", "'1'")),
    place(
        limit(),
        {"take_profit": "1", "tp_order_type": "Limit", "tp_limit_price": "1"},
        ("tp_order_type", "'Limit'", "None"),
    ),
    place(limit(reduce_only=True), {"stop_loss": "1"}, ("stop_loss", "'1'", "reduce_only")),
    place(market(SPOT), {"stop_loss": "1"}, ("stop_loss", "'1'", "MARKET")),
    place(market(), {"bbo_side_type": "Queue", "bbo_level": "1"}, ("bbo_side_type", "'Queue'")),
    place(limit(), {"bbo_side_type": "Queue"}, ("bbo_side_type", "'Queue'")),
    place(limit(), {"bbo_level": "6"}, ("bbo_level", "'6'")),
    place(
        limit(post_only=True),
        {"bbo_side_type": "Counterparty", "bbo_level": "1"},
        ("bbo_side_type", "'Counterparty'"),
    ),
    place(market(), {"rpi": True}, ("rpi", "True")),
    place(limit(), {"rpi": True, "rpi_taker_access": True}, ("rpi_taker_access", "True")),
    place(market(), {"slippage_tolerance": "1"}, ("slippage_tolerance", "'1'")),
    place(
        limit(),
        {"slippage_tolerance_type": "Percent", "slippage_tolerance": "1"},
        ("slippage_tolerance", "'1'"),
    ),
    place(
        market(),
        {"slippage_tolerance_type": "TickSize", "slippage_tolerance": "0.5"},
        ("slippage_tolerance", "'0.5'"),
    ),
    place(
        market(),
        {"slippage_tolerance_type": "Percent", "slippage_tolerance": "10.01"},
        ("slippage_tolerance", "'10.01'"),
    ),
    place(
        FACTORY.limit(LINEAR, OrderSide.BUY, QTY, PX, client_order_id=ClientOrderId("no spaces")),
        None,
        ("client_order_id", "'no spaces'"),
    ),
    place(limit(InstrumentId.from_str("BTCUSDT.BYBIT")), None, ("instrument_id", "'BTCUSDT.BYBIT'")),
    hedged(market(reduce_only=True), {"position_idx": 2}, ("position_idx", "2", "reduce_only", "SELL")),
    amend(limit(), ("quantity", "price", "trigger_price", "None")),
    amend(limit(), ("trigger_price", "59000.5", "LIMIT"), trigger=TRIGGER),
    amend(conditional("stop_market"), ("price", "60000.1", "STOP_MARKET"), price=PX),
    amend(limit(), ("smp_type", "'None'"), params={"smp_type": "None"}),
    amend(limit(), ("order_iv", "'1'"), params={"order_iv": "1"}),
    amend(limit(), ("stop_loss", "0.5"), params={"stop_loss": 0.5}),
    group(("contingency_type", "OTO", "2"), bracket(ContingencyType.OUO)[0], bracket(ContingencyType.OUO)[0]),
    group(
        ("contingency_type", "OCO", "OUO"),
        *bracket(ContingencyType.OUO)[1:],
        *bracket(ContingencyType.OCO)[1:],
    ),
)


def raise_sites() -> set[tuple[Path, int, int]]:
    """Return every place in the package that refuses an order: file, first line, last line."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = getattr(node.exc.func, "id", "")
                if name == "OrderNotSupportedError" or (name in REFUSALS and path in ORDER_PATH):
                    found.add((path, node.lineno, node.end_lineno or node.lineno))
    return found


def test_every_line_that_refuses_an_order_is_in_the_table() -> None:
    raised = {(Path(line.filename), line.lineno) for _, line in (each.text() for each in TABLE_OF_REFUSALS)}
    missed = {
        f"{path.relative_to(PACKAGE)}:{first}"
        for path, first, last in raise_sites()
        if not any(path == file and first <= (line or 0) <= last for file, line in raised)
    }
    assert not missed


@pytest.mark.parametrize("refused", TABLE_OF_REFUSALS, ids=lambda refused: " ".join(refused.names))
def test_a_refusal_names_the_field_the_value_and_what_is_allowed(refused: Refused) -> None:
    text, _ = refused.text()
    assert [name for name in refused.names if name not in text] == []
    _, colon, allowed = text.partition(": ")
    assert colon
    assert any(word in f" {allowed}" for word in TELLS_ALLOWED)


def test_the_texts_are_those_of_the_table() -> None:
    assert lines() == TABLE.read_text().splitlines()


def lines() -> list[str]:
    return [each.text()[0] for each in TABLE_OF_REFUSALS]


if __name__ == "__main__":
    TABLE.write_text("\n".join([*lines(), ""]))
