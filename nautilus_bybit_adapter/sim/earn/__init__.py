"""Staking beside trading: products, orders, positions and the yield that accrues."""
