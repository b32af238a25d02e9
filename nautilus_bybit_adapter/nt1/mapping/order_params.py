"""What an order can carry on Bybit beyond the framework's own fields: typed, checked, and named when refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from nautilus_trader.model.enums import OrderType, order_type_to_str
from nautilus_trader.model.orders import Order

from nautilus_bybit_adapter.wire.enums import BybitProductType

DERIVATIVES = frozenset({BybitProductType.LINEAR, BybitProductType.INVERSE})
TRIGGERS = ("LastPrice", "MarkPrice", "IndexPrice")
ORDER_TYPES = ("Market", "Limit")
# Keys of the official adapter that mean the same as another one.
SYNONYMS = {"tp_trigger_price": "take_profit", "sl_trigger_price": "stop_loss"}


class OrderNotSupportedError(ValueError):
    """Bybit, or this version, has no such order; the message names the field, its value and what is allowed."""


class BybitOrderParams(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What to add to an order for Bybit; hand ``to_dict()`` to ``submit_order(..., params=...)``.

    Parameters
    ----------
    is_leverage : bool
        SPOT: buy or sell with borrowed coins.
    position_idx : int, optional
        Linear in hedge mode: 1 the long position, 2 the short one; derived from side and ``reduce_only`` where absent.
    close_on_trigger : bool, optional
        Linear and inverse: free margin for this order by shrinking others when it triggers.
    take_profit, stop_loss : str, optional
        Prices at which the filled part is closed; decimals. Linear, inverse, limit orders on SPOT, and options.
    tp_trigger_by, sl_trigger_by : str, optional
        ``LastPrice``, ``MarkPrice`` or ``IndexPrice``; linear and inverse.
    tpsl_mode : str, optional
        ``Full`` for the whole position, ``Partial`` for this order's own quantity.
    tp_order_type, sl_order_type : str, optional
        ``Market`` or ``Limit``.
    tp_limit_price, sl_limit_price : str, optional
        Prices of the limit orders; decimals.
    bbo_side_type : str, optional
        ``Queue`` (own side) or ``Counterparty``: the venue sets the price of a limit order from its book.
    bbo_level : str, optional
        Level of that side, ``1`` to ``5``.
    slippage_tolerance_type : str, optional
        ``TickSize`` or ``Percent``; market orders.
    slippage_tolerance : str, optional
        1 to 10000 ticks, or 0.01 to 10 percent with two decimals.
    smp_type : str, optional
        What happens when the order would trade with one's own: ``None``, ``CancelMaker``, ``CancelTaker`` or
        ``CancelBoth``.
    rpi : bool
        A retail-price-improvement order, which approved makers may send; limit orders.
    rpi_taker_access : bool, optional
        Allow the order to trade with such orders.
    order_iv : str, optional
        Options: implied volatility instead of a price; decimal.
    mmp : bool, optional
        Options: the order counts for market-maker protection.

    Source: Bybit V5 order/create-order

    """

    is_leverage: bool = False
    position_idx: int | None = None
    close_on_trigger: bool | None = None
    take_profit: str | None = None
    stop_loss: str | None = None
    tp_trigger_by: str | None = None
    sl_trigger_by: str | None = None
    tpsl_mode: str | None = None
    tp_order_type: str | None = None
    sl_order_type: str | None = None
    tp_limit_price: str | None = None
    sl_limit_price: str | None = None
    bbo_side_type: str | None = None
    bbo_level: str | None = None
    slippage_tolerance_type: str | None = None
    slippage_tolerance: str | None = None
    smp_type: str | None = None
    rpi: bool = False
    rpi_taker_access: bool | None = None
    order_iv: str | None = None
    mmp: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as ``params`` of the framework's commands."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


NO_PARAMS = BybitOrderParams()
# What a working order can be given anew.
AMENDABLE = frozenset(
    {
        "take_profit",
        "stop_loss",
        "tp_trigger_by",
        "sl_trigger_by",
        "tpsl_mode",
        "tp_limit_price",
        "sl_limit_price",
        "order_iv",
    }
)


def parse_order_params(
    params: dict[str, Any] | None, order: Order, category: BybitProductType
) -> BybitOrderParams:
    """
    Return a command's params, checked against the order and its category.

    Raises
    ------
    OrderNotSupportedError
        If a key is not known, a value is not allowed, or keys contradict the order or each other.

    """
    if not params:
        return NO_PARAMS
    parsed = BybitOrderParams(**{name: _value(name, value) for name, value in _named(params).items()})
    for check in (_check_place, _check_protection, _check_limits, _check_price, _check_slippage):
        check(parsed, order, category)
    return parsed


