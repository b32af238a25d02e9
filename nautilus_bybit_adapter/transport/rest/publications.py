"""What the venue publishes beside its markets: fee groups and announcements.

Source: Bybit V5 "Get Fee Group Structure", "Get Announcement".
"""

from __future__ import annotations

from nautilus_bybit_adapter.transport.paging import Listing
from nautilus_bybit_adapter.transport.rest.reads import RestReads
from nautilus_bybit_adapter.wire.publications import BybitAnnouncement, BybitFeeGroup

_FEE_GROUPS = Listing(path="/v5/market/fee-group-info", row_type=BybitFeeGroup, is_private=False)
_ANNOUNCEMENTS = Listing(
    path="/v5/announcements/index",
    row_type=BybitAnnouncement,
    is_private=False,
    page_rows=20,
    has_pages=False,
)


class PublicationMethods(RestReads):
    """Fee groups and announcements; public."""

    async def get_fee_groups(
        self, product_type: str = "contract", group_id: int | None = None
    ) -> list[BybitFeeGroup]:
        """Return the contracts that share their fee rates, and the rates: all groups, or one by its number.

        Source: Bybit V5 "Get Fee Group Structure".
        """
        return await self._list(_FEE_GROUPS, {"productType": product_type, "groupId": group_id})

    async def get_announcements(
        self,
        locale: str = "en-US",
        *,
        announcement_type: str | None = None,
        tag: str | None = None,
        page: int = 1,
    ) -> list[BybitAnnouncement]:
        """Return a page of twenty announcements, newest first.

        Parameters
        ----------
        locale : str
            The language, such as `en-US`.
        announcement_type, tag : str or None
            What to narrow it to, such as `new_crypto` or `delistings`, and `Spot`.
        page : int
            Its number; 1 for the newest.

        Notes
        -----
        Source: Bybit V5 "Get Announcement".
        """
        parameters = {"locale": locale, "type": announcement_type, "tag": tag, "page": page}
        return await self._list(_ANNOUNCEMENTS, parameters)
