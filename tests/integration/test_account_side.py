"""The account side of the execution client, in a TradingNode on real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import DataType
from nautilus_trader.model.enums import OrderSide, PositionSide
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderDenied,
    OrderFilled,
    OrderRejected,
    OrderSubmitted,
    PositionClosed,
)
from nautilus_trader.model.identifiers import AccountId, InstrumentId, PositionId
from nautilus_trader.model.objects import Price, Quantity
from trading import LINEAR, SPOT, Recorder, trading, until

from nautilus_bybit_adapter import (
    BYBIT_CLIENT_ID,
    BYBIT_VENUE,
    BybitForcedFill,
    BybitFunding,
    BybitMarginAction,
    BybitMarginBorrowResult,
    BybitMarginMode,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
    BybitPositionMode,
    BybitPositionUpdate,
)
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state import positions

QUANTITY = Quantity.from_str("0.010")
ETHER = InstrumentId.from_str("ETHUSDT-LINEAR.BYBIT")
INVERSE = InstrumentId.from_str("BTCUSD-INVERSE.BYBIT")
PUBLISHED = (
    BybitForcedFill,
    BybitFunding,
    BybitMarginBorrowResult,
    BybitMarginRepayResult,
    BybitMarginStatusResult,
    BybitPositionUpdate,
)


class Watcher(Recorder):
    """A recorder that takes the account's own data too."""

    def __init__(self, *claims: InstrumentId) -> None:
        super().__init__(StrategyConfig(external_order_claims=list(claims or (LINEAR,))))

    def on_start(self) -> None:
        for kind in PUBLISHED:
            self.subscribe_data(DataType(kind), client_id=BYBIT_CLIENT_ID)
        super().on_start()


def on_venue(scenario: Callable[[SimVenue], Awaitable[None]], **config: object) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(**{"market": "quiet", **config})) as venue:  # type: ignore[arg-type]
            await scenario(venue)
            venue.exchange.check()

    asyncio.run(run())


async def bought(trader: Recorder, instrument_id: InstrumentId, side: OrderSide, quantity: str) -> None:
    count = len(trader.of(OrderFilled))
    order = trader.order_factory.market(instrument_id, side, Quantity.from_str(quantity))
    trader.submit_order(order)
    await trader.until(lambda: len(trader.of(OrderFilled)) > count, f"a fill of {side} {instrument_id}")


def test_edge_28_a_hedged_symbol_has_two_positions_and_a_restart_finds_both() -> None:
    async def scenario(venue: SimVenue) -> None:
        options = {
            "instrument_ids": (LINEAR, ETHER),
            "exec_options": {
                "position_mode": {"BTCUSDT": BybitPositionMode.BOTH_SIDES},
                "margin_mode": BybitMarginMode.REGULAR_MARGIN,
                "futures_leverages": {"BTCUSDT-LINEAR": 7},
            },
        }
        long_id, short_id = PositionId(f"{LINEAR}-LONG"), PositionId(f"{LINEAR}-SHORT")
        net_id = PositionId(f"{ETHER}-NET")
        async with trading(venue, Watcher(), **options) as trader:
            settings = venue.exchange.settings
            market = venue.exchange.markets["linear", "BTCUSDT"]
            assert {slot.leverage for slot in settings.slots(market.instrument)} == {Decimal(7)}
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            await bought(trader, LINEAR, OrderSide.SELL, "0.020")
            positions = {each.id: each for each in trader.cache.positions_open()}
            assert set(positions) == {long_id, short_id}
            assert positions[short_id].side == PositionSide.SHORT
            assert trader.portfolio.net_position(LINEAR) == Decimal("-0.010")
            await bought(trader, ETHER, OrderSide.BUY, "0.10")
            await bought(trader, ETHER, OrderSide.BUY, "0.20")
            assert [each.id for each in trader.cache.positions_open(instrument_id=ETHER)] == [net_id]

            trader.close_position(positions[long_id])
            await trader.until(lambda: trader.of(PositionClosed), "the end of the long position")
            assert [each.id for each in trader.cache.positions_open(instrument_id=LINEAR)] == [short_id]
            await bought(trader, LINEAR, OrderSide.BUY, "0.030")
            await trader.until(
                lambda: any(
                    each.position_id == long_id.value and each.size == Decimal("0.030")
                    for each in trader.of(BybitPositionUpdate)
                ),
                "the update of the long position",
            )
        async with trading(venue, Watcher(LINEAR, ETHER), **options) as again:
            sizes = {each.id: each.signed_decimal_qty() for each in again.cache.positions_open()}
            assert sizes == {
                long_id: Decimal("0.030"),
                short_id: Decimal("-0.020"),
                net_id: Decimal("0.30"),
            }
            await bought(again, ETHER, OrderSide.SELL, "0.30")
            assert again.portfolio.is_flat(ETHER)
            assert not again.cache.positions_open(instrument_id=ETHER)

    on_venue(scenario)


