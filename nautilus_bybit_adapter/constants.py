"""The venue's name, addresses and limits.

Source: Bybit V5 "Integration Guidance", "Connect" and "Rate Limit Rules".
"""

from __future__ import annotations

from typing import Final

BYBIT: Final = "BYBIT"

# Keyed by the values of `wire.BybitEnvironment`.
REST_URLS: Final = {
    "mainnet": "https://api.bybit.com",
    "demo": "https://api-demo.bybit.com",
    "testnet": "https://api-testnet.bybit.com",
}

# The category follows: `.../v5/public/linear`. The demo environment shows mainnet's market.
PUBLIC_WS_URLS: Final = {
    "mainnet": "wss://stream.bybit.com/v5/public",
    "demo": "wss://stream.bybit.com/v5/public",
    "testnet": "wss://stream-testnet.bybit.com/v5/public",
}

PRIVATE_WS_URLS: Final = {
    "mainnet": "wss://stream.bybit.com/v5/private",
    "demo": "wss://stream-demo.bybit.com/v5/private",
    "testnet": "wss://stream-testnet.bybit.com/v5/private",
}

# The demo environment takes orders over REST only.
TRADE_WS_URLS: Final = {
    "mainnet": "wss://stream.bybit.com/v5/trade",
    "testnet": "wss://stream-testnet.bybit.com/v5/trade",
}

CATEGORIES: Final = ("spot", "linear", "inverse", "option")

ORDERBOOK_DEPTHS: Final = {
    "spot": (1, 50, 200, 1000),
    "linear": (1, 50, 200, 1000),
    "inverse": (1, 50, 200, 1000),
    "option": (25, 100),
}

USUAL_OPTION_BASE_COINS: Final = ("BTC", "ETH", "SOL", "XRP", "MNT", "DOGE")

MAX_BATCH_ORDERS: Final = {"spot": 10, "linear": 20, "inverse": 20, "option": 20}

# Topics in one subscribe request; absent where the venue sets no limit.
MAX_ARGS_PER_REQUEST: Final = {"spot": 10}
MAX_ARGS_CHARS: Final = 21_000
# Options allow 2,000; fewer lose less when a connection breaks, and leave a busy one room to be read in time.
MAX_TOPICS_PER_CONNECTION: Final = 400

MAX_ORDER_LINK_ID_CHARS: Final = 36
MAX_HISTORY_WINDOW_MS: Final = 7 * 24 * 3600 * 1000
# Loans and volatility; yields of the past.
MAX_STATISTICS_WINDOW_MS: Final = 30 * 24 * 3600 * 1000
MAX_APR_WINDOW_MS: Final = 182 * 24 * 3600 * 1000

# The venue refuses a timestamp this far ahead of its own clock, whatever the receive window.
MAX_CLOCK_LEAD_MS: Final = 1_000

PING_INTERVAL_SECS: Final = 20.0
RECV_WINDOW_MS: Final = 5_000
