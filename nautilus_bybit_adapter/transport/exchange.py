"""One HTTP exchange, whoever carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol


class HttpRequest(NamedTuple):
    """A request before it is bytes.

    Attributes
    ----------
    method : str
        `GET` or `POST`.
    target : str
        The path with the query, percent-encoded.
    headers : Mapping of str to str
        Beside those that every request has.
    body : bytes or None
        JSON; `None` for none.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None = None


class HeaderFields(Mapping[str, str]):
    """The headers of an answer; names do not mind case.

    Parameters
    ----------
    fields : dict of bytes to bytes
        Values by their names in lower case.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[bytes, bytes]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower().encode()].decode("latin-1")

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # an absent header is no text
        """Return a value, or the default for a header that is absent."""
        value = self._fields.get(name.lower().encode())
        return default if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class HttpAnswer(NamedTuple):
    """An answer, whatever its status; the body is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ExchangeLost(Exception):  # noqa: N818 - an event, told to the one caller that makes an error of it
    """A request or its answer was lost.

    Parameters
    ----------
    what : str
        What happened.
    is_sent : bool
        Whether any of the request may have left this process.
    is_timeout : bool
        Whether the time was over.
    is_unreachable : bool
        Whether the host's name or its certificate failed, which no repetition will mend.
    is_stale : bool
        Whether the other side closed a connection without one byte of an answer.
    """

    def __init__(
        self,
        what: str,
        *,
        is_sent: bool,
        is_timeout: bool = False,
        is_unreachable: bool = False,
        is_stale: bool = False,
    ) -> None:
        super().__init__(what)
        self.is_sent = is_sent
        self.is_timeout = is_timeout
        self.is_unreachable = is_unreachable
        self.is_stale = is_stale


class HttpTransport(Protocol):
    """What carries requests to hosts."""

    async def exchange(self, base_url: str, request: HttpRequest, timeout_secs: float) -> HttpAnswer:
        """Send a request once and return the answer; redirects are answers like any other.

        A GET may be sent once more if its connection is closed without a byte of an answer.

        Raises
        ------
        ExchangeLost
            If there is no whole answer in time.
        """
        ...

    async def close(self) -> None:
        """Close all connections; exchanges under way are lost."""
        ...
