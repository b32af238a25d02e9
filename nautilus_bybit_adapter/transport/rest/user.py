"""The user, its sub accounts and their keys; reading only.

Source: Bybit V5 "Get API Key Information", "Get Sub UID List (Limited)", "Get Sub Account All API Keys",
"Get UID Wallet Type".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.envelope import page_under
from nautilus_bybit_adapter.wire.user import (
    BybitApiKeyInfo,
    BybitMemberWallets,
    BybitSubApiKey,
    BybitSubMember,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUB_MEMBERS = Listing(
    path="/v5/user/query-sub-members", row_type=BybitSubMember, page_of=page_under("subMembers")
)
_SUB_KEYS = Listing(
    path="/v5/user/sub-apikeys", row_type=BybitSubApiKey, page_rows=20, page_of=page_under("result")
)
_WALLETS = Listing(
    path="/v5/user/get-member-type", row_type=BybitMemberWallets, page_of=page_under("accounts")
)


class UserMethods(RestReads):
    """The user, its sub accounts and their keys; reading only."""

    async def get_api_key_info(self) -> BybitApiKeyInfo:
        """Return what the API key may do."""
        return await self._get("/v5/user/query-api", {}, BybitApiKeyInfo)

    async def get_sub_accounts(self) -> list[BybitSubMember]:
        """Return the sub accounts of the main account, of which the venue lists ten thousand at most.

        Source: Bybit V5 "Get Sub UID List (Limited)".
        """
        return await self._list(_SUB_MEMBERS, {})

    async def get_sub_account_keys(self, sub_member_id: str) -> list[BybitSubApiKey]:
        """Return what the keys of a sub account, by its user id, may do.

        Source: Bybit V5 "Get Sub Account All API Keys".
        """
        return await self._list(_SUB_KEYS, {"subMemberId": sub_member_id})

    async def get_account_wallets(self, member_ids: Sequence[str] = ()) -> list[BybitMemberWallets]:
        """Return the wallets of the key's own account, or of accounts by their user ids.

        Source: Bybit V5 "Get UID Wallet Type".
        """
        return await self._list(_WALLETS, {"memberIds": ",".join(member_ids) or None})
