"""The venue's name, addresses and limits.

Source: Bybit V5 "Integration Guidance", "Connect" and "Rate Limit Rules".
"""

from __future__ import annotations

from typing import Final

BYBIT: Final = "BYBIT"

# REST host and WebSocket host, keyed by the values of `wire.BybitEnvironment`; the first pair is used first.
HOSTS: Final = {
    "mainnet": (("api.bybit.com", "stream.bybit.com"), ("api.bytick.com", "stream.bytick.com")),
    "demo": (("api-demo.bybit.com", "stream-demo.bybit.com"),),
    "testnet": (("api-testnet.bybit.com", "stream-testnet.bybit.com"),),
}

# The demo environment shows mainnet's market, and takes orders over REST only.
DEMO_PUBLIC_WS_HOST: Final = "stream.bybit.com"

# Mainnet hosts of users who registered at a regional site and have to use it. The Netherlands have no sockets
# of their own.
REGIONS: Final = {
    "nl": ("api.bybit.nl", "stream.bybit.com"),
    "tr": ("api.bybit.tr", "stream.bybit.tr"),
    "kz": ("api.bybit.kz", "stream.bybit.kz"),
    "ge": ("api.bybitgeorgia.ge", "stream.bybitgeorgia.ge"),
    "ae": ("api.bybit.ae", "stream.bybit.ae"),
    "eu": ("api.bybit.eu", "stream.bybit.eu"),
    "id": ("api.bybit.id", "stream.bybit.id"),
    "jp": ("api.manepa.jp", "stream.manepa.jp"),
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

MAX_HISTORY_WINDOW_MS: Final = 7 * 24 * 3600 * 1000
# Loans and volatility; yields of the past.
MAX_STATISTICS_WINDOW_MS: Final = 30 * 24 * 3600 * 1000
MAX_APR_WINDOW_MS: Final = 182 * 24 * 3600 * 1000

# HTTP requests of one IP address, on all hosts together; who exceeds it is answered HTTP 403 for ten minutes.
IP_LIMIT_REQUESTS: Final = 600
IP_LIMIT_SECS: Final = 5.0
IP_BAN_SECS: Final = 600.0

PING_INTERVAL_SECS: Final = 20.0
RECV_WINDOW_MS: Final = 5_000
