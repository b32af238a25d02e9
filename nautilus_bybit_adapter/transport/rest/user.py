"""The user and the API key.

Source: Bybit V5 "Get API Key Information".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.user import BybitApiKeyInfo


class UserMethods(RestReads):
    """The user and the API key."""

    async def get_api_key_info(self) -> BybitApiKeyInfo:
        """Return what the API key may do."""
        return await self._get("/v5/user/query-api", {}, BybitApiKeyInfo)