def parse_amended_params(params: dict[str, Any] | None, category: BybitProductType) -> dict[str, str]:
    """
    Return what a modify command changes beside quantity and prices; `"0"` takes a take profit or stop loss away.

    Raises
    ------
    OrderNotSupportedError
        If a key is not known or cannot be amended, or a value is not allowed.

    """
    changes: dict[str, str] = {}
    for name, value in _named(params or {}).items():
        if name not in AMENDABLE:
            raise OrderNotSupportedError(
                f"params {name} {value!r} cannot be amended: {', '.join(sorted(AMENDABLE))} can"
            )
        _check_category(name, value, category)
        removed = name in SYNONYMS.values() and str(value) == "0"
        changes[name] = "0" if removed else _value(name, value)
    return changes


def _named(params: dict[str, Any]) -> dict[str, Any]:
    """Return params by their one name; absent values are left out."""
    named: dict[str, Any] = {}
    for key, value in params.items():
        name = SYNONYMS.get(key, key)
        if name not in BybitOrderParams.__struct_fields__:
            allowed = ", ".join(sorted(BybitOrderParams.__struct_fields__))
            raise OrderNotSupportedError(f"params key {key!r} is not known: {allowed} are allowed")
        if value is None:
            continue
        if name in named and str(named[name]) != str(value):
            raise OrderNotSupportedError(
                f"params {key} {value!r} contradicts {name} {named[name]!r}: give one of them"
            )
        named[name] = value
    return named


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise OrderNotSupportedError(f"params {name} {value!r} is not allowed: True and False are")
    return value


def _decimal(name: str, value: Any) -> str:
    """Return a positive decimal in plain digits; a binary float is refused, since its digits are not the caller's."""
    text = str(value)
    try:
        number = None if isinstance(value, float | bool) else Decimal(text)
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number <= 0:
        raise OrderNotSupportedError(
            f"params {name} {value!r} is not allowed: a positive decimal as text, Decimal or Price is"
        )
    return f"{number:f}"


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        for word in allowed:
            if str(value).lower() == word.lower():
                return word
        raise OrderNotSupportedError(f"params {name} {value!r} is not allowed: {_listed(allowed)} are")

    return check


def _position_idx(name: str, value: Any) -> int:
    if isinstance(value, bool) or str(value) not in {"0", "1", "2"}:
        raise OrderNotSupportedError(f"params {name} {value!r} is not allowed: 0, 1 and 2 are")
    return int(value)


_VALUES: dict[str, Callable[[str, Any], Any]] = {
    "position_idx": _position_idx,
    "tp_trigger_by": _one_of(*TRIGGERS),
    "sl_trigger_by": _one_of(*TRIGGERS),
    "tpsl_mode": _one_of("Full", "Partial"),
    "tp_order_type": _one_of(*ORDER_TYPES),
    "sl_order_type": _one_of(*ORDER_TYPES),
    "bbo_side_type": _one_of("Queue", "Counterparty"),
    "bbo_level": _one_of("1", "2", "3", "4", "5"),
    "slippage_tolerance_type": _one_of("TickSize", "Percent"),
    "smp_type": _one_of("None", "CancelMaker", "CancelTaker", "CancelBoth"),
    **dict.fromkeys(("is_leverage", "close_on_trigger", "rpi", "rpi_taker_access", "mmp"), _flag),
    **dict.fromkeys(
        ("take_profit", "stop_loss", "tp_limit_price", "sl_limit_price", "slippage_tolerance", "order_iv"),
        _decimal,
    ),
}


def _value(name: str, value: Any) -> Any:
    return _VALUES[name](name, value)


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


# -- keys against the order --------------------------------------------------------------------------------

_PLACES: dict[str, frozenset[BybitProductType]] = {
    "is_leverage": frozenset({BybitProductType.SPOT}),
    **dict.fromkeys(
        (
            "close_on_trigger",
            "tp_trigger_by",
            "sl_trigger_by",
            "tpsl_mode",
            "tp_order_type",
            "sl_order_type",
            "bbo_side_type",
            "bbo_level",
        ),
        DERIVATIVES,
    ),
    "position_idx": DERIVATIVES,
    "order_iv": frozenset({BybitProductType.OPTION}),
    "mmp": frozenset({BybitProductType.OPTION}),
}


def _check_place(parsed: BybitOrderParams, _order: Order, category: BybitProductType) -> None:
    for name in _PLACES:
        _check_category(name, getattr(parsed, name), category)


def _check_category(name: str, value: Any, category: BybitProductType) -> None:
    places = _PLACES.get(name)
    if places is not None and value not in {None, False} and category not in places:
        allowed = _listed(tuple(sorted(each.name for each in places)))
        raise OrderNotSupportedError(
            f"params {name} {value!r} is not allowed on {category.name}: it is on {allowed}"
        )


