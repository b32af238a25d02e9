"""Objects of the venue as bytes and back.

Everything the venue remembers is one graph of plain objects, so it is pickled whole: a new kind of order or
setting is kept without a line written for it. Reading back, only classes of the venue and a few of the
standard library are allowed, so a foreign file cannot run anything.
"""

from __future__ import annotations

import importlib
import io
import pickle
from types import FunctionType, MethodType
from typing import Any

from .errors import StateError

_OWN = __name__.rpartition(".state.")[0]
_SINK = "sink"
_FOREIGN = {
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "bytearray"),
    ("collections", "OrderedDict"),
    ("collections", "Counter"),
    ("collections", "defaultdict"),
    ("collections", "deque"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("pathlib", "PosixPath"),
    ("random", "Random"),
    ("types", "MappingProxyType"),
    ("uuid", "UUID"),
}


def freeze(value: object, sink: object = None) -> bytes:
    """Turn a graph of objects into bytes; `sink` is left out and given again when it is read.

    Raises
    ------
    StateError
        When something in it cannot be kept.
    """
    out = io.BytesIO()
    try:
        _Freezer(out, sink).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as e:
        raise StateError(f"the venue holds something that cannot be kept: {e}") from e
    return out.getvalue()


def thaw(raw: bytes, sink: object = None) -> Any:
    """Read bytes of `freeze`.

    Raises
    ------
    StateError
        When they are damaged or name anything but the venue's own classes.
    """
    try:
        return _Thawer(io.BytesIO(raw), sink).load()
    except StateError:
        raise
    except Exception as e:
        raise StateError(f"what was kept cannot be read: {type(e).__name__}: {e}") from e


class _Freezer(pickle.Pickler):
    def __init__(self, out: io.BytesIO, sink: object) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._sink = sink

    def persistent_id(self, obj: object) -> str | None:
        return _SINK if obj is self._sink and obj is not None else None


class _Thawer(pickle.Unpickler):
    def __init__(self, raw: io.BytesIO, sink: object) -> None:
        super().__init__(raw)
        self._sink = sink

    def persistent_load(self, pid: object) -> object:
        if pid == _SINK:
            return self._sink
        raise StateError(f"what was kept refers to {pid!r}, which nobody knows")

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("builtins", "getattr"):
            return _method
        if (module, name) in _FOREIGN:
            return super().find_class(module, name)
        if module.startswith(_OWN + "."):
            found = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            if isinstance(found, type | FunctionType) and found.__module__.startswith(_OWN + "."):
                return found
        raise StateError(f"what was kept names {module}.{name}, which the venue does not keep")


def _method(owner: object, name: str) -> object:
    """Return a bound method of one of the venue's objects: all that `getattr` is for here."""
    found = getattr(owner, name)
    if isinstance(found, MethodType) and type(owner).__module__.startswith(_OWN + "."):
        return found
    raise StateError(f"what was kept names {name!r} of a {type(owner).__name__}, which is no method")