def test_edge_20_and_21_funding_is_no_fill_and_what_the_venue_closes_is_a_fill_that_says_so() -> None:
    async def scenario(venue: SimVenue) -> None:
        exchange = venue.exchange
        async with trading(venue, Watcher()) as trader:
            await bought(trader, LINEAR, OrderSide.BUY, "0.030")
            exchange.settle_funding("BTCUSDT", Decimal("0.001"))
            await trader.until(lambda: trader.of(BybitFunding), "the funding")
            (funding,) = trader.of(BybitFunding)
            assert funding.amount < 0
            assert (funding.position_side, funding.size, funding.currency) == (
                "LONG",
                Decimal("0.030"),
                "USDT",
            )
            assert len(trader.of(OrderFilled)) == 1
            assert trader.portfolio.net_position(LINEAR) == Decimal("0.030")

            exchange.adl("BTCUSDT", Decimal("0.010"))
            await trader.until(lambda: len(trader.of(OrderFilled)) == 2, "the fill of the deleveraging")
            exchange.liquidate("BTCUSDT")
            await trader.until(lambda: len(trader.of(OrderFilled)) == 3, "the fill of the liquidation")
            await trader.until(lambda: len(trader.of(BybitForcedFill)) == 2, "both forced fills")
            assert [each.kind for each in trader.of(BybitForcedFill)] == ["ADL", "LIQUIDATION"]
            told = [(each.trade_id.value, each.last_qty.as_decimal()) for each in trader.of(OrderFilled)[1:]]
            booked = [(each.execution_id, each.quantity) for each in trader.of(BybitForcedFill)]
            assert told == booked
            assert trader.portfolio.is_flat(LINEAR)
        # The same over REST: the funding is among the executions, and among no fills.
        async with trading(venue, Watcher()) as again:
            assert again.portfolio.is_flat(LINEAR)
            assert len(again.of(OrderFilled)) <= 3

    on_venue(scenario)


def test_inverse_contracts_are_traded_in_usd_and_settled_in_their_coin() -> None:
    async def scenario(venue: SimVenue) -> None:
        options = {"instrument_ids": (INVERSE,)}
        async with trading(venue, Watcher(INVERSE), **options) as trader:
            await bought(trader, INVERSE, OrderSide.SELL, "200")
            (fill,) = trader.of(OrderFilled)
            assert fill.commission.currency == BTC
            (execution,) = venue.exchange.account.executions
            assert fill.commission.as_decimal() == execution.fee
            assert trader.portfolio.net_position(INVERSE) == Decimal(-200)
            await trader.until(
                lambda: (
                    trader.portfolio.account(BYBIT_VENUE).balance_total(BTC).as_decimal()
                    == venue.exchange.account.balances["BTC"]
                ),
                "the balance with the fee paid",
            )
            await trader.until(
                lambda: any(each.size == Decimal(200) for each in trader.of(BybitPositionUpdate)),
                "the update",
            )
            venue.exchange.settle_funding("BTCUSD", Decimal("0.001"), category="inverse")
            await trader.until(lambda: trader.of(BybitFunding), "the funding")
            assert trader.of(BybitFunding)[0].currency == "BTC"
            assert trader.of(BybitFunding)[0].amount > 0
            resting = trader.order_factory.limit(
                INVERSE, OrderSide.BUY, Quantity.from_str("100"), Price.from_str("60000.0")
            )
            trader.submit_order(resting)
            await trader.until(lambda: trader.of(OrderAccepted)[1:], "the resting order")
        async with trading(venue, Watcher(INVERSE), **options) as again:
            assert again.portfolio.net_position(INVERSE) == Decimal(-200)
            assert [each.quantity for each in again.cache.orders_open()] == [Quantity.from_str("100")]

    on_venue(scenario)


