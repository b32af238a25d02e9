"""A process that loads one file: a plan on stdin, progress and the report on stdout, a line of JSON each.

Each file has a process of its own, so that several are loaded at once and each begins with little memory.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

import msgspec

from nautilus_bybit_adapter.errors import BybitError, BybitHistoryError
from nautilus_bybit_adapter.history.report import LoadReport
from nautilus_bybit_adapter.history.sources import source_of
from nautilus_bybit_adapter.nt1.history.catalog import LoadInterruptedError, LoadPlan, load_file
from nautilus_bybit_adapter.nt1.history.market import HistoryMarket
from nautilus_bybit_adapter.wire.enums import BybitProductType

_STEP = 0.005  # of a file, between two lines of progress


class Order(msgspec.Struct, frozen=True):
    """A plan, as a line of JSON."""

    path: str
    category: str
    symbol: str
    price_precision: int
    size_precision: int
    price_scale: str
    catalog: str
    interval: str
    until_ns: int
    rows_per_part: int

    @classmethod
    def of(cls, plan: LoadPlan) -> Order:
        """Return a plan's order."""
        market = plan.market
        return cls(
            path=str(plan.source.path),
            category=plan.source.category,
            symbol=plan.source.symbol,
            price_precision=market.price_precision,
            size_precision=market.size_precision,
            price_scale=market.price_scale,
            catalog=str(plan.catalog_path),
            interval=plan.interval,
            until_ns=plan.until_ns,
            rows_per_part=plan.rows_per_part,
        )

    def plan(self) -> LoadPlan:
        """Return the plan."""
        source = source_of(Path(self.path), self.category, self.symbol)
        named = HistoryMarket.named(
            self.symbol, BybitProductType(self.category), self.price_precision, self.size_precision
        )
        market = HistoryMarket(
            named.id, self.price_precision, self.size_precision, price_scale=self.price_scale
        )
        return LoadPlan(
            source,
            market,
            Path(self.catalog),
            interval=self.interval,
            until_ns=self.until_ns,
            rows_per_part=self.rows_per_part,
        )


class Said(msgspec.Struct, omit_defaults=True):
    """A line of a worker's.

    Attributes
    ----------
    share : float
        How much of the file has been read, 0 to 1.
    report : LoadReport or None
        The report, at the end.
    error : str
        Why there is none, and the line it is about.
    line : int
        That line.
    is_interrupted : bool
        Whether it was asked to stop.
    """

    share: float = 0.0
    report: LoadReport | None = None
    error: str = ""
    line: int = 0
    is_interrupted: bool = False


def main() -> None:
    """Load what stdin says."""
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        if share >= told + _STEP:
            told = share
            _say(Said(share=share))

    try:
        plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order).plan()
        _say(Said(report=load_file(plan, on_progress=tell, is_stopped=lambda: bool(stopped))))
    except LoadInterruptedError:
        _say(Said(is_interrupted=True))
    except BybitHistoryError as e:
        _say(Said(error=e.reason, line=e.line))
    except (BybitError, OSError) as e:
        _say(Said(error=str(e)))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
