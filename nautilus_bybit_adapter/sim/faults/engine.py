"""Which faults are set, when they hit and what they hit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING, Any

from .spec import FaultError, FaultSpec, parse_fault, read_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

LOG_LENGTH = 10_000
MOST_FAULTS = 200


@dataclass(slots=True, eq=False)
class Fault:
    """A fault that is set: its spec, how often it was due and how often it hit."""

    ident: str
    spec: FaultSpec
    random: Random
    seen: int = 0
    fired: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether it has hit as often as it may."""
        return self.spec.count is not None and self.fired >= self.spec.count

    def to_json(self) -> dict[str, Any]:
        """Return the fault as the admin port shows it."""
        return {
            "id": self.ident,
            **self.spec.to_json(),
            "seen": self.seen,
            "fired": self.fired,
            "exhausted": self.exhausted,
        }


@dataclass(frozen=True, slots=True)
class Firing:
    """One hit: when (ms), which fault (`""` for a single action), what kind, and what it hit."""

    number: int
    at_ms: int
    fault_id: str
    kind: str
    family: str
    subject: str
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the hit as the admin port shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class FaultEngine:
    """The faults of one venue.

    Every fault draws from a generator of its own, seeded by the venue's seed and the fault's id, so a run
    with the same seed, faults and occasions repeats, whatever other faults are added.

    Parameters
    ----------
    seed : int
        Seed of the venue.
    now_ms : callable
        Returns the venue's time in ms, for the log.

    Attributes
    ----------
    log : deque of Firing
        The last `LOG_LENGTH` hits.
    """

    seed: int
    now_ms: Callable[[], int]
    log: deque[Firing] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    _faults: dict[str, Fault] = field(default_factory=dict)
    _added: int = 0
    _hits: int = 0

    @property
    def active(self) -> list[Fault]:
        """Faults that are set, in the order they were added; exhausted ones stay until removed."""
        return list(self._faults.values())

    @property
    def is_armed(self) -> bool:
        """Whether any fault is set."""
        return bool(self._faults)

    def add(self, kind: str | FaultSpec, **settings: Any) -> str:
        """Set a fault and return its id.

        Parameters
        ----------
        kind : str or FaultSpec
            A kind, `KIND:key=value,...`, or a finished spec.
        **settings
            Fields of `FaultSpec` and options of the kind.

        Raises
        ------
        FaultError
            When a setting is wrong or there are too many faults.
        """
        if settings:
            return self.add_settings(kind, settings)
        return self._set(kind if isinstance(kind, FaultSpec) else parse_fault(kind))

    def add_settings(self, kind: object, settings: Mapping[str, Any]) -> str:
        """Set a fault of `kind` with named settings, whatever they are called, and return its id.

        Raises
        ------
        FaultError
            When a setting is wrong or there are too many faults.
        """
        return self._set(read_fault({**settings, "kind": kind}))

    def _set(self, spec: FaultSpec) -> str:
        if len(self._faults) >= MOST_FAULTS:
            raise FaultError(f"at most {MOST_FAULTS} faults can be set at once; remove one first")
        self._added += 1
        ident = f"f{self._added}"
        self._faults[ident] = Fault(ident, spec, Random(f"{self.seed}/{ident}"))  # noqa: S311 - chance, no secret
        return ident

    def remove(self, ident: str) -> None:
        """Take a fault back.

        Raises
        ------
        FaultError
            When none has this id.
        """
        if self._faults.pop(ident, None) is None:
            known = ", ".join(self._faults) or "none"
            raise FaultError(f"there is no fault {ident!r}; set are: {known}")

    def clear(self) -> None:
        """Take every fault back."""
        self._faults.clear()

    def has(self, ident: str) -> bool:
        """Whether a fault of this id is set."""
        return ident in self._faults

    def find(self, kinds: Collection[str], family: str, subject: str) -> Iterator[Fault]:
        """Faults of `kinds` that could hit `subject` now; `hits` decides whether one does."""
        for fault in list(self._faults.values()):
            spec = fault.spec
            if spec.kind in kinds and spec.covers(family) and fnmatchcase(subject, spec.match):
                yield fault

    def hits(self, fault: Fault, family: str, subject: str, detail: str = "") -> bool:
        """Count an occasion; draw whether the fault hits and log it when it does."""
        fault.seen += 1
        if fault.seen <= fault.spec.after or fault.exhausted:
            return False
        if fault.spec.probability < 1 and fault.random.random() >= fault.spec.probability:
            return False
        fault.fired += 1
        self._write(fault.ident, fault.spec.kind, family, subject, detail)
        return True

    def first(self, kinds: Collection[str], family: str, subject: str) -> Fault | None:
        """Return the first fault of `kinds` that hits `subject`."""
        found = (fault for fault in self.find(kinds, family, subject) if self.hits(fault, family, subject))
        return next(found, None)

    def skew_ms(self, family: str, subject: str) -> int:
        """How far the clock that `subject` is answered with is off, ms."""
        found = self.find({"clock_skew"}, family, subject) if self._faults else ()
        return sum(
            fault.spec.number("ms")
            for fault in found
            if not fault.exhausted and fault.seen >= fault.spec.after
        )

    def note(self, kind: str, family: str, subject: str, detail: str = "") -> None:
        """Log something that went wrong on purpose without a standing fault."""
        self._write("", kind, family, subject, detail)

    def told(self, since: int = 0) -> Iterable[Firing]:
        """Hits after number `since`."""
        return (firing for firing in self.log if firing.number > since)

    def _write(self, ident: str, kind: str, family: str, subject: str, detail: str) -> None:
        self._hits += 1
        self.log.append(Firing(self._hits, self.now_ms(), ident, kind, family, subject, detail))
