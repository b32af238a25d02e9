"""The command ``bybit-nt report``: a run's log as one HTML file."""
