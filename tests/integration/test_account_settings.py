"""Account settings and spot debts, made over REST on the local venue and read back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from nautilus_trader.common.component import LiveClock
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.model.identifiers import AccountId, InstrumentId

from nautilus_bybit_adapter import (
    BybitEnvironment,
    BybitExecClientConfig,
    BybitHTTPClient,
    BybitInstrumentProvider,
    BybitMarginBorrowResult,
    BybitMarginMode,
    BybitMarginRepayResult,
    BybitPositionMode,
    BybitProductType,
)
from nautilus_bybit_adapter.errors import BybitConfigError, BybitStatusError
from nautilus_bybit_adapter.nt1.custom_data import BybitAdlRank, BybitData, BybitPositionUpdate
from nautilus_bybit_adapter.nt1.execution.account import AccountFeed
from nautilus_bybit_adapter.nt1.execution.borrowing import IN_BLACKOUT, SpotBorrowing
from nautilus_bybit_adapter.nt1.execution.positions import PositionFeed
from nautilus_bybit_adapter.nt1.execution.reports import VenueState
from nautilus_bybit_adapter.nt1.execution.settings import AccountSettings
from nautilus_bybit_adapter.nt1.execution.terms import parse_account_terms
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.state.legs import PositionLegs
from nautilus_bybit_adapter.wire.messages import PositionMessage
from nautilus_bybit_adapter.wire.positions import BybitPosition
from nautilus_bybit_adapter.wire.signing import Credentials

ALL = tuple(BybitProductType)
DAY_MS = 86_400_000
MIDNIGHT_MS = 1_795_564_800_000
BUY = {"category": "linear", "side": "Buy", "orderType": "Market"}


class Said:
    """What a framework logger would have taken."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, line: str) -> None:
        self.lines.append(f"info: {line}")

    def warning(self, line: str) -> None:
        self.lines.append(f"warning: {line}")

    def error(self, line: str) -> None:
        self.lines.append(f"error: {line}")


class Account:
    """The account side without a node."""

    def __init__(self, venue: SimVenue, http: BybitHTTPClient, provider: BybitInstrumentProvider) -> None:
        self.venue, self.http, self.provider = venue, http, provider
        self.legs, self.log = PositionLegs(), Said()
        account_id = AccountId("BYBIT-UNIFIED")
        self.state = VenueState(http, provider, ALL, account_id, LiveClock(), self.log.warning, self.legs)

    async def settle(self, **options: Any) -> None:
        terms = parse_account_terms(BybitExecClientConfig(**options), ALL)
        await AccountSettings(self.http, self.provider, ALL, terms, self.legs, self.log).apply()

    def leverages(self, symbol: str) -> set[Decimal]:
        instrument = self.venue.exchange.markets["linear", symbol].instrument
        return {slot.leverage for slot in self.venue.exchange.settings.slots(instrument)}


def on_account(scenario: Callable[[Account], Awaitable[None]], **config: object) -> None:
    async def run() -> None:
        async with SimVenue(SimConfig(**{"market": "quiet", "rate_limits": False, **config})) as venue:  # type: ignore[arg-type]
            http = BybitHTTPClient(
                environment=BybitEnvironment.TESTNET,
                credentials=Credentials(venue.api_key, venue.api_secret),
                base_url=venue.urls.rest,
            )
            await http.open()
            try:
                provider = BybitInstrumentProvider(
                    http, ALL, LiveClock(), InstrumentProviderConfig(load_all=True)
                )
                await provider.initialize()
                await scenario(Account(venue, http, provider))
            finally:
                await http.close()
            venue.exchange.check()

    asyncio.run(run())


