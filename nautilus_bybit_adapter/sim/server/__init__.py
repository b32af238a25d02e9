"""The exchange behind Bybit's REST paths and WebSockets."""
