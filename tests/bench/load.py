"""Loading 3,000 instruments of four categories, from the request to framework objects in the provider's hands.

Each load runs in a process of its own, as at the start of a node: nothing is remembered from the load before, and
what the imports left to the garbage collector is collected before the clock starts. Both run in the event loop that
the framework's node chooses, through the providers a node has. The bodies are prebuilt and served by another process.
Both clients ask without a key, so neither asks for fee rates.

``python load.py ours|peer URL`` loads once and prints seconds, CPU seconds and the number of instruments.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop
from nautilus_trader.adapters.bybit.providers import BybitInstrumentProvider as PeerProvider
from nautilus_trader.common.component import LiveClock
from nautilus_trader.core import nautilus_pyo3

from nautilus_bybit_adapter.nt1.providers import BybitInstrumentProvider
from nautilus_bybit_adapter.sim.exchange.generated import generated_catalogue
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge import Result

INSTRUMENTS = 3_000
PAGE = 1_000
ROUNDS = 9
STARTED_MS = 1_795_000_000_000
PATH = "/v5/market/instruments-info"


def answers() -> dict[str, str]:
    """Return the bodies of every page; all options are on one coin, which is what a request without one asks for."""
    rows: dict[str, list[dict[str, Any]]] = {category.value: [] for category in BybitProductType}
    found = generated_catalogue(INSTRUMENTS + 100, STARTED_MS).instruments
    # What is loaded without being asked for is what trades.
    trading = [each for each in found if each.listing.pre_listing is None][:INSTRUMENTS]
    for number, instrument in enumerate(trading):
        row = instrument.wire()
        if instrument.category == "option":
            day, kind = row["symbol"].split("-")[1], row["optionsType"][0]
            row |= {"symbol": f"BTC-{day}-{10_000 + number}-{kind}-USDT", "baseCoin": "BTC"}
        rows[instrument.category].append(row)
    bodies = {"/v5/market/option-base-coins": _body({"list": [{"baseCoin": "BTC"}]})}
    for category, listed in rows.items():
        # Spot knows no pages.
        size = len(listed) if category == "spot" else PAGE
        for start in range(0, len(listed), size):
            more = "" if start + size >= len(listed) else f"page{start + size}"
            cursor = f"page{start}" if start else ""
            bodies[f"{PATH}?category={category}&cursor={cursor}"] = _body(
                {"category": category, "list": listed[start : start + size], "nextPageCursor": more}
            )
    return bodies


def _body(result: dict[str, Any]) -> str:
    return json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": STARTED_MS})


@contextmanager
def served(bodies: dict[str, str]) -> Iterator[str]:
    """Serve prebuilt bodies from another process; yields the address."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.json"
        path.write_text(json.dumps(bodies))
        server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("rest_server.py")), str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()
            server.stdout.close()
            server.wait()


async def ours(url: str) -> int:
    """Load with this package."""
    client = BybitHTTPClient(base_url=url)
    await client.open()
    try:
        provider = BybitInstrumentProvider(client, tuple(BybitProductType), LiveClock())
        await provider.load_all_async()
        assert not provider.rows_refused, "every row makes an instrument"
    finally:
        await client.close()
    return provider.count


async def peer(url: str) -> int:
    """Load with the framework's own adapter."""
    client = nautilus_pyo3.BybitHttpClient(base_url=url)
    kinds = nautilus_pyo3.BybitProductType
    provider = PeerProvider(client, (kinds.SPOT, kinds.LINEAR, kinds.INVERSE, kinds.OPTION))
    await provider.load_all_async()
    return provider.count


def once(who: str, url: str) -> None:
    """Load once and print what it took."""
    load = ours if who == "ours" else peer
    gc.collect()
    started, cpu = time.perf_counter(), time.process_time()
    count = uvloop.run(load(url))
    print(time.perf_counter() - started, time.process_time() - cpu, count)


def run(progress: Callable[[str], None]) -> list[Result]:
    """Return the lines of this bench."""
    import edge  # noqa: PLC0415 - a load in a process of its own does without

    figures: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    with served(answers()) as url:
        for number in range(ROUNDS):
            for who, taken in figures.items():
                done = subprocess.run(
                    [sys.executable, __file__, who, url], check=True, capture_output=True, text=True
                )
                secs, cpu, count = done.stdout.split()[-3:]
                assert int(count) == INSTRUMENTS, f"{who} loaded {count} instruments"
                taken.append((float(secs) * 1e3, float(cpu) * 1e3))
                progress(f"loading round {number + 1} of {ROUNDS}, {who}: {taken[-1][0]:,.0f} ms")
    return [
        edge.result_of(f"{what} {INSTRUMENTS:,} instruments", "ms", figures, column, more_is_better=False)
        for column, what in enumerate(("loading", "CPU of loading"))
    ]


if __name__ == "__main__":
    once(*sys.argv[1:])
