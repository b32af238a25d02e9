"""What the methods have in common: one result or a whole list, read as structs and judged.

A row that defies reading fails a private list and is left out of a public one. A word that no enum knows
never fails anything.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.errors import BybitApiError, BybitConfigError, BybitDecodeError
from nautilus_bybit_adapter.ret_codes import is_already_done
from nautilus_bybit_adapter.transport.paging import decode_page, read_list
from nautilus_bybit_adapter.transport.rest_session import RestSession, decode_result
from nautilus_bybit_adapter.transport.spans import read_history, read_series
from nautilus_bybit_adapter.wire.envelope import list_page
from nautilus_bybit_adapter.wire.words import unknown_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nautilus_bybit_adapter.transport.paging import Listing, PageReader, Parameters, Rows
    from nautilus_bybit_adapter.wire.orders import BybitExecution, BybitOrder
    from nautilus_bybit_adapter.wire.positions import BybitPosition


class RestReads(RestSession):
    """A session that reads results as structs; takes the parameters of `RestSession`.

    Attributes
    ----------
    bad_row_count : int
        Rows of public data that could not be read and were left out.
    """

    bad_row_count = 0

    @cached_property
    def unknown_word_counts(self) -> Counter[str]:
        """How often a word came that this version does not know, by `Struct.field=word`."""
        return Counter()

    async def _get[T: msgspec.Struct](
        self, path: str, parameters: Parameters, result_type: type[T], *, is_private: bool = True
    ) -> T:
        raw = await self.read(path, parameters, is_private=is_private)
        result = decode_result(raw, result_type, path)
        self._note_words((result,))
        return result

    async def _post[T: msgspec.Struct](self, path: str, request: msgspec.Struct, result_type: type[T]) -> T:
        return decode_result(await self.write(path, request), result_type, path)

    async def _post_list[T: msgspec.Struct](
        self, path: str, request: msgspec.Struct, row_type: type[T], page_of: PageReader = list_page
    ) -> list[T]:
        page = decode_page(await self.write(path, request), page_of, path)
        return [decode_result(raw, row_type, path) for raw in page.rows]

    async def _set(self, path: str, request: msgspec.Struct) -> None:
        """Change a setting; that it is so already is a success."""
        try:
            await self.write(path, request)
        except BybitApiError as exc:
            if not is_already_done(exc.ret_code, exc.ret_msg):
                raise

    async def _list[T: msgspec.Struct](
        self, listing: Listing[T], parameters: Parameters, limit: int | None = None
    ) -> list[T]:
        return self._judged(listing, await read_list(self, listing, parameters, limit))

    async def _history[T: msgspec.Struct](
        self,
        listing: Listing[T],
        parameters: Parameters,
        start_ms: int | None,
        end_ms: int | None,
        limit: int | None,
    ) -> list[T]:
        rows = await read_history(self, listing, parameters, start_ms=start_ms, end_ms=end_ms, limit=limit)
        return self._judged(listing, rows)

    async def _series[T: msgspec.Struct](
        self,
        listing: Listing[T],
        parameters: Parameters,
        start_ms: int | None,
        end_ms: int | None,
        limit: int | None,
    ) -> list[T]:
        rows = await read_series(self, listing, parameters, start_ms=start_ms, end_ms=end_ms, limit=limit)
        return self._judged(listing, rows)

    def _judged[T: msgspec.Struct](self, listing: Listing[T], rows: Rows[T]) -> list[T]:
        if rows.bad and listing.is_private:
            first = rows.bad[0]
            raise BybitDecodeError(
                f"{len(rows.bad)} of {len(rows.good) + len(rows.bad)} rows of {listing.path} cannot be read, "
                f"the first because {first.error}: {first.excerpt!r}",
                topic=listing.path,
                excerpt=first.excerpt,
            )
        for row in rows.bad:
            self.bad_row_count += 1
            self.journal.warning(f"A row of {listing.path} was left out ({row.error}): {row.excerpt!r}")
        self._note_words(rows.good)
        return rows.good

    def _note_words(self, rows: Sequence[msgspec.Struct]) -> None:
        for name, count in unknown_words(rows).items():
            if name not in self.unknown_word_counts:
                self.journal.warning(f"The venue uses a word this version does not know: {name}.")
            self.unknown_word_counts[name] += count


def of_category[T: (BybitOrder, BybitExecution, BybitPosition)](category: str, rows: list[T]) -> list[T]:
    """Return the rows with the category that was asked for: those of REST carry none."""
    return [row if row.category else msgspec.structs.replace(row, category=category) for row in rows]


def checked[T](name: str, value: T, allowed: Iterable[T]) -> T:
    """Return the value, or raise `BybitConfigError` where it is none of those allowed."""
    options = list(allowed)
    if value not in options:
        listed = ", ".join(str(each) for each in options)
        raise BybitConfigError(f"{name} must be one of {listed}; it is {value!r}.")
    return value
