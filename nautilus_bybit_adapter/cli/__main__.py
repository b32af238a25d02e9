"""`python -m nautilus_bybit_adapter.cli` is `bybit-nt`."""

from nautilus_bybit_adapter.cli import main

main()
