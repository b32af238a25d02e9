"""How an execution begins: the market at arrival, the forecast, the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.nt1.algo.arrival import Arrival, Sides, arrival_key
from nautilus_bybit_adapter.warden.policy import Route

if TYPE_CHECKING:
    from nautilus_trader.execution.algorithm import ExecAlgorithm

    from nautilus_bybit_adapter.nt1.algo.moves import View
    from nautilus_bybit_adapter.nt1.algo.run import Run
    from nautilus_bybit_adapter.warden.policy import Outlook

_REPORTED_LEVELS = 50


def begin(algorithm: ExecAlgorithm, run: Run, view: View) -> None:
    """Choose the route of an execution, or go on with the one that was chosen before a restart.

    A market order that was decided on and not sent is decided on anew: the guard held then, and may not hold now.
    """
    chosen = run.arrival.decision
    if chosen is not None and (chosen.route is not Route.MARKET or run.was_sent_itself):
        run.plan.take(chosen)
        return
    outlook: Outlook | None = None
    bids: Sides = ()
    asks: Sides = ()
    if view.is_book_ready:
        outlook = run.feed.outlook(is_buy=run.plan.terms.is_buy, quantity=run.execution.total)
        bids, asks = run.feed.levels(_REPORTED_LEVELS)
    elif not run.feed.follows_quotes:
        run.feed.follows_quotes = True
        algorithm.subscribe_quote_ticks(run.feed.instrument_id)
    run.plan.begin(outlook, view.touch)
    run.arrival = Arrival(
        mid=view.touch.mid,
        bids=bids,
        asks=asks,
        outlook=outlook,
        decision=run.plan.decision,
        params=run.arrival.params,
    )
    name = run.primary.client_order_id.value
    algorithm.cache.add(arrival_key(name), run.arrival.to_bytes())
    expected = "unknown" if outlook is None else f"{outlook.expected_bps:.2f} bps"
    algorithm.log.info(f"{name}: {run.plan.phase.value}; expected cost of a market order: {expected}")
