"""`make cards`: run the framework's data cards with this adapter and the framework's own, and write what passed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from card_run import NodeBuilder, run_cards, table  # noqa: E402 - needs the path above
from data_cards import CATEGORIES, Target  # noqa: E402
from nautilus_trader.live.node import TradingNode  # noqa: E402
from official_adapter import build_official_data_node  # noqa: E402
from watching import build_data_node  # noqa: E402

from nautilus_bybit_adapter.sim import SimVenue  # noqa: E402

TARGET = ROOT / "docs" / "data-cards.md"
HEAD = """\
# Data cards

The framework's data-testing cards, run by its own `DataTester` in a live node on the local venue: this adapter
("ours") beside the one that NautilusTrader 1.231 ships ("theirs"). `pass` and `fail` are what the run showed; any other
word says why Bybit has no such data. `make cards` writes this page; `tests/conformance/test_data_cards.py` holds our
side of it.
"""


def ours(venue: SimVenue, target: Target) -> TradingNode:
    """Build a node of this adapter."""
    return build_data_node(venue, target.ids, loop=asyncio.get_running_loop(), instrument_status_poll_secs=1)


def theirs(venue: SimVenue, target: Target) -> TradingNode:
    """Build a node of the framework's adapter."""
    return build_official_data_node(venue, target.ids, target.category)


def main() -> None:
    """Run every card and write the page."""
    builders: dict[str, NodeBuilder] = {"ours": ours, "theirs": theirs}
    results: dict[str, dict[str, dict[str, str]]] = {}
    for name, build in builders.items():
        for category in CATEGORIES:
            print(f"  {category}, {name} ...", file=sys.stderr, flush=True)
            results.setdefault(name, {})[category] = run_cards(category, build)
    TARGET.write_text("\n".join([HEAD, *table(results), ""]))
    print(f"Written to {TARGET.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
