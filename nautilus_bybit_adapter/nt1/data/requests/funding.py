"""Past funding rates, and the forward prices of options."""

from __future__ import annotations

from typing import Any

from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.data.messages import RequestForwardPrices, RequestFundingRates
from nautilus_trader.model.data import FundingRateUpdate
from nautilus_trader.model.instruments import CryptoPerpetual

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.data.context import DataContext, check_category
from nautilus_bybit_adapter.nt1.data.requests.span import span_ms_of
from nautilus_bybit_adapter.nt1.mapping.derivatives import past_funding_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import instrument_id_of, symbol_of
from nautilus_bybit_adapter.wire.enums import BybitProductType
from nautilus_bybit_adapter.wire.market import BybitTicker


async def requested_funding_rates(
    context: DataContext, request: RequestFundingRates
) -> list[FundingRateUpdate]:
    """
    Return the settled funding rates of a range, oldest first; `request.limit` keeps the newest.

    Raises
    ------
    BybitConfigError
        If the instrument pays no funding.
    BybitError
        If any page fails.

    """
    instrument, category = context.instrument(request.instrument_id)
    check_category("funding rates", category, BybitProductType.LINEAR, BybitProductType.INVERSE)
    if not isinstance(instrument, CryptoPerpetual):
        raise BybitConfigError(f"{instrument.id} pays no funding: perpetuals do")
    start_ms, end_ms = span_ms_of(request)
    rows = await context.http.get_funding_history(
        category,
        instrument.raw_symbol.value,
        start_ms=start_ms,
        end_ms=end_ms,
        limit=request.limit or None,
    )
    return [past_funding_of(instrument, row) for row in rows]


async def forward_prices(context: DataContext, request: RequestForwardPrices) -> list[Any]:
    """
    Return the forward price of each expiry's options: of all on a coin, or of the sample instrument alone.

    Raises
    ------
    BybitError
        If the venue does not answer or refuses.

    """
    sample = request.sample_instrument_id
    symbol = None if sample is None else symbol_of(sample)[0]
    tickers = await context.http.get_tickers(
        BybitProductType.OPTION, symbol, base_coin=None if symbol else request.underlying
    )
    now = context.now_ns()
    # Every option of an expiry has the same; one of each series stands for it.
    of_series: dict[str, BybitTicker] = {}
    for ticker in tickers:
        if ticker.underlying_price:
            of_series.setdefault(_series_of(ticker.symbol), ticker)
    return [
        nautilus_pyo3.ForwardPrice(  # type: ignore[attr-defined]  # not in the framework's stubs
            nautilus_pyo3.InstrumentId.from_str(
                instrument_id_of(ticker.symbol, BybitProductType.OPTION).value
            ),
            ticker.underlying_price,
            None,
            now,
            now,
        )
        for ticker in of_series.values()
    ]


def _series_of(symbol: str) -> str:
    """Return coin, expiry and settlement of an option's symbol, such as ``BTC-25DEC26-94500-C-USDT``."""
    coin, expiry, _strike, _kind, *settlement = symbol.split("-")
    return "-".join([coin, expiry, *settlement])
