"""Fee rates by category and what a fill is charged.

Source: Bybit V5 Get Fee Rate and the published fee schedule (taker and maker of the lowest tier); for fees in MNT its
help pages (a quarter less on spot, a tenth less on derivatives), for taxes the `extraFees` of Get Trade History.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from .amounts import ZERO, coin_amount
from .instruments import INVERSE, LINEAR, OPTION, SPOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .instruments import Instrument

# An option's fee never exceeds this part of its price.
MOST_OPTION_FEE = Decimal("0.07")


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Taker and maker fee as fractions of the traded value, on options of the index."""

    taker: Decimal
    maker: Decimal


MNT = "MNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerms:
    """What changes a fee from the plain rate.

    Parameters
    ----------
    mnt_price : Decimal, optional
        Dollars per MNT where no MNT is traded; None where fees are never paid in MNT.
    mnt_discount : mapping of str to Decimal
        Part of a fee that is waived when it is paid in MNT, by category.
    tax : Decimal
        Tax on fees, as a fraction of them.
    """

    mnt_price: Decimal | None = None
    mnt_discount: Mapping[str, Decimal] = field(
        default_factory=lambda: {
            SPOT: Decimal("0.25"),
            LINEAR: Decimal("0.1"),
            INVERSE: Decimal("0.1"),
            OPTION: Decimal("0.1"),
        }
    )
    tax: Decimal = ZERO

    def in_mnt(self, category: str, fee_usd: Decimal, mnt_usd: Decimal) -> Decimal | None:
        """Return a fee of so many dollars in MNT, less the discount; None where it is not paid in MNT."""
        price = mnt_usd or self.mnt_price
        if self.mnt_price is None or not price or fee_usd <= 0:
            return None
        return coin_amount(fee_usd * (1 - self.mnt_discount[category]) / price)


def default_fees() -> Mapping[str, FeeRates]:
    """Fee rates of an account without a tier."""
    contract = FeeRates(Decimal("0.00055"), Decimal("0.0002"))
    return {
        LINEAR: contract,
        INVERSE: contract,
        SPOT: FeeRates(Decimal("0.001"), Decimal("0.001")),
        OPTION: FeeRates(Decimal("0.0003"), Decimal("0.0002")),
    }


def order_fee_coin(instrument: Instrument, side: str, *, rebate: bool = False) -> str:
    """Coin in which a fill is charged: the settle coin, on spot the coin received.

    A maker's rebate on spot is paid in the coin that was given.
    """
    if instrument.is_spot:
        return instrument.base if (side == "Buy") != rebate else instrument.quote
    return instrument.settle


def fill_fee(it: Instrument, coin: str, *, ticks: int, lots: int, rate: Decimal, index: Decimal) -> Decimal:
    """Fee of a fill in its `coin`, with 8 decimals; a rebate is negative.

    An option is charged the rate on the index, at most 7 % of its price.
    """
    if it.is_option:
        return coin_amount(min(rate * index, MOST_OPTION_FEE * it.price(ticks)) * it.qty(lots))
    in_base = it.is_spot and coin == it.base
    return coin_amount((it.qty(lots) if in_base else it.value(ticks, lots)) * rate)
