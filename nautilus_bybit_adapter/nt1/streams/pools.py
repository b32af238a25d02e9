"""The topics ``insurance.{pool}`` and ``adlAlert.{pool}``, whose pools are USDT, USDC and inverse."""

from __future__ import annotations

from nautilus_bybit_adapter.nt1.custom_data import BybitAdlAlert, BybitData, BybitInsurance
from nautilus_bybit_adapter.nt1.mapping.custom import adl_alert_of, insurance_of
from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS
from nautilus_bybit_adapter.nt1.streams.outlet import Outlet
from nautilus_bybit_adapter.nt1.streams.stream import Publish
from nautilus_bybit_adapter.wire.codec import MarketMessage
from nautilus_bybit_adapter.wire.messages import UnknownMessage
from nautilus_bybit_adapter.wire.public_topics import AdlAlertMessage, InsuranceMessage


class PoolStream:
    """
    Balances of insurance pools, or alerts of auto-deleveraging; a topic holds one of the two.

    Parameters
    ----------
    pool : str
        ``USDT``, ``USDC`` or ``inverse``.
    publish : Publish
        Takes the data.

    """

    def __init__(self, pool: str, publish: Publish) -> None:
        self._pool = pool
        self._publish = publish
        self._outlets: dict[str, Outlet] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return any(self._outlets.values())

    def outlet_of(self, symbol: str = "") -> Outlet:
        """Return where the rows that concern a contract go; without a symbol all rows go there."""
        return self._outlets.setdefault(symbol, Outlet(self._publish))

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish every row of a frame."""
        datum: BybitInsurance | BybitAdlAlert
        if isinstance(message, InsuranceMessage):
            for pool in message.data:
                datum = insurance_of(self._pool, pool, message.ts * MS_TO_NS, ts_init)
                # A row without symbols is the pool that all contracts without one of their own share.
                symbols = pool.symbols.split(",") if pool.symbols else None
                self._hand_over(datum, symbols)
        elif isinstance(message, AdlAlertMessage):
            for alert in message.data:
                datum = adl_alert_of(self._pool, alert, message.ts * MS_TO_NS, ts_init)
                self._hand_over(datum, [alert.s] if alert.s else None)
        return True

    def on_stale(self, ts: int) -> None:
        """Nothing to forget: the venue tells everything again when the topic is subscribed anew."""

    def _hand_over(self, datum: BybitData, symbols: list[str] | None) -> None:
        for symbol, outlet in self._outlets.items():
            if not symbol or symbols is None or symbol in symbols:
                outlet.publish(datum)