def _check_protection(parsed: BybitOrderParams, order: Order, category: BybitProductType) -> None:
    """Check take profit and stop loss of the order's own."""
    for leg, price in (("tp", parsed.take_profit), ("sl", parsed.stop_loss)):
        whole = {"tp": "take_profit", "sl": "stop_loss"}[leg]
        details = (f"{leg}_trigger_by", f"{leg}_order_type", f"{leg}_limit_price")
        given = next((name for name in details if getattr(parsed, name) is not None), None)
        if given is not None and price is None:
            raise OrderNotSupportedError(
                f"params {given} {getattr(parsed, given)!r} is not allowed without {whole}: give both"
            )
        if price is None:
            continue
        if order.is_reduce_only:
            raise OrderNotSupportedError(
                f"params {whole} {price!r} is not allowed with reduce_only: an order that opens a position has it"
            )
        if category is BybitProductType.SPOT and order.order_type != OrderType.LIMIT:
            raise OrderNotSupportedError(
                f"params {whole} {price!r} is not allowed on SPOT for a {order_type_to_str(order.order_type)} order: "
                "for a LIMIT order it is"
            )
        _check_leg(parsed, leg)
    if parsed.tpsl_mode is not None and parsed.take_profit is None and parsed.stop_loss is None:
        raise OrderNotSupportedError(
            f"params tpsl_mode {parsed.tpsl_mode!r} is not allowed without take_profit or stop_loss: give one of them"
        )


def _check_leg(parsed: BybitOrderParams, leg: str) -> None:
    kind, price = getattr(parsed, f"{leg}_order_type"), getattr(parsed, f"{leg}_limit_price")
    is_limit = kind == "Limit"
    if is_limit and price is None:
        raise OrderNotSupportedError(
            f"params {leg}_order_type 'Limit' is not allowed without {leg}_limit_price: give both"
        )
    if price is not None and not is_limit:
        raise OrderNotSupportedError(
            f"params {leg}_limit_price {price!r} is not allowed with {leg}_order_type {kind!r}: 'Limit' is"
        )
    if is_limit and parsed.tpsl_mode != "Partial":
        raise OrderNotSupportedError(
            f"params {leg}_order_type 'Limit' is not allowed with tpsl_mode {parsed.tpsl_mode!r}: 'Partial' is"
        )


def _check_limits(parsed: BybitOrderParams, order: Order, _category: BybitProductType) -> None:
    """Check what only a limit order can have."""
    is_limit = order.order_type == OrderType.LIMIT
    kind = order_type_to_str(order.order_type)
    for name in ("bbo_side_type", "bbo_level", "order_iv"):
        value = getattr(parsed, name)
        if value is not None and not is_limit:
            raise OrderNotSupportedError(
                f"params {name} {value!r} is not allowed for a {kind} order: for a LIMIT order it is"
            )
    if parsed.rpi and not is_limit:
        raise OrderNotSupportedError(
            f"params rpi True is not allowed for a {kind} order: for a LIMIT order it is"
        )
    if parsed.rpi and parsed.rpi_taker_access:
        raise OrderNotSupportedError(
            "params rpi True is not allowed with rpi_taker_access True: a maker takes nothing, so one of them is"
        )


def _check_price(parsed: BybitOrderParams, order: Order, _category: BybitProductType) -> None:
    if (parsed.bbo_side_type is None) != (parsed.bbo_level is None):
        given, absent = (
            ("bbo_side_type", "bbo_level") if parsed.bbo_side_type else ("bbo_level", "bbo_side_type")
        )
        raise OrderNotSupportedError(
            f"params {given} {getattr(parsed, given)!r} is not allowed without {absent}: give both"
        )
    if parsed.bbo_side_type == "Counterparty" and order.order_type == OrderType.LIMIT and order.is_post_only:
        raise OrderNotSupportedError(
            "params bbo_side_type 'Counterparty' is not allowed with post_only: Queue is"
        )


def _check_slippage(parsed: BybitOrderParams, order: Order, _category: BybitProductType) -> None:
    kind, amount = parsed.slippage_tolerance_type, parsed.slippage_tolerance
    if kind is None and amount is None:
        return
    if kind is None or amount is None:
        given, absent = ("slippage_tolerance", "slippage_tolerance_type")[:: 1 if kind is None else -1]
        raise OrderNotSupportedError(
            f"params {given} {getattr(parsed, given)!r} is not allowed without {absent}: give both"
        )
    if order.order_type != OrderType.MARKET:
        raise OrderNotSupportedError(
            f"params slippage_tolerance {amount!r} is not allowed for a {order_type_to_str(order.order_type)} order: "
            "for a MARKET order it is"
        )
    number = Decimal(amount)
    if kind == "TickSize" and not (number == number.to_integral_value() and 1 <= number <= 10_000):  # noqa: PLR2004 - the venue's range
        raise OrderNotSupportedError(
            f"params slippage_tolerance {amount!r} is not allowed: 1 to 10000 whole ticks are"
        )
    too_fine = number != round(number, 2)
    if kind == "Percent" and (too_fine or not Decimal("0.01") <= number <= 10):  # noqa: PLR2004 - the venue's range
        raise OrderNotSupportedError(
            f"params slippage_tolerance {amount!r} is not allowed: 0.01 to 10 percent with two decimals is"
        )
