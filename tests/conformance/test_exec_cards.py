"""The framework's own execution tester against the local venue: one test for each card and category."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from exec_card_run import FAILED, PASSED, ours, run_exec_cards
from exec_cards import CARDS, CATEGORIES, ExecCard

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exec-cards.md"


@dataclass(frozen=True)
class Played:
    """A category whose cards have been played."""

    category: str
    results: dict[str, str]


@pytest.fixture(scope="module", params=CATEGORIES)
def played(request: pytest.FixtureRequest) -> Played:
    """Play all cards of a category, in one node; the tests of a category follow each other."""
    return Played(request.param, run_exec_cards(request.param, ours))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_card(played: Played, card: ExecCard) -> None:
    result = played.results[card.number]
    assert not result.startswith(FAILED), f"{card.title} on {played.category}: {result}"
    assert result in {PASSED, card.absent.get(played.category)}


def test_the_page_says_what_the_cards_showed(played: Played) -> None:
    lines = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line] for line in lines]
    column = rows[0].index(f"{played.category} ours")
    told = {row[0].partition(" ")[0]: row[column] for row in rows[1:]}
    assert told == {number: result.partition(":")[0] for number, result in played.results.items()}
