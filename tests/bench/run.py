"""`make bench`: this package and the framework's own adapter in one run; prints a table, writes build/bench.json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
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
from edge import Result  # noqa: E402


def progress(line: str) -> None:
    """Show that something is happening."""
    print(f"  {line}", file=sys.stderr, flush=True)


PARTS: dict[str, Callable[[Callable[[str], None]], list[Result]]] = {
    "kernels": kernels.run,
    "decoders": decoders.run,
    "edge": edge.run,
    "node": node.run,
    "load": load.run,
    "requests": signed_requests.run,
    "execution": execution.run,
    "history": history.run,
    "venue": venue.run,
}
TARGET = ROOT / "build" / "bench.json"


def write(results: list[Result]) -> None:
    """Write results over those of the same names; what other parts have left stays."""
    TARGET.parent.mkdir(exist_ok=True)
    before = msgspec.json.decode(TARGET.read_bytes(), type=list[Result]) if TARGET.exists() else []
    found = {each.name: each for each in (*before, *results)}
    TARGET.write_bytes(
        msgspec.json.format(msgspec.json.encode([asdict(result) for result in found.values()]))
    )


def main() -> None:
    """Run every bench, or the parts that are named; what is measured is written before the next part begins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all of them by default")
    chosen = parser.parse_args().parts or list(PARTS)
    if chosen == list(PARTS):
        TARGET.unlink(missing_ok=True)
    results: list[Result] = []
    for name in chosen:
        measured = PARTS[name](progress)
        write(measured)
        results += measured
    show(results)


def show(results: list[Result]) -> None:
    """Print the table."""
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
    print(f"Written to {TARGET.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
