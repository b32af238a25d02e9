"""The REST paths: dispatch, authentication, limits and the envelope.

Source: Bybit V5 Integration Guidance.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from nautilus_bybit_adapter.sim.exchange import queries
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param

from . import account_api, market_api, trade_api
from .auth import REQUIRED_HEADERS, check_request
from .codec import dumps
from .context import Context
from .limits import Quota, too_many
from .trade_api import Reply

LOG = logging.getLogger(__name__)
Params = dict[str, Any]
Handler = Callable[[Context, Params, Quota], Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: how it answers, whether it is private, its text of success."""

    handler: Handler
    private: bool = True
    ret_msg: str = "OK"


def _read(function: Callable[[Any, Params], dict[str, Any]]) -> Handler:
    return lambda context, params, _quota: Reply(function(context.exchange, params))


def _order(verb: str) -> Endpoint:
    return Endpoint(lambda context, params, _quota: trade_api.single(context.exchange, verb, params))


def _batch(verb: str) -> Endpoint:
    return Endpoint(
        lambda context, params, quota: trade_api.batch(context.exchange, verb, params, quota.granted)
    )


def _api_key(context: Context, params: Params, _quota: Quota) -> Reply:
    return Reply(account_api.api_key_info(context.exchange, params, context.credentials.api_key))


ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/v5/market/time"): Endpoint(_read(market_api.server_time), private=False),
    ("GET", "/v5/market/instruments-info"): Endpoint(_read(market_api.instruments), private=False),
    ("GET", "/v5/market/orderbook"): Endpoint(_read(market_api.orderbook), private=False),
    ("GET", "/v5/market/tickers"): Endpoint(_read(market_api.tickers), private=False),
    ("GET", "/v5/market/recent-trade"): Endpoint(_read(market_api.recent_trades), private=False),
    ("GET", "/v5/market/kline"): Endpoint(_read(market_api.kline), private=False),
    ("GET", "/v5/market/funding/history"): Endpoint(_read(market_api.funding_history), private=False),
    ("POST", "/v5/order/create"): _order("create"),
    ("POST", "/v5/order/amend"): _order("amend"),
    ("POST", "/v5/order/cancel"): _order("cancel"),
    ("POST", "/v5/order/cancel-all"): Endpoint(
        lambda context, params, _quota: trade_api.cancel_all(context.exchange, params)
    ),
    ("POST", "/v5/order/create-batch"): _batch("create"),
    ("POST", "/v5/order/amend-batch"): _batch("amend"),
    ("POST", "/v5/order/cancel-batch"): _batch("cancel"),
    ("GET", "/v5/order/realtime"): Endpoint(_read(queries.open_orders)),
    ("GET", "/v5/order/history"): Endpoint(_read(queries.order_history)),
    ("GET", "/v5/execution/list"): Endpoint(_read(queries.executions)),
    ("GET", "/v5/position/list"): Endpoint(_read(queries.positions)),
    ("POST", "/v5/position/set-leverage"): Endpoint(_read(account_api.set_leverage)),
    ("GET", "/v5/account/wallet-balance"): Endpoint(_read(account_api.wallet_balance)),
    ("GET", "/v5/account/info"): Endpoint(_read(account_api.account_info)),
    ("GET", "/v5/account/fee-rate"): Endpoint(_read(account_api.fee_rate)),
    ("GET", "/v5/user/query-api"): Endpoint(_api_key, ret_msg=""),
}
_PATHS = {path for _, path in ENDPOINTS}


class RestServer:
    """Answers every path that is not a WebSocket.

    Parameters
    ----------
    context : Context
        The exchange and its surroundings.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; a business error is HTTP 200 with a `retCode`."""
        endpoint = ENDPOINTS.get((request.method, request.path))
        body = await request.read()
        if endpoint is None:
            return web.Response(status=404 if request.method in {"GET", "POST"} else 400)
        refusal = _refusal(endpoint, request, body)
        if refusal is not None:
            return refusal
        now_ms = self._context.exchange.now_ms()
        headers: dict[str, str] = {}
        try:
            reply = self._answer(endpoint, request, body, headers)
            return self._envelope(0, endpoint.ret_msg, reply, headers)
        except VenueError as e:
            if e.ret_code == too_many().ret_code:
                headers.setdefault("X-Bapi-Limit-Reset-Timestamp", str(now_ms))
            return self._envelope(e.ret_code, e.ret_msg, Reply({}), headers)
        except Exception:
            LOG.exception("%s %s failed", request.method, request.path)
            return self._envelope(10016, "Internal System Error.", Reply({}), headers)

    def _answer(
        self, endpoint: Endpoint, request: web.Request, body: bytes, headers: dict[str, str]
    ) -> Reply:
        now_ms = self._context.exchange.now_ms()
        query = request.raw_path.partition("?")[2]
        if endpoint.private:
            check_request(self._context.credentials, request.headers, query, body, now_ms)
        params = (
            _body_params(body) if request.method == "POST" else dict(parse_qsl(query, keep_blank_values=True))
        )
        quota = Quota(0, 0, now_ms, 0)
        if endpoint.private:
            is_batch = request.path.endswith("-batch")
            units = len(trade_api.batch_items(params)) if is_batch else 1
            category = str(params.get("category", ""))
            quota = self._context.windows.take(request.path, category, now_ms, units)
            headers.update(quota.headers())
            if not is_batch:
                quota.require()
        return endpoint.handler(self._context, params, quota)

    def _envelope(self, code: int, text: str, reply: Reply, headers: dict[str, str]) -> web.Response:
        now_ms = self._context.exchange.now_ms()
        answer = {
            "retCode": code,
            "retMsg": text,
            "result": reply.result,
            "retExtInfo": reply.ext,
            "time": now_ms,
        }
        return web.Response(text=dumps(answer), content_type="application/json", headers=headers)


def _refusal(endpoint: Endpoint, request: web.Request, body: bytes) -> web.Response | None:
    if request.method == "GET" and body:
        return web.Response(status=403, text="a GET request must not carry a body")
    if endpoint.private and any(not request.headers.get(name) for name in REQUIRED_HEADERS):
        return web.Response(status=401)
    return None


def _body_params(body: bytes) -> Params:
    try:
        params = msgspec.json.decode(body) if body else {}
    except (msgspec.DecodeError, RecursionError) as e:
        raise bad_param("Request parameter error.") from e
    if not isinstance(params, dict):
        raise bad_param("Request parameter error.")
    return params
