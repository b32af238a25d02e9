"""The framework's execution-testing cards, TC-E01 to TC-E101, as a table: what a tester is set to and how it is played.

Source: NautilusTrader developer guide, "Execution Testing Spec".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import exec_card_handling as handling
import exec_card_orders as orders
from exec_play import OFFSETS, QUANTITIES, Play
from nautilus_trader.model.enums import OrderType, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.test_kit.strategies.tester_exec import ExecTester, ExecTesterConfig

from nautilus_bybit_adapter.sim import SimVenue

CATEGORIES = ("spot", "linear", "inverse", "option")

type Fields = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ExecCard:
    """One card.

    `fields` are the tester's beside its instrument and quantity; `absent` names the categories that Bybit offers
    no such thing in, and why. What `before` leaves at the venue is there when the node starts. A card that plays
    `alone` breaks a connection that the others share.
    """

    number: str
    name: str
    play: Callable[[Play], Awaitable[None]]
    fields: Callable[[str], Fields] = field(default=lambda _category: {})
    absent: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[SimVenue, str, str], None] | None = None
    alone: bool = False

    @property
    def code(self) -> str:
        return self.number.removeprefix("TC-")

    @property
    def title(self) -> str:
        return f"{self.number} {self.name}"

    def build(self, category: str, instrument_id: InstrumentId) -> ExecTester:
        """Make the card's tester."""
        fields: Fields = {
            "instrument_id": instrument_id,
            "external_order_claims": [instrument_id],
            "order_id_tag": self.code,
            "order_qty": Decimal(QUANTITIES[category]),
            "enable_limit_buys": False,
            "enable_limit_sells": False,
            "tob_offset_ticks": OFFSETS[category],
            "log_data": False,
            "manage_gtd_expiry": True,
            # Spot has no positions that an order could be bound to reduce.
            "reduce_only_on_stop": category != "spot",
            **self.fields(category),
        }
        return ExecTester(ExecTesterConfig(**fields))


def _opens(sign: int = 1, **more: Any) -> Callable[[str], Fields]:
    return lambda category: {"open_position_on_start_qty": sign * Decimal(QUANTITIES[category]), **more}


def _with(**fields: Any) -> Callable[[str], Fields]:
    return lambda _category: fields


def _stop(side: str, order_type: OrderType, **more: Any) -> Callable[[str], Fields]:
    limit = order_type in {OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED}
    return _with(**{
        f"enable_stop_{side}s": True,
        "stop_order_type": order_type,
        "stop_limit_offset_ticks": 20 if limit else None,
        "stop_offset_ticks": 300,
        **more,
    })  # fmt: skip


def _except(*offered: str, why: str) -> dict[str, str]:
    return {category: why for category in CATEGORIES if category not in offered}


def _params(category: str) -> Fields:
    own: dict[str, Fields] = {
        "spot": {"is_leverage": True},
        "linear": {"take_profit": "99000", "stop_loss": "70000"},
        "inverse": {"take_profit": "99000", "stop_loss": "70000"},
        "option": {"mmp": True},
    }
    return BUY | {"order_params": own[category]}


BUY, SELL = {"enable_limit_buys": True}, {"enable_limit_sells": True}
BOTH = BUY | SELL
BRACKET = {"enable_brackets": True, "bracket_offset_ticks": 400}
AMEND, REPLACE = "modify_orders_to_maintain_tob_offset", "cancel_replace_orders_to_maintain_tob_offset"
AMEND_STOP = "modify_stop_orders_to_maintain_offset"
REPLACE_STOP = "cancel_replace_stop_orders_to_maintain_offset"
NO_CONDITIONALS = {"option": "no conditionals"}
NO_POSITIONS = {"spot": "no positions"}
ONLY_OPTIONS = _except("option", why="options only")
EVERY = _except
STOPS = (
    ("TC-E20", "StopMarket BUY", "buy", OrderType.STOP_MARKET),
    ("TC-E21", "StopMarket SELL", "sell", OrderType.STOP_MARKET),
    ("TC-E22", "StopLimit BUY", "buy", OrderType.STOP_LIMIT),
    ("TC-E23", "StopLimit SELL", "sell", OrderType.STOP_LIMIT),
    ("TC-E24", "MarketIfTouched BUY", "buy", OrderType.MARKET_IF_TOUCHED),
    ("TC-E25", "MarketIfTouched SELL", "sell", OrderType.MARKET_IF_TOUCHED),
    ("TC-E26", "LimitIfTouched BUY", "buy", OrderType.LIMIT_IF_TOUCHED),
    ("TC-E27", "LimitIfTouched SELL", "sell", OrderType.LIMIT_IF_TOUCHED),
)

