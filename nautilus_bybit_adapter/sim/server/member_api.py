"""REST answers about sub accounts, their keys and transfers between accounts.

Source: Bybit V5 User and Create Universal Transfer.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from nautilus_bybit_adapter.sim.assets.members import (
    FROZEN,
    NORMAL,
    SubKey,
    SubMember,
    UniversalTransfer,
)
from nautilus_bybit_adapter.sim.exchange.amounts import plain
from nautilus_bybit_adapter.sim.exchange.errors import VenueError, bad_param
from nautilus_bybit_adapter.sim.exchange.funding_wallet import ACCOUNT_TYPES
from nautilus_bybit_adapter.sim.exchange.requests import Params, read_text

from .amount import known_coins, read_amount, read_choice, read_needed
from .endpoint import Routes, private, uses
from .paging import closed_page, page, window
from .user_api import PERMISSIONS

if TYPE_CHECKING:
    from nautilus_bybit_adapter.sim.exchange.exchange import Exchange

    from .context import Context

KINDS = {"1": 1, "6": 6}
DEMO_KIND = 8
_NAME = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z]{6,16}")
_HIDDEN = "******"


def create(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/create-sub-member`."""
    name = read_needed(params, "username")
    if not _NAME.fullmatch(name):
        raise bad_param("params error: username must be 6 to 16 letters and digits with one of each")
    kind = KINDS[read_choice(params, "memberType", tuple(KINDS))]
    member = context.members.create(name, kind, read_text(params, "note"))
    return {
        "uid": str(member.uid),
        "username": member.name,
        "memberType": member.kind,
        "status": member.status,
        "remark": member.remark,
    }


