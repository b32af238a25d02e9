"""
Shows the option chain of the next expiry around the money: quotes, volatilities and deltas. Needs no key.

::

    python examples/option_chain.py                                 # Bybit's testnet
    python examples/option_chain.py --venue http://127.0.0.1:8080   # bybit-nt sim --port 8080
"""

from nautilus_trader.common.actor import Actor
from nautilus_trader.config import ActorConfig
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.core.datetime import unix_nanos_to_iso8601
from nautilus_trader.model.instruments import CryptoOption
from rehearsal import rehearse

from nautilus_bybit_adapter import BYBIT, BYBIT_CLIENT_ID, BybitProductType

HEADING = f"{'call bid':>10} {'call ask':>10} {'IV':>7} {'delta':>7} | {'strike':>9} | {'put bid':>10} {'put ask':>10}"


class OptionChainConfig(ActorConfig, frozen=True):
    """
    Configuration of `OptionChain`.

    Parameters
    ----------
    coin : str
        Options on what.
    strikes : int
        How many strikes above and below the money.
    interval_ms : int
        Milliseconds between two looks.

    """

    coin: str = "BTC"
    strikes: int = 3
    interval_ms: int = 1_000


class OptionChain(Actor):
    """
    Prints the chain whenever a snapshot of it comes.

    Attributes
    ----------
    shown : int
        How many snapshots came.

    """

    def __init__(self, config: OptionChainConfig) -> None:
        super().__init__(config)
        self.shown = 0
        self._series: nautilus_pyo3.OptionSeriesId | None = None

    def on_start(self) -> None:
        """Find the next expiry among the loaded options and subscribe to its chain."""
        now = self.clock.timestamp_ns()
        options = [
            each
            for each in self.cache.instruments()
            if isinstance(each, CryptoOption)
            and each.underlying.code == self.config.coin
            and each.expiration_ns > now
        ]
        if not options:
            self.log.error(f"There are no options on {self.config.coin}")
            return
        first = min(options, key=lambda each: each.expiration_ns)
        self._series = nautilus_pyo3.OptionSeriesId(
            venue=BYBIT,
            underlying=first.underlying.code,
            settlement_currency=first.settlement_currency.code,
            expiration_ns=first.expiration_ns,
        )
        print(
            f"{self.config.coin} options that expire {unix_nanos_to_iso8601(first.expiration_ns)}", flush=True
        )
        self.subscribe_option_chain(
            self._series,
            strike_range=nautilus_pyo3.StrikeRange.atm_relative(self.config.strikes, self.config.strikes),
            snapshot_interval_ms=self.config.interval_ms,
            client_id=BYBIT_CLIENT_ID,
        )

    def on_option_chain(self, chain: nautilus_pyo3.OptionChainSlice) -> None:
        """Print a snapshot, strike by strike."""
        self.shown += 1
        print(HEADING, flush=True)
        for strike in chain.strikes():
            call, put = chain.get_call(strike), chain.get_put(strike)
            greeks = call.greeks if call else None
            volatility = f"{greeks.mark_iv:.1%}" if greeks and greeks.mark_iv else "-"
            delta = f"{greeks.delta:.3f}" if greeks else "-"
            bid, ask = (call.quote.bid_price, call.quote.ask_price) if call else ("-", "-")
            put_bid, put_ask = (put.quote.bid_price, put.quote.ask_price) if put else ("-", "-")
            here = "<" if strike == chain.atm_strike else ""
            print(
                f"{bid!s:>10} {ask!s:>10} {volatility:>7} {delta:>7} | {strike!s:>9} | {put_bid!s:>10} {put_ask!s:>10} "
                f"{here}",
                flush=True,
            )

    def on_stop(self) -> None:
        """Unsubscribe."""
        if self._series is not None:
            self.unsubscribe_option_chain(self._series, client_id=BYBIT_CLIENT_ID)


def main() -> None:
    """Show the chain of BTC options."""
    viewer = OptionChain(OptionChainConfig())
    rehearse("Shows an option chain.", viewer, product_types=(BybitProductType.OPTION,))
    print(f"{viewer.shown} snapshots shown.")


if __name__ == "__main__":
    main()
