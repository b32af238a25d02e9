"""The matching engine, the orders and the account: pure, synchronous and told the time."""
