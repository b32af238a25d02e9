"""`make cards`: run the framework's execution cards with this adapter and the framework's own; write what passed."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from exec_card_run import FAILED, NodeBuilder, ours, run_exec_cards, table  # noqa: E402 - needs the path above
from exec_cards import CATEGORIES  # noqa: E402
from nautilus_trader.accounting.factory import AccountFactory  # noqa: E402
from nautilus_trader.live.node import TradingNode  # noqa: E402
from nautilus_trader.model.identifiers import InstrumentId  # noqa: E402
from official_adapter import build_node  # noqa: E402

from nautilus_bybit_adapter import BYBIT  # noqa: E402
from nautilus_bybit_adapter.sim import SimVenue  # noqa: E402

TARGET = ROOT / "docs" / "exec-cards.md"
HEAD = """\
# Execution cards

The framework's execution-testing cards, run by its own `ExecTester` in a live node on the local venue: this adapter
("ours") beside the one that NautilusTrader 1.231 ships ("theirs"). `pass` and `fail` are what the run showed; any other
word says why Bybit offers no such thing. `make cards` writes this page; `tests/conformance/test_exec_cards.py` holds
our side of it.

How some cards are read here:

- The sequence of events is the card's own: `OrderAccepted` comes before the first fill.
- The exits of a bracket are `reduce_only`, which Bybit refuses without a position: they are accepted once the entry
  fills, and until then nobody may have rejected them.
- A GTD order ends at its time with `OrderCanceled`: the framework keeps the time (`manage_gtd_expiry`), Bybit has none.
- What the venue carries out while the socket is cut before the answer is no rejection (TC-E74 to TC-E77).
"""


def theirs(venue: SimVenue, instrument_ids: tuple[InstrumentId, ...]) -> TradingNode:
    """Build a node of the framework's adapter."""
    return build_node(venue, instrument_ids, log_level="OFF", check_risk=False)


def main() -> None:
    """Run every card and write the page."""
    builders: dict[str, NodeBuilder] = {"ours": ours, "theirs": theirs}
    results: dict[str, dict[str, dict[str, str]]] = {}
    for name, build in builders.items():
        for category in CATEGORIES:
            print(f"  {category}, {name} ...", file=sys.stderr, flush=True)
            found = run_exec_cards(category, build)
            # Its spot client registers this for the whole process, and fails where it is registered already.
            AccountFactory.deregister_cash_borrowing(BYBIT)
            results.setdefault(name, {})[category] = found
            for number, result in found.items():
                if result.startswith(FAILED):
                    print(f"    {number} {result}", file=sys.stderr)
    TARGET.write_text("\n".join([HEAD, *table(results), ""]))
    print(f"Written to {TARGET.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
