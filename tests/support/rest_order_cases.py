"""Orders and positions: what each method of the REST client is asked for, and which methods that are."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, Outcome
from nautilus_bybit_adapter.transport import BybitHTTPClient
from nautilus_bybit_adapter.wire import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    PlaceOrder,
    PositionMode,
    SetTradingStop,
)

type Client = BybitHTTPClient
_numbers = itertools.count(1)


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


async def resolution(client: Client) -> None:
    request = order()
    answer = await client.place_order_resolved(request)
    assert answer.order_link_id == request.order_link_id
    # The venue refuses an id that was used, and the client finds that the order is the same.
    assert await client.place_order_resolved(request) == answer
    row = await client.resolve_order("linear", "BTCUSDT", str(request.order_link_id))
    assert row is not None
    assert (row.order_id, row.order_status) == (answer.order_id, "New")
    with pytest.raises(BybitConfigError, match="order_link_id must be given"):
        await client.place_order_resolved(order(order_link_id=None))


async def options_of_every_coin(client: Client) -> None:
    coins = await client.get_option_base_coins()
    assert len(coins) > 1
    traded = []
    for coin in coins:
        rows = await client.get_instruments("option", base_coin=coin)
        traded.append(rows[0].symbol)
        request = market_order(category="option", symbol=traded[-1], qty="0.1")
        await client.place_order(request)
    fills = await client.get_executions("option")
    assert {row.symbol for row in fills} >= set(traded)
    assert len({row.exec_id for row in fills}) == len(fills)
    times = [int(row.exec_time) for row in fills]
    assert times == sorted(times)
    assert await client.get_executions("option", limit=1) == fills[-1:]
    assert {row.base_coin for row in await client.get_instruments("option")} == set(coins)


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


ORDER_CASES = [
    (create_amend_and_cancel, "place_order amend_order cancel_order get_order_history"),
    (cancel_all, "cancel_all_orders"),
    (open_orders_of_many_pages, "get_open_orders"),
    (batches, "batch_place_orders batch_amend_orders batch_cancel_orders"),
    (executions, "get_executions"),
    (resolution, "place_order_resolved resolve_order"),
    (options_of_every_coin, "get_option_base_coins"),
    (checks_before_an_order, "precheck_order get_borrow_quota"),
    (positions, "get_positions set_trading_stop get_closed_pnl"),
    (leverage, "set_leverage get_symbol_settings"),
    (position_mode, "switch_position_mode"),
    (margin_of_isolated_positions, "add_margin set_auto_add_margin"),
]
