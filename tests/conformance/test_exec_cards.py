"""The framework's own execution tester against the local venue: one test for each card and category."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from exec_card_run import FAILED, PASSED, ours, run_exec_cards
from exec_cards import CARDS, CATEGORIES, ExecCard

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exec-cards.md"


@cache
def results(category: str) -> dict[str, str]:
    """Run all cards of a category, in one node."""
    return run_exec_cards(category, ours)


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
@pytest.mark.xdist_group("execution cards")
def test_card(card: ExecCard, category: str) -> None:
    result = results(category)[card.number]
    assert not result.startswith(FAILED), f"{card.title} on {category}: {result}"
    assert result in {PASSED, card.absent.get(category)}


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.xdist_group("execution cards")
def test_the_page_says_what_the_cards_showed(category: str) -> None:
    lines = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line] for line in lines]
    column = rows[0].index(f"{category} ours")
    told = {row[0].partition(" ")[0]: row[column] for row in rows[1:]}
    assert told == {number: result.partition(":")[0] for number, result in results(category).items()}