CARDS: tuple[ExecCard, ...] = (
    ExecCard("TC-E01", "Market BUY", orders.opens_long, _opens()),
    ExecCard("TC-E02", "Market SELL", orders.opens_short, _opens(-1)),
    ExecCard(
        "TC-E03", "Market IOC", orders.opens_with_ioc, _opens(open_position_time_in_force=TimeInForce.IOC)
    ),
    ExecCard("TC-E04", "Market FOK", orders.opens_long, absent=EVERY(why="market is IOC")),
    ExecCard(
        "TC-E05",
        "Market with quote quantity",
        orders.opens_with_quote_quantity,
        _with(open_position_on_start_qty=Decimal(100), use_quote_quantity=True),
        _except("spot", why="spot only"),
    ),
    ExecCard("TC-E06", "Close position on stop", orders.closes_on_stop, _opens()),
    ExecCard("TC-E10", "Limit BUY GTC", orders.rests, _with(**BUY)),
    ExecCard("TC-E11", "Limit SELL GTC", orders.rests, _with(**SELL)),
    ExecCard("TC-E12", "Limit BUY and SELL", orders.rests, _with(**BOTH)),
    ExecCard("TC-E13", "Limit IOC fill", orders.ioc_fills),
    ExecCard("TC-E14", "Limit IOC no fill", orders.ioc_ends),
    ExecCard("TC-E15", "Limit FOK fill", orders.fok_fills),
    ExecCard("TC-E16", "Limit FOK no fill", orders.fok_ends),
    ExecCard("TC-E17", "Limit GTD", orders.rests_with_expiry, _with(**BUY, order_expire_time_delta_mins=60)),
    ExecCard("TC-E18", "Limit GTD expiry", orders.expires),
    ExecCard("TC-E19", "Limit DAY", orders.rests, absent=EVERY(why="no DAY")),
    *(
        ExecCard(number, name, orders.waits_for_trigger, _stop(side, kind), NO_CONDITIONALS)
        for number, name, side, kind in STOPS
    ),
    ExecCard("TC-E30", "Modify limit BUY", orders.is_amended, _with(**BUY, **{AMEND: True})),
    ExecCard("TC-E31", "Modify limit SELL", orders.is_amended, _with(**SELL, **{AMEND: True})),
    ExecCard("TC-E32", "Cancel-replace limit BUY", orders.is_replaced, _with(**BUY, **{REPLACE: True})),
    ExecCard("TC-E33", "Cancel-replace limit SELL", orders.is_replaced, _with(**SELL, **{REPLACE: True})),
    ExecCard(
        "TC-E34",
        "Modify stop trigger",
        orders.is_amended,
        _stop("buy", OrderType.STOP_MARKET, **{AMEND_STOP: True}),
        NO_CONDITIONALS,
    ),
    ExecCard(
        "TC-E35",
        "Cancel-replace stop",
        orders.is_replaced,
        _stop("buy", OrderType.STOP_MARKET, **{REPLACE_STOP: True}),
        NO_CONDITIONALS,
    ),
    ExecCard("TC-E36", "Modify rejected", orders.is_amended, absent=EVERY(why="amends")),
    ExecCard("TC-E40", "Cancel limit order", orders.canceled_on_stop, _with(**BUY)),
    ExecCard("TC-E41", "Cancel all on stop", orders.canceled_on_stop, _with(**BOTH)),
    ExecCard(
        "TC-E42",
        "Individual cancels on stop",
        orders.canceled_on_stop,
        _with(**BOTH, use_individual_cancels_on_stop=True),
    ),
    ExecCard(
        "TC-E43",
        "Batch cancel on stop",
        orders.canceled_on_stop,
        _with(**BOTH, use_batch_cancel_on_stop=True),
    ),
    ExecCard("TC-E44", "Cancel already canceled", orders.canceled_twice),
    ExecCard("TC-E50", "Bracket BUY", orders.brackets, _with(**BUY, **BRACKET), NO_CONDITIONALS),
    ExecCard(
        "TC-E51",
        "Bracket SELL",
        orders.brackets,
        _with(**SELL, **BRACKET),
        NO_CONDITIONALS | {"spot": "no shorts"},
    ),
    ExecCard(
        "TC-E52",
        "Bracket entry fill activates",
        orders.bracket_goes_live,
        _with(**BUY, **BRACKET),
        NO_CONDITIONALS,
    ),
    ExecCard(
        "TC-E53",
        "Bracket with post-only entry",
        orders.post_only_bracket,
        _with(**BUY, **BRACKET, use_post_only=True),
        NO_CONDITIONALS,
    ),
    ExecCard("TC-E60", "PostOnly accepted", orders.rests, _with(**BUY, use_post_only=True)),
    ExecCard(
        "TC-E61",
        "ReduceOnly on close",
        orders.closes_with_reduce_only,
        _opens(reduce_only_on_stop=True),
    ),
    ExecCard("TC-E62", "Display quantity", orders.rests, absent=EVERY(why="no icebergs")),
    ExecCard("TC-E63", "Custom order params", orders.carries_params, _params),
    ExecCard(
        "TC-E70",
        "PostOnly rejection",
        handling.refused_as_maker,
        lambda category: (
            BUY | {"test_reject_post_only": True, "tob_offset_ticks": 3 if category == "option" else 100}
        ),
    ),
    ExecCard(
        "TC-E71",
        "ReduceOnly rejection",
        handling.refused_as_reduction,
        _opens(test_reject_reduce_only=True),
        NO_POSITIONS,
    ),
    ExecCard("TC-E72", "Unsupported order type", handling.denies_type),
    ExecCard("TC-E73", "Unsupported TIF", handling.denies_time_in_force),
    ExecCard("TC-E74", "Ambiguous submit fail", handling.submit_fails, alone=True),
    ExecCard("TC-E75", "Ambiguous cancel fail", handling.cancel_fails, alone=True),
    ExecCard("TC-E76", "Ambiguous modify fail", handling.modify_fails, alone=True),
    ExecCard("TC-E77", "Ambiguous batch fail", handling.batch_fails, alone=True),
    ExecCard("TC-E78", "Per-order batch reject", handling.batch_is_refused_in_part),
    ExecCard("TC-E80", "Open position on start", handling.opens_before_it_rests, _opens(**BOTH)),
    ExecCard("TC-E81", "Cancel orders on stop", orders.canceled_on_stop, _with(**BOTH)),
    ExecCard("TC-E82", "Close positions on stop", orders.closes_on_stop, _opens()),
    ExecCard("TC-E83", "Unsubscribe on stop", handling.unsubscribes_on_stop, _with(**BOTH)),
    ExecCard("TC-E84", "Reconcile open orders", handling.finds_open_order, before=handling.rest_earlier),
    ExecCard("TC-E85", "Reconcile filled orders", handling.finds_filled_order, before=handling.buy_earlier),
    ExecCard(
        "TC-E86",
        "Reconcile open long",
        handling.finds_long,
        absent=NO_POSITIONS,
        before=handling.buy_earlier,
    ),
    ExecCard(
        "TC-E87",
        "Reconcile open short",
        handling.finds_short,
        absent=NO_POSITIONS,
        before=handling.sell_earlier,
    ),
    ExecCard("TC-E90", "Limit BUY option", orders.rests, _with(**BUY), ONLY_OPTIONS),
    ExecCard("TC-E91", "Limit SELL option", orders.rests, _with(**SELL), ONLY_OPTIONS),
    ExecCard(
        "TC-E92",
        "Limit with alternative pricing",
        orders.carries_params,
        _with(**BUY, order_params={"order_iv": "0.3"}),
        ONLY_OPTIONS,
    ),
    ExecCard("TC-E94", "Unsupported order type denied", handling.denies_type, absent=ONLY_OPTIONS),
    ExecCard(
        "TC-E96",
        "Conditional order rejected",
        handling.option_denies_conditionals,
        _stop("buy", OrderType.STOP_MARKET, stop_offset_ticks=50),
        ONLY_OPTIONS,
    ),
    ExecCard("TC-E99", "FOK limit option", orders.fok_option, absent=ONLY_OPTIONS),
    ExecCard("TC-E100", "Cancel option order", handling.option_is_canceled, absent=ONLY_OPTIONS),
    ExecCard(
        "TC-E101",
        "Reconcile option position",
        handling.finds_long,
        absent=ONLY_OPTIONS,
        before=handling.buy_earlier,
    ),
)
