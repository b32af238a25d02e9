"""Data of the shipped catalogue."""
