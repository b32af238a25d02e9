"""The command `bybit-nt run`."""
