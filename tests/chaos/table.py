"""Writes docs/faults.md from the results of a campaign and of the framework's own adapter on the same schedules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "lost_fills": "fills lost",
    "doubled_fills": "fills doubled",
    "stuck_orders": "orders stuck",
    "wrong_orders": "orders with wrong terms",
    "wrong_positions": "positions wrong",
    "wrong_balances": "balances wrong",
}
HEAD = """# What faults cost

Random trading (single orders, lists, brackets, changes and cancels) while sockets are cut, fall silent or refuse,
pushes are lost, repeated, reordered, damaged or late, acknowledgements vanish, REST fails and the process gets no
time; then the faults end, and the node has {patience} seconds to come to what the venue knows. Each schedule is drawn
from its seed and runs on a local venue and a node of its own: `make chaos`. Both adapters run with the framework's
default engine settings; this one compares orders and executions with the venue once a second there (once a minute by
default), and its sockets give up on a silent peer after two seconds.

"""


def read(name: str) -> list[dict[str, Any]]:
    """Return the results of a campaign, one for each schedule."""
    lines = (ROOT / "build" / f"chaos-{name}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines]


def row_of(title: str, runs: list[dict[str, Any]]) -> str:
    """Return a line of the table."""
    found = sum(1 for run in runs if run["failure"] or any(run["verdict"].values()))
    counts = [sum(len(run["verdict"][column]) for run in runs) for column in COLUMNS]
    cells = [len(runs), sum(run["fills"] for run in runs), found, *counts]
    return f"| {title} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def main() -> None:
    """Write the table."""
    ours, official = read("ours"), read("official")
    sampled = {run["seed"] for run in official}
    products = Counter(run["product"] for run in ours)
    lines = [
        "| | schedules | fills | schedules with a difference | " + " | ".join(COLUMNS.values()) + " |",
        "|---|" + "---:|" * (len(COLUMNS) + 3),
        row_of("this package, all schedules", ours),
        row_of(
            "this package, the schedules of the next line", [run for run in ours if run["seed"] in sampled]
        ),
        row_of("the framework's own adapter (1.231)", official),
    ]
    told = ", ".join(f"{count:,} {product}" for product, count in sorted(products.items()))
    tail = (
        f"\n\nSchedules by product: {told}. The framework's own adapter has no hedge mode, so those are not in its "
        "sample. A stuck order is one that node and venue disagree about being open; a fill counts as lost when its "
        f"quantity is missing from its order, under whatever id.\n"
    )
    (ROOT / "docs" / "faults.md").write_text(HEAD.format(patience=45) + "\n".join(lines) + tail)


if __name__ == "__main__":
    main()
