"""Runs the framework's execution cards of one category in a live node on a local venue; tells which of them passed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from exec_cards import CARDS, CATEGORIES, ExecCard
from exec_play import CardFailedError, Play
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId
from trading import build_node, until

from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.sim.exchange.instruments import Instrument

PASSED, FAILED = "pass", "fail"
BALANCES = {"USDT": Decimal(50_000_000), "BTC": Decimal(500), "ETH": Decimal(100)}
MODELS = {
    "spot": "BTCUSDT",
    "linear": "BTCUSDT",
    "inverse": "BTCUSD",
}
FIRST_STRIKE = 86_000
STRIKE_STEP = 100
FIRST_ID = 50_000

type NodeBuilder = Callable[[SimVenue, tuple[InstrumentId, ...]], TradingNode]


def run_exec_cards(
    category: str, build_node: NodeBuilder, cards: Sequence[ExecCard] = CARDS
) -> dict[str, str]:
    """Run cards of a category; return `pass`, `fail: ...`, or why Bybit offers no such thing, by number."""
    results = {card.number: card.absent[category] for card in cards if category in card.absent}
    offered = [card for card in cards if category not in card.absent]
    return results | asyncio.run(_run(category, build_node, offered))


def listed(category: str, cards: Sequence[ExecCard]) -> tuple[tuple[Instrument, ...], dict[str, str]]:
    """Return the shipped instruments with one more for each card, and the symbol of each card."""
    shipped = SimConfig(market="quiet").instruments
    if category == "option":
        model = next(each for each in shipped if each.contract == "Call" and each.symbol.endswith("C-USDT"))
    else:
        model = next(each for each in shipped if (each.category, each.symbol) == (category, MODELS[category]))
    made: list[Instrument] = []
    symbols: dict[str, str] = {}
    for index, card in enumerate(cards):
        strike = FIRST_STRIKE + 1000 + STRIKE_STEP * index
        if category == "option":
            head = model.symbol.split("-")
            symbol = "-".join([*head[:2], str(strike), *head[3:]])
        else:
            symbol = card.code + model.symbol.removeprefix(model.base)
        symbols[card.number] = symbol
        made.append(
            replace(
                model,
                symbol=symbol,
                symbol_id=FIRST_ID + index,
                strike=Decimal(strike) if category == "option" else model.strike,
                # It is neither delivered nor followed by another one during the run.
                listing=replace(model.listing, series=None, display_name=""),
            )
        )
    return (*shipped, *made), symbols


def ours(venue: SimVenue, instrument_ids: tuple[InstrumentId, ...]) -> TradingNode:
    """Build a node of this adapter."""
    return build_node(
        venue,
        None,
        instrument_ids=instrument_ids,
        log_level="OFF",
        check_risk=False,
        # All testers order at once, which takes longer than anybody else would wait.
        exec_options={"order_wait_secs": 30.0, "recv_window_ms": 30_000},
    )


async def _run(category: str, build_node: NodeBuilder, cards: Sequence[ExecCard]) -> dict[str, str]:
    instruments, symbols = listed(category, cards)
    config = SimConfig(market="quiet", rate_limits=False, instruments=instruments, balances=BALANCES)
    ids = {
        number: InstrumentId.from_str(f"{symbol}-{category.upper()}.BYBIT")
        for number, symbol in symbols.items()
    }
    async with SimVenue(config) as venue:
        plays = {
            card: Play(
                venue,
                category,
                symbols[card.number],
                ids[card.number],
                card.build(category, ids[card.number]),
            )
            for card in cards
        }
        for card, play in plays.items():
            market = play.market
            play.lay(market.mark_ticks)
            if card.before is not None:
                card.before(venue, category, play.symbol)
        node = build_node(venue, tuple(ids.values()))
        for play in plays.values():
            node.trader.add_strategy(play.tester)
        running = asyncio.ensure_future(node.run_async())
        try:
            await until(lambda: all(play.tester.is_running for play in plays.values()), "the node")
            together = [card for card in cards if not card.alone]
            told = await asyncio.gather(*(_result(card, plays[card]) for card in together))
            results = {card.number: result for card, result in zip(together, told, strict=True)}
            await _settled(next(iter(plays.values())))
            for card in cards:
                if card.alone:
                    results[card.number] = await _result(card, plays[card])
        finally:
            await node.stop_async()
            await asyncio.gather(running, return_exceptions=True)
            node.kernel.dispose()  # `node.dispose` would stop the loop the test runs in
            if node.kernel.executor is not None:
                node.kernel.executor.shutdown()
        venue.exchange.check()
    return results


async def _settled(play: Play) -> None:
    """Wait until no order is under way, so that a card which cuts the socket cuts nobody else's."""
    with suppress(CardFailedError):  # an adapter may leave some under way for ever
        await play.until(lambda: not play.tester.cache.orders_inflight(), "the answers")


async def _result(card: ExecCard, play: Play) -> str:
    try:
        await card.play(play)
    except (CardFailedError, LookupError, ValueError, AttributeError) as e:
        return f"{FAILED}: {e!r}"
    return PASSED


def table(results: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """Return lines of a Markdown table: results by adapter, category and card."""
    head = [f"{category} {name}" for category in CATEGORIES for name in results]
    lines = ["| card | " + " | ".join(head) + " |", "|---|" + "---|" * len(head)]
    for card in CARDS:
        cells = [
            results[name][category][card.number].partition(":")[0]
            for category in CATEGORIES
            for name in results
        ]
        lines.append(f"| {card.title} | " + " | ".join(cells) + " |")
    return lines
