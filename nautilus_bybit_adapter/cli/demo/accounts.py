"""Three accounts of the same trades: the venue's ledger, the framework's account, and the fills added up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.portfolio.base import PortfolioFacade

from nautilus_bybit_adapter.errors import BybitDecodeError
from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE, symbol_of
from nautilus_bybit_adapter.transport.http import BybitHTTPClient


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What each side says at the end. Amounts in USDT, positions in the base coin."""

    start: Decimal
    venue_balance: Decimal
    framework_balance: Decimal
    recomputed_balance: Decimal
    venue_position: Decimal
    framework_position: Decimal
    venue_fills: int
    framework_fills: int

    @property
    def agreed(self) -> bool:
        """Whether every side says the same to the last digit, and the position is flat."""
        return (
            self.venue_balance == self.framework_balance == self.recomputed_balance
            and self.venue_position == self.framework_position == 0
            and self.venue_fills == self.framework_fills
        )


async def venue_balance(http: BybitHTTPClient) -> Decimal:
    """Return the USDT of the venue's ledger; raises `BybitDecodeError` when the wallet has none."""
    wallet = await http.get_wallet_balance()
    for coin in wallet.coins:
        if coin.coin == USDT.code:
            return Decimal(coin.wallet_balance)
    raise BybitDecodeError("the venue's wallet holds no USDT")


async def reconcile(
    http: BybitHTTPClient,
    portfolio: PortfolioFacade,
    instrument_id: InstrumentId,
    fills: list[OrderFilled],
    start: Decimal,
    since_ms: int,
) -> Reconciled:
    """Ask the venue over REST, the framework's portfolio, and the fills themselves."""
    symbol, category = symbol_of(instrument_id)
    positions = await http.get_positions(category, symbol=symbol)
    executions = await http.get_executions(category, symbol=symbol, start_ms=since_ms)
    flow = Decimal(0)
    for fill in fills:
        value = fill.last_qty.as_decimal() * fill.last_px.as_decimal()
        flow += (value if fill.order_side == OrderSide.SELL else -value) - fill.commission.as_decimal()
    return Reconciled(
        start=start,
        venue_balance=await venue_balance(http),
        framework_balance=portfolio.account(BYBIT_VENUE).balance_total(USDT).as_decimal(),
        recomputed_balance=start + flow,
        venue_position=sum(
            (Decimal(row.size or "0") * (-1 if row.side == "Sell" else 1) for row in positions), Decimal(0)
        ),
        framework_position=portfolio.net_position(instrument_id),
        venue_fills=len(executions),
        framework_fills=len(fills),
    )
