"""What a venue remembers: inputs, checkpoints, and what comes of them when they are carried out again."""

from __future__ import annotations

import inspect
import pickle
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from state_shape import digest, shapes

from nautilus_bybit_adapter.sim import ConfigError, SimConfig, SimVenue, StateError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.state import journal as journal_file
from nautilus_bybit_adapter.sim.state.freeze import freeze, thaw
from nautilus_bybit_adapter.sim.state.journal import SEMANTICS
from nautilus_bybit_adapter.sim.state.store import Row, Store

# What objects of a state file look like, by version of its semantics.
SHAPES = {"1": "e6efb18df57c"}
START_MS = 1_791_270_000_000
# Public methods that read, or that only lead to methods marked `taken`.
READING = {
    Exchange: {"market", "position", "check", "find", "advance", "rehearse"},
    TradedMarket: {
        "set_book",
        "crossing",
        "delivery_index",
        "enter_phase",
        "trade",
        "reduce",
        "grid",
        "asked",
        "band",
        "feed",
        "funding_rate",
        "iv",
        "listed",
        "next_funding_ms",
        "option_figures",
        "next_seq",
        "option_value",
        "print_trade",
        "reopen",
        "touch_price",
        "touched",
        "years",
    },
}
ORDER = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.1"}


@pytest.mark.parametrize("kind", [Exchange, TradedMarket])
def test_every_public_method_is_an_input_or_known_to_read(kind: type) -> None:
    public = {
        name: each for name, each in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")
    }
    inputs = {name for name, each in public.items() if getattr(each, "is_input", False)}
    unknown = public.keys() - inputs - READING[kind]
    assert not unknown, f"mark these with `taken`, or list them as reading: {sorted(unknown)}"


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        self.now_ms += 7
        return self.now_ms


def venue(path: Path, clock: Callable[[], int] | None = None, **config: Any) -> SimVenue:
    settings: dict[str, Any] = {"market": "quiet", "state": path, "clock": clock or Clock(), **config}
    return SimVenue(SimConfig(**settings))


def end(each: SimVenue, *, abruptly: bool = True) -> None:
    """Leave a venue as `kill -9` does, without a checkpoint, or in order."""
    journal = each._journal
    assert journal is not None
    journal.commit()
    journal.abandon() if abruptly else journal.close()


def told(exchange: Exchange) -> dict[str, Any]:
    """Everything a client can know of the account."""
    account = exchange.account
    return {
        "orders": [
            (o.order_id, o.link_id, o.status, o.filled, o.ticks, o.lots) for o in exchange.orders.values()
        ],
        "open": sorted(exchange.open_orders),
        "fills": [(f.exec_id, f.at_ms, f.ticks, f.lots, f.fee) for f in account.executions],
        "ledger": [(e.number, e.at_ms, e.coin, e.change, e.balance) for e in account.ledger],
        "balances": dict(account.balances),
        "positions": {
            symbol: (p.size, p.cost, p.leverage)
            for symbol, p in account.positions.items()
            if p.size or p.updated_ms
        },
    }


