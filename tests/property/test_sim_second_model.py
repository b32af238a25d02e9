"""Random order flow through the venue and through a second, naive matching model: they agree on every fill."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from naive_matching import ClientOrder, Fill, NaiveMarket

from nautilus_bybit_adapter.sim import VenueError
from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.floor import TradedMarket
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.exchange.orders import Order

SYMBOL = "BTCUSDT"
MIDDLE = 860_000
LEVELS = 12
SIDES = st.sampled_from(["Buy", "Sell"])
TICKS = st.integers(MIDDLE - 6, MIDDLE + 7)
LOTS = st.integers(1, 120)
PLACE = st.fixed_dictionaries(
    {
        "do": st.just("place"),
        "side": SIDES,
        "type": st.sampled_from(["Limit", "Limit", "Limit", "Market", "Amount"]),
        "tif": st.sampled_from(["GTC", "GTC", "GTC", "IOC", "FOK", "PostOnly", "RPI"]),
        "retail": st.sampled_from([False, False, True]),
        # Ticks from the middle to the price that releases it, 0 for an order that waits for none.
        "trigger": st.sampled_from([0, 0, 0, 0, 0, -4, -2, 2, 5]),
        "reduce": st.sampled_from([False, False, True]),
        "smp": st.sampled_from(["None", "None", "CancelMaker", "CancelTaker", "CancelBoth"]),
        "ticks": TICKS,
        "lots": LOTS,
    }
)
CHANGE = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["cancel", "amend", "less", "cancel waiting"]),
        "pick": st.integers(0, 30),
        "ticks": TICKS,
        "lots": LOTS,
    }
)
OTHERS = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["crowd", "crowd", "trade", "take", "add", "retail"]),
        "side": SIDES,
        "ticks": TICKS,
        "lots": st.integers(0, 150),
    }
)
STEPS = st.lists(st.one_of(PLACE, PLACE, CHANGE, OTHERS), min_size=50, max_size=50)


@dataclass
class Both:
    """The venue and the naive model, told the same."""

    category: str

    def __post_init__(self) -> None:
        clock = iter(range(1_700_000_000_000, 1_800_000_000_000))
        found = tuple(it for it in default_catalogue() if it.key == (self.category, SYMBOL))
        balances = {"USDT": Decimal(10_000_000), "BTC": Decimal(100)}
        config = ExchangeConfig(instruments=found, balances=balances, rpi_maker=True)
        self.exchange = Exchange(config, lambda: next(clock), lambda _event: None)
        self.naive = NaiveMarket(linear=self.category == "linear")
        self.naive.protection = lambda name: self.exchange.orders[name].ticks
        self.names: dict[str, ClientOrder] = {}
        self.compared = 0
        # A spot lot is a millionth of a coin; a thousand of them are worth more than the least order.
        self.unit = 1 if self.naive.linear else 1000
        for step in range(LEVELS):
            for side, ticks in (("Buy", MIDDLE - step), ("Sell", MIDDLE + 1 + step)):
                self.crowd(side, ticks, 20 + 7 * (step % 4))

    @property
    def market(self) -> TradedMarket:
        return self.exchange.markets[self.category, SYMBOL]

    def act(self, step: dict[str, Any]) -> None:
        side, ticks, lots = step.get("side", ""), step["ticks"], step["lots"] * self.unit
        match step["do"]:
            case "place":
                self._place(step)
            case "cancel" | "amend" | "less":
                self._change(step)
            case "cancel waiting":
                self._cancel_waiting(step)
            case "retail":
                left = self.market.take_retail(side, lots, ticks)
                assert left == self.naive.taken(side, lots, ticks, retail=True)
            case "crowd":
                if not self._locks_the_crowd(side, ticks):
                    self.crowd(side, ticks, step["lots"])
            case "trade" if lots:
                self.market.trade_lots(side, ticks, lots)
                self.naive.printed(side, ticks, lots)
            case "take":
                assert self.market.take(side, lots, ticks) == self.naive.taken(side, lots, ticks)
            case "add":
                self.market.add(side, ticks, lots)
                self.naive.added(side, ticks, lots)
        self.naive.follow()

    def crowd(self, side: str, ticks: int, units: int) -> None:
        lots = units * self.unit
        self.market.set_levels(*({ticks: lots} if side == each else {} for each in ("Buy", "Sell")))
        self.naive.crowd(side, ticks, lots)

    def _locks_the_crowd(self, side: str, ticks: int) -> bool:
        """Whether others would stand at a price where others of the opposite side do: no market shows that."""
        against = [i.ticks for i in self.naive.items if i.side != side and i.order is None]
        return any(price <= ticks if side == "Buy" else price >= ticks for price in against)

    def _place(self, step: dict[str, Any]) -> None:
        it, lots, kind = self.market.instrument, step["lots"] * self.unit, step["type"]
        amount = it.value(MIDDLE, lots)
        request: dict[str, Any] = {
            "category": self.category,
            "symbol": SYMBOL,
            "side": step["side"],
            "orderType": "Limit" if kind == "Limit" else "Market",
            "price": str(it.price(step["ticks"])),
            "qty": str(it.qty(lots)),
            "timeInForce": step["tif"],
            "smpType": step["smp"],
            "reduceOnly": step["reduce"],
            "rpiTakerAccess": step["retail"],
        }
        trigger = step["trigger"] if self.naive.linear else 0
        if trigger:
            request |= {
                "triggerPrice": str(it.price(MIDDLE + trigger)),
                "triggerDirection": 1 if trigger > 0 else 2,
            }
        by_amount = kind == "Amount" and not self.naive.linear
        if not self.naive.linear:
            request |= {"marketUnit": "quoteCoin" if by_amount else "baseCoin"}
            request |= {"qty": str(amount)} if by_amount else {}
        order = self._accepted(request)
        if order is None:
            return
        reduces = step["reduce"] and self.naive.linear
        if reduces and not trigger:
            # The venue refuses what cannot reduce anything.
            closable = max(0, self.naive.position * (1 if step["side"] == "Sell" else -1))
            assert closable
            lots = min(lots, closable)
        mine = ClientOrder(
            name=order.order_id,
            side=step["side"],
            # A market order's price is the venue's protection, a matter of the band and not of matching.
            ticks=step["ticks"] if kind == "Limit" else order.ticks,
            lots=0 if by_amount else lots,
            tif=step["tif"] if kind == "Limit" else "Market" if trigger else "IOC",
            retail=step["retail"],
            trigger=MIDDLE + trigger if trigger else None,
            rises=trigger > 0,
            smp=step["smp"],
            reduce_only=reduces,
            budget=Fraction(amount) / Fraction(it.tick * it.lot) if by_amount else None,
        )
        self.names[mine.name] = mine
        if trigger:
            self.naive.hold(mine)
        else:
            self.naive.submit(mine)

    def _accepted(self, request: dict[str, Any]) -> Order | None:
        try:
            return self.exchange.place(request)
        except VenueError as refusal:
            event(f"refused {refusal.ret_code}")
            return None

    def _change(self, step: dict[str, Any]) -> None:
        resting = [item.order for item in self.naive.items if item.order is not None]
        if not resting:
            return
        mine = resting[step["pick"] % len(resting)]
        it = self.market.instrument
        request = {"category": self.category, "symbol": SYMBOL, "orderId": mine.name}
        if step["do"] == "cancel":
            self.exchange.cancel(request)
            self.naive.cancel(mine)
            return
        ticks, lots = step["ticks"], step["lots"] * self.unit
        if step["do"] == "less":
            ticks, lots = mine.ticks, max(1, mine.lots - lots)
        try:
            self.exchange.amend(request | {"price": str(it.price(ticks)), "qty": str(it.qty(lots))})
        except VenueError as refusal:
            event(f"amend refused {refusal.ret_code}")
            return
        self.naive.amend(mine, ticks, lots)

    def _cancel_waiting(self, step: dict[str, Any]) -> None:
        if not self.naive.waiting:
            return
        mine = self.naive.waiting[step["pick"] % len(self.naive.waiting)]
        self.exchange.cancel({"category": self.category, "symbol": SYMBOL, "orderId": mine.name})
        self.naive.drop_waiting(mine)

    def compare(self) -> None:
        """Fail at the first difference."""
        made = self.exchange.account.executions[self.compared :]
        told = [Fill(f.order.order_id, f.ticks, f.lots, f.is_maker) for f in made]
        assert told == self.naive.fills
        self.compared += len(made)
        self.naive.fills.clear()
        book = self.market.book
        shown = {(s.side, t): lots for s in (book.bids, book.asks) for t, lots in s.top(len(s)).items()}
        assert shown == self.naive.book()
        for name, mine in self.names.items():
            order = self.exchange.orders[name]
            assert (order.status, order.filled, order.lots) == (mine.status, mine.filled, mine.lots), name
        for item in self.naive.items:
            if item.order is not None:
                home = book.rpi_side(item.side) if item.rpi else book.side(item.side)
                level = home.at(item.ticks)
                assert level is not None
                queue = [(order.order_id, order.ahead) for order in level.queue]
                assert queue == self.naive.queue(item.side, item.ticks, rpi=item.rpi)
        if self.naive.linear:
            size = self.exchange.account.position(SYMBOL).size
            assert size == self.market.instrument.qty(self.naive.position)


@pytest.mark.parametrize("category", ["linear", "spot"])
@settings(max_examples=110, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_two_models_agree_on_every_fill(category: str, steps: list[dict[str, Any]]) -> None:
    both = Both(category)
    for step in steps:
        both.act(step)
        both.compare()
        both.exchange.check()
    event(f"fills: {min(both.compared, 50) // 10 * 10}+")
    orders = [both.exchange.orders[name] for name in both.names]
    event(f"a conditional order was released: {any(o.trigger and o.status != 'Untriggered' for o in orders)}")
    event(f"an RPI order was filled: {any(o.tif == 'RPI' and o.filled for o in orders)}")


def test_the_comparison_sees_fills() -> None:
    both = Both("linear")
    place = {"do": "place", "tif": "GTC", "reduce": False, "smp": "None", "type": "Limit", "retail": False}
    place |= {"trigger": 0}
    both.act(place | {"side": "Buy", "ticks": MIDDLE, "lots": 5})
    both.act({"do": "trade", "side": "Sell", "ticks": MIDDLE, "lots": 23})
    both.act(place | {"side": "Sell", "ticks": MIDDLE + 1, "lots": 9, "type": "Market"})
    maker, *taker = both.naive.fills
    assert (maker.is_maker, maker.lots) == (True, 3)
    assert (
        sum(fill.lots for fill in taker) == 11
    )  # two of them its own order's, once as taker and once as maker
    both.compare()
    both.naive.fills.append(maker)
    with pytest.raises(AssertionError):
        both.compare()
