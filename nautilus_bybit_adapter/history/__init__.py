"""Archives and recordings of market data: what files there are, what is in them, and the recorder."""