def test_settings_are_made_once_and_read_back() -> None:
    async def scenario(account: Account) -> None:
        wanted: dict[str, Any] = {
            "margin_mode": BybitMarginMode.ISOLATED_MARGIN,
            "position_mode": {"BTCUSDT": BybitPositionMode.BOTH_SIDES},
            "futures_leverages": {"BTCUSDT": 3, "ETHUSDT-LINEAR": 4, "BTCUSD-INVERSE.BYBIT": 5},
            "dcp_window_secs": 40,
        }
        await account.settle(**wanted)
        assert (await account.http.get_account_info()).margin_mode == "ISOLATED_MARGIN"
        assert account.leverages("BTCUSDT") == {Decimal(3)}
        assert account.leverages("ETHUSDT") == {Decimal(4)}
        assert account.legs.is_hedged("linear", "BTCUSDT")
        assert not account.legs.is_hedged("linear", "ETHUSDT")
        assert {row.product for row in await account.http.get_dcp_info() if row.dcp_status == "ON"} == {
            "SPOT",
            "DERIVATIVES",
            "OPTIONS",
        }
        # With a position nothing could be switched; what is so already is not asked for again.
        account.venue.exchange.place({**BUY, "symbol": "BTCUSDT", "qty": "0.01", "positionIdx": 1})
        await account.settle(**wanted)

    on_account(scenario)


def test_edge_27_every_symbol_of_a_coin_is_hedged_and_more_than_20_positions_are_reported() -> None:
    async def scenario(account: Account) -> None:
        await account.settle(position_mode={"USDT": BybitPositionMode.BOTH_SIDES})
        markets = account.venue.exchange.markets
        hedged = [
            symbol
            for category, symbol in markets
            if category == "linear" and account.legs.is_hedged(category, symbol)
        ]
        assert len(hedged) == 14
        for symbol in hedged:
            lot = markets["linear", symbol].instrument.min_qty
            price = markets["linear", symbol].mark
            quantity = f"{lot * (1 + int(Decimal(10) / (lot * price)))}"
            for side, index in (("Buy", 1), ("Sell", 2)):
                account.venue.exchange.place(
                    {**BUY, "symbol": symbol, "qty": quantity, "side": side, "positionIdx": index}
                )
        reports = await account.state.position_reports(None)
        assert len(reports) == 28
        ids = {str(report.venue_position_id) for report in reports}
        assert ids == {f"{symbol}-LINEAR.BYBIT-{leg}" for symbol in hedged for leg in ("LONG", "SHORT")}

    on_account(scenario)


@pytest.mark.parametrize(
    ("options", "fault", "sentence"),
    [
        (
            {"margin_mode": BybitMarginMode.PORTFOLIO_MARGIN},
            "ret_code:match=/v5/account/set-margin-mode,code=3400045,text=Equity needs to be 1000",
            "margin_mode PORTFOLIO_MARGIN could not be set: .*3400045",
        ),
        (
            {"futures_leverages": {"BTCUSDT": 1000}},
            None,
            "leverage 1000 of BTCUSDT could not be set: ",
        ),
        (
            {"futures_leverages": {"NONEUSDT": 2}},
            None,
            "futures_leverages names NONEUSDT, which is no loaded LINEAR or INVERSE contract",
        ),
        (
            {"position_mode": {"BTCUSD": BybitPositionMode.BOTH_SIDES}},
            None,
            "position_mode names BTCUSD, and only LINEAR contracts have two modes",
        ),
        (
            {"dcp_window_secs": 30},
            "ret_code:match=/v5/order/disconnected-cancel-all,code=10005",
            "dcp_window_secs 30 of DERIVATIVES could not be set: .*10005",
        ),
    ],
)
def test_a_setting_that_fails_ends_the_connect_with_one_sentence(
    options: dict[str, Any], fault: str | None, sentence: str
) -> None:
    async def scenario(account: Account) -> None:
        if fault is not None:
            account.venue.faults.add(fault)
        with pytest.raises(BybitConfigError, match=sentence):
            await account.settle(**options)

    on_account(scenario)


def test_a_mode_that_a_position_forbids_is_one_sentence_too() -> None:
    async def scenario(account: Account) -> None:
        account.venue.exchange.place({**BUY, "symbol": "BTCUSDT", "qty": "0.01"})
        with pytest.raises(BybitConfigError, match="position_mode HEDGE of BTCUSDT could not be set: "):
            await account.settle(position_mode={"BTCUSDT": BybitPositionMode.BOTH_SIDES})
        assert not account.legs.is_hedged("linear", "BTCUSDT")

    on_account(scenario)


