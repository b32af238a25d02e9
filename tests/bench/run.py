"""`make bench`: this package and the framework's own adapter in one run; prints a table, writes build/bench.json."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

import decoders  # noqa: E402 - needs the path above
import edge  # noqa: E402 - needs the path above
import execution  # noqa: E402
import history  # noqa: E402
import kernels  # noqa: E402
import load  # noqa: E402
import node  # noqa: E402
import signed_requests  # noqa: E402
import venue  # noqa: E402


def progress(line: str) -> None:
    """Show that something is happening."""
    print(f"  {line}", file=sys.stderr, flush=True)


def main() -> None:
    """Run every bench."""
    results = [
        *kernels.run(progress),
        *decoders.run(progress),
        *edge.run(progress),
        *node.run(progress),
        *load.run(progress),
        *signed_requests.run(progress),
        *execution.run(progress),
        *history.run(progress),
        *venue.run(progress),
    ]
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(msgspec.json.format(msgspec.json.encode([asdict(result) for result in results])))
    print(f"{'what':<46} {'unit':>9} {'ours':>12} {'peer':>12} {'ratio':>7} {'spread':>7}")
    for each in results:
        peer = f"{each.peer:,.2f}" if each.peer is not None else "-"
        ratio = f"{each.ratio:.2f}x" if each.ratio is not None else "-"
        print(f"{each.name:<46} {each.unit:>9} {each.ours:>12,.2f} {peer:>12} {ratio:>7} {each.spread:>6.0%}")
    print("\nPeer: the framework's own adapter; of walks, features and forecasts, plain Python;")
    print("of book updates, the framework's own book.")
    print(
        "Sustained requests: the framework's client holds itself to ten a second; the bursts are below its limit."
    )
    print(f"Written to {target.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
