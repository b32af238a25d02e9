"""The framework's own data tester against the local venue: one test for each card and category."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from card_run import FAILED, PASSED, run_cards
from data_cards import CARDS, CATEGORIES, Card, Target
from nautilus_trader.live.node import TradingNode
from watching import build_data_node

from nautilus_bybit_adapter.sim import SimVenue

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-cards.md"


def build(venue: SimVenue, target: Target) -> TradingNode:
    return build_data_node(venue, target.ids, loop=asyncio.get_running_loop(), instrument_status_poll_secs=1)


@pytest.fixture(scope="module", params=CATEGORIES)
def category(request: pytest.FixtureRequest) -> str:
    """A category of the module keeps its tests together, so that few processes play one."""
    return str(request.param)


@pytest.fixture(scope="module")
def results(category: str) -> dict[str, str]:
    """Run all cards of a category at once, in one node."""
    return run_cards(category, build)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_card(card: Card, category: str, results: dict[str, str]) -> None:
    result = results[card.number]
    assert result != FAILED, f"{card.title} did not pass on {category}"
    assert result in {PASSED, card.absent.get(category)}


def test_the_page_says_what_the_cards_showed(category: str, results: dict[str, str]) -> None:
    lines = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    column = lines[0].index(f"{category} ours")
    told = {line[0].removeprefix("| ")[:6]: line[column] for line in lines[1:]}
    assert told == results
