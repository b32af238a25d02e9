"""What orders cost: the log of a run, each parent order taken apart, and what they have in common."""

from nautilus_bybit_adapter.warden.costs.parents import Fill, Parent, Parts, parents_of
from nautilus_bybit_adapter.warden.costs.reading import Run, read_run
from nautilus_bybit_adapter.warden.costs.summary import Coverage, Group, coverage_of, grouped, tail_of

__all__ = [
    "Coverage",
    "Fill",
    "Group",
    "Parent",
    "Parts",
    "Run",
    "coverage_of",
    "grouped",
    "parents_of",
    "read_run",
    "tail_of",
]