def test_options_are_traded_and_found_again_after_a_restart() -> None:
    async def scenario(venue: SimVenue) -> None:
        symbol = next(symbol for category, symbol in venue.exchange.markets if category == "option")
        option = InstrumentId.from_str(f"{symbol}-OPTION.BYBIT")
        market = venue.exchange.markets["option", symbol]
        size = f"{market.instrument.min_qty}"
        options = {"instrument_ids": (option,)}
        async with trading(venue, Watcher(option), **options) as trader:
            await bought(trader, option, OrderSide.BUY, size)
            (fill,) = trader.of(OrderFilled)
            assert fill.commission.currency == USDT
            assert trader.portfolio.net_position(option) == Decimal(size)
        async with trading(venue, Watcher(option), **options) as again:
            assert again.portfolio.net_position(option) == Decimal(size)
            venue.exchange.deliver(symbol, category="option")
            await again.until(lambda: again.of(BybitForcedFill), "the delivery")
            assert again.of(BybitForcedFill)[0].kind == "DELIVERY"
            await again.until(lambda: again.portfolio.is_flat(option), "the end of the position")

    on_venue(scenario)


def test_spot_borrows_and_repays_on_request_and_by_itself_after_a_purchase() -> None:
    noon_ms = 1_795_608_000_000 // 86_400_000 * 86_400_000 + 43_200_000

    async def scenario(venue: SimVenue) -> None:
        account_id = AccountId("BYBIT-UNIFIED")
        options = {
            "instrument_ids": (SPOT,),
            "exec_options": {"repay_queue_interval_secs": 0.05, "use_spot_position_reports": True},
        }
        account = venue.exchange.account
        async with trading(venue, Watcher(SPOT), **options) as trader:
            wrong = {"action": "lend", "coin": "ETH"}
            trader.query_account(account_id, params=wrong)
            borrow = {"action": BybitMarginAction.BORROW, "coin": "BTC", "amount": "0.5"}
            trader.query_account(account_id, params=borrow)
            await trader.until(lambda: trader.of(BybitMarginBorrowResult), "what became of the loan")
            (borrowed,) = trader.of(BybitMarginBorrowResult)
            assert (borrowed.success, borrowed.coin, borrowed.amount) == (True, "BTC", Decimal("0.5"))
            repay = {"action": "repay", "coin": "BTC", "amount": Decimal("0.1")}
            trader.query_account(account_id, params=repay)
            await trader.until(lambda: trader.of(BybitMarginRepayResult), "what became of the repayment")
            assert trader.of(BybitMarginRepayResult)[0].success
            trader.query_account(account_id, params={"action": "get_borrow_amount", "coin": "BTC"})
            await trader.until(lambda: trader.of(BybitMarginStatusResult), "the debt")
            assert trader.of(BybitMarginStatusResult)[0].borrow_amount == Decimal("0.4")
            state = trader.portfolio.account(BYBIT_VENUE)
            await trader.until(
                lambda: state.last_event.info["debts"].get("BTC", {}).get("spot_borrow") is not None,
                "the debt in the account state",
            )
            await bought(trader, SPOT, OrderSide.BUY, "0.1")
            await until(lambda: account.debts["BTC"] == Decimal("0.3"), "the repayment of what was bought")

            # A repayment that fails on the way is tried again, and the task outlives a private outage.
            venue.faults.add("http_error", family="rest", match="/v5/account/no-convert-repay", count=2)
            venue.faults.add("drop", family="private", count=1)
            await bought(trader, SPOT, OrderSide.BUY, "0.1")
            await until(lambda: account.debts["BTC"] == Decimal("0.2"), "the repayment after failures")

            too_much = {"action": "borrow", "coin": "BTC", "amount": "1000000"}
            trader.query_account(account_id, params=too_much)
            await trader.until(lambda: trader.of(BybitMarginBorrowResult)[1:], "the refusal")
            assert not trader.of(BybitMarginBorrowResult)[1].success
            assert trader.of(BybitMarginBorrowResult)[1].message
        async with trading(venue, Watcher(SPOT), **options) as again:
            held = account.balances["BTC"] - account.debts["BTC"]
            assert abs(again.portfolio.net_position(SPOT) - held) < Decimal("0.000001")

    on_venue(scenario, clock=lambda: noon_ms + int(time.monotonic() * 1000))


