"""`bybit-nt doctor`: what stands between this machine and trading, and what to do about it."""
