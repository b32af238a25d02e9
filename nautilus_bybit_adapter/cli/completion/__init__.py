"""The command `bybit-nt completion`."""
