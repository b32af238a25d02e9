"""Past trades."""

from __future__ import annotations

from datetime import UTC, datetime

from nautilus_trader.data.messages import RequestTradeTicks
from nautilus_trader.model.data import TradeTick

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.context import DataContext
from nautilus_bybit_adapter.nt1.data.requests.span import span_ms_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.mapping.market import past_trade_of
from nautilus_bybit_adapter.wire.enums import BybitProductType

_MOST_SPOT_TRADES, _MOST_TRADES = 60, 1000


async def requested_trades(context: DataContext, request: RequestTradeTicks) -> list[TradeTick]:
    """
    Return the trades of a range, oldest first, as far back as Bybit has them; `request.limit` keeps the newest.

    Both times of a trade are that of the match. Bybit gives the last 1000 trades, of spot the last 60.

    Raises
    ------
    BybitConfigError
        If the whole range lies before what Bybit has.
    BybitError
        If the venue does not answer or refuses.

    """
    instrument, category = context.instrument(request.instrument_id)
    start_ms, end_ms = span_ms_of(request)
    rows = await context.http.get_recent_trades(category, instrument.raw_symbol.value)
    most = _MOST_SPOT_TRADES if category is BybitProductType.SPOT else _MOST_TRADES
    is_cut = len(rows) >= most
    oldest_ms = int(rows[-1].time) if rows else 0
    if is_cut and end_ms is not None and end_ms < oldest_ms:
        raise BybitConfigError(
            f"trades of {instrument.id} up to {_text(end_ms)} are not offered by Bybit: it has the last {most}, which "
            f"begin at {_text(oldest_ms)}; older ones are in its public archives"
        )
    wanted = [
        row
        for row in reversed(rows)
        if (start_ms is None or int(row.time) >= start_ms) and (end_ms is None or int(row.time) <= end_ms)
    ]
    is_short = not request.limit or len(wanted) < request.limit
    if is_cut and is_short and (start_ms is None or start_ms < oldest_ms):
        context.log.warning(
            f"Trades of {instrument.id} before {_text(oldest_ms)} are not offered by Bybit: it has the last {most}"
        )
    wanted = wanted[-request.limit :] if request.limit else wanted
    return [past_trade_of(instrument, row, int(row.time) * MS_TO_NS) for row in wanted]


def _text(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")
