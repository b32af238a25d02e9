"""FastWarden alone: a book, a trade, and what an order would cost in 100 ms. No framework, no network.

Run it with ``python examples/fast_warden.py``.
"""

import numpy as np

from nautilus_bybit_adapter.warden import FastWarden, Side

BTC, MS = "BTCUSDT-LINEAR.BYBIT", 1_000_000
START = 1_700_000_000_000 * MS  # UNIX nanoseconds

warden = FastWarden()
steps = np.arange(50, dtype=np.int64)
bids, asks = 600_000 - steps, 600_001 + steps  # prices in tenths
warden.apply_snapshot(BTC, bids, 40 + steps, asks, 90 + 3 * steps, 1, 3, START)  # sizes in thousandths
for i in range(1, 20):  # somebody buys the best ask away, bit by bit
    now = START + i * 50 * MS
    warden.apply_trade(BTC, is_buy=True, price=60_000.1, quantity=0.004, ts_ns=now)
    warden.apply_levels(BTC, bids[:1], 40 + steps[i : i + 1], asks[:1], 90 - 4 * steps[i : i + 1], 1, 3, now)

for quantity in (0.01, 1.0, 100.0):
    told = warden.forecast(BTC, Side.BUY, quantity, horizon_ns=100 * MS)
    if told.is_insufficient:
        print(f"{quantity:>6} BTC: insufficient depth, the book holds {told.visible_quantity:.3f}")
        continue
    costs = f"{told.expected_slippage_mid_bps:.3f} bps expected, {told.q95_slippage_mid_bps:.3f} at most in 95 of 100"
    print(
        f"{quantity:>6} BTC: {costs}; connectivity {warden.topology(BTC, Side.BUY, quantity).connectivity:.2f}"
    )
