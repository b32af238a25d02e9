"""What the rooms of the data client share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.model.data import CustomData, DataType
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.instruments import Instrument

from nautilus_bybit_adapter._ext import FrameworkTypes
from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.config import BybitDataClientConfig
from nautilus_bybit_adapter.nt1.custom_data import BybitBookStatus, BybitRequestFailed
from nautilus_bybit_adapter.nt1.data.feeds import PublicFeeds
from nautilus_bybit_adapter.nt1.mapping.identifiers import symbol_of
from nautilus_bybit_adapter.nt1.streams import Publish
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.enums import BybitProductType

CreateTask = Callable[[Coroutine[Any, Any, None], str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataContext:
    """
    The data client's parts.

    Parameters
    ----------
    feeds : PublicFeeds
        The sockets and streams.
    provider : InstrumentProvider
        The instruments.
    http : BybitHTTPClient
        The REST client.
    publish : Publish
        Takes the data.
    create_task : CreateTask
        Runs a coroutine under a name until the client disconnects.
    now_ns : Callable[[], int]
        The node's clock, UNIX nanoseconds.
    log : Logger
        Where to report.
    config : BybitDataClientConfig
        The configuration.
    types : FrameworkTypes or None
        How C++ makes the framework's objects; ``None`` where frames are decoded in Python.

    """

    feeds: PublicFeeds
    provider: InstrumentProvider
    http: BybitHTTPClient
    publish: Publish
    create_task: CreateTask
    now_ns: Callable[[], int]
    log: Any
    config: BybitDataClientConfig
    types: FrameworkTypes | None

    def instrument(self, instrument_id: InstrumentId) -> tuple[Instrument, BybitProductType]:
        """
        Return a loaded instrument and its category.

        Raises
        ------
        BybitConfigError
            If the id names no category, or the instrument is not loaded.

        """
        _, category = symbol_of(instrument_id)
        instrument = self.provider.find(instrument_id)
        if instrument is None:
            raise BybitConfigError(
                f"instrument {instrument_id} is not loaded: add it to load_ids, or set load_all"
            )
        return instrument, category

    async def loaded(self, instrument_id: InstrumentId) -> Instrument:
        """Return an instrument, read from the venue if it is not loaded; raises `BybitError`."""
        if self.provider.find(instrument_id) is None:
            await self.provider.load_async(instrument_id)
        return self.instrument(instrument_id)[0]

    def announce(self, datum: BybitBookStatus | BybitRequestFailed) -> None:
        """Publish what the client itself has to tell, whoever listens."""
        if isinstance(datum, BybitBookStatus):
            data_type = DataType(BybitBookStatus, {"instrument_id": datum.instrument_id})
        else:
            data_type = DataType(BybitRequestFailed, {"request_id": datum.request_id})
        self.publish(CustomData(data_type, datum))


def check_category(what: str, category: BybitProductType, *allowed: BybitProductType) -> None:
    """
    Check that a category has something.

    Raises
    ------
    BybitConfigError
        If it has not.

    """
    if category not in allowed:
        raise BybitConfigError(
            f"Bybit has no {what} of {category.name}: {', '.join(each.name for each in allowed)} have"
        )
