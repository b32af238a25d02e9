"""What smart limits cost on recorded order flow, next to three other ways to execute the same parents.

Writes docs/smart-limit.md and docs/smart-limit.svg. Each market is kept in build/smart-limit/, so that a run that was
broken off goes on where it stopped; remove the folder to begin anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from order_policies import HORIZON_SECS, LATENCY_MS, POLICIES, execute, make_parents  # noqa: E402
from recorded_market import RECORDINGS, SECOND, Recording, instrument_of, market_data  # noqa: E402

CACHE = ROOT / "build" / "smart-limit"
DOCS = ROOT / "docs"
EVERY_SECS = 2.0
BLOCK_SECS = 10.0
RESAMPLES = 4_000
SEED = 20_240_808
WHOLE = 10_000.0

type Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One market and one size: for each policy the cost of each parent, and when it came (seconds)."""

    recording: str
    label: str
    size: str
    at_secs: Numbers
    cost: dict[str, Numbers]
    completion: dict[str, Numbers]
    maker: dict[str, Numbers]

    @property
    def saved(self) -> Numbers:
        """What a smart limit saved against a market order, basis points, by parent."""
        return self.cost["market"] - self.cost["smart limit"]

    @property
    def blocks(self) -> list[NDArray[np.int64]]:
        """The parents of each stretch of time, as indices."""
        number = (self.at_secs // BLOCK_SECS).astype(np.int64)
        return [np.flatnonzero(number == each) for each in np.unique(number)]


def sizes(recording: Recording) -> list[tuple[str, int]]:
    """Return the names and notionals (quote units) of the orders tried."""
    return [("$10k", 10_000), ("$100k", 100_000), ("large", recording.large)]


def measure(recording: Recording, kept_at: Path) -> dict[str, Any]:
    """Run every policy and size over one market, or read what an earlier run has kept."""
    path = kept_at / f"{recording.name}.json"
    if path.exists():
        kept: dict[str, Any] = json.loads(path.read_text())
        return kept
    instrument = instrument_of(recording)
    data = market_data(recording, instrument, WHOLE)
    parents = {
        size: make_parents(instrument, data, worth, EVERY_SECS, SEED) for size, worth in sizes(recording)
    }
    tasks = [(policy, parents[size]) for size in parents for policy in POLICIES]
    done = iter(execute(instrument, data, tasks))
    found: dict[str, Any] = {}
    for size, them in parents.items():
        found[size] = {"at_secs": [(each.at_ns - data[0].ts_init) / SECOND for each in them]}
        for policy in POLICIES:
            executions = next(done)
            found[size][policy] = {
                "cost": [each.cost_bps for each in executions],
                "completion": [each.completion for each in executions],
                "maker": [float(each.maker / each.parent.quantity) for each in executions],
            }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return found


def cell_of(recording: Recording, size: str, found: dict[str, Any]) -> Cell:
    """Return a cell of what was measured."""

    def column(name: str) -> dict[str, Numbers]:
        return {policy: np.array(found[policy][name]) for policy in POLICIES}

    return Cell(
        recording=recording.name,
        label=recording.label,
        size=size,
        at_secs=np.array(found["at_secs"]),
        cost=column("cost"),
        completion=column("completion"),
        maker=column("maker"),
    )


def interval(
    cells: Sequence[Cell], values: Sequence[Numbers], rng: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % interval of the mean of parents, stretches of time drawn anew within each market.

    Markets of the same night move together: the same draw of stretches is used for all of them.
    """
    most = max(int(cell.at_secs.max() // BLOCK_SECS) for cell in cells) + 1
    sums = np.zeros((len(cells), most))
    counts = np.zeros((len(cells), most))
    for row, (cell, value) in enumerate(zip(cells, values, strict=True)):
        number = (cell.at_secs // BLOCK_SECS).astype(np.int64)
        np.add.at(sums[row], number, value)
        np.add.at(counts[row], number, 1)
    picks = rng.integers(0, most, size=(RESAMPLES, most))
    means = sums[:, picks].sum(axis=(0, 2)) / counts[:, picks].sum(axis=(0, 2))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def row_of(label: str, size: str, cells: Sequence[Cell], rng: np.random.Generator) -> str:
    """Return a row of the table for one cell, or for several pooled."""
    saved = np.concatenate([cell.saved for cell in cells])
    low, high = interval(cells, [cell.saved for cell in cells], rng)
    means = {policy: float(np.mean(np.concatenate([c.cost[policy] for c in cells]))) for policy in POLICIES}
    completion = float(np.mean(np.concatenate([c.completion["smart limit"] for c in cells])))
    maker = float(np.mean(np.concatenate([c.maker["smart limit"] for c in cells])))
    dearer = saved < 0
    lost = float(-saved[dearer].mean()) if dearer.any() else 0.0
    tail = float(np.quantile(np.concatenate([c.cost["smart limit"] for c in cells]), 0.95))
    shown = [f"{means[policy]:.2f}" for policy in POLICIES]
    return (
        f"| {label} | {size} | {len(saved)} | {' | '.join(shown)} | **{saved.mean():.2f}** "
        f"({low:.2f} to {high:.2f}) | {completion:.2%} | {maker:.0%} | {dearer.mean():.0%} by {lost:.1f} | {tail:.1f} |"
    )


HEAD = (
    "| market | size | parents | market order | smart limit | limit and wait | TWAP | saved (95 % interval) "
    "| completed | as maker | dearer than market | costliest 5 % from |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def table(cells: Sequence[Cell]) -> str:
    """Return the table: by market and size, by size, and over all."""
    rng = np.random.default_rng(SEED)
    rows = [row_of(cell.label, cell.size, [cell], rng) for cell in cells]
    rows += [
        row_of("**all**", size, [cell for cell in cells if cell.size == size], rng)
        for size in dict.fromkeys(cell.size for cell in cells)
    ]
    rows.append(row_of("**all**", "all", list(cells), rng))
    return "\n".join([HEAD, *rows])


TEXT = """# What a smart limit costs

`make costs` writes this page: it runs the same parent orders through four ways to execute them, on the framework's
own backtest engine with its queue positions on, {latency} ms from the strategy to the venue, and Bybit's ordinary fees
for linear contracts (5.5 bps taker, 2.0 bps maker) in every market, so that the markets can be compared.

- **market order**: all of it at once.
- **smart limit**: `SmartLimitExecAlgorithm` as it comes: rests at the touch, follows it, crosses after {horizon:g} s.
- **limit and wait**: joins the touch, stays at its price for {horizon:g} s, takes the rest at market.
- **TWAP**: the framework's example algorithm, a market order every 3 s for {horizon:g} s.

Costs are basis points of the mid at the parent's arrival, fees included; what a policy had not filled 25 s after
arrival is charged at the price it would then take, with the taker fee. A parent comes every {every:g} s on a random
side. Intervals are bootstrapped over stretches of {block:g} s, drawn for all markets alike, as they moved together.
Parents are executed side by side and each as if it were alone.

{table}

![Cost by policy and size](smart-limit.svg)

How to read it:

- The saving is a difference of fees and half a spread, not foresight. Where maker and taker fees are the same, as on
  Bybit's ordinary spot account, expect only the spread.
- It is a mean. The column *dearer than market* says how often a smart limit lost against the market order, and by how
  much: the mid ran away while the order rested. Urgent orders should say so (`urgency="now"`).
- The recordings are real order flow of six minutes of one volatile night (Binance, 2024-08-08, expressed as Bybit
  frames): few independent stretches, one kind of market. They are not Bybit's.
- A backtest does not move its market. Orders ahead in the queue that are canceled do not count, which makes fills later
  than they would be; and the engine fills a resting order in full once the market has moved through its price, which
  makes the large ones look better than they would do: take their column as a bound.
- *large* is $1M for BTC (USDT), $0.5M for ETH spot and BTC inverse, $0.3M for ETH inverse.
"""


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Draw the mean cost by policy and size, and how the single parents spread."""
    import matplotlib as mpl  # noqa: PLC0415  (an extra, and of no use to the tests)

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "smart-limit"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    names = list(dict.fromkeys(cell.size for cell in cells))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    colors = ["#c0504d", "#2e75b6", "#8db255", "#8064a2"]
    for number, policy in enumerate(POLICIES):
        means, below, above = [], [], []
        for size in names:
            chosen = [cell for cell in cells if cell.size == size]
            values = [cell.cost[policy] for cell in chosen]
            mean = float(np.mean(np.concatenate(values)))
            low, high = interval(chosen, values, np.random.default_rng(SEED))
            means.append(mean)
            below.append(mean - low)
            above.append(high - mean)
        places = np.arange(len(names)) + (number - 1.5) * 0.2
        left.bar(places, means, 0.19, yerr=[below, above], label=policy, color=colors[number], capsize=2)
    left.set_xticks(range(len(names)), names)
    left.set_ylabel("cost with fees, bps of the arrival mid")
    left.set_title("mean and 95 % interval, all markets")
    left.legend(frameon=False, fontsize=8)
    for number, policy in enumerate(POLICIES):
        costs = np.sort(np.concatenate([cell.cost[policy] for cell in cells]))
        share = (np.arange(len(costs)) + 1) / len(costs)
        keep = np.unique(np.linspace(0, len(costs) - 1, 300).astype(int))
        right.plot(costs[keep], share[keep], color=colors[number], label=policy)
    right.set_xlim(-10, 30)
    right.set_xlabel("cost of a single parent, bps")
    right.set_ylabel("share of parents at or below")
    right.set_title("all markets and sizes")
    right.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, default=CACHE, help="where what was measured is kept")
    kept_at = parser.parse_args(None if arguments is None else list(arguments)).cells
    cells = []
    for recording in RECORDINGS:
        found = measure(recording, kept_at)
        cells += [cell_of(recording, size, found[size]) for size, _ in sizes(recording)]
        print(table(cells[-3:]), flush=True)
    text = TEXT.format(
        latency=LATENCY_MS, horizon=HORIZON_SECS, every=EVERY_SECS, block=BLOCK_SECS, table=table(cells)
    )
    (DOCS / "smart-limit.md").write_text(text)
    draw(cells, DOCS / "smart-limit.svg")
    print(table(cells))


if __name__ == "__main__":
    main()
