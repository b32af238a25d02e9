"""Every method of the REST client asks the local venue, and what comes back is what was done."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest
from bybit_answers import ANSWERS, NAMES
from bybit_fields import ENDPOINTS
from bybit_shapes import NOTHING
from rest_clients import ask
from venue_thread import VenueThread

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, Outcome
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.transport.rest_session import RestSession
from nautilus_bybit_adapter.wire import (
    AmendOrder,
    BybitInstrumentLinear,
    BybitInstrumentOption,
    BybitInstrumentSpot,
    CancelAllOrders,
    CancelOrder,
    MarginMode,
    PlaceEarnOrder,
    PlaceOrder,
    PositionMode,
    SetMmp,
    SetTradingStop,
)

type Client = BybitHTTPClient
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueThread]:
    with VenueThread() as running:
        yield running


def order(**fields: Any) -> PlaceOrder:
    """A resting order below the market."""
    return PlaceOrder(
        **{
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "order_type": "Limit",
            "price": "80000",
            "qty": "0.001",
            "order_link_id": f"m-{next(_numbers)}",
            **fields,
        }
    )


def market_order(**fields: Any) -> PlaceOrder:
    return order(order_type="Market", price=None, **fields)


async def resting(client: Client, **fields: Any) -> str:
    return (await client.place_order(order(**fields))).order_id


def named(order_id: str) -> dict[str, str]:
    return {"category": "linear", "symbol": "BTCUSDT", "order_id": order_id}


async def create_amend_and_cancel(client: Client) -> None:
    request = order()
    answer = await client.place_order(request)
    assert answer.order_link_id == request.order_link_id
    assert await client.amend_order(AmendOrder(**named(answer.order_id), qty="0.003")) == answer
    (row,) = await client.get_open_orders("linear", symbol="BTCUSDT", order_id=answer.order_id)
    assert (row.qty, row.price, row.category, row.order_status) == ("0.003", "80000", "linear", "New")
    assert await client.cancel_order(CancelOrder(**named(answer.order_id))) == answer
    (row,) = await client.get_order_history("linear", order_id=answer.order_id)
    assert (row.order_status, row.cancel_type) == ("Cancelled", "CancelByUser")
    with pytest.raises(BybitApiError) as refused:
        await client.cancel_order(CancelOrder(**named(answer.order_id)))
    assert (refused.value.ret_code, refused.value.outcome) == (110001, Outcome.REJECTED)


async def cancel_all(client: Client) -> None:
    ids = {await resting(client, symbol="ETHUSDT", price="2000", qty="0.1") for _ in range(3)}
    cancelled = await client.cancel_all_orders(CancelAllOrders(category="linear", symbol="ETHUSDT"))
    assert {each.order_id for each in cancelled} == ids
    assert await client.get_open_orders("linear", symbol="ETHUSDT") == []


async def open_orders_of_many_pages(client: Client) -> None:
    ids = {await resting(client, symbol="SOLUSDT", price="90", qty="1") for _ in range(103)}
    rows = await client.get_open_orders("linear", symbol="SOLUSDT")
    assert {row.order_id for row in rows} == ids
    assert len(rows) == 103
    await client.cancel_all_orders(CancelAllOrders(category="linear", symbol="SOLUSDT"))


async def batches(client: Client) -> None:
    requests = [order() for _ in range(43)]
    requests[5] = order(qty="0.0001")
    requests[25] = requests[24]
    placed = await client.batch_place_orders(requests)
    assert [outcome.request for outcome in placed] == requests
    refused = {i for i, outcome in enumerate(placed) if outcome.error is not None}
    assert refused == {5, 25}
    codes = [getattr(placed[i].error, "ret_code", None) for i in sorted(refused)]
    assert codes == [10001, 110072]
    ids = [outcome.response.order_id for outcome in placed if outcome.response is not None]
    assert len(set(ids)) == 41
    amended = await client.batch_amend_orders([AmendOrder(**named(each), qty="0.002") for each in ids])
    assert all(outcome.error is None for outcome in amended)
    rows = await client.get_open_orders("linear", symbol="BTCUSDT")
    assert {row.order_id: row.qty for row in rows if row.order_id in ids} == dict.fromkeys(ids, "0.002")
    cancelled = await client.batch_cancel_orders([CancelOrder(**named(each)) for each in [*ids, "gone"]])
    assert [outcome.error is None for outcome in cancelled] == [True] * 41 + [False]
    assert await client.batch_cancel_orders([]) == []
    spot = [order(category="spot", qty="0.001") for _ in range(11)]
    outcomes = await client.batch_place_orders(spot)
    assert all(outcome.response for outcome in outcomes)
    await client.cancel_all_orders(CancelAllOrders(category="spot"))
    with pytest.raises(BybitConfigError, match="'linear' and 'spot'"):
        await client.batch_place_orders([order(), order(category="spot")])


async def executions(client: Client) -> None:
    answer = await client.place_order(market_order(qty="0.002"))
    rows = await client.get_executions("linear", order_id=answer.order_id)
    assert sum(float(row.exec_qty) for row in rows) == pytest.approx(0.002)
    assert {row.exec_type for row in rows} == {"Trade"}


async def checks_before_an_order(client: Client) -> None:
    before = await client.precheck_order(order())
    assert before.post_imr_e4 >= before.pre_imr_e4 >= 0
    quota = await client.get_borrow_quota("BTCUSDT", "Buy")
    assert float(quota.max_trade_qty) > 0


async def positions(client: Client) -> None:
    await client.place_order(market_order(symbol="ETHUSDT", qty="0.1"))
    (position,) = await client.get_positions("linear", symbol="ETHUSDT")
    assert (position.side, position.size, position.category) == ("Buy", "0.1", "linear")
    assert position in await client.get_positions("linear", settle_coin="USDT")
    exits = SetTradingStop(
        category="linear",
        symbol="ETHUSDT",
        tpsl_mode="Full",
        position_idx=0,
        take_profit=str(round(float(position.mark_price) * 1.2)),
    )
    for _ in range(2):
        await client.set_trading_stop(exits)
    (position,) = await client.get_positions("linear", symbol="ETHUSDT")
    assert float(position.take_profit) == float(exits.take_profit or 0)
    await client.place_order(market_order(symbol="ETHUSDT", side="Sell", qty="0.1", reduce_only=True))
    closed = await client.get_closed_pnl("linear", "ETHUSDT")
    assert (closed[-1].side, closed[-1].closed_size) == ("Sell", "0.1")


async def leverage(client: Client) -> None:
    for wanted in ("7", "7", "9"):
        await client.set_leverage("linear", "BTCUSDT", wanted)
        (setting,) = await client.get_symbol_settings("linear", "BTCUSDT")
        assert setting.leverage == wanted


async def position_mode(client: Client) -> None:
    for _ in range(2):
        await client.switch_position_mode(PositionMode.HEDGE, symbol="XRPUSDT")
    assert [row.position_idx for row in await client.get_positions("linear", symbol="XRPUSDT")] == [1, 2]
    await client.switch_position_mode(PositionMode.ONE_WAY, symbol="XRPUSDT")
    assert len(await client.get_positions("linear", symbol="XRPUSDT")) == 1
    with pytest.raises(BybitConfigError, match="mode must be one of 0, 3; it is 1"):
        await client.switch_position_mode(1, symbol="XRPUSDT")
    with pytest.raises(BybitConfigError, match="needs a symbol or a coin"):
        await client.switch_position_mode(PositionMode.HEDGE)


async def margin_of_isolated_positions(client: Client) -> None:
    for refused in (
        client.add_margin("linear", "BTCUSDT", "10"),
        client.set_auto_add_margin("linear", "BTCUSDT", is_on=True),
    ):
        with pytest.raises(BybitApiError) as caught:
            await refused
        assert caught.value.ret_code == 110076


async def account_settings(client: Client) -> None:
    info = await client.get_account_info()
    assert (info.margin_mode, info.unified_margin_status) == ("REGULAR_MARGIN", 5)
    assert (await client.set_margin_mode(MarginMode.REGULAR_MARGIN)).reasons == []
    await client.set_spot_hedging(is_on=True)
    assert (await client.get_account_info()).spot_hedging_status == "ON"
    await client.set_spot_hedging(is_on=False)
    assert not (await client.get_trading_settings()).delta_enable
    with pytest.raises(BybitConfigError, match="mode must be one of ISOLATED_MARGIN"):
        await client.set_margin_mode("CROSS")


async def fees(client: Client) -> None:
    (rate,) = await client.get_fee_rates("linear", "BTCUSDT")
    assert 0 <= float(rate.maker_fee_rate) < float(rate.taker_fee_rate) < 0.01
    every = await client.get_fee_rates("linear")
    assert len(every) == len({row.symbol for row in every}) > 1
    options = await client.get_fee_rates("option", base_coin="BTC")
    assert all(row.base_coin for row in options)


async def wallet(client: Client) -> None:
    everything = await client.get_wallet_balance()
    some = await client.get_wallet_balance(["BTC"])
    assert [coin.coin for coin in some.coins] == ["BTC"]
    assert {coin.coin for coin in everything.coins} > {"BTC"}
    free = await client.get_withdrawable(["BTC", "USDT"])
    assert free.available_withdrawal_map.keys() == {"BTC", "USDT"}
    balances = await client.get_coin_balances("UNIFIED", ["BTC"])
    one = await client.get_coin_balance("UNIFIED", "BTC", with_safe_amount=True)
    assert balances.balances[0].wallet_balance == one.balance.wallet_balance == some.coins[0].wallet_balance
    assert one.balance.transfer_safe_amount


async def key(client: Client) -> None:
    info = await client.get_api_key_info()
    assert (info.read_only, info.uta) == (0, 1)
    assert info.permissions["ContractTrade"]
    assert "sim-key" not in repr(info)


async def transaction_log(client: Client) -> None:
    await client.place_order(market_order())
    rows = await client.get_transaction_log(category="linear", currency="USDT", limit=1)
    assert [(row.type, row.symbol) for row in rows] == [("TRADE", "BTCUSDT")]


async def loans(client: Client) -> None:
    assert (await client.borrow("ETH", "1")).amount == "1"
    (coin,) = await client.get_collateral_info("ETH")
    assert (coin.borrowable, float(coin.borrow_amount)) == (True, 1)
    assert (await client.repay("ETH", "0.5", may_convert=False)).result_status in {"P", "SU"}
    assert (await client.repay("ETH", "0.25")).result_status in {"P", "SU"}
    (rest,) = await client.repay_liabilities("ETH")
    assert (rest.coin, float(rest.repayment_qty)) == ("ETH", 0.25)
    assert await client.get_borrow_history("ETH") == []
    await client.set_collateral("BTC", is_on=False)
    assert [each.collateral_switch for each in await client.get_collateral_info("BTC")] == [False]
    await client.set_collateral("BTC", is_on=True)


async def protection(client: Client) -> None:
    await client.set_dcp(12, "SPOT")
    assert {row.product: row.time_window for row in await client.get_dcp_info()}["SPOT"] == "12"
    with pytest.raises(BybitConfigError, match="window_secs must be from 3 to 300; it is 2"):
        await client.set_dcp(2)
    await client.set_mmp(
        SetMmp(base_coin="BTC", window="5000", frozen_period="100", qty_limit="10", delta_limit="5")
    )
    (state,) = await client.get_mmp_state("BTC")
    assert (state.mmp_enabled, state.window, state.mmp_frozen) == (True, "5000", False)
    await client.reset_mmp("BTC")


async def spot_margin(client: Client) -> None:
    assert (await client.switch_spot_margin(is_on=True)).spot_margin_mode == "1"
    await client.set_spot_margin_leverage("4")
    state = await client.get_spot_margin_state()
    assert (state.spot_margin_mode, state.spot_leverage) == ("1", "4")
    assert float((await client.get_max_borrowable("BTC")).max_loan) > 0
    assert {row.currency for row in await client.get_coin_leverages()} > {"BTC"}
    (terms, *_) = await client.get_spot_margin_terms(currency="BTC")
    assert [coin.currency for coin in terms.coins] == ["BTC"]
    (tiers,) = await client.get_collateral_tiers("BTC")
    assert float(tiers.tiers[0].collateral_ratio) <= 1
    rates = await client.get_interest_rate_history("BTC", limit=3)
    assert [row.timestamp for row in rates] == sorted(row.timestamp for row in rates)
    assert len(rates) == 3
    assert (await client.get_repayable("BTC")).currency == "BTC"
    assert {row.auto_repay_mode for row in await client.set_auto_repay(is_on=True)} == {"1"}
    assert {row.auto_repay_mode for row in await client.get_auto_repay()} == {"1"}


async def transfers(client: Client) -> None:
    assert "ETH" in await client.get_transferable_coins("UNIFIED", "FUND")
    transfer_id = "7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a01"
    done = await client.transfer(
        "ETH", "0.5", from_account_type="UNIFIED", to_account_type="FUND", transfer_id=transfer_id
    )
    assert (done.transfer_id, done.status) == (transfer_id, "SUCCESS")
    (row,) = await client.get_transfers(transfer_id=transfer_id)
    assert (row.coin, row.amount, row.to_account_type) == ("ETH", "0.5", "FUND")


async def greeks(client: Client) -> None:
    symbol = (await client.get_instruments("option", base_coin="BTC"))[0].symbol
    await client.place_order(market_order(category="option", symbol=symbol, qty="0.1"))
    (row,) = await client.get_coin_greeks("BTC")
    assert float(row.total_gamma) != 0
    (position,) = await client.get_positions("option", symbol=symbol)
    assert float(position.gamma) != 0


async def savings(client: Client) -> None:
    products = await client.get_earn_products("FlexibleSaving", "USDT")
    assert [(row.coin, row.category) for row in products] == [("USDT", "FlexibleSaving")]
    request = PlaceEarnOrder(
        category="FlexibleSaving",
        order_type="Stake",
        account_type="UNIFIED",
        amount="1000",
        coin="USDT",
        product_id=products[0].product_id,
        order_link_id="stake",
    )
    answer = await client.place_earn_order(request)
    (row,) = await client.get_earn_orders("FlexibleSaving", order_id=answer.order_id)
    assert (row.order_type, float(row.order_value)) == ("Stake", 1000)
    (position,) = await client.get_earn_positions("FlexibleSaving", coin="USDT")
    assert float(position.amount) == 1000
    assert await client.get_earn_yield("FlexibleSaving") == []
    assert await client.get_earn_hourly_yield() == []
    apr = await client.get_earn_apr_history("FlexibleSaving", products[0].product_id)
    assert apr[-1].apr
    again = msgspec.structs.replace(request, order_link_id="more", amount="999999999")
    with pytest.raises(BybitApiError):
        await client.place_earn_order(again)
    with pytest.raises(BybitApiError) as caught:
        await client.modify_earn_position(8, 1, auto_reinvest=True)
    assert caught.value.ret_code == 180020


async def instruments(client: Client) -> None:
    types = {
        "linear": BybitInstrumentLinear,
        "inverse": BybitInstrumentLinear,
        "spot": BybitInstrumentSpot,
        "option": BybitInstrumentOption,
    }
    for category, struct in types.items():
        rows = await client.get_instruments(category)
        assert rows
        assert all(isinstance(row, struct) for row in rows)
        assert len({row.symbol for row in rows}) == len(rows)
    assert [row.symbol for row in await client.get_instruments("spot", "BTCUSDT")] == ["BTCUSDT"]
    coins = await client.get_option_base_coins()
    assert "BTC" in coins
    for coin in coins:
        assert {row.base_coin for row in await client.get_instruments("option", base_coin=coin)} == {coin}
    with pytest.raises(BybitConfigError, match="category must be one of spot, linear, inverse, option"):
        await client.get_instruments("margin")


async def prices(client: Client) -> None:
    assert int((await client.get_server_time()).time_second) > 0
    for category, symbol in (("linear", "BTCUSDT"), ("inverse", "BTCUSD"), ("spot", "BTCUSDT")):
        (ticker,) = await client.get_tickers(category, symbol)
        assert float(ticker.bid1_price or 0) < float(ticker.ask1_price or 0)
        assert (ticker.funding_rate is None) == (category == "spot")
        book = await client.get_orderbook(category, symbol, 50)
        assert book.b[0][0] == ticker.bid1_price
        rpi = await client.get_rpi_orderbook(category, symbol, 5)
        assert len(rpi.b[0]) == 3
        assert rpi.b[0][0] == book.b[0][0]
    options = await client.get_tickers("option", base_coin="BTC")
    assert all(ticker.delta is not None for ticker in options)
    everything = await client.get_tickers("linear")
    assert len(everything) == len(await client.get_instruments("linear"))


async def trades(client: Client) -> None:
    for category, most, qty in (("linear", 1000, "0.001"), ("spot", 60, "100")):
        await client.place_order(market_order(category=category, qty=qty))
        rows = await client.get_recent_trades(category, "BTCUSDT")
        assert 0 < len(rows) <= most
        assert [int(row.time) for row in rows] == sorted((int(row.time) for row in rows), reverse=True)
        assert await client.get_recent_trades(category, "BTCUSDT", 1) == rows[:1]
    for row in await client.get_recent_trades("option", None, base_coin="BTC"):
        assert row.iv


async def risk(client: Client) -> None:
    tiers = await client.get_risk_limits("linear")
    symbols = {row.symbol for row in tiers}
    assert len(symbols) == len({row.symbol for row in await client.get_instruments("linear")})
    assert next(row.id for row in await client.get_risk_limits("linear", "BTCUSDT")) == 1
    limit = await client.get_price_limit("linear", "BTCUSDT")
    assert float(limit.buy_limit) > float(limit.sell_limit)
    assert (await client.get_insurance("USDT")).pools
    assert (await client.get_adl_alert()).pools
    assert await client.get_delivery_prices("linear") == []
    assert await client.get_system_status() == []


CASES: list[tuple[Callable[[Client], Awaitable[None]], str]] = [
    (create_amend_and_cancel, "place_order amend_order cancel_order get_order_history"),
    (cancel_all, "cancel_all_orders"),
    (open_orders_of_many_pages, "get_open_orders"),
    (batches, "batch_place_orders batch_amend_orders batch_cancel_orders"),
    (executions, "get_executions"),
    (checks_before_an_order, "precheck_order get_borrow_quota"),
    (positions, "get_positions set_trading_stop get_closed_pnl"),
    (leverage, "set_leverage get_symbol_settings"),
    (position_mode, "switch_position_mode"),
    (margin_of_isolated_positions, "add_margin set_auto_add_margin"),
    (
        account_settings,
        "get_account_info get_trading_settings set_margin_mode set_spot_hedging",
    ),
    (fees, "get_fee_rates"),
    (wallet, "get_wallet_balance get_withdrawable get_coin_balances get_coin_balance"),
    (key, "get_api_key_info"),
    (transaction_log, "get_transaction_log"),
    (loans, "borrow repay repay_liabilities get_borrow_history get_collateral_info set_collateral"),
    (protection, "set_dcp get_dcp_info set_mmp reset_mmp get_mmp_state"),
    (
        spot_margin,
        """switch_spot_margin set_spot_margin_leverage get_spot_margin_state get_max_borrowable
        get_coin_leverages get_spot_margin_terms get_collateral_tiers get_interest_rate_history
        get_repayable get_auto_repay set_auto_repay""",
    ),
    (transfers, "transfer get_transfers get_transferable_coins"),
    (greeks, "get_coin_greeks"),
    (
        savings,
        """get_earn_products place_earn_order get_earn_orders get_earn_positions get_earn_yield
        get_earn_hourly_yield get_earn_apr_history modify_earn_position""",
    ),
    (instruments, "get_instruments get_option_base_coins"),
    (prices, "get_server_time get_tickers get_orderbook get_rpi_orderbook"),
    (trades, "get_recent_trades"),
    (
        risk,
        "get_risk_limits get_price_limit get_insurance get_adl_alert get_delivery_prices get_system_status",
    ),
]
# `test_rest_series` asks for these.
ELSEWHERE = {
    "get_klines",
    "get_funding_history",
    "get_open_interest",
    "get_long_short_ratio",
    "get_historical_volatility",
}
# The venue answers the last with nothing when it does as it is asked.
READ = {
    *ANSWERS,
    *NAMES,
    *(route for route, shape in ENDPOINTS.items() if shape == NOTHING),
    "POST /v5/earn/position/modify",
}


def routes_of(client: Client) -> set[str]:
    """Method and path of whatever the client asks from here on."""
    asked: set[str] = set()
    read, write = client.read, client.write_for_envelope

    async def noted_read(path: str, *arguments: Any, **options: Any) -> Any:
        asked.add(f"GET {path}")
        return await read(path, *arguments, **options)

    async def noted_write(path: str, *arguments: Any, **options: Any) -> Any:
        asked.add(f"POST {path}")
        return await write(path, *arguments, **options)

    client.read, client.write_for_envelope = noted_read, noted_write  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize("case", [case for case, _ in CASES], ids=[case.__name__ for case, _ in CASES])
def test_the_venue_does_as_it_is_asked(venue: VenueThread, case: Callable[[Client], Awaitable[None]]) -> None:
    async def question(client: Client) -> None:
        asked = routes_of(client)
        await case(client)
        # The fields of each of these are held against the venue's list.
        assert asked
        assert asked <= READ
        assert client.bad_row_count == 0
        assert not client.unknown_word_counts

    ask(venue, question)


def test_every_method_is_asked_for_something() -> None:
    methods = {
        name
        for name, _ in inspect.getmembers(BybitHTTPClient, inspect.iscoroutinefunction)
        if not name.startswith("_") and not hasattr(RestSession, name)
    }
    asked = {name for _, names in CASES for name in names.split()}
    assert methods == asked | ELSEWHERE
