"""One request to every path of the local venue, in an order in which each has something to answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_bybit_adapter.sim.exchange.exchange import Exchange, ExchangeConfig
from nautilus_bybit_adapter.sim.exchange.instruments import default_catalogue
from nautilus_bybit_adapter.sim.server.app import VenueServer
from nautilus_bybit_adapter.sim.server.auth import Credentials
from nautilus_bybit_adapter.sim.server.codec import dumps
from nautilus_bybit_adapter.sim.server.connection import Connection
from nautilus_bybit_adapter.sim.server.context import Context
from nautilus_bybit_adapter.sim.server.limits import Quota, RateWindows
from nautilus_bybit_adapter.sim.server.rest import ENDPOINTS

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.events import Event
    from nautilus_bybit_adapter.sim.server.endpoint import Reply

START_MS = 1_791_270_000_000
DAY_MS = 86_400_000
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
SPOT = {"category": "spot", "symbol": "BTCUSDT"}
INVERSE = {"category": "inverse", "symbol": "BTCUSD"}
FUTURE = {"category": "linear", "symbol": "BTCUSDT-30OCT26"}
INVERSE_FUTURE = {"category": "inverse", "symbol": "BTCUSDZ26"}
OPTION = {"category": "option", "symbol": "BTC-30OCT26-94500-C-USDT"}
KEY = Credentials("sim-key", "sim-secret")
_LIMIT = {"side": "Buy", "orderType": "Limit", "price": "80000", "qty": "0.001"}
_UUID = "7f0c3c3e-3d5c-4b9e-8f0a-5d1c7c0d9a01"


@dataclass
class WalkedVenue:
    """A venue without sockets whose account has done a little of everything."""

    now_ms: int = START_MS
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        balances = {"USDT": Decimal(1_000_000), "BTC": Decimal(5), "ETH": Decimal(50), "SOL": Decimal(100)}
        config = ExchangeConfig(instruments=default_catalogue(START_MS), balances=balances)
        self.exchange = Exchange(config, lambda: self.now_ms, self._told)
        self.context = Context(self.exchange, KEY, RateWindows(enforced=False))
        self.server = VenueServer(self.context)
        for market in self.exchange.markets.values():
            ticks = market.start_ticks
            market.set_levels(
                {ticks - i: 100_000 for i in range(3) if ticks > i},
                {ticks + 1 + i: 100_000 for i in range(3)},
                replace=True,
            )
        self._trade_a_little()

    def ask(self, route: str, **params: Any) -> Reply:
        """Answer of a path, without HTTP around it."""
        method, _, path = route.partition(" ")
        endpoint = ENDPOINTS[method, path]
        return endpoint.handler(self.context, params, Quota(10, 9, self.now_ms, 20))

    def result(self, route: str, **params: Any) -> Any:
        """`result` of an answer as a client decodes it."""
        return json.loads(dumps(self.ask(route, **params).result))

    def socket(self, path: str) -> Wire:
        """Return a client of a public, the private or the trade socket."""
        return Wire(self, path)

    def after(self, ms: int) -> None:
        """Let time pass and push what is due."""
        self.now_ms += ms
        self.exchange.advance(self.now_ms)
        self.server.pump(self.now_ms)

    def order(self, **fields: Any) -> dict[str, Any]:
        """Place an order."""
        return dict(self.result("POST /v5/order/create", **fields))

    def _told(self, event: Event) -> None:
        self.server.on_event(event)

    def _trade_a_little(self) -> None:
        market = {"orderType": "Market"}
        for where, qty in ((LINEAR, "0.1"), (SPOT, "100"), (INVERSE, "100"), (OPTION, "0.1")):
            link = {"orderLinkId": "first"} if where is OPTION else {}
            self.order(**where, **market, side="Buy", qty=qty, **link)
            self.now_ms += 10
        self.order(**LINEAR, **market, side="Sell", qty="0.05")
        self.order(**OPTION, **market, side="Sell", qty="0.05", orderLinkId="second")
        self.now_ms += 10


class Wire:
    """One client of one socket, read from its queue."""

    def __init__(self, venue: WalkedVenue, path: str) -> None:
        server = venue.server
        sockets: dict[str, Any] = {**server.public, "private": server.private, "trade": server.trade}
        self.venue = venue
        self.socket = sockets[path]
        self.connection = Connection("conn")
        self.socket.connections.add(self.connection)

    def send(self, **message: Any) -> list[dict[str, Any]]:
        """Frames that answer a message."""
        self.socket._on_text(self.connection, json.dumps(message))
        return self.read()

    def read(self) -> list[dict[str, Any]]:
        """Frames queued since the last look."""
        frames, self.connection.waiting = self.connection.waiting, []
        return [json.loads(frame) for frame in frames]

    def login(self) -> list[dict[str, Any]]:
        """Answer to a login."""
        expires = self.venue.now_ms + 1000
        return self.send(op="auth", args=[KEY.api_key, expires, KEY.sign(f"GET/realtime{expires}")])


# Path and parameters, in an order in which each finds what it needs.
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("GET /v5/market/time", {}),
    ("GET /v5/market/instruments-info", {"category": "linear"}),
    ("GET /v5/market/tickers", {"category": "linear"}),
    ("GET /v5/market/kline", {**LINEAR, "interval": "1"}),
    ("GET /v5/market/kline", {**SPOT, "interval": "M"}),
    ("GET /v5/market/kline", {**INVERSE, "interval": "W"}),
    ("GET /v5/market/mark-price-kline", {**OPTION, "interval": "60"}),
    ("GET /v5/market/index-price-kline", {**INVERSE, "interval": "D"}),
    ("GET /v5/market/premium-index-price-kline", {**LINEAR, "interval": "240"}),
    ("GET /v5/market/option-base-coins", {}),
    *(("GET /v5/market/orderbook", where) for where in (LINEAR, SPOT, INVERSE, FUTURE, OPTION)),
    ("GET /v5/market/rpi_orderbook", {**LINEAR, "limit": "10"}),
    ("GET /v5/market/full_orderbook", SPOT),
    *(("GET /v5/market/recent-trade", where) for where in (LINEAR, SPOT, INVERSE)),
    ("GET /v5/market/funding/history", LINEAR),
    ("GET /v5/market/open-interest", {**INVERSE, "intervalTime": "1h"}),
    ("GET /v5/market/account-ratio", {**LINEAR, "period": "1d"}),
    ("GET /v5/market/historical-volatility", {"category": "option", "baseCoin": "BTC"}),
    ("GET /v5/market/price-limit", LINEAR),
    ("GET /v5/market/risk-limit", {"category": "linear"}),
    ("GET /v5/market/insurance", {}),
    ("GET /v5/market/adlAlert", {}),
    ("GET /v5/market/index-price-components", {"indexName": "BTCUSDT"}),
    ("GET /v5/market/delivery-price", {"category": "linear"}),
    ("GET /v5/market/new-delivery-price", {"category": "option", "baseCoin": "BTC"}),
    ("GET /v5/market/fee-group-info", {"productType": "contract"}),
    ("GET /v5/system/status", {}),
    ("GET /v5/announcements/index", {"locale": "en-US"}),
    ("POST /v5/order/create", {**LINEAR, **_LIMIT, "orderLinkId": "a"}),
    ("POST /v5/order/amend", {**LINEAR, "orderLinkId": "a", "qty": "0.002"}),
    ("GET /v5/order/realtime", LINEAR),
    ("POST /v5/order/cancel", {**LINEAR, "orderLinkId": "a"}),
    (
        "POST /v5/order/create-batch",
        {"category": "linear", "request": [{"symbol": "BTCUSDT", **_LIMIT, "orderLinkId": "b"}]},
    ),
    (
        "POST /v5/order/amend-batch",
        {"category": "linear", "request": [{"symbol": "BTCUSDT", "orderLinkId": "b", "qty": "0.003"}]},
    ),
    (
        "POST /v5/order/cancel-batch",
        {"category": "linear", "request": [{"symbol": "BTCUSDT", "orderLinkId": "b"}]},
    ),
    ("POST /v5/order/create", {**LINEAR, **_LIMIT}),
    ("POST /v5/order/cancel-all", LINEAR),
    ("GET /v5/order/history", {"category": "linear"}),
    *(("GET /v5/execution/list", {"category": category}) for category in ("linear", "inverse", "option")),
    ("POST /v5/order/pre-check", {**LINEAR, **_LIMIT}),
    ("GET /v5/order/spot-borrow-check", {**SPOT, "side": "Buy"}),
    ("POST /v5/order/disconnected-cancel-all", {"product": "SPOT", "timeWindow": 10}),
    ("GET /v5/position/list", LINEAR),
    ("GET /v5/position/list", INVERSE),
    ("POST /v5/position/set-leverage", {**LINEAR, "buyLeverage": "7", "sellLeverage": "7"}),
    ("POST /v5/position/switch-mode", {"category": "linear", "symbol": "SOLUSDT", "mode": 3}),
    (
        "POST /v5/position/trading-stop",
        {**LINEAR, "tpslMode": "Full", "positionIdx": 0, "takeProfit": "99000", "stopLoss": "70000"},
    ),
    ("GET /v5/position/closed-pnl", {"category": "linear"}),
    ("GET /v5/position/get-closed-positions", {"category": "option"}),
    ("GET /v5/position/symbol-info", {"category": "linear", "symbol": "SOLUSDT"}),
    ("POST /v5/position/confirm-pending-mmr", LINEAR),
    ("POST /v5/position/set-tpsl-mode", LINEAR),
    ("POST /v5/position/set-risk-limit", LINEAR),
    ("GET /v5/account/wallet-balance", {"accountType": "UNIFIED"}),
    ("GET /v5/account/withdrawal", {"coinName": "USDT,BTC"}),
    ("GET /v5/account/info", {}),
    *(("GET /v5/account/fee-rate", where) for where in (LINEAR, {"category": "inverse"})),
    ("POST /v5/account/set-hedging-mode", {"setHedgingMode": "ON"}),
    ("POST /v5/account/borrow", {"coin": "ETH", "amount": "1"}),
    ("GET /v5/account/borrow-history", {}),
    ("POST /v5/account/repay", {"coin": "ETH", "amount": "0.2"}),
    ("POST /v5/account/no-convert-repay", {"coin": "ETH", "amount": "0.3"}),
    ("POST /v5/account/quick-repayment", {}),
    ("GET /v5/account/collateral-info", {}),
    ("POST /v5/account/set-collateral-switch", {"coin": "BTC", "collateralSwitch": "OFF"}),
    (
        "POST /v5/account/set-collateral-switch-batch",
        {"request": [{"coin": "BTC", "collateralSwitch": "ON"}]},
    ),
    ("GET /v5/account/query-dcp-info", {}),
    ("GET /v5/account/smp-group", {}),
    ("GET /v5/account/transaction-log", {}),
    ("GET /v5/account/instruments-info", {"category": "linear"}),
    ("GET /v5/account/user-setting-config", {}),
    ("POST /v5/account/set-limit-px-action", {"category": "linear", "modifyEnable": False}),
    ("POST /v5/account/set-delta-mode", {"deltaEnable": "1"}),
    (
        "POST /v5/account/mmp-modify",
        {"baseCoin": "BTC", "window": "5000", "frozenPeriod": "100", "qtyLimit": "10", "deltaLimit": "5"},
    ),
    ("GET /v5/account/mmp-state", {"baseCoin": "BTC"}),
    ("POST /v5/account/mmp-reset", {"baseCoin": "BTC"}),
    ("POST /v5/account/upgrade-to-uta", {}),
    ("GET /v5/user/query-api", {}),
    ("GET /v5/user/query-sub-members", {}),
    ("GET /v5/user/submembers", {}),
    ("GET /v5/user/escrow_sub_members", {}),
    ("GET /v5/user/sub-apikeys", {"subMemberId": "1"}),
    ("GET /v5/user/get-member-type", {}),
    ("POST /v5/user/agreement", {"category": 1, "agree": True}),
    ("GET /v5/asset/coin/query-info", {}),
    ("GET /v5/asset/coin-greeks", {}),
    ("GET /v5/asset/transfer/query-account-coins-balance", {"accountType": "FUND"}),
    ("GET /v5/asset/transfer/query-account-coin-balance", {"accountType": "UNIFIED", "coin": "USDT"}),
    (
        "POST /v5/asset/transfer/inter-transfer",
        {
            "transferId": _UUID,
            "coin": "ETH",
            "amount": "3",
            "fromAccountType": "UNIFIED",
            "toAccountType": "FUND",
        },
    ),
    ("GET /v5/asset/transfer/query-inter-transfer-list", {}),
    (
        "GET /v5/asset/transfer/query-transfer-coin-list",
        {"fromAccountType": "UNIFIED", "toAccountType": "FUND"},
    ),
    ("GET /v5/asset/deposit/query-record", {}),
    ("GET /v5/asset/withdraw/query-record", {}),
    ("GET /v5/asset/withdraw/withdrawable-amount", {"coin": "USDT"}),
    ("GET /v5/asset/delivery-record", {"category": "option"}),
    ("GET /v5/asset/settlement-record", {"category": "linear"}),
    ("GET /v5/spot-margin-trade/state", {}),
    ("POST /v5/spot-margin-trade/switch-mode", {"spotMarginMode": "1"}),
    ("POST /v5/spot-margin-trade/set-leverage", {"leverage": "5"}),
    ("GET /v5/spot-margin-trade/data", {}),
    ("GET /v5/spot-margin-trade/collateral", {}),
    ("GET /v5/spot-margin-trade/interest-rate-history", {"currency": "BTC"}),
    ("GET /v5/spot-margin-trade/max-borrowable", {"currency": "BTC"}),
    ("GET /v5/spot-margin-trade/coinstate", {}),
    ("GET /v5/spot-margin-trade/repayment-available-amount", {"currency": "BTC"}),
    ("GET /v5/spot-margin-trade/get-auto-repay-mode", {}),
    ("POST /v5/spot-margin-trade/set-auto-repay-mode", {"autoRepayMode": "1"}),
    ("GET /v5/earn/product", {"category": "OnChain"}),
    ("GET /v5/earn/product", {"category": "FlexibleSaving"}),
    (
        "POST /v5/earn/place-order",
        {
            "category": "FlexibleSaving",
            "orderType": "Stake",
            "accountType": "UNIFIED",
            "amount": "10000",
            "coin": "USDT",
            "productId": "428",
            "orderLinkId": "stake",
        },
    ),
    ("GET /v5/earn/order", {"category": "FlexibleSaving"}),
    ("LATER", {"ms": 2 * DAY_MS}),
    ("GET /v5/earn/position", {"category": "FlexibleSaving"}),
    ("GET /v5/earn/yield", {"category": "FlexibleSaving"}),
    ("GET /v5/earn/hourly-yield", {"category": "FlexibleSaving"}),
    ("GET /v5/earn/apr-history", {"category": "FlexibleSaving", "productId": "428"}),
    ("GET /v5/earn/coupons", {"category": "FlexibleSaving"}),
    ("POST /v5/account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"}),
]
# Paths that always refuse on this account, with the code they refuse with.
REFUSALS: list[tuple[str, dict[str, Any], int]] = [
    ("POST /v5/position/switch-isolated", LINEAR, 100028),
    ("POST /v5/position/set-auto-add-margin", {**LINEAR, "autoAddMargin": 1}, 110076),
    ("POST /v5/position/add-margin", {**LINEAR, "margin": "10"}, 110076),
]
