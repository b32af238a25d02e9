"""Writes docs/speed.md from build/bench.json, the results of `make bench`."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec
from edge import Result

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# How fast it is

`make bench` runs this package and the framework's own adapter (1.231) in turns, in one run, on the same frames and
answers, in the event loop that the framework's node chooses. A row is the median of its rounds; the ratio is above
1 where this package is better, and the spread is that of its rounds, as a share of the median. Machines are noisy:
read ratios, not microseconds.

This run: {machine}.

"""
SECTIONS = {
    "Market data, from socket to strategy in a `TradingNode`": ("node, ",),
    "Market data, from socket to object": (
        "book, ",
        "trade, ",
        "quote",
        "mark price",
        "bar, ",
        "growth over",
    ),
    "Orders": ("submit_order", "execution to", "an order and", "100 orders/s"),
    "REST": ("loading", "CPU of loading", "signed requests", "CPU a signed"),
    "History": ("book archive", "trade archive", "peak memory", "books right"),
    "The local venue": ("venue ",),
    "Forecasts": ("walk of", "all features", "forecast", "update of a book"),
}
TAIL = """
The framework's own client holds itself to ten requests a second, so its sustained requests are its limit, not its
speed. Of walks, features and forecasts the other side is plain Python, of book updates the framework's own book.
"Bare socket" is the least that an execution client of the framework can do: what lies below it is the framework's.

Orders are sent forty a second, so that each finds cold caches, as a strategy's orders do. With two CPUs, a node and
its venue disturb each other; "venue on a CPU of its own" is as though it were elsewhere, and leaves the node one CPU
here. A fill that closes a position takes the framework two to three milliseconds more, and longer the more positions
were closed before: it appends to a pandas series of all of them. One order of fifty does so here. At a hundred orders
a second against a limit of a hundred, orders wait for the limit: a unit is free again one second after its answer.
Of the memory that comes on top in those minutes 0.4 kB a fill are this package's, for as long as it keeps fills in
mind (the newest 100,000, about 40 MB in all); the rest is the framework's.
"""


def row_of(result: Result) -> str:
    """Return a line of a table."""
    peer = "" if result.peer is None else f"{result.peer:,.2f}"
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}x"
    spread = "" if result.peer is None else f"{result.spread:.0%}"
    return f"| {result.name} | {result.unit} | {result.ours:,.2f} | {peer} | {ratio} | {spread} |"


def main() -> None:
    """Write the page."""
    left = msgspec.json.decode((ROOT / "build" / "bench.json").read_bytes(), type=list[Result])
    parts = []
    for title, starts in (*SECTIONS.items(), ("The rest", ("",))):
        rows = [each for each in left if each.name.startswith(starts)]
        left = [each for each in left if not each.name.startswith(starts)]
        if rows:
            table = "| what | unit | ours | the other | ratio | spread |\n|---|---|---:|---:|---:|---:|\n"
            parts.append(f"## {title}\n\n{table}" + "\n".join(map(row_of, rows)) + "\n")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    (ROOT / "docs" / "speed.md").write_text(HEAD.format(machine=machine) + "\n".join(parts) + TAIL)


if __name__ == "__main__":
    main()
