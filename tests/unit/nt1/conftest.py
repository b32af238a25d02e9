from __future__ import annotations

import pytest
from bybit_rows import LINEAR_ROW, SPOT_ROW
from nautilus_trader.model.instruments import CryptoPerpetual, CurrencyPair

from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument, spot_instrument


@pytest.fixture
def perpetual() -> CryptoPerpetual:
    return linear_instrument(LINEAR_ROW, None, 1)


@pytest.fixture
def pair() -> CurrencyPair:
    return spot_instrument(SPOT_ROW, None, 1)