def test_a_fill_of_which_no_push_told_is_noticed_by_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "LONGEST_DIFFERENCE_MS", 300)

    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            venue.faults.add("lose", family="private", match="execution")
            venue.faults.add("lose", family="private", match="order")
            # Not this node's order, so that nobody waits for its pushes.
            venue.exchange.place(
                {
                    "category": "linear",
                    "symbol": "BTCUSDT",
                    "side": "Buy",
                    "orderType": "Market",
                    "qty": "0.02",
                }
            )
            await trader.until(
                lambda: trader.portfolio.net_position(LINEAR) == Decimal("0.030"), "the fill nobody told of"
            )

    on_venue(scenario)


def test_orders_go_over_rest_while_the_trade_socket_is_down() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            venue.faults.add("refuse", family="trade")
            venue.disconnect("trade")
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            assert not trader.of(OrderRejected)
            venue.faults.clear()
        async with trading(venue, Watcher(), exec_options={"order_entry": "http"}) as over_http:
            await bought(over_http, LINEAR, OrderSide.BUY, "0.010")

    on_venue(scenario)


def test_an_order_the_venues_pre_check_refuses_is_denied_before_it_is_sent() -> None:
    async def scenario(venue: SimVenue) -> None:
        options = {"exec_options": {"precheck_orders": True}}
        async with trading(venue, Watcher(), **options) as trader:
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            sent = len(venue.exchange.orders)
            venue.faults.add("ret_code:match=/v5/order/pre-check,code=110007,count=1")
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderDenied), "the denial")
            assert "pre-check" in trader.of(OrderDenied)[0].reason
            assert not any(
                each.client_order_id == order.client_order_id for each in trader.of(OrderSubmitted)
            )
            assert len(venue.exchange.orders) == sent

    on_venue(scenario)


def test_disconnect_protection_is_armed_and_a_clean_end_leaves_what_rests() -> None:
    async def scenario(venue: SimVenue) -> None:
        options = {"exec_options": {"dcp_window_secs": 5}}
        async with trading(venue, Watcher(), **options) as trader:
            order = trader.order_factory.limit(LINEAR, OrderSide.BUY, QUANTITY, Price.from_str("60000.0"))
            trader.submit_order(order)
            await trader.until(lambda: trader.of(OrderAccepted), "the resting order")
        venue.advance(20_000)
        assert [each.link_id for each in venue.exchange.open_orders.values()] == [order.client_order_id.value]

    on_venue(scenario)


def test_edge_36_and_37_a_client_connects_again_after_a_disconnect() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            assert trader.node is not None
            engine = trader.node.kernel.exec_engine
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            engine.disconnect()
            await until(engine.check_disconnected, "the disconnect")
            venue.exchange.place(
                {
                    "category": "linear",
                    "symbol": "BTCUSDT",
                    "side": "Buy",
                    "orderType": "Market",
                    "qty": "0.02",
                }
            )
            engine.connect()
            await until(engine.check_connected, "the second connect")
            # What happened meanwhile is made good before anything else, and orders pass again.
            await trader.until(
                lambda: trader.portfolio.net_position(LINEAR) == Decimal("0.030"), "what was missed"
            )
            await bought(trader, LINEAR, OrderSide.SELL, "0.030")
            await trader.until(lambda: trader.portfolio.is_flat(LINEAR), "the end of the position")

    on_venue(scenario)


