"""A catalogue of any size: the shipped one and made-up coins with plausible filters.

The same number gives the same instruments. Prices are log-uniform over what is listed, ticks are a hundred
thousandth of the price rounded up to a power of ten, quantity steps are worth about ten cents: the filters of
Bybit's smaller perpetuals look like that.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from .catalogue import Catalogue, default_catalogue
from .expiries import Series, day_code, friday
from .instruments import INVERSE, LINEAR, OPTION, SPOT, Instrument, Listing, places

MOST_INSTRUMENTS = 20_000
_SEED = "generated catalogue"
# Of twenty made-up instruments: linear, spot, inverse, option.
_PATTERN = (LINEAR,) * 11 + (SPOT,) * 5 + (OPTION,) * 3 + (INVERSE,)
_FIRST_ID = 100_000
_FUNDING = (480, 480, 240, 60)
_LEVERAGE = (25, 50, 50, 75)


def generated_catalogue(count: int, now_ms: int) -> Catalogue:
    """Return `count` instruments, the shipped ones first.

    Raises
    ------
    ValueError
        When `count` is not from 1 to 20 000.
    """
    if not 1 <= count <= MOST_INSTRUMENTS:
        raise ValueError(f"a generated catalogue has from 1 to {MOST_INSTRUMENTS} instruments, got {count}")
    shipped = default_catalogue(now_ms)
    random = Random(_SEED)  # noqa: S311 - made-up filters, not secrets
    made = [_made(number, random, now_ms) for number in range(max(0, count - len(shipped.instruments)))]
    return Catalogue((*shipped.instruments, *made)[:count], shipped.collateral)


def _made(number: int, random: Random, now_ms: int) -> Instrument:
    category = _PATTERN[number % len(_PATTERN)]
    price = Decimal(f"{10 ** random.uniform(-4.5, 3.5):.3g}")
    coin = f"GEN{number:05d}"
    tick = Decimal(1).scaleb(price.adjusted() - 4)
    contract = _contract(coin, number, price, tick, random)
    if category == LINEAR:
        return contract
    if category == SPOT:
        return replace(
            contract,
            category=SPOT,
            contract="",
            max_leverage=Decimal(1),
            funding_minutes=0,
            max_price=Decimal(0),
        )
    if category == INVERSE:
        return replace(
            contract, category=INVERSE, symbol=f"{coin}USD", quote="USD", settle=coin,
            contract="InversePerpetual", lot=Decimal(1), min_qty=Decimal(1), max_qty=Decimal(5_000_000),
            max_market_qty=Decimal(1_000_000), min_notional=Decimal(0), risk_limit=Decimal(200_000) / price,
        )  # fmt: skip
    return _option(contract, number, random, now_ms)


def _contract(coin: str, number: int, price: Decimal, tick: Decimal, random: Random) -> Instrument:
    lot = Decimal(1).scaleb(-1 - price.adjusted())
    most = (Decimal(2_000_000) / price // lot) * lot
    leverage = Decimal(random.choice(_LEVERAGE))
    return Instrument(
        category=LINEAR, symbol=f"{coin}USDT", base=coin, quote="USDT", settle="USDT",
        contract="LinearPerpetual", tick=tick, lot=lot, min_qty=lot, max_qty=most,
        max_market_qty=(most / 4 // lot) * lot, min_notional=Decimal(5), price_scale=places(tick),
        min_price=tick, max_price=tick * 19_999_998, max_leverage=leverage, mmr=1 / leverage / 2,
        funding_minutes=random.choice(_FUNDING), ratio_x=Decimal("0.05"), ratio_y=Decimal("0.1"),
        reference_price=price, symbol_id=_FIRST_ID + number, full_name=f"Made-up coin {number}",
        listing=Listing(launch_time=str(1_600_000_000_000 + 3_600_000 * number)),
    )  # fmt: skip


def _option(contract: Instrument, number: int, random: Random, now_ms: int) -> Instrument:
    index, ahead = contract.reference_price, random.randint(1, 12)
    delivery = friday(now_ms, ahead)
    step = Decimal(1).scaleb(index.adjusted() - 1)
    moneyness = Decimal(random.choice(("0.8", "0.9", "1", "1.1", "1.2")))
    strike = (index * moneyness / step).to_integral_value() * step
    kind = random.choice(("Call", "Put"))
    tick = contract.tick * 10
    series = Series(
        by="fridays",
        ahead=ahead,
        template=f"{contract.base}-{{day}}-{{strike}}-{kind[0]}-USDT",
        moneyness=moneyness,
        strike_step=step,
    )
    return replace(
        contract, category=OPTION, contract=kind, tick=tick, price_scale=places(tick),
        symbol=series.symbol(day_code(delivery), strike), delivery_ms=delivery,
        delivery_fee_rate=Decimal("0.00015"), strike=strike, volatility=Decimal("0.9"), funding_minutes=0,
        max_price=tick * 222_000, min_price=tick, min_notional=Decimal(0), max_leverage=Decimal(1),
        index_price=index, listing=Listing(launch_time=str(1_700_000_000_000 + number), series=series),
    )  # fmt: skip
