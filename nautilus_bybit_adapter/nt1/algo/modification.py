"""Changing a parent at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nautilus_bybit_adapter.nt1.algo.params import SmartLimitOrderError

if TYPE_CHECKING:
    from nautilus_trader.execution.algorithm import ExecAlgorithm
    from nautilus_trader.model.identifiers import ClientOrderId
    from nautilus_trader.model.objects import Price, Quantity

    from nautilus_bybit_adapter.nt1.algo.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartLimitModify:
    """A change of a parent order, to be sent to the message bus's endpoint ``<algorithm id>.modify``.

    The framework's ``modify_order`` goes to the venue, which has no such order: only the algorithm does.

    Parameters
    ----------
    client_order_id : ClientOrderId
        The parent.
    quantity : Quantity, optional
        What it is for from now on, what was executed included; base units.
    price : Price, optional
        Its limit from now on; limit orders.

    """

    client_order_id: ClientOrderId
    quantity: Quantity | None = None
    price: Price | None = None


def apply_modification(algorithm: ExecAlgorithm, run: Run | None, request: SmartLimitModify) -> None:
    """Change a parent and its plan.

    Raises
    ------
    SmartLimitOrderError
        If there is no such parent, it is too late, or a value is not allowed; nothing is changed then.

    """
    if run is None:
        raise SmartLimitOrderError(
            f"{request.client_order_id!r} is not at work; only an order at work can change"
        )
    parent, execution, terms = run.primary, run.execution, run.plan.terms
    if request.quantity is None and request.price is None:
        raise SmartLimitOrderError("neither 'quantity' nor 'price' is given; one of them must be")
    if request.price is not None and terms.bound is None:
        raise SmartLimitOrderError(f"'price' is {request.price} for a market order; it must be left out")
    total = execution.total if request.quantity is None else request.quantity.as_decimal()
    if total % terms.rules.lot or total <= execution.filled:
        raise SmartLimitOrderError(
            f"'quantity' is {total}; it must be a multiple of {terms.rules.lot} above the {execution.filled} executed"
        )
    bound = terms.bound if request.price is None else request.price.as_decimal()
    if bound is not None and bound % terms.tick:
        raise SmartLimitOrderError(f"'price' is {bound}; it must be a multiple of {terms.tick}")
    if not run.plan.revise(total, bound):
        raise SmartLimitOrderError(
            f"{request.client_order_id!r} is at the venue or ending; it is too late to change it"
        )
    if request.quantity is not None or request.price is not None:
        algorithm.modify_order_in_place(parent, quantity=request.quantity, price=request.price)
