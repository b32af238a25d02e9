"""ccxt beyond linear perpetuals and spot: inverse, dated and option contracts, forced closes, loans, conversions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ccxt  # type: ignore[import-untyped] # it carries no marker of its annotations
import ccxt_client
import pytest
from ccxt_client import exact
from rsa_pair import private_pem, public_pem
from venue_thread import VenueThread

from nautilus_bybit_adapter.sim.exchange.instruments import Instrument

D = Decimal
PERP, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


def dated(venue: VenueThread, category: str) -> Instrument:
    found = venue.call(lambda v: [m.instrument for k, m in v.exchange.markets.items() if k[0] == category])
    return next(it for it in found if it.delivery_ms)


def unified(exchange: Any, venue: VenueThread, kind: str) -> tuple[str, Instrument]:
    """ccxt's symbol of a kind of contract, and what the venue knows of it."""
    exchange.load_markets()
    if kind == "inverse":
        it = venue.call(lambda v: v.exchange.markets["inverse", "BTCUSD"].instrument)
    else:
        it = dated(venue, {"linear future": "linear", "inverse future": "inverse"}.get(kind, "option"))
    (market,) = [m for m in exchange.markets_by_id[it.symbol] if bool(m["option"]) == it.is_option]
    return market["symbol"], it


@pytest.mark.parametrize("kind", ["inverse", "linear future", "inverse future", "option"])
def test_a_contract_is_traded_and_closed(venue: VenueThread, exchange: Any, kind: str) -> None:
    symbol, it = unified(exchange, venue, kind)
    amount = float(it.min_qty * 10)
    link = {"clientOrderId": "one"} if kind == "option" else {}
    assert exchange.market(symbol)["settle"] == it.settle
    book = exchange.fetch_order_book(symbol, 5)
    bought = exchange.create_order(symbol, "market", "buy", amount, None, link)["id"]
    (fill,) = [f for f in venue.fills() if f.order.order_id == bought]
    assert exact(book["asks"][0][0]) == it.price(fill.ticks)
    (trade,) = exchange.fetch_my_trades(symbol)
    assert (trade["id"], trade["order"], exact(trade["amount"])) == (fill.exec_id, bought, it.qty(fill.lots))
    assert exact(trade["fee"]["cost"]) == fill.fee
    position = exchange.fetch_position(symbol)
    assert (position["side"], exact(position["contracts"])) == ("long", it.qty(fill.lots))
    link = {"clientOrderId": "two"} if kind == "option" else {}
    exchange.create_order(symbol, "market", "sell", amount, None, {**link, "reduceOnly": True})
    assert venue.call(lambda v: v.exchange.account.position(it.symbol).size) == 0


@pytest.mark.parametrize("kind", ["inverse", "linear future", "option"])
def test_a_resting_order_is_found_changed_and_cancelled(venue: VenueThread, exchange: Any, kind: str) -> None:
    symbol, it = unified(exchange, venue, kind)
    bid = venue.call(lambda v: v.exchange.markets[it.key].book.bids.best) or 0
    link = {"clientOrderId": "one"} if kind == "option" else {}
    price = float(it.price(bid - 3))
    ident = exchange.create_order(symbol, "limit", "buy", float(it.min_qty * 10), price, link)["id"]
    assert venue.open_ids() == {ident}
    (found,) = exchange.fetch_open_orders(symbol)
    assert (found["id"], exact(found["price"]), found["status"]) == (ident, it.price(bid - 3), "open")
    better = float(it.price(bid - 2))
    exchange.edit_order(ident, symbol, "limit", "buy", float(it.min_qty * 10), better)
    assert venue.order(ident).ticks == bid - 2
    assert exchange.fetch_open_order(ident, symbol)["id"] == ident
    exchange.cancel_order(ident, symbol)
    assert venue.order(ident).status == "Cancelled"
    assert exchange.fetch_canceled_orders(symbol)[0]["id"] == ident


def test_forced_closes_are_in_the_history(venue: VenueThread, exchange: Any) -> None:
    exchange.create_market_order(PERP, "buy", 0.3)
    venue.call(lambda v: v.exchange.adl("BTCUSDT", D("0.1")))
    assert exact(exchange.fetch_position(PERP)["contracts"]) == D("0.2")
    assert exchange.fetch_positions_adl_rank([PERP])
    venue.call(lambda v: v.exchange.liquidate("BTCUSDT"))
    (row,) = exchange.fetch_my_liquidations(PERP)
    (bust,) = [f for f in venue.fills() if f.exec_type == "BustTrade"]
    assert exact(row["price"]) == bust.order.instrument.price(bust.ticks)
    assert all(not position["contracts"] for position in exchange.fetch_positions([PERP]))


