"""The REST paths: dispatch, authentication, limits and the envelope.

Source: Bybit V5 Integration Guidance.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.faults.kinds import REST

from . import (
    account_api,
    account_reports_api,
    asset_api,
    asset_records_api,
    borrow_api,
    convert_api,
    earn_api,
    earn_offers_api,
    facts_api,
    fixed_term_api,
    kline_api,
    loan_api,
    market_api,
    member_api,
    move_api,
    order_query_api,
    position_api,
    pre_upgrade_api,
    real_asset_api,
    series_api,
    settings_api,
    spot_margin_api,
    token_api,
    trade_api,
    user_api,
)
from .auth import REQUIRED_HEADERS, check_request
from .codec import dumps
from .endpoint import Endpoint, Params, Reply, Routes
from .keeping import kept
from .limits import Quota, too_many

if TYPE_CHECKING:
    from .context import Context

LOG = logging.getLogger(__name__)
FAMILIES: tuple[Routes, ...] = (
    market_api.ROUTES,
    kline_api.ROUTES,
    series_api.ROUTES,
    facts_api.ROUTES,
    trade_api.ROUTES,
    order_query_api.ROUTES,
    position_api.ROUTES,
    move_api.ROUTES,
    account_api.ROUTES,
    account_reports_api.ROUTES,
    settings_api.ROUTES,
    borrow_api.ROUTES,
    user_api.ROUTES,
    member_api.ROUTES,
    asset_api.ROUTES,
    asset_records_api.ROUTES,
    convert_api.ROUTES,
    spot_margin_api.ROUTES,
    loan_api.ROUTES,
    earn_api.ROUTES,
    fixed_term_api.ROUTES,
    token_api.ROUTES,
    real_asset_api.ROUTES,
    earn_offers_api.ROUTES,
    pre_upgrade_api.ROUTES,
)
ENDPOINTS: Routes = {route: endpoint for family in FAMILIES for route, endpoint in family.items()}


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
        if not self._context.addresses.requests.allows(request.remote or "", self._context.exchange.now_ms()):
            return web.Response(status=403, text="access too frequent")
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
            text = reply.ret_msg if reply.ret_code else endpoint.ret_msg
            return self._envelope(reply.ret_code, text, reply, headers)
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
            skew_ms = self._context.faults.skew_ms(REST, request.path)
            check_request(self._context.credentials, request.headers, query, body, now_ms, skew_ms=skew_ms)
        params = (
            _body_params(body) if request.method == "POST" else dict(parse_qsl(query, keep_blank_values=True))
        )
        quota = Quota(0, 0, now_ms, 0)
        if endpoint.private:
            quota = self._take(request.path, params, headers)
        with kept(self._context, request.method, request.path, params, quota.granted):
            return endpoint.handler(self._context, params, quota)

    def _take(self, path: str, params: Params, headers: dict[str, str]) -> Quota:
        """Use the window of a private path: a batch as many units as it has items, and no more than granted."""
        windows, now_ms = self._context.windows, self._context.exchange.now_ms()
        category = str(params.get("category", ""))
        if not path.startswith("/v5/order/") or not path.endswith("-batch"):
            quota = windows.take(path, category, now_ms)
            headers.update(quota.headers())
            quota.require()
            return quota
        try:
            units = len(trade_api.batch_items(params))
        except VenueError:
            headers.update(windows.take(path, category, now_ms).headers())
            raise
        quota = windows.take(path, category, now_ms, units)
        headers.update(quota.headers())
        return quota

    def _envelope(self, code: int, text: str, reply: Reply, headers: dict[str, str]) -> web.Response:
        now_ms = self._context.exchange.now_ms()
        answer = {"retCode": code, "retMsg": text, **reply.beside, "result": reply.result}
        answer |= {"retExtInfo": reply.ext, "time": now_ms}
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
