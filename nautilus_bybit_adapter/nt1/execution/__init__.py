"""The live execution client, parted by what it does: commands, events, the venue's state, unknown outcomes."""

from nautilus_bybit_adapter.nt1.execution.client import BybitExecutionClient

__all__ = ["BybitExecutionClient"]
