"""The catalogue: a JSON file of instruments in Bybit's own fields, checked before anything trades.

An entry is an item of `instruments-info` with its `category` and an object `venue` for what Bybit does not
list: `referencePrice` (where the book starts), and where they apply `indexPrice`, `maintenanceMarginRate`,
`riskLimitValue`, `riskTiers`, `impliedVolatility`, `strike`. A tier is an object of `riskLimitValue`,
`maintenanceMarginRate` and `maxLeverage`; the first one repeats what the venue fields of these names say. A
contract that delivers gives its `deliveryTime`, or `venue.expiry` as `{"fridays": n}` or `{"quarters": n}` reckoned
from the start; then `{day}`, `{quarter}` and `{strike}` in its symbol are filled in, and an option's strike is
`venue.moneyness` of the index on the grid of `venue.strikeStep`. A perpetual of status `PreLaunch` has its
`preListingInfo`, or `venue.auctionMinutes` in place of the times in it. `collateral` beside `instruments` holds the
share of a coin's value that backs positions.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .catalogue_rows import CatalogueError, Row
from .expiries import Series, day_code, friday, quarter, quarter_code
from .instruments import CATEGORIES, INVERSE, LINEAR, OPTION, SPOT, Instrument, Listing
from .pre_listing import PRE_LAUNCH, read_pre_listing
from .tiers import RiskTier, TierError, make_tiers

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PATH = Path(__file__).parents[1] / "catalogue" / "default.json"
STATUSES = ("PreLaunch", "Trading", "Delivering", "Closed")
CONTRACTS = {
    LINEAR: ("LinearPerpetual", "LinearFutures"),
    INVERSE: ("InversePerpetual", "InverseFutures"),
    OPTION: ("Call", "Put"),
}
LONGEST_SYMBOL = 40
_HIGHEST_RATIO = Decimal(1)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Instruments in the order of the file, and the collateral share of each coin by its name."""

    instruments: tuple[Instrument, ...]
    collateral: Mapping[str, Decimal]