def test_orders_made_elsewhere_come_with_their_true_fills() -> None:
    async def scenario(venue: SimVenue) -> None:
        elsewhere = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy"}
        market = venue.exchange.markets["linear", "BTCUSDT"]
        touch = market.touch_price("Sell")
        assert touch is not None
        bid = touch * market.instrument.tick
        async with trading(venue, Watcher()) as trader:
            venue.exchange.place({**elsewhere, "orderType": "Market", "qty": "0.02"})
            limit = {
                **elsewhere,
                "orderType": "Limit",
                "qty": "0.03",
                "price": f"{bid}",
                "orderLinkId": "mine",
            }
            venue.exchange.place(limit)
            await trader.until(lambda: trader.of(OrderAccepted)[1:], "the resting order")
            market.trade("Sell", bid, Decimal(1000))
            await trader.until(
                lambda: trader.portfolio.net_position(LINEAR) == Decimal("0.050"), "the fills made elsewhere"
            )
            told = {(each.trade_id.value, each.commission.as_decimal()) for each in trader.of(OrderFilled)}
            assert told == {(each.exec_id, each.fee) for each in venue.exchange.account.executions}
            assert not trader.cache.orders_open()

    on_venue(scenario)


def test_edge_14_an_answer_that_says_nothing_of_the_order_rejects_nothing() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            for number, code in enumerate((10000, 10016, 10019), 1):
                venue.faults.add("ret_code", family="trade", code=code, when="after", count=1)
                await bought(trader, LINEAR, OrderSide.BUY, "0.010")
                assert len(trader.of(OrderFilled)) == number
            assert not trader.of(OrderRejected)

    on_venue(scenario)


def test_edge_22_and_23_a_fill_told_thrice_and_before_its_ack_is_one_fill() -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            venue.faults.add("duplicate", family="private")
            venue.faults.add("delay", family="trade", ms=300)
            order = trader.order_factory.market(LINEAR, OrderSide.BUY, QUANTITY)
            trader.submit_order(order)
            # The ack is 0.3 s away: the fill does not wait for it.
            await trader.until(lambda: trader.of(OrderFilled), "the fill")
            # An outage has the same execution read over REST as well.
            venue.disconnect("private")
            await bought(trader, LINEAR, OrderSide.SELL, "0.010")
            ids = [each.trade_id.value for each in trader.of(OrderFilled)]
            assert sorted(ids) == sorted(each.exec_id for each in venue.exchange.account.executions)

    on_venue(scenario)


@pytest.mark.parametrize(
    ("config", "currency"),
    [({"mnt_price": Decimal("0.5")}, "MNT"), ({"fee_tax": Decimal("0.18")}, "USDT")],
    ids=["in-mnt", "taxed"],
)
def test_fees_in_mnt_and_taxes_on_fees_leave_the_account_as_the_venue_has_it(
    config: dict[str, Decimal], currency: str
) -> None:
    async def scenario(venue: SimVenue) -> None:
        async with trading(venue, Watcher()) as trader:
            await bought(trader, LINEAR, OrderSide.BUY, "0.010")
            ledger = venue.exchange.account
            (fill,), (event,) = ledger.executions, trader.of(OrderFilled)
            assert event.commission.currency.code == currency
            assert event.commission.as_decimal() == fill.charged
            account = trader.portfolio.account(BYBIT_VENUE)
            coin = event.commission.currency
            await trader.until(
                lambda: account.balance_total(coin).as_decimal() == ledger.balances[currency],
                f"the venue's balance of {currency}",
            )

    on_venue(scenario, balances={"USDT": Decimal(100_000), "MNT": Decimal(500)}, **config)