def create_demo(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/create-demo-member`."""
    del params
    member = context.members.create(f"demo{len(context.members.members) + 1:05d}", DEMO_KIND, "")
    return {"subMemberId": str(member.uid)}


def listed(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/query-sub-members`."""
    del params
    return {"subMembers": [_member_row(member) for member in context.members.members.values()]}


def pages(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/submembers`."""
    asked = {"limit": params.get("pageSize", "100"), "cursor": params.get("nextCursor", "")}
    if asked["cursor"] == "0":
        asked["cursor"] = ""
    found, cursor = closed_page(
        list(context.members.members.values()), asked, lambda member: str(member.uid), 100, 100
    )
    return {"subMembers": [_member_row(member) for member in found], "nextCursor": cursor or "0"}


def escrow(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/user/escrow_sub_members`: no custodian holds any."""
    del exchange, params
    return {"subMembers": [], "nextCursor": "0"}


def freeze(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/frozen-sub-member`."""
    member = context.members.find(params.get("subuid"))
    member.status = FROZEN if read_choice(params, "frozen", ("0", "1")) == "1" else NORMAL
    return {}


def delete(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/del-submember`: only one that holds nothing."""
    member = context.members.find(params.get("subMemberId"))
    if not member.is_empty:
        raise VenueError(20010, "The sub account still holds assets.")
    del context.members.members[member.uid]
    return {}


def create_key(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/create-sub-api`: the only answer that shows the secret, and the venue lets nobody in with it."""
    member = context.members.find(params.get("subuid"))
    number = context.members.number()
    key = SubKey(
        ident=str(16_651_000 + number),
        api_key=_letters(f"key {number}", 18),
        note=read_text(params, "note"),
        is_read_only=read_choice(params, "readOnly", ("0", "1")) == "1",
        permissions=_permissions(params),
        ips=_ips(params),
        created_ms=context.exchange.now_ms(),
    )
    member.keys[key.api_key] = key
    return _key_row(key) | {"secret": _letters(f"secret {number}", 36)}


def keys(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/sub-apikeys`."""
    member = context.members.find(params.get("subMemberId"))
    found, cursor = closed_page(list(member.keys.values()), params, lambda key: key.ident, 20, 20)
    rows = [
        {
            "id": key.ident,
            "ips": key.ips,
            "apiKey": key.api_key,
            "note": key.note,
            "status": 3,
            "expiredAt": "",
            "createdAt": str(key.created_ms),
            "type": 1,
            "permissions": key.permissions,
            "secret": _HIDDEN,
            "readOnly": key.is_read_only,
            "deadlineDay": 0,
            "flag": "hmac",
        }
        for key in found
    ]
    return {"result": rows, "nextPageCursor": cursor}


def update_key(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/update-sub-api`: what is not named stays."""
    _, key = context.members.key(read_needed(params, "apikey"))
    if "readOnly" in params:
        key.is_read_only = read_choice(params, "readOnly", ("0", "1")) == "1"
    if "permissions" in params:
        key.permissions = _permissions(params)
    if "ips" in params:
        key.ips = _ips(params)
    return _key_row(key) | {"secret": ""}


def delete_key(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/user/delete-sub-api`."""
    member, key = context.members.key(read_needed(params, "apikey"))
    del member.keys[key.api_key]
    return {}


def own_key(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/user/update-api` and `/v5/user/delete-api`: the key of the venue is given where it is started."""
    del exchange, params
    raise VenueError(10005, "Permission denied, please check your API key permissions.")


def referrals(exchange: Exchange, params: Params) -> dict[str, Any]:
    """`/v5/user/invitation/referrals`: nobody was invited."""
    del exchange, params
    return {"list": [], "nextCursor": ""}


def universal(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/universal-transfer`: done at once."""
    ident = read_needed(params, "transferId")
    try:
        UUID(ident)
    except ValueError as e:
        raise VenueError(131200, "transferId must be a UUID") from e
    source, target = (_account(context, params, side) for side in ("from", "to"))
    if source == target:
        raise VenueError(131200, "source and target are the same account")
    coin = read_needed(params, "coin")
    if coin not in known_coins(context.exchange):
        raise VenueError(131200, "coin not supported")
    context.members.transfer(
        UniversalTransfer(
            ident=ident,
            coin=coin,
            amount=read_amount(params, "amount"),
            source=source,
            target=target,
            at_ms=context.exchange.now_ms(),
        )
    )
    return {"transferId": ident, "status": "SUCCESS"}


def universals(context: Context, params: Params) -> dict[str, Any]:
    """`/v5/asset/transfer/query-universal-transfer-list`, newest first."""
    start, end = window(params, context.exchange.now_ms())
    wanted = {name: read_text(params, name) for name in ("transferId", "coin", "status")}
    rows = [
        {
            "transferId": done.ident,
            "coin": done.coin,
            "amount": plain(done.amount),
            "timestamp": str(done.at_ms),
            "status": "SUCCESS",
            "fromAccountType": done.source[1],
            "toAccountType": done.target[1],
            "fromMemberId": str(done.source[0]),
            "toMemberId": str(done.target[0]),
        }
        for done in reversed(context.members.transfers.values())
        if start <= done.at_ms <= end
    ]
    rows = [row for row in rows if all(value in {"", row[name]} for name, value in wanted.items())]
    found, cursor = page(rows, params, lambda row: row["transferId"], 20, 50)
    return {"list": found, "nextPageCursor": cursor}


def _account(context: Context, params: Params, side: str) -> tuple[int, str]:
    account = read_choice(params, f"{side}AccountType", ACCOUNT_TYPES)
    uid = params.get(f"{side}MemberId")
    if str(uid) == str(context.members.main_uid):
        return context.members.main_uid, account
    return context.members.find(uid).uid, account


def _member_row(member: SubMember) -> dict[str, Any]:
    return {
        "uid": str(member.uid),
        "username": member.name,
        "memberType": member.kind,
        "status": member.status,
        "remark": member.remark,
        "accountMode": 5,
    }


def _key_row(key: SubKey) -> dict[str, Any]:
    return {
        "id": key.ident,
        "note": key.note,
        "apiKey": key.api_key,
        "readOnly": int(key.is_read_only),
        "permissions": key.permissions,
        "ips": key.ips,
    }


def _permissions(params: Params) -> dict[str, list[str]]:
    given = params.get("permissions")
    if not isinstance(given, dict) or set(given) - set(PERMISSIONS):
        raise bad_param("params error: permissions invalid")
    for names in given.values():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise bad_param("params error: permissions invalid")
    return {name: list(given.get(name, [])) for name in PERMISSIONS}


def _ips(params: Params) -> list[str]:
    given = read_text(params, "ips") if not isinstance(params.get("ips"), list) else params["ips"]
    listed_ips = given.split(",") if isinstance(given, str) else given
    if not all(isinstance(each, str) for each in listed_ips):
        raise bad_param("params error: ips invalid")
    return [each for each in listed_ips if each] or ["*"]


def _letters(of: str, length: int) -> str:
    return sha256(of.encode()).hexdigest()[:length]


ROUTES: Routes = {
    ("POST", "/v5/user/create-sub-member"): uses(create, ret_msg=""),
    ("POST", "/v5/user/create-demo-member"): uses(create_demo, ret_msg=""),
    ("GET", "/v5/user/query-sub-members"): uses(listed, ret_msg=""),
    ("GET", "/v5/user/submembers"): uses(pages, ret_msg=""),
    ("GET", "/v5/user/escrow_sub_members"): private(escrow, ret_msg=""),
    ("POST", "/v5/user/frozen-sub-member"): uses(freeze, ret_msg=""),
    ("POST", "/v5/user/del-submember"): uses(delete, ret_msg=""),
    ("POST", "/v5/user/create-sub-api"): uses(create_key, ret_msg=""),
    ("GET", "/v5/user/sub-apikeys"): uses(keys, ret_msg=""),
    ("POST", "/v5/user/update-sub-api"): uses(update_key, ret_msg=""),
    ("POST", "/v5/user/delete-sub-api"): uses(delete_key, ret_msg=""),
    ("POST", "/v5/user/update-api"): private(own_key, ret_msg=""),
    ("POST", "/v5/user/delete-api"): private(own_key, ret_msg=""),
    ("GET", "/v5/user/invitation/referrals"): private(referrals, ret_msg=""),
    ("POST", "/v5/asset/transfer/universal-transfer"): uses(universal, ret_msg="success"),
    ("GET", "/v5/asset/transfer/query-universal-transfer-list"): uses(universals, ret_msg="success"),
}
