"""Everything that moves the exchange from outside, one input at a time, so that a journal can keep it.

What changes the exchange is either a request a client sent, a call of a method marked `taken`, or nothing.
Time stands still during an input, so that the same inputs at the same times lead to the same exchange.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Input:
    """One input: when (ms), on what (`request`, `exchange` or `category/symbol`), which call, with what."""

    at_ms: int
    target: str
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(slots=True)
class Inputs:
    """Gives the exchange its time and a journal its inputs.

    Parameters
    ----------
    wall : callable
        The venue's clock, ms.

    Attributes
    ----------
    keep : callable, optional
        Receives each input after it was carried out.
    ahead : callable, optional
        Told category and symbol of what an input is about, before it is carried out.
    """

    wall: Callable[[], int]
    keep: Callable[[Input], None] | None = field(default=None)
    ahead: Callable[[object, object], None] | None = field(default=None)
    _at_ms: int | None = field(default=None)

    def now_ms(self) -> int:
        """Return the venue's time, which stands still during an input that is kept."""
        return self.wall() if self._at_ms is None else self._at_ms

    @property
    def is_taking(self) -> bool:
        """Whether an input is under way; what happens inside it is part of it."""
        return self._at_ms is not None

    @contextmanager
    def taking(self, target: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[None]:
        """Hold the time while an input is carried out, and keep it."""
        if self._at_ms is None:
            self.announce(args)
        if self.keep is None or self._at_ms is not None:
            yield
            return
        at_ms = self._at_ms = self.wall()
        try:
            yield
        finally:
            self._at_ms = None
            self.keep(Input(at_ms, target, name, args, kwargs))

    def announce(self, args: tuple[Any, ...]) -> None:
        """Tell `ahead` which markets a request among `args` names, so that they move before it does."""
        for params in args if self.ahead is not None else ():
            if not isinstance(params, dict):
                continue
            items = params.get("request")
            for item in (params, *(items if isinstance(items, list) else ())):
                if isinstance(item, dict) and self.ahead is not None:
                    self.ahead(params.get("category"), item.get("symbol"))

    @contextmanager
    def at(self, at_ms: int) -> Iterator[None]:
        """Carry out a kept input again, at its time."""
        self._at_ms = at_ms
        try:
            yield
        finally:
            self._at_ms = None

    def __getstate__(self) -> tuple[()]:
        return ()

    def __setstate__(self, state: tuple[()]) -> None:
        del state
        self.wall, self.keep, self.ahead, self._at_ms = _no_time, None, None, None


def _no_time() -> int:
    raise RuntimeError("the exchange was not told the time")


class TakesInputs(Protocol):
    """Whose methods can be inputs."""

    @property
    def inputs(self) -> Inputs:
        """Where they are kept."""

    @property
    def input_target(self) -> str:
        """What they are inputs of."""


def taken[S: TakesInputs, **P, R](method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Mark a method that changes the exchange: a call from outside is an input.

    Its arguments have to be plain values.
    """

    @wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        inputs = self.inputs
        if inputs.is_taking:
            return method(self, *args, **kwargs)
        if inputs.keep is None:
            inputs.announce(args)
            return method(self, *args, **kwargs)
        with inputs.taking(self.input_target, method.__name__, args, kwargs):
            return method(self, *args, **kwargs)

    call.is_input = True  # type: ignore[attr-defined] # what a test looks for
    return call
