"""The command `bybit-nt load`."""
