"""The least an execution client can do: a request on a bare socket, and a fill read from its frame."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from bybit_rows import LINEAR_ROW
from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.config import LiveExecClientConfig
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.factories import LiveExecClientFactory
from nautilus_trader.model.enums import AccountType, LiquiditySide, OmsType, OrderSide
from nautilus_trader.model.identifiers import AccountId, ClientId, ClientOrderId, TradeId, VenueOrderId
from nautilus_trader.model.objects import AccountBalance, Currency, Money, Price, Quantity
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from nautilus_bybit_adapter.nt1.mapping.identifiers import BYBIT_VENUE
from nautilus_bybit_adapter.nt1.mapping.instruments import linear_instrument

AMPLE = Money(10**9, Currency.from_str("USDT"))
NOTHING = Money(0, Currency.from_str("USDT"))


class FloorConfig(LiveExecClientConfig, frozen=True, kw_only=True):
    """Where the sockets are."""

    ws_private: str
    ws_trade: str


class Wire(WSListener):
    """Hands frames on."""

    def __init__(self, take: Any, first: dict[str, Any] | None = None) -> None:
        super().__init__()
        self._take = take
        self._first = first

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Subscribe."""
        if self._first is not None:
            transport.send(WSMsgType.TEXT, json.dumps(self._first).encode())

    def on_ws_frame(self, _transport: WSTransport, frame: WSFrame) -> None:
        """Hand a frame on."""
        self._take(frame.get_payload_as_bytes())


class FloorClient(LiveExecutionClient):
    """Sends market orders and reads executions; knows no failure."""

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, config: FloorConfig, **node: Any) -> None:
        super().__init__(
            loop=loop,
            client_id=ClientId(name),
            venue=BYBIT_VENUE,
            oms_type=OmsType.NETTING,
            account_type=AccountType.MARGIN,
            base_currency=None,
            **node,
        )
        self._set_account_id(AccountId(f"{name}-UNIFIED"))
        self._where = config
        self._decode = msgspec.json.Decoder().decode

    async def _connect(self) -> None:
        await self._instrument_provider.initialize()
        for instrument in self._instrument_provider.list_all():
            self._cache.add_instrument(instrument)
        now = self._clock.timestamp_ns()
        self.generate_account_state([AccountBalance(AMPLE, NOTHING, AMPLE)], [], True, now)
        await self._await_account_registered()
        self._trade, _ = await ws_connect(lambda: Wire(lambda _frame: None), self._where.ws_trade)
        subscribe = {"op": "subscribe", "args": ["execution"]}
        self._private, _ = await ws_connect(lambda: Wire(self._on_private, subscribe), self._where.ws_private)

    async def _disconnect(self) -> None:
        self._trade.disconnect()
        self._private.disconnect()

    async def _submit_order(self, command: SubmitOrder) -> None:
        order = command.order
        self.generate_order_submitted(
            order.strategy_id, order.instrument_id, order.client_order_id, self._clock.timestamp_ns()
        )
        request = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy" if order.side == OrderSide.BUY else "Sell",
            "orderType": "Market",
            "qty": str(order.quantity),
            "orderLinkId": order.client_order_id.value,
        }
        payload = {
            "reqId": order.client_order_id.value,
            "header": {},
            "op": "order.create",
            "args": [request],
        }
        self._trade.send(WSMsgType.TEXT, msgspec.json.encode(payload))

    def _on_private(self, payload: bytes) -> None:
        message = self._decode(payload)
        if message.get("topic") != "execution":
            return
        for row in message["data"]:
            order = self._cache.order(ClientOrderId(row["orderLinkId"]))
            venue_order_id = VenueOrderId(row["orderId"])
            instrument = self._cache.instrument(order.instrument_id)
            now = self._clock.timestamp_ns()
            self.generate_order_accepted(
                order.strategy_id, order.instrument_id, order.client_order_id, venue_order_id, now
            )
            self.generate_order_filled(
                order.strategy_id,
                order.instrument_id,
                order.client_order_id,
                venue_order_id,
                None,
                TradeId(row["execId"]),
                order.side,
                order.order_type,
                Quantity.from_str(row["execQty"]),
                Price.from_str(row["execPrice"]),
                instrument.quote_currency,
                Money.from_str(f"{row['execFee']} USDT"),
                LiquiditySide.TAKER,
                now,
            )

    async def generate_order_status_reports(self, _command: Any) -> list[Any]:
        """Return nothing: there is nothing before the bench."""
        return []

    async def generate_fill_reports(self, _command: Any) -> list[Any]:
        """Return nothing: there is nothing before the bench."""
        return []

    async def generate_position_status_reports(self, _command: Any) -> list[Any]:
        """Return nothing: there is nothing before the bench."""
        return []


class FloorFactory(LiveExecClientFactory):
    """Makes the client, with Bitcoin's perpetual for its only instrument."""

    @staticmethod
    def create(  # type: ignore[override]  # a node hands each factory the config of its own client
        loop: asyncio.AbstractEventLoop, name: str, config: FloorConfig, msgbus: Any, cache: Any, clock: Any
    ) -> FloorClient:
        """Create the client."""
        provider = InstrumentProvider()
        provider.add(linear_instrument(LINEAR_ROW, None, 1))
        return FloorClient(
            loop, name, config, msgbus=msgbus, cache=cache, clock=clock, instrument_provider=provider
        )
