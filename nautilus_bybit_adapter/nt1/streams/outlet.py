"""Publishing the package's own data types."""

from __future__ import annotations

from collections.abc import Callable

from nautilus_trader.model.data import CustomData, DataType

from nautilus_bybit_adapter.nt1.custom_data import BybitData
from nautilus_bybit_adapter.nt1.streams.stream import Publish


class Outlet:
    """
    Publishes data under every data type it was subscribed with.

    Whoever subscribed ``DataType(BybitTicker, {"instrument_id": ...})`` listens on another topic of the message bus
    than whoever named the instrument beside the data type, or added metadata of his own.

    Parameters
    ----------
    publish : Publish
        Takes the data.
    on_wanted : Callable[[], None], optional
        Called when a data type has come or gone.

    """

    def __init__(self, publish: Publish, on_wanted: Callable[[], None] | None = None) -> None:
        self._publish = publish
        self._on_wanted = on_wanted
        # By topic: data types whose metadata hold an id and its text cannot be compared.
        self._data_types: dict[str, DataType] = {}

    def __bool__(self) -> bool:
        return bool(self._data_types)

    def add(self, data_type: DataType) -> None:
        """Publish under one more data type."""
        self._data_types[data_type.topic] = data_type
        self._tell()

    def remove(self, data_type: DataType) -> None:
        """Publish under it no more."""
        self._data_types.pop(data_type.topic, None)
        self._tell()

    def _tell(self) -> None:
        if self._on_wanted is not None:
            self._on_wanted()

    def publish(self, datum: BybitData) -> None:
        """Publish a datum."""
        for data_type in self._data_types.values():
            self._publish(CustomData(data_type, datum))
