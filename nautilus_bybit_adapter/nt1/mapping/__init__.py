"""The dictionary between Bybit's words and the framework's: pure functions, no state."""
