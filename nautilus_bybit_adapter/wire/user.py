"""The user behind an API key, and what the key may do.

Source: Bybit V5 "Get API Key Information", "Get Sub UID List (Limited)", "Get Sub Account All API Keys",
"Get UID Wallet Type".
"""

from __future__ import annotations

import msgspec


class BybitApiKeyInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the API key may do; the key and its secret are left out.

    Attributes
    ----------
    id, note : str
        The venue's id of the key, and its owner's note.
    read_only : int
        1 where it cannot trade.
    permissions : dict of str to list of str
        What it may do, such as `ContractTrade: [Order, Position]`.
    ips : list of str
        Addresses it may come from; `*` for any.
    type : int
        1 for a key of the user, 2 for one of an application.
    deadline_day, expired_at, created_at : int, str, str
        Days left, and ISO 8601 times.
    unified, uta : int
        The account's kind: `uta` 1 for a unified trading account.
    user_id, inviter_id, affiliate_id : int
        Ids; the `_int64` trio as text.
    vip_level, mkt_maker_level : str
        Fee level, and level as a market maker.
    rsa_public_key : str
        Public half of an RSA key; `""` for HMAC.
    is_master : bool
        Whether it belongs to the main account; otherwise `parent_uid` does.
    parent_uid, kyc_level, kyc_region : str
        Main account, level and region of identification.
    """

    id: str = ""
    note: str = ""
    read_only: int = 0
    permissions: dict[str, list[str]] = {}
    ips: list[str] = []
    type: int = 0
    deadline_day: int = 0
    expired_at: str = ""
    created_at: str = ""
    unified: int = 0
    uta: int = 0
    user_id: int = msgspec.field(name="userID", default=0)
    inviter_id: int = msgspec.field(name="inviterID", default=0)
    affiliate_id: int = msgspec.field(name="affiliateID", default=0)
    user_id_int64: str = msgspec.field(name="userIDInt64", default="")
    inviter_id_int64: str = msgspec.field(name="inviterIDInt64", default="")
    affiliate_id_int64: str = msgspec.field(name="affiliateIDInt64", default="")
    vip_level: str = ""
    mkt_maker_level: str = ""
    rsa_public_key: str = ""
    is_master: bool = False
    parent_uid: str = ""
    kyc_level: str = ""
    kyc_region: str = ""


class BybitSubMember(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A sub account.

    `member_type` is 1 for a usual one and 6 for one in custody, `status` 1 for normal, 2 while its login is
    forbidden and 4 for frozen; `account_mode` is 1 for classic, 3 to 6 for the kinds of unified account.
    """

    uid: str
    username: str
    member_type: int = 0
    status: int = 0
    account_mode: int = 0
    remark: str = ""


class BybitSubApiKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key of a sub account; the key and its secret are left out.

    Attributes
    ----------
    id, note : str
        The venue's id of the key, and its owner's note.
    read_only : bool
        Whether it cannot trade.
    permissions : dict of str to list of str
        What it may do.
    ips : list of str
        Addresses it may come from; `*` for any.
    type, flag : int, str
        1 for a key of the user, 2 for one of an application; `hmac` or `rsa`.
    status : int
        1 permanent, 2 expired, 3 within its time, 4 about to expire.
    deadline_day, expired_at, created_at : int, str, str
        Days left, and its times.
    """

    id: str
    note: str = ""
    read_only: bool = False
    permissions: dict[str, list[str]] = {}
    ips: list[str] = []
    type: int = 0
    flag: str = ""
    status: int = 0
    deadline_day: int = 0
    expired_at: str = ""
    created_at: str = ""


class BybitMemberWallets(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The wallets an account has: words such as `UNIFIED` and `FUND`."""

    uid: str
    account_type: list[str]
