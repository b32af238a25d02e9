"""The range of a request."""

from __future__ import annotations

from typing import Any

from nautilus_bybit_adapter.nt1.mapping.identifiers import MS_TO_NS


def span_ms_of(request: Any) -> tuple[int | None, int | None]:
    """
    Return the first and the last moment of a request, epoch milliseconds; ``None`` is open.

    The framework states an open beginning as 1970.
    """
    start, end = request.start, request.end
    start_ms = None if start is None or start.value <= 0 else -(-start.value // MS_TO_NS)
    return start_ms, None if end is None else end.value // MS_TO_NS