def test_a_funding_is_in_the_history(venue: VenueThread, exchange: Any) -> None:
    exchange.create_market_order(PERP, "buy", 0.1)
    venue.call(lambda v: v.exchange.settle_funding("BTCUSDT", D("0.0002")))
    (row,) = exchange.fetch_funding_history(PERP)
    (paid,) = [f for f in venue.fills() if f.exec_type == "Funding"]
    assert abs(exact(row["amount"])) == paid.fee


def test_a_delivered_future_is_in_the_history(venue: VenueThread, exchange: Any) -> None:
    symbol, it = unified(exchange, venue, "linear future")
    exchange.create_order(symbol, "market", "buy", float(it.min_qty))
    venue.call(lambda v: v.exchange.deliver(it.symbol, "linear"))
    (row,) = exchange.fetch_my_settlement_history(symbol)
    (fill,) = [f for f in venue.fills() if f.exec_type == "Delivery"]
    assert exact(row["price"]) == it.price(fill.ticks)
    (told,) = exchange.fetch_settlement_history(symbol)
    assert exact(told["price"]) == it.price(fill.ticks)


def test_fees_of_all_linear_contracts(venue: VenueThread, exchange: Any) -> None:
    fees = exchange.fetch_trading_fees()
    rates = venue.call(lambda v: v.exchange.account.rates["linear"])
    assert {exact(fee["taker"]) for fee in fees.values()} == {rates.taker}
    known = venue.call(lambda v: {k[1] for k in v.exchange.markets if k[0] == "linear"})
    assert len(fees) == len(known)
    assert exact(exchange.fetch_trading_fee(INVERSE)["maker"]) == venue.call(
        lambda v: v.exchange.account.rates["inverse"].maker
    )


def test_loans_are_taken_and_repaid(venue: VenueThread, exchange: Any) -> None:
    venue.call(lambda v: setattr(v.exchange.loans, "rests_hourly", False))
    exchange.borrow_cross_margin("ETH", 2)
    assert venue.call(lambda v: v.exchange.account.debts["ETH"]) == 2
    exchange.repay_cross_margin("ETH", 2)
    assert venue.call(lambda v: v.exchange.account.debts["ETH"]) == 0
    assert exchange.fetch_borrow_rate_history("ETH")


def test_a_conversion(venue: VenueThread, exchange: Any) -> None:
    assert "BTC" in exchange.fetch_convert_currencies({"accountType": "eb_convert_uta"})
    before = venue.balance("USDT"), venue.balance("BTC")
    quoted = exchange.fetch_convert_quote("USDT", "BTC", 860, {"accountType": "eb_convert_uta"})
    done = exchange.create_convert_trade(quoted["id"], "USDT", "BTC", 860)
    assert venue.balance("USDT") == before[0] - 860
    assert venue.balance("BTC") == before[1] + exact(quoted["toAmount"])
    found = exchange.fetch_convert_trade(done["id"], None, {"accountType": "eb_convert_uta"})
    assert exact(found["fromAmount"]) == 860
    assert [row["id"] for row in exchange.fetch_convert_trade_history()] == [quoted["id"]]


def test_modes_of_account_and_positions(venue: VenueThread, exchange: Any) -> None:
    exchange.load_markets()
    exchange.set_position_mode(True, PERP)
    hedged = venue.call(
        lambda v: v.exchange.settings.is_hedged(v.exchange.markets["linear", "BTCUSDT"].instrument)
    )
    assert hedged is True
    exchange.set_margin_mode("isolated")
    assert venue.call(lambda v: v.exchange.settings.margin_mode) == "ISOLATED_MARGIN"
    assert exchange.fetch_margin_mode(PERP)["marginMode"] == "isolated"


def test_what_is_closed_says_so(exchange: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="131097"):
        exchange.withdraw("USDT", 1, "0x" + "ab" * 20, {"network": "ERC20"})
    assert exchange.fetch_deposit_addresses_by_network("USDT") == {}
    assert exchange.fetch_deposit_withdraw_fees(["USDT"])["USDT"]


@pytest.fixture
def rsa_venue() -> Iterator[VenueThread]:
    with VenueThread(rsa_public_key=public_pem()) as running:
        yield running


def test_a_key_of_the_rsa_type_signs(rsa_venue: VenueThread) -> None:
    client = ccxt_client.rest(rsa_venue, secret=private_pem())
    try:
        client.load_markets()
        ident = client.create_order(PERP, "limit", "buy", 0.01, 80000)["id"]
        assert rsa_venue.open_ids() == {ident}
        assert [order["id"] for order in client.fetch_open_orders(PERP)] == [ident]
        wrong = ccxt_client.rest(rsa_venue, secret="sim-secret")
        with pytest.raises(ccxt.AuthenticationError):
            wrong.fetch_balance()
        wrong.session.close()
    finally:
        client.session.close()
