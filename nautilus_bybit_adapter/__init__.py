"""Bybit V5 adapter for NautilusTrader."""
