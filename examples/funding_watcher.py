"""
Watches funding rates and tells when one is worth a look. Needs no key and orders nothing.

::

    python examples/funding_watcher.py                                 # Bybit's testnet
    python examples/funding_watcher.py --venue http://127.0.0.1:8080   # bybit-nt sim --port 8080
"""

from decimal import Decimal

from nautilus_trader.common.actor import Actor
from nautilus_trader.config import ActorConfig
from nautilus_trader.core.datetime import unix_nanos_to_iso8601
from nautilus_trader.model.data import FundingRateUpdate
from nautilus_trader.model.identifiers import InstrumentId
from rehearsal import rehearse

HOURS_A_YEAR = 24 * 365


class FundingWatcherConfig(ActorConfig, frozen=True):
    """
    Configuration of `FundingWatcher`.

    Parameters
    ----------
    instrument_ids : tuple[InstrumentId, ...]
        The perpetuals to watch.
    notable : Decimal
        From which rate a year on one is marked, as a part of the position's value.

    """

    instrument_ids: tuple[InstrumentId, ...]
    notable: Decimal = Decimal("0.20")


class FundingWatcher(Actor):
    """
    Prints every funding rate that is new, with what it comes to in a year.

    Attributes
    ----------
    rates : dict[InstrumentId, FundingRateUpdate]
        The last rate of each instrument.

    """

    def __init__(self, config: FundingWatcherConfig) -> None:
        super().__init__(config)
        self.rates: dict[InstrumentId, FundingRateUpdate] = {}

    def on_start(self) -> None:
        """Subscribe to every funding rate."""
        for instrument_id in self.config.instrument_ids:
            self.subscribe_funding_rates(instrument_id)

    def on_funding_rate(self, funding_rate: FundingRateUpdate) -> None:
        """Print a rate that differs from the last one."""
        known = self.rates.get(funding_rate.instrument_id)
        if known is not None and known.rate == funding_rate.rate:
            return
        self.rates[funding_rate.instrument_id] = funding_rate
        hours = (funding_rate.interval or 480) / 60
        yearly = funding_rate.rate * HOURS_A_YEAR / Decimal(hours)
        who = "longs pay shorts" if funding_rate.rate > 0 else "shorts pay longs"
        due = (
            f", due {unix_nanos_to_iso8601(funding_rate.next_funding_ns)}"
            if funding_rate.next_funding_ns
            else ""
        )
        mark = "  <- notable" if abs(yearly) >= self.config.notable else ""
        print(
            f"{funding_rate.instrument_id}: {funding_rate.rate:+.4%} every {hours:g} h, "
            f"{yearly:+.1%} a year, {who}{due}{mark}",
            flush=True,
        )

    def on_stop(self) -> None:
        """Unsubscribe."""
        for instrument_id in self.config.instrument_ids:
            self.unsubscribe_funding_rates(instrument_id)


def main() -> None:
    """Watch three perpetuals."""
    watched = tuple(InstrumentId.from_str(f"{coin}USDT-LINEAR.BYBIT") for coin in ("BTC", "ETH", "SOL"))
    watcher = FundingWatcher(FundingWatcherConfig(instrument_ids=watched))
    rehearse("Watches funding rates.", watcher, load_ids=watched)
    print(f"{len(watcher.rates)} of {len(watched)} rates seen.")


if __name__ == "__main__":
    main()
