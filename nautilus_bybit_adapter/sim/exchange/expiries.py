"""Dates of contracts that deliver, reckoned from a present time.

Bybit delivers at 08:00 UTC: options and dated linear futures on Fridays, dated inverse futures on the last
Friday of a quarter. Source: Bybit V5 Get Instruments Info and the symbols it lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

FRIDAY = 4
DELIVERY_HOUR = 8
QUARTER_CODES = {3: "H", 6: "M", 9: "U", 12: "Z"}
# A contract that is listed lives at least this long, so that no run meets its delivery unawares.
LEAST_LIFE = timedelta(days=3)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Contracts of which the next one is listed when one is delivered.

    Parameters
    ----------
    by : str
        `fridays` or `quarters`.
    ahead : int
        How many of them the contract is ahead when it is listed, at least.
    template : str
        Symbol with `{day}` or `{quarter}`, and `{strike}` on options.
    moneyness, strike_step : Decimal
        Strike as a share of the index, and its grid; a step of 0 where there is no strike.
    """

    by: str
    ahead: int
    template: str
    moneyness: Decimal = Decimal(1)
    strike_step: Decimal = Decimal(0)

    def symbol(self, code: str, strike: Decimal) -> str:
        """Symbol of a contract of the series; `code` is that of its day or quarter."""
        named = self.template.replace("{day}", code).replace("{quarter}", code)
        return named.replace("{strike}", f"{strike.normalize():f}")


def friday(now_ms: int, number: int) -> int:
    """Delivery time in ms of the `number`-th Friday that is at least three days away."""
    return _ms(_first_friday(now_ms) + timedelta(weeks=number - 1))


def quarter(now_ms: int, number: int) -> int:
    """Delivery time in ms of the `number`-th last Friday of a quarter that is at least three days away."""
    moment, found = _first_friday(now_ms), 0
    while True:
        last_of_month = (moment + timedelta(weeks=1)).month != moment.month
        found += moment.month in QUARTER_CODES and last_of_month
        if found == number:
            return _ms(moment)
        moment += timedelta(weeks=1)


def day_code(at_ms: int) -> str:
    """Day as symbols spell it, e.g. `30OCT26` or `6JAN23`."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment.day}{_MONTHS[moment.month - 1]}{moment.year % 100:02d}"


def quarter_code(at_ms: int) -> str:
    """Quarter as symbols spell it, e.g. `Z26`; the last month of the quarter names it."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{QUARTER_CODES[(moment.month + 2) // 3 * 3]}{moment.year % 100:02d}"


def _first_friday(now_ms: int) -> datetime:
    least = datetime.fromtimestamp(now_ms / 1000, UTC) + LEAST_LIFE
    moment = least.replace(hour=DELIVERY_HOUR, minute=0, second=0, microsecond=0)
    moment += timedelta(days=(FRIDAY - moment.weekday()) % 7)
    return moment if moment >= least else moment + timedelta(weeks=1)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
