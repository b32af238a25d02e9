"""REST answers about positions that change hands between the main account and its sub accounts.

Source: Bybit V5 Move Position.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from nautilus_bybit_adapter.sim.assets.members import Move
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.book import opposite
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_category, read_text

from .endpoint import Routes, uses
from .paging import closed_page, window

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.moves import MovedLeg

    from .context import Context

MOST_LEGS = 25


def move(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/position/move-positions`: every leg or none, without a fee."""
    main = context.members.main_uid
    uids = [_uid(context, params.get(name)) for name in ("fromUid", "toUid")]
    if uids.count(main) != 1:
        raise bad_param("params error: one of fromUid and toUid must be the main account")
    legs = params.get("list")
    if not isinstance(legs, list) or not 1 <= len(legs) <= MOST_LEGS:
        raise bad_param(f"params error: list must hold 1 to {MOST_LEGS} legs")
    if not all(isinstance(leg, dict) for leg in legs):
        raise bad_param("params error: list invalid")
    is_giver = uids[0] == main
    done = context.exchange.move(legs, is_giver=is_giver)
    member = context.members.find(uids[1] if is_giver else uids[0])
    block_id = str(UUID(int=(context.exchange.now_ms() << 64) + context.members.number()))
    for leg in done:
        signed = leg.qty if leg.side == "Buy" else -leg.qty
        member.positions[leg.category, leg.symbol] -= signed
        for uid, side in ((main, leg.side), (member.uid, opposite(leg.side))):
            _note(context, block_id, leg, uid, side)
    return {"blockTradeId": block_id, "status": "Processing", "rejectParty": ""}


def history(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/position/move-history`, newest first."""
    start, end = window(params, context.exchange.now_ms())
    wanted = {name: read_text(params, name) for name in ("symbol", "status", "blockTradeId")}
    if params.get("category"):
        wanted["category"] = read_category(params)
    matching = [
        entry
        for entry in reversed(context.members.moves)
        if start <= entry.at_ms <= end
        and all(value in {"", entry.row[name]} for name, value in wanted.items())
    ]
    found, cursor = closed_page(matching, params, lambda entry: entry.row["execId"], 20, 200)
    return {"list": [entry.row for entry in found], "nextPageCursor": cursor}


def _uid(context: Context, uid: object) -> int:
    if str(uid) == str(context.members.main_uid):
        return context.members.main_uid
    try:
        return context.members.find(uid).uid
    except VenueError as e:
        raise bad_param("params error: uid is not of this account") from e


def _note(context: Context, block_id: str, leg: MovedLeg, uid: int, side: str) -> None:
    number = context.members.number()
    now_ms = context.exchange.now_ms()
    row = {
        "blockTradeId": block_id,
        "category": leg.category,
        "orderId": leg.order_id,
        "userId": uid,
        "symbol": leg.symbol,
        "side": side,
        "price": plain(leg.price),
        "qty": plain(leg.qty),
        "execFee": plain(Decimal(0)),
        "status": "Filled",
        "execId": f"{leg.exec_id}{'' if uid == context.members.main_uid else f'-{number}'}",
        "resultCode": 0,
        "resultMessage": "",
        "createdAt": now_ms,
        "updatedAt": now_ms,
        "rejectParty": "",
    }
    context.members.moves.append(Move(block_id=block_id, at_ms=now_ms, row=row))


ROUTES: Routes = {
    ("POST", "/v5/position/move-positions"): uses(move),
    ("GET", "/v5/position/move-history"): uses(history),
}
