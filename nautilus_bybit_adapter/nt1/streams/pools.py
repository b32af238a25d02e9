"""The topics ``insurance.{pool}`` and ``adlAlert.{pool}``, whose pools are USDT, USDC and inverse."""

from __future__ import annotations

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
        self.outlet = Outlet(publish)

    @property
    def is_wanted(self) -> bool:
        """Whether anything is subscribed to this topic."""
        return bool(self.outlet)

    def on_message(self, message: MarketMessage | UnknownMessage, ts_init: int) -> bool:
        """Publish every row of a frame."""
        if isinstance(message, InsuranceMessage):
            for pool in message.data:
                self.outlet.publish(insurance_of(self._pool, pool, message.ts * MS_TO_NS, ts_init))
        elif isinstance(message, AdlAlertMessage):
            for alert in message.data:
                self.outlet.publish(adl_alert_of(self._pool, alert, message.ts * MS_TO_NS, ts_init))
        return True

    def on_stale(self, ts: int) -> None:
        """Nothing to forget: the venue tells everything again when the topic is subscribed anew."""
