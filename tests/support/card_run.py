"""Runs the framework's cards of one category in a live node on a local venue, and says which of them passed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from data_cards import CARDS, CATEGORIES, Card, Seen, Target
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId
from trading import PATIENCE_SECS, until

from nautilus_bybit_adapter import BybitHTTPClient
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.clock import wall_ms

PASSED, FAILED = "pass", "fail"
MINUTE_MS = 60_000
MINUTES_TO_CLOSE = 6

type NodeBuilder = Callable[[SimVenue, Target], TradingNode]


def target_of(venue: SimVenue, category: str) -> Target:
    """Return the instruments of a category: the shipped ones, and whichever expire."""

    def named(symbol: str) -> InstrumentId:
        return InstrumentId.from_str(f"{symbol}-{category.upper()}.BYBIT")

    if category == "option":
        options = {
            name: market for (kind, name), market in venue.exchange.markets.items() if kind == "option"
        }
        first, second, third, *_ = sorted(options, key=lambda name: -len(options[name].tape))
        return Target(category, named(first), named(second), named(third))
    dated = next(
        (
            name
            for (kind, name), market in venue.exchange.markets.items()
            if kind == category and market.instrument.delivery_ms
        ),
        None,
    )
    first, second = {"inverse": ("BTCUSD", "ETHUSD")}.get(category, ("BTCUSDT", "ETHUSDT"))
    return Target(category, named(first), named(second), named(dated) if dated else None)


async def wake(venue: SimVenue, category: str) -> None:
    """Look at the markets of a category: those that nobody looks at have no trades."""
    client = BybitHTTPClient(base_url=venue.urls.rest)
    await client.open()
    for kind, symbol in venue.exchange.markets:
        if kind == category:
            await client.get_orderbook(category, symbol)
    await client.close()


def run_cards(category: str, build_node: NodeBuilder) -> dict[str, str]:
    """Run every card of a category, and return `pass` or `fail`, or why Bybit has no such data, by its number."""
    return asyncio.run(_run(category, build_node))


async def _run(category: str, build_node: NodeBuilder) -> dict[str, str]:
    offered = [card for card in CARDS if category not in card.absent]
    results = {card.number: card.absent[category] for card in CARDS if category in card.absent}
    # It begins in the past and catches up, so that candles close at once and nothing comes from the future.
    config = SimConfig(market="synthetic", rate_limits=False, clock=lambda: wall_ms() - 10 * MINUTE_MS)
    async with SimVenue(config) as venue:
        await wake(venue, category)
        venue.advance(2 * MINUTE_MS)
        target = target_of(venue, category)
        node = build_node(venue, target)
        testers = {card: card.build(target) for card in offered}
        for tester in testers.values():
            node.trader.add_actor(tester)
        running = asyncio.ensure_future(node.run_async())
        try:
            await _drive(venue, target, testers)
            for card, tester in testers.items():
                results[card.number] = PASSED if card.passes(tester, target) else FAILED
        finally:
            await node.stop_async()
            await asyncio.gather(running, return_exceptions=True)
            node.kernel.dispose()  # `node.dispose` would stop the loop the test runs in
            if node.kernel.executor is not None:
                node.kernel.executor.shutdown()
    return results


async def _drive(venue: SimVenue, target: Target, testers: dict[Card, Seen]) -> None:
    """Let the market happen until every card has passed, or for as long as anybody would wait."""
    by_number = {card.number: tester for card, tester in testers.items()}
    reference = by_number["TC-D20"]
    await _until(lambda: bool(reference.of("on_quote_tick")))
    bars = by_number.get("TC-D40")
    for _ in range(MINUTES_TO_CLOSE if bars is not None else 2):
        # The candles of a topic are told from its subscription on, which a slow machine takes its time for.
        venue.advance(MINUTE_MS)
        if bars is not None and await _until(lambda: bool(bars.of("on_bar")), 3.0):
            break
    await _until(lambda: by_number["TC-D70"].count() > 0)
    await _stop_one(reference, by_number["TC-D70"])
    if target.ending is not None:
        symbol = target.ending.symbol.value.rpartition("-")[0]
        venue.exchange.deliver(symbol, target.category)
    await _until(lambda: all(card.passes(tester, target) for card, tester in testers.items()))


async def _stop_one(reference: Seen, stopped: Seen) -> None:
    """Stop a tester, and note that nothing reached it while others were served."""
    stopped.stop()
    before, served = stopped.count(), reference.count()
    await _until(lambda: reference.count() > served + 20)
    if stopped.count() == before:
        stopped.note("silent after stop", before)


async def _until(condition: Callable[[], Any], patience_secs: float = PATIENCE_SECS) -> bool:
    """Wait for a condition no longer than anybody would, and tell whether it came to hold."""
    try:
        await until(condition, "the cards", patience_secs)
    except AssertionError:
        return False
    return True


def table(results: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """Return lines of a Markdown table: results by adapter, category and card."""
    head = [f"{category} {name}" for category in CATEGORIES for name in results]
    lines = ["| card | " + " | ".join(head) + " |", "|---|" + "---|" * len(head)]
    for card in CARDS:
        cells = [results[name][category][card.number] for category in CATEGORIES for name in results]
        lines.append(f"| {card.title} | " + " | ".join(cells) + " |")
    return lines
