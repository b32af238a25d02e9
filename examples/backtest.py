"""
The strategy of `order_flow.py` on a recorded market, in the framework's backtest engine.

A recording is a file of ``bybit-nt record``, whose lines are a receive time and a frame of Bybit's::

    python examples/backtest.py linear_BTCUSDT.frames.gz
"""

import argparse
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.enums import AccountType, BookType, OmsType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId
from nautilus_trader.model.instruments import CryptoPerpetual, Instrument
from nautilus_trader.model.objects import Money, Price, Quantity
from order_flow import OrderFlow, OrderFlowConfig
from recording import read_recording
from stage import result

from nautilus_bybit_adapter import BYBIT_VENUE

INSTRUMENT_ID = InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")

# A backtest asks nobody, so what Bybit says of the contract stands here.
INSTRUMENT = CryptoPerpetual(
    instrument_id=INSTRUMENT_ID,
    raw_symbol=Symbol("BTCUSDT"),
    base_currency=BTC,
    quote_currency=USDT,
    settlement_currency=USDT,
    is_inverse=False,
    price_precision=2,
    size_precision=3,
    price_increment=Price.from_str("0.10"),
    size_increment=Quantity.from_str("0.001"),
    maker_fee=Decimal("0.00020"),
    taker_fee=Decimal("0.00055"),
    ts_event=0,
    ts_init=0,
)

CONFIG = BacktestEngineConfig(trader_id=TraderId("BACKTEST-001"), logging=LoggingConfig(log_level="WARNING"))


def backtest(
    recordings: Sequence[tuple[Instrument, Path]],
    strategy_config: OrderFlowConfig,
    latency_ms: int = 20,
    *,
    queue_position: bool = True,
) -> tuple[OrderFlow, BacktestEngine]:
    """
    Run the strategy over recordings.

    Parameters
    ----------
    recordings : Sequence[tuple[Instrument, Path]]
        The instruments, and a recording of each.
    strategy_config : OrderFlowConfig
        What to trade, and how.
    latency_ms : int, default 20
        How long a command travels to the venue, milliseconds.
    queue_position : bool, default True
        Whether a resting order waits for what was in the book before it.

    """
    engine = BacktestEngine(config=CONFIG)
    engine.add_venue(
        venue=BYBIT_VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        starting_balances=[Money(100_000, USDT)],
        book_type=BookType.L2_MBP,
        latency_model=LatencyModel(base_latency_nanos=latency_ms * 1_000_000),
        queue_position=queue_position,
        liquidity_consumption=True,
    )
    for instrument, path in recordings:
        engine.add_instrument(instrument)
        engine.add_data(list(read_recording(path, instrument)))
    strategy = OrderFlow(strategy_config)
    engine.add_strategy(strategy)
    engine.run()
    return strategy, engine


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="OrderFlow on a recorded market.")
    parser.add_argument("recording", type=Path)
    recordings = [(INSTRUMENT, parser.parse_args().recording)]
    strategy, engine = backtest(recordings, OrderFlowConfig(instrument_id=INSTRUMENT_ID))
    print(result(strategy, engine.cache))
    engine.dispose()