def test_hedge_mode_nobody_configured_is_found_and_said() -> None:
    async def scenario(account: Account) -> None:
        await account.http.switch_position_mode(BybitPositionMode.BOTH_SIDES, symbol="ETHUSDT")
        with pytest.raises(BybitConfigError, match=r"ETHUSDT is in hedge mode.*BOTH_SIDES.*MERGED_SINGLE"):
            await account.settle()
        # Beside a symbol that is configured it is simply known.
        await account.settle(position_mode={"BTCUSDT": BybitPositionMode.BOTH_SIDES})
        assert account.legs.is_hedged("linear", "ETHUSDT")
        await account.settle(
            position_mode={
                "BTCUSDT": BybitPositionMode.MERGED_SINGLE,
                "ETHUSDT": BybitPositionMode.MERGED_SINGLE,
            }
        )
        assert not account.legs.is_hedged("linear", "ETHUSDT")

    on_account(scenario)


def test_a_mode_that_cannot_be_read_is_no_mode() -> None:
    async def scenario(account: Account) -> None:
        account.venue.faults.add("http_error:match=/v5/position/list")
        with pytest.raises(BybitStatusError):
            await account.settle()

    on_account(scenario)


def test_repayments_wait_for_the_end_of_the_blackout() -> None:
    async def scenario(account: Account) -> None:
        published: list[BybitData] = []
        feed = AccountFeed(account.http, lambda *_: None)
        borrowing = SpotBorrowing(
            account.http,
            feed,
            published.append,
            lambda: 7,
            account.log,
            is_automatic=True,
            interval_secs=0.01,
        )
        await borrowing.carry_out({"action": "borrow", "coin": "BTC", "amount": "0.5"})
        await borrowing.carry_out({"action": "repay", "coin": "BTC"})
        borrowed, repaid = published
        assert isinstance(borrowed, BybitMarginBorrowResult)
        assert borrowed.success
        assert isinstance(repaid, BybitMarginRepayResult)
        assert (repaid.success, repaid.message) == (False, IN_BLACKOUT)
        assert not await borrowing.carry_out({})
        assert account.venue.exchange.account.debts["BTC"] == Decimal("0.5")

        account.venue.clock.ahead_ms += 3_600_000
        await account.http.learn_clock()
        await borrowing.carry_out({"action": "repay", "coin": "BTC", "amount": "0.2"})
        assert account.venue.exchange.account.debts["BTC"] == Decimal("0.3")

    on_account(scenario, clock=lambda: MIDNIGHT_MS + 5 * 3_600_000)


def test_a_dangerous_rank_is_warned_of_and_published_once() -> None:
    async def scenario(account: Account) -> None:
        published: list[BybitData] = []
        feed = PositionFeed(account.state, account.legs, published.append, lambda: 7, account.log)

        def push(rank: int, side: str = "Buy") -> None:
            row = BybitPosition(
                symbol="BTCUSDT", category="linear", side=side, size="0.5", adl_rank_indicator=rank, updated_time="5"
            )  # fmt: skip
            feed.on_message(PositionMessage(topic="position", creation_time=5, data=[row]), 6)

        for rank in (2, 4, 4, 5, 3):
            push(rank)
        assert [each.rank for each in published if isinstance(each, BybitAdlRank)] == [4, 5, 3]
        assert [line for line in account.log.lines if "rank" in line] == [
            "warning: The position of BTCUSDT-LINEAR.BYBIT has rank 4 of 5 for deleveraging",
            "warning: The position of BTCUSDT-LINEAR.BYBIT has rank 5 of 5 for deleveraging",
        ]
        updates = [each for each in published if isinstance(each, BybitPositionUpdate)]
        assert [each.instrument_id for each in updates] == [InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")] * 5
        # A side nobody knows costs that datum, and says so.
        push(3, side="Up")
        assert len([each for each in published if isinstance(each, BybitPositionUpdate)]) == 5
        assert any("'Up' is not known" in line for line in account.log.lines)

    on_account(scenario)
