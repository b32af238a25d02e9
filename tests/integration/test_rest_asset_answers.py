"""Assets and conversions where the venue's answers are many, late or odd."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from rest_answering import answering
from scripted_venue import ok

from nautilus_bybit_adapter.errors import BybitDecodeError, BybitStatusError, Outcome
from nautilus_bybit_adapter.transport import BybitHTTPClient


def test_a_transfer_and_a_conversion_that_may_have_happened_are_sent_once() -> None:
    async def question(client: BybitHTTPClient) -> None:
        between = {"from_account_type": "UNIFIED", "to_account_type": "FUND"}
        for asked in (
            client.transfer("USDT", "1", **between),
            client.transfer_between_accounts("USDT", "1", from_member_id=1, to_member_id=2, **between),
            client.execute_conversion("q"),
        ):
            with pytest.raises(BybitStatusError) as caught:
                await asked
            assert caught.value.outcome is Outcome.UNKNOWN

    bodies: list[Any] = []

    def answer(_request: web.Request, body: Any) -> web.Response:
        bodies.append(body)
        return web.Response(status=502)

    answering(answer, question)
    assert [body.get("amount", body.get("quoteTxId")) for body in bodies] == ["1", "1", "q"]
    assert len({str(uuid.UUID(body["transferId"])) for body in bodies[:2]}) == 2


def test_conversions_are_read_by_numbered_pages_whole_and_each_once() -> None:
    def conversion(number: int) -> dict[str, str]:
        names = ("fromCoin", "toCoin", "fromAmount", "toAmount", "exchangeStatus")
        return {"exchangeTxId": str(number), **dict.fromkeys(names, "1")}

    # One more was made while the first page was on its way.
    pages = {"1": range(100), "2": range(99, 199), "3": range(199, 205)}
    asked: list[str] = []

    def answer(request: web.Request, _body: Any) -> web.Response:
        asked.append(request.query["index"])
        return ok({"list": [conversion(number) for number in pages[asked[-1]]]})

    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_conversions()
        assert [row.exchange_tx_id for row in rows] == [str(number) for number in range(205)]
        assert len(await client.get_conversions(limit=100)) == 100

    answering(answer, question)
    assert asked == ["1", "2", "3", "1"]


def test_the_funding_wallets_history_is_asked_for_in_seconds_and_windows() -> None:
    day_secs = 86_400
    windows: list[tuple[int, int]] = []

    def answer(request: web.Request, _body: Any) -> web.Response:
        first, last = (int(request.query[name]) for name in ("createTimeFrom", "createTimeTo"))
        windows.append((first, last))
        rows = [
            {"currency": "USDT", "ioDirection": "I", "txnAmt": "1", "createTime": str(secs)}
            for secs in range(last, first - 1, -7 * day_secs)
        ]
        return ok({"list": rows, "nextPageCursor": ""})

    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_funding_wallet_history(start_ms=1500, end_ms=14 * day_secs * 1000 + 1500)
        assert [int(row.create_time) for row in rows] == [1 + 7 * day_secs * week for week in range(3)]

    answering(answer, question)
    assert sorted(windows) == [(1 + 7 * day_secs * week, 1 + 7 * day_secs * (week + 1)) for week in range(2)]


@pytest.mark.parametrize(
    ("ask", "key", "row", "needed"),
    [
        (
            lambda client: client.get_withdrawals(),
            "rows",
            {"withdrawId": "9", "coin": "USDT", "amount": "1", "status": "success", "createTime": 7},
            "amount",
        ),
        (
            lambda client: client.get_deposits(),
            "rows",
            {"coin": "USDT", "amount": "1", "status": "3", "successAt": "7", "txID": None},
            "status",
        ),
        (
            lambda client: client.get_internal_deposits(),
            "rows",
            {"id": "9", "coin": "USDT", "amount": "1", "status": 2, "createdTime": "7"},
            "id",
        ),
        (
            lambda client: client.get_settlements("linear"),
            "list",
            {"symbol": "BTCPERP", "side": "Sell", "size": "1", "realisedPnl": "-1", "createdTime": "7"},
            "realisedPnl",
        ),
    ],
)
def test_records_are_read_loosely_and_a_row_without_what_counts_is_an_error(
    ask: Callable[[BybitHTTPClient], Awaitable[Any]], key: str, row: dict[str, Any], needed: str
) -> None:
    async def question(client: BybitHTTPClient) -> None:
        (found,) = await ask(client)
        assert "1" in {getattr(found, "amount", ""), getattr(found, "size", "")}
        with pytest.raises(BybitDecodeError, match="cannot be read, the first because Object missing"):
            await ask(client)

    broken = {name: value for name, value in row.items() if name != needed}
    answers = iter([row, broken])
    answering(lambda _request, _body: ok({key: [next(answers)], "nextPageCursor": ""}), question)


@pytest.mark.parametrize("name", ["orders", "list"])
def test_orders_of_pools_are_read_under_either_name(name: str) -> None:
    row = {"orderId": "o", "orderLinkId": "lm-1", "orderType": "AddLiquidity", "status": "Success"}

    async def question(client: BybitHTTPClient) -> None:
        (found,) = await client.get_liquidity_orders(order_link_id="lm-1")
        assert (found.order_id, found.remove_rate) == ("o", 0)

    answering(lambda _request, _body: ok({name: [row], "nextPageCursor": ""}), question)


def test_what_holding_coins_earned_is_read_by_its_own_cursor() -> None:
    cursors: list[str | None] = []

    def answer(request: web.Request, _body: Any) -> web.Response:
        cursors.append(request.query.get("cursor"))
        number = len(cursors)
        row = {"coinName": "USDE", "yieldCoinName": "USDE", "pnl": "0.27", "createdAt": 10 - number}
        return ok({"airdropDailyPnls": [row], "nextCursor": f"c{number}" if number < 3 else ""})

    async def question(client: BybitHTTPClient) -> None:
        rows = await client.get_hold_to_earn_yield()
        assert [row.created_at for row in rows] == [7, 8, 9]

    answering(answer, question)
    assert cursors == [None, "c1", "c2"]
