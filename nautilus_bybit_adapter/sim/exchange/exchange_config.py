"""What an exchange starts with."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from . import catalogue
from .fees import FeeRates, FeeTerms, default_fees
from .instruments import Instrument, default_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeConfig:
    """What the exchange starts with.

    Parameters
    ----------
    instruments : tuple of Instrument
        The catalogue.
    balances : mapping of str to Decimal
        Coins of the account.
    fees : mapping of str to FeeRates
        Fee rates by category.
    fee_terms : FeeTerms
        Fees in MNT, and taxes on fees.
    collateral : mapping of str to Decimal
        Share of a coin's value that backs positions, by coin.
    leverage : Decimal
        Leverage of each symbol at the start.
    uid : int
        User id, part of the envelope ids.
    smp_group : int or str
        What orders show as `smpGroup`; older answers carry the number 0, newer ones a string.
    seed : int
        Seed of the ids.
    rpi_maker : bool
        Whether the account is approved for retail price improvement orders.
    """

    instruments: tuple[Instrument, ...] = field(default_factory=default_catalogue)
    balances: Mapping[str, Decimal] = field(
        default_factory=lambda: {"USDT": Decimal(100_000), "BTC": Decimal(1), "ETH": Decimal(10)}
    )
    fees: Mapping[str, FeeRates] = field(default_factory=default_fees)
    fee_terms: FeeTerms = field(default_factory=FeeTerms)
    collateral: Mapping[str, Decimal] = field(
        default_factory=lambda: catalogue.default_catalogue().collateral
    )
    leverage: Decimal = Decimal(10)
    uid: int = 386825804
    smp_group: int | str = 0
    seed: int = 1
    rpi_maker: bool = False
