"""The command `bybit-nt record`."""
