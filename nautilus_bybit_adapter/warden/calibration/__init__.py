"""Fits the coefficients of a forecast to recorded markets, and says how well they hold."""
