"""Protocol machines without IO: an input comes in, what is to be done comes out."""

from __future__ import annotations

from nautilus_bybit_adapter.state.book import BookAction, BookSequencer
from nautilus_bybit_adapter.state.breaker import BreakerPolicy, BreakerState
from nautilus_bybit_adapter.state.clock import ClockOffset, ClockSample
from nautilus_bybit_adapter.state.endpoints import Endpoint
from nautilus_bybit_adapter.state.heartbeat import Beat, Heartbeat
from nautilus_bybit_adapter.state.ladder import BookLadder
from nautilus_bybit_adapter.state.limiter import NO_LIMITS, RateLimits
from nautilus_bybit_adapter.state.metrics import RestMetrics
from nautilus_bybit_adapter.state.rate_table import rate_table
from nautilus_bybit_adapter.state.session import Backoff, Input, Row, Session, backoff_secs
from nautilus_bybit_adapter.state.subscriptions import Refusal, Subscriptions, TopicRequest, TopicState
from nautilus_bybit_adapter.state.ticker import TickerChange, TickerState

__all__ = [
    "NO_LIMITS",
    "Backoff",
    "Beat",
    "BookAction",
    "BookLadder",
    "BookSequencer",
    "BreakerPolicy",
    "BreakerState",
    "ClockOffset",
    "ClockSample",
    "Endpoint",
    "Heartbeat",
    "Input",
    "RateLimits",
    "Refusal",
    "RestMetrics",
    "Row",
    "Session",
    "Subscriptions",
    "TickerChange",
    "TickerState",
    "TopicRequest",
    "TopicState",
    "backoff_secs",
    "rate_table",
]