def default_catalogue(now_ms: int | None = None) -> Catalogue:
    """Return the shipped catalogue; its contracts deliver on days reckoned from `now_ms` (the wall time)."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    # The days of delivery change at most once an hour.
    return _default(now_ms // 3_600_000 * 3_600_000)


@lru_cache(maxsize=4)
def _default(now_ms: int) -> Catalogue:
    return read_catalogue(DEFAULT_PATH, now_ms)


def read_catalogue(path: Path, now_ms: int) -> Catalogue:
    """Read a catalogue.

    Parameters
    ----------
    path : Path
        A JSON file.
    now_ms : int
        Time from which expiries are reckoned, ms.

    Raises
    ------
    CatalogueError
        Naming the file, the symbol, the field, its value and what is allowed.
    """
    try:
        content = msgspec.json.decode(path.read_bytes())
    except OSError as e:
        raise CatalogueError(path, "", f"cannot be read: {e.strerror or e}") from e
    except (msgspec.DecodeError, RecursionError) as e:
        raise CatalogueError(path, "", f"not JSON: {e}") from e
    if not isinstance(content, dict) or not isinstance(content.get("instruments"), list):
        raise CatalogueError(path, "", 'a JSON object with a list "instruments" is needed')
    rows = [Row(path, number, item) for number, item in enumerate(content["instruments"], 1)]
    if not rows:
        raise CatalogueError(path, "", '"instruments" is empty; at least one is needed')
    found: dict[tuple[str, str], Instrument] = {}
    for row in rows:
        it = read_instrument(row, now_ms)
        if it.key in found:
            raise row.refusal("symbol", it.symbol, f"a symbol that {it.category} does not have yet")
        found[it.key] = it
    return Catalogue(tuple(found.values()), _collateral(path, content.get("collateral", {})))


def read_instrument(row: Row, now_ms: int) -> Instrument:
    """Read one entry.

    Raises
    ------
    CatalogueError
        At the first field that is wrong.
    """
    category = row.one_of("category", CATEGORIES)
    if category == SPOT:
        return _spot(row, now_ms)
    return _option(row, now_ms) if category == OPTION else _contract(row, category, now_ms)


def _contract(row: Row, category: str, now_ms: int) -> Instrument:
    contract = row.one_of("contractType", CONTRACTS[category])
    delivery = _delivery(row, now_ms) if contract.endswith("Futures") else _never(row)
    symbol = _symbol(row, delivery)
    settle = row.text("settleCoin")
    base, quote = row.text("baseCoin"), row.text("quoteCoin")
    wanted = base if category == INVERSE else quote
    if settle != wanted:
        raise row.refusal("settleCoin", settle, f"{wanted} on {category}")
    leverage, lots, band = (row.inner(name) for name in ("leverageFilter", "lotSizeFilter", "riskParameters"))
    venue, grid = row.inner("venue"), row.inner("priceFilter")
    tick, scale = grid.amount("tickSize"), row.whole("priceScale", least=0, most=12)
    if tick % Decimal(1).scaleb(-scale):
        raise row.refusal("priceScale", str(scale), f"enough decimals for the tick {tick}")
    step, least, most = _quantities(lots)
    perpetual = not delivery
    funding = row.whole("fundingInterval", least=1 if perpetual else 0, most=1440 if perpetual else 0)
    return Instrument(
        category=category, symbol=symbol, base=base, quote=quote, settle=settle, contract=contract,
        tick=tick, lot=step, min_qty=least, max_qty=most,
        max_market_qty=lots.amount("maxMktOrderQty", at_least=least),
        min_notional=lots.amount("minNotionalValue", default=Decimal(0), zero=True),
        price_scale=scale, min_price=grid.amount("minPrice"),
        max_price=grid.amount("maxPrice", at_least=tick, grid=tick),
        max_leverage=leverage.amount("maxLeverage", at_least=Decimal(1)),
        leverage_step=leverage.amount("leverageStep", default=Decimal("0.01")),
        mmr=venue.amount("maintenanceMarginRate", at_most=_HIGHEST_RATIO),
        risk_limit=venue.amount("riskLimitValue", default=Decimal(300_000)),
        risk_tiers=_tiers(venue),
        delivery_ms=delivery,
        delivery_fee_rate=row.amount("deliveryFeeRate", default=Decimal(0), zero=True),
        funding_minutes=funding,
        funding_cap=row.amount("upperFundingRate", default=Decimal("0.00333"), zero=True),
        ratio_x=band.amount("priceLimitRatioX", at_most=_HIGHEST_RATIO),
        ratio_y=band.amount("priceLimitRatioY", at_most=_HIGHEST_RATIO),
        reference_price=venue.amount("referencePrice", at_least=tick),
        index_price=venue.amount("indexPrice", default=Decimal(0), zero=True),
        symbol_id=row.whole("symbolId", least=1), full_name=row.text("fullName", default=base),
        listing=_listing(row, lots.amount("postOnlyMaxOrderQty", default=most), now_ms),
    )  # fmt: skip


def _spot(row: Row, now_ms: int) -> Instrument:
    lots, venue, band = (row.inner(name) for name in ("lotSizeFilter", "venue", "riskParameters"))
    tick = row.inner("priceFilter").amount("tickSize")
    step = lots.amount("basePrecision")
    least = lots.amount("minOrderQty", grid=step)
    most = lots.amount("maxLimitOrderQty", at_least=least)
    base = row.text("baseCoin")
    return Instrument(
        category=SPOT, symbol=_symbol(row, 0), base=base, quote=row.text("quoteCoin"),
        tick=tick, lot=step, min_qty=least, max_qty=most,
        max_market_qty=lots.amount("maxMarketOrderQty", at_least=least),
        min_notional=lots.amount("minOrderAmt", zero=True),
        price_scale=max(0, -int(tick.normalize().as_tuple().exponent)),
        ratio_x=band.amount("priceLimitRatioX", at_most=_HIGHEST_RATIO),
        ratio_y=band.amount("priceLimitRatioY", at_most=_HIGHEST_RATIO),
        reference_price=venue.amount("referencePrice", at_least=tick),
        symbol_id=row.whole("symbolId", least=1), full_name=row.text("fullName", default=base),
        listing=_listing(row, lots.amount("postOnlyMaxLimitOrderSize", default=most * 11), now_ms),
    )  # fmt: skip


def _option(row: Row, now_ms: int) -> Instrument:
    delivery = _delivery(row, now_ms)
    lots, venue, grid = (row.inner(name) for name in ("lotSizeFilter", "venue", "priceFilter"))
    index, tick = venue.amount("indexPrice"), grid.amount("tickSize")
    strike = _strike(venue, index)
    step, least, most = _quantities(lots)
    base = row.text("baseCoin")
    return Instrument(
        category=OPTION, symbol=_symbol(row, delivery, strike), base=base, quote=row.text("quoteCoin"),
        settle=row.text("settleCoin"), contract=row.one_of("optionsType", CONTRACTS[OPTION]),
        tick=tick, lot=step, min_qty=least, max_qty=most, max_market_qty=most,
        min_notional=Decimal(0), price_scale=max(0, -int(tick.normalize().as_tuple().exponent)),
        min_price=grid.amount("minPrice"), max_price=grid.amount("maxPrice", at_least=tick, grid=tick),
        delivery_ms=delivery, delivery_fee_rate=row.amount("deliveryFeeRate", zero=True),
        strike=strike, volatility=venue.amount("impliedVolatility", at_most=Decimal(5)),
        ratio_x=Decimal(1), ratio_y=Decimal(1), reference_price=index, index_price=index,
        symbol_id=row.whole("symbolId", least=1), full_name=row.text("fullName", default=base),
        listing=_listing(row, None, now_ms),
    )  # fmt: skip


def _tiers(venue: Row) -> tuple[RiskTier, ...]:
    if "riskTiers" not in venue.item:
        return ()
    table = venue.item["riskTiers"]
    if not isinstance(table, list):
        raise venue.refusal("riskTiers", table, "a list of tiers")
    try:
        return make_tiers(
            (
                row.amount("riskLimitValue"),
                row.amount("maintenanceMarginRate", at_most=_HIGHEST_RATIO),
                row.amount("maxLeverage", at_least=Decimal(1)),
            )
            for row in (
                Row(venue.path, venue.number, item, name=venue.name, prefix="venue.riskTiers")
                for item in table
            )
        )
    except TierError as e:
        raise venue.refusal("riskTiers", table, str(e)) from e


def _quantities(lots: Row) -> tuple[Decimal, Decimal, Decimal]:
    step = lots.amount("qtyStep")
    least = lots.amount("minOrderQty", grid=step)
    return step, least, lots.amount("maxOrderQty", at_least=least)


def _listing(row: Row, post_only: Decimal | None, now_ms: int) -> Listing:
    lots = row.inner("lotSizeFilter")
    status = row.one_of("status", STATUSES)
    if status == PRE_LAUNCH and row.item.get("contractType") != "LinearPerpetual":
        raise row.refusal("status", status, "Trading unless it is a linear perpetual")
    return Listing(
        status=status,
        launch_time=row.text("launchTime", default="1585526400000"),
        display_name=row.text("displayName", default=""),
        symbol_type=row.text("symbolType", default=""),
        copy_trading=row.text("copyTrading", default="both"),
        post_only_max_qty=post_only,
        max_amount=lots.amount("maxOrderAmt", default=Decimal(1_999_999_999)),
        quote_precision=lots.amount("quotePrecision", default=Decimal("0.0000001")),
        innovation=row.text("innovation", default="0"),
        margin_trading=row.text("marginTrading", default="utaOnly"),
        multiplier=row.text("xstockMultiplier", default="1"),
        series=_series(row),
        pre_listing=read_pre_listing(row, now_ms),
    )


def _series(row: Row) -> Series | None:
    venue = row.inner("venue")
    if "expiry" not in venue.item:
        return None
    expiry = venue.inner("expiry")
    by = "quarters" if "quarters" in expiry.item else "fridays"
    strikes = "moneyness" in venue.item
    return Series(
        by=by,
        ahead=expiry.whole(by, least=1),
        template=row.text("symbol"),
        moneyness=venue.amount("moneyness") if strikes else Decimal(1),
        strike_step=venue.amount("strikeStep") if strikes else Decimal(0),
    )


def _never(row: Row) -> int:
    if row.text("deliveryTime", default="0") != "0":
        raise row.refusal("deliveryTime", row.item["deliveryTime"], '"0" on a perpetual contract')
    return 0


def _delivery(row: Row, now_ms: int) -> int:
    venue = row.inner("venue")
    if "expiry" not in venue.item:
        return row.whole("deliveryTime", least=now_ms + 1)
    expiry = venue.inner("expiry")
    if "quarters" in expiry.item:
        return quarter(now_ms, expiry.whole("quarters", least=1, most=20))
    return friday(now_ms, expiry.whole("fridays", least=1, most=200))


def _strike(venue: Row, index: Decimal) -> Decimal:
    if "moneyness" not in venue.item:
        return venue.amount("strike")
    step = venue.amount("strikeStep")
    strike = (index * venue.amount("moneyness") / step).to_integral_value() * step
    if strike <= 0:
        raise venue.refusal("moneyness", venue.item["moneyness"], "one whose strike is above 0")
    return strike


def _symbol(row: Row, delivery: int, strike: Decimal | None = None) -> str:
    symbol = row.text("symbol")
    for place, code in (("{day}", day_code), ("{quarter}", quarter_code)):
        if place in symbol and delivery:
            symbol = symbol.replace(place, code(delivery))
    if strike is not None:
        symbol = symbol.replace("{strike}", f"{strike.normalize():f}")
    if not 1 < len(symbol) <= LONGEST_SYMBOL or not all(
        c.isascii() and (c.isupper() or c.isdigit() or c == "-") for c in symbol
    ):
        raise row.refusal("symbol", symbol, "2 to 40 capital letters, digits and hyphens")
    return symbol


def _collateral(path: Path, table: Any) -> dict[str, Decimal]:
    if not isinstance(table, dict):
        raise CatalogueError(path, "", "collateral must be an object of a share per coin")
    row = Row(path, 0, table)
    return {coin: row.amount(coin, at_most=_HIGHEST_RATIO, zero=True) for coin in table}
