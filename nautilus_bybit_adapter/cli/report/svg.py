"""What charts are drawn with: elements, scales and axes. Colours are the page's, by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

type Points = Iterable[tuple[float, float]]


def element(name: str, content: str = "", **attributes: object) -> str:
    """Return an element; ``_`` in names of attributes is ``-``, a trailing one is dropped."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{shown}>{content}</{name}>"


def _attribute(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else escape(str(value))


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> str:
    """Return a line of text; `y` is its middle."""
    return element(
        "text", escape(content), x=x, y=y, class_=class_, text_anchor=anchor, dominant_baseline="central"
    )


def title(content: str) -> str:
    """Return what shows when the pointer rests on the element it is put into."""
    return element("title", escape(content))


def path(points: Points, class_: str, *, is_closed: bool = False) -> str:
    """Return a line through points; nothing without any."""
    drawn = "L".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return element("path", d=f"M{drawn}{'Z' if is_closed else ''}", class_=class_) if drawn else ""


def stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points with a corner between each two: a value holds until the next."""
    out: list[tuple[float, float]] = []
    for x, y in points:
        if out:
            out.append((x, out[-1][1]))
        out.append((x, y))
    return out


def chart(width: float, height: float, content: Iterable[str], label: str) -> str:
    """Return a whole chart that fills the width it is given."""
    return element(
        "svg",
        "".join(content),
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=label,
        xmlns="http://www.w3.org/2000/svg",
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values between two bounds to a stretch of the picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Map a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def clamped(self, value: float) -> float:
        """Map a value, one out of bounds to the nearer end."""
        return self(min(max(value, self.low), self.high))

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values within the bounds."""
        span = self.high - self.low
        step = 10.0 ** math.floor(math.log10(span / most))
        step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def padded(values: Iterable[float], share: float = 0.06) -> tuple[float, float]:
    """Return bounds around values, apart even where all are equal."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def x_axis(scale: Scale, top: float, bottom: float, unit: str = "") -> str:
    """Return grid lines and their numbers below."""
    out = []
    for value in scale.ticks():
        x = scale(value)
        out.append(element("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid"))
        out.append(text(x, bottom + 12, number(value, scale.ticks()), "tick", "middle"))
    out.append(text(scale.end, bottom + 28, unit, "axis", "end"))
    return "".join(out)


def y_axis(scale: Scale, left: float, right: float, unit: str = "") -> str:
    """Return grid lines and their numbers on the left."""
    out = []
    for value in scale.ticks():
        y = scale(value)
        out.append(element("line", x1=left, x2=right, y1=y, y2=y, class_="grid"))
        out.append(text(left - 6, y, number(value, scale.ticks()), "tick", "end"))
    out.append(text(0, min(scale.start, scale.end) - 12, unit, "axis"))
    return "".join(out)


def number(value: float, among: Sequence[float]) -> str:
    """Return a tick's value with the decimals its axis needs."""
    step = among[1] - among[0] if len(among) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:,.{decimals}f}".replace("-0", "0") if value == 0 else f"{value:,.{decimals}f}"
