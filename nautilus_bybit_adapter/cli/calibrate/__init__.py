"""The command ``bybit-nt calibrate``: coefficients of the slippage forecast from recorded markets."""