def trade(each: SimVenue) -> None:
    exchange = each.exchange
    market = exchange.markets["linear", "BTCUSDT"]
    bid = market.touch_price("Sell")
    assert bid is not None
    price = market.instrument.price(bid)
    exchange.set_leverage(
        {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "7", "sellLeverage": "7"}
    )
    exchange.place(ORDER | {"price": str(price), "orderLinkId": "touched"})
    exchange.place(ORDER | {"price": "80000", "orderLinkId": "kept"})
    exchange.place(ORDER | {"price": "81000", "orderLinkId": "gone"})
    exchange.place(ORDER | {"orderType": "Market", "qty": "3"})
    exchange.place(ORDER | {"category": "spot", "orderType": "Market", "qty": "500"})
    stop = {"orderType": "Market", "triggerPrice": "85000", "triggerDirection": 2, "orderLinkId": "stop"}
    exchange.place(ORDER | stop | {"side": "Sell"})
    market.trade("Sell", price, "1000")
    market.add("Sell", bid, 5)
    exchange.amend({"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "kept", "qty": "0.05"})
    exchange.cancel({"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "gone"})
    exchange.transfer("USDT", Decimal(-5), "TRANSFER_OUT")


@pytest.mark.parametrize("abruptly", [True, False])
def test_a_venue_goes_on_where_it_ended(tmp_path: Path, *, abruptly: bool) -> None:
    path, clock = tmp_path / "state.db", Clock()
    first = venue(path, clock)
    trade(first)
    before = told(first.exchange)
    assert len(before["fills"]) >= 3
    end(first, abruptly=abruptly)

    second = venue(path, clock)
    assert told(second.exchange) == before
    second.exchange.check()
    with pytest.raises(Exception, match="OrderLinkedID is duplicate"):
        second.exchange.place(ORDER | {"price": "80000", "orderLinkId": "kept"})
    market = second.exchange.markets["linear", "BTCUSDT"]
    book = {side: market.book.side(side).top(60) for side in ("Buy", "Sell")}
    assert book == {
        side: first.exchange.markets["linear", "BTCUSDT"].book.side(side).top(60) for side in book
    }
    # Both go on alike, ids included.
    for each in (first, second):
        each.exchange.inputs.wall = lambda: START_MS + 10_000_000
        each.exchange.inputs.keep = None
        each.exchange.place(ORDER | {"orderType": "Market"})
    assert told(second.exchange) == told(first.exchange)
    end(second)


def test_what_happened_after_a_checkpoint_is_carried_out_again(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    first = venue(path)
    trade(first)
    assert first._journal is not None
    first._journal.checkpoint()
    first.exchange.cancel({"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "kept"})
    first.exchange.place(ORDER | {"price": "79000", "orderLinkId": "late"})
    before = told(first.exchange)
    end(first)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM inputs").fetchone() == (2,)
    db.close()
    second = venue(path)
    assert told(second.exchange) == before
    end(second)


def test_the_clock_does_not_go_back_behind_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    first = venue(path, lambda: START_MS)
    first.advance(3_600_000)
    first.exchange.place(ORDER | {"price": "80000"})
    end(first)
    second = venue(path, lambda: START_MS + 1000)
    assert second.clock.now_ms() == START_MS + 3_600_000
    end(second)


def test_a_file_is_open_in_one_venue_only(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    first = venue(path)
    with pytest.raises(StateError, match="another venue has it open"):
        venue(path)
    end(first)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_text("this is no database, and long enough that SQLite can say so" * 20)
    with pytest.raises(StateError, match="not a state file"):
        venue(path)
    with pytest.raises(StateError, match="not a state file"):
        venue(tmp_path / "absent" / "state.db")
    with pytest.raises(StateError, match="not a state file"):
        venue(tmp_path)


def test_a_file_of_other_semantics_is_refused_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    end(venue(path))
    with monkeypatch.context() as newer:
        newer.setattr(journal_file, "SEMANTICS", "next")
        reason = (
            f"state of semantics {journal_file.SEMANTICS.replace('next', SEMANTICS)}, and this venue reads"
        )
        with pytest.raises(StateError, match=reason):
            venue(path)
    end(venue(path))


def test_a_file_that_knew_no_semantics_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    end(venue(path))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE facts SET name = 'build', value = 'a1b2' WHERE name = 'semantics'")
    db.close()
    with pytest.raises(StateError, match=f"state of semantics 0, and this venue reads semantics {SEMANTICS}"):
        venue(path)


def test_what_is_kept_has_the_shape_its_version_stands_for() -> None:
    found = digest(shapes())
    assert SHAPES.get(SEMANTICS) == found, (
        "what a state file keeps has changed: raise SEMANTICS in sim/state/journal.py when it left a release, and "
        f"note here that version {SEMANTICS} has the shape {found}"
    )


def test_inputs_that_lead_elsewhere_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    first = venue(path)
    trade(first)
    end(first)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE inputs SET name = 'amend' WHERE number = (SELECT max(number) - 1 FROM inputs)")
        db.execute("UPDATE inputs SET mark = 'x' || mark WHERE number = (SELECT max(number) - 1 FROM inputs)")
    db.close()
    with pytest.raises(StateError, match="led to"):
        venue(path)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM inputs WHERE number = 3")
    db.close()
    with pytest.raises(StateError, match="input 3 is missing"):
        venue(path)


def test_a_venue_that_cannot_write_does_not_acknowledge(tmp_path: Path) -> None:
    first = venue(tmp_path / "state.db")
    assert first._journal is not None
    first._journal.abandon()
    with pytest.raises(StateError, match="cannot be written"):
        first.exchange.place(ORDER | {"price": "80000"})


def test_reading_runs_nothing_foreign() -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (print, ("run",))

    for raw in (
        pickle.dumps(print),
        pickle.dumps(pickle.Unpickler),
        b"cos\nsystem\n(S'true'\ntR.",
        b"cnautilus_bybit_adapter.sim.venue\nasyncio\n.",
        b"cbuiltins\ngetattr\n(cdecimal\nDecimal\nS'__class__'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"",
        b"\x80",
    ):
        with pytest.raises(StateError):
            thaw(raw)
    assert thaw(freeze(({1: Decimal("0.10")}, "x"))) == ({1: Decimal("0.10")}, "x")
    with pytest.raises(StateError, match="cannot be kept"):
        freeze(lambda: 1)


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [Row(1, 5, "linear/BTCUSDT", "take", b"\x00", "m"), Row(2, 6, "request", "POST /x", b"", "n")]
    store = Store(tmp_path / "s.db", "b")
    assert store.checkpoint() is None
    store.append(rows, {"how far": "7"})
    assert (store.fact("how far"), store.fact("nothing")) == ("7", None)
    assert list(store.inputs()) == rows
    store.write_checkpoint(1, 5, b"body")
    assert (store.checkpoint(), list(store.inputs())) == ((1, 5, b"body"), rows[1:])
    store.close()


def test_the_configuration_names_what_it_needs() -> None:
    with pytest.raises(ConfigError, match="admin token"):
        SimConfig(host="0.0.0.0", allow_remote=True)  # noqa: S104 - refused, which is the point
    with pytest.raises(ConfigError, match="--allow-remote"):
        SimConfig(host="0.0.0.0", admin_token="long-enough")  # noqa: S104 - the same
    with pytest.raises(ConfigError, match="8 to 200"):
        SimConfig(admin_token="short")
    with pytest.raises(ConfigError, match="fault must be one of"):
        SimConfig(faults=("nothing",))
    SimConfig(host="0.0.0.0", allow_remote=True, admin_token="long-enough")  # noqa: S104 - never listened on


def test_stops_funding_and_loans_survive_a_restart(tmp_path: Path) -> None:
    path, eight_hours = tmp_path / "state", 8 * 3_600_000
    first = venue(path)
    exchange = first.exchange
    exchange.switch_mode({"category": "linear", "symbol": "BTCUSDT", "mode": 3})
    market_order = ORDER | {"orderType": "Market", "positionIdx": 1}
    exchange.place(market_order | {"takeProfit": "90000", "stopLoss": "80000"})
    exchange.place(market_order | {"triggerPrice": "95000", "triggerDirection": 1, "orderLinkId": "later"})
    exchange.borrow({"coin": "BTC", "amount": "0.5"})
    exchange.advance((START_MS // eight_hours + 1) * eight_hours)
    exchange.adl("BTCUSDT", Decimal("0.04"))
    before = [(order.status, order.stop_kind, order.lots) for order in exchange.orders.values()]
    end(first)
    second = venue(path)
    exchange = second.exchange
    assert [(order.status, order.stop_kind, order.lots) for order in exchange.orders.values()] == before
    assert [fill.exec_type for fill in exchange.account.executions] == ["Trade", "Funding", "AdlTrade"]
    assert exchange.account.debts["BTC"] == Decimal("0.5")
    assert exchange.settings.hedged == {"BTCUSDT"}
    exchange.check()
    exchange.markets["linear", "BTCUSDT"].trade("Sell", "80000", "0.001")
    assert not exchange.account.position("BTCUSDT", 1).size
    end(second)


def test_isolated_margin_interest_deliveries_and_protection_survive_a_restart(tmp_path: Path) -> None:
    path, linear = tmp_path / "state", {"category": "linear", "symbol": "BTCUSDT"}
    clock = Clock()
    first = venue(path, clock)
    exchange = first.exchange
    options = [m for key, m in exchange.markets.items() if key[0] == "option"]
    option = {
        "category": "option",
        "symbol": options[0].instrument.symbol,
        "orderLinkId": "quote",
        "mmp": True,
    }
    guard = {"baseCoin": "BTC", "window": "5000", "frozenPeriod": "0", "qtyLimit": "0.1", "deltaLimit": "9"}
    exchange.modify_mmp(guard)
    exchange.place(ORDER | option | {"orderType": "Market"})
    exchange.borrow({"coin": "BTC", "amount": "0.5"})
    clock.now_ms = max(m.instrument.delivery_ms for m in exchange.markets.values())
    exchange.advance(clock.now_ms)
    exchange.repay({"coin": "BTC"})
    assert exchange.set_margin_mode({"setMarginMode": "ISOLATED_MARGIN"}) == []
    exchange.place(ORDER | {"orderType": "Market"})
    exchange.add_margin(linear | {"margin": "12.5"})
    exchange.set_auto_add_margin(linear | {"autoAddMargin": 1})
    before = (told(exchange), exchange.interest.charges, statuses(exchange), exchange.mmp.state("BTC"))
    assert exchange.interest.charges
    assert "Delivering" in statuses(exchange).values()
    end(first)
    second = venue(path, clock)
    exchange = second.exchange
    assert (
        told(exchange),
        exchange.interest.charges,
        statuses(exchange),
        exchange.mmp.state("BTC"),
    ) == before
    slot = exchange.account.position("BTCUSDT")
    assert (slot.added_margin, slot.adds_margin) == (Decimal("12.5"), True)
    assert exchange.mmp.state("BTC")[0]["mmpFrozen"] is True
    exchange.check()
    end(second, abruptly=False)


def statuses(exchange: Exchange) -> dict[tuple[str, str], str]:
    return {key: market.status for key, market in exchange.markets.items()}
