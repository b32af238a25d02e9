"""One parent order in its book: depth as a heat map, the touch, its children's prices and its fills; the walk."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nautilus_bybit_adapter.cli.report.png import png_uri
from nautilus_bybit_adapter.cli.report.svg import (
    Scale,
    chart,
    element,
    path,
    stairs,
    text,
    title,
    x_axis,
    y_axis,
)
from nautilus_bybit_adapter.warden.costs import Parent
from nautilus_bybit_adapter.warden.costs.records import BookLine, Level
from nautilus_bybit_adapter.warden.costs.walls import prominences

_SECOND = 1e9
_BPS = 1e4
_WIDTH, _HEIGHT = 860.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 850.0, 22.0, 274.0
_MOST_ROWS = 96
_MOST_COLUMNS = 320
_MARGIN_SECS = 4.0
_BID, _ASK = (18, 150, 110), (212, 60, 78)
_WALLS = 3
_LEAST_PERSISTENCE = 0.7
_LEAST_WIDTH = 4.0


@dataclass(frozen=True, slots=True)
class _View:
    """The stretch of time and price that is shown."""

    across: Scale
    up: Scale
    books: list[BookLine]
    origin_ns: int

    def x(self, ts_ns: int) -> float:
        return self.across.clamped((ts_ns - self.origin_ns) / _SECOND)


def order_picture(parent: Parent, books: Sequence[BookLine]) -> str:
    """Return the book around an order; empty where the log has no book of that time."""
    view = _view(parent, books)
    if view is None:
        return ""
    drawn = [
        element("rect", x=_LEFT, y=_TOP, width=_RIGHT - _LEFT, height=_BOTTOM - _TOP, class_="plot"),
        _heat(parent, view),
        x_axis(view.across, _BOTTOM, _BOTTOM, "seconds after arrival"),
        y_axis(view.up, _LEFT, _LEFT, "price"),
        _touch(view),
        _life(parent, view),
        *_children(parent, view),
        *_fills(parent, view),
    ]
    return chart(_WIDTH, _HEIGHT, drawn, f"The book around {parent.client_order_id}")


def _view(parent: Parent, books: Sequence[BookLine]) -> _View | None:
    end = max([parent.end_ns, *(fill.ts_ns for fill in parent.fills)])
    low_ns, high_ns = parent.arrival_ns - _MARGIN_SECS * _SECOND, end + _MARGIN_SECS * _SECOND
    shown = [book for book in books if low_ns <= book.ts_ns <= high_ns and book.bids and book.asks]
    if len(shown) < 2:  # noqa: PLR2004 - a picture needs two columns
        return None
    prices = [price for book in shown for price in (book.bids[0][0], book.asks[0][0])]
    prices += [float(fill.price) for fill in parent.fills]
    tick = float(parent.instrument.price_increment)
    low, high = min(prices), max(prices)
    room = max((high - low) * 0.35, 12 * tick)
    near = [float(step.price) for child in parent.children.values() for step in child.steps if step.price]
    low = min([low - room, *(price - 2 * tick for price in near if price > low - 6 * room)])
    high = max([high + room, *(price + 2 * tick for price in near if price < high + 6 * room)])
    seconds = [(book.ts_ns - parent.arrival_ns) / _SECOND for book in shown]
    across = Scale(seconds[0], max(seconds[-1], seconds[0] + 0.1), _LEFT, _RIGHT)
    return _View(across, Scale(low, high, _BOTTOM, _TOP), shown, parent.arrival_ns)


def _heat(parent: Parent, view: _View) -> str:
    """Return depth over time and price: the more opaque, the more there lies."""
    tick = float(parent.instrument.price_increment)
    ticks = max(1, math.ceil((view.up.high - view.up.low) / tick))
    bin_size = tick * math.ceil(ticks / _MOST_ROWS)
    rows = math.ceil((view.up.high - view.up.low) / bin_size)
    columns = min(_MOST_COLUMNS, max(2, len(view.books)))
    times = [book.ts_ns for book in view.books]
    bids, asks = np.zeros((rows, columns)), np.zeros((rows, columns))
    for column in range(columns):
        at = times[0] + (times[-1] - times[0]) * (column + 0.5) / columns
        book = view.books[max(bisect_right(times, at) - 1, 0)]
        for depth, levels in ((bids, book.bids), (asks, book.asks)):
            for price, size in levels:
                row = math.floor((view.up.high - price) / bin_size)
                if 0 <= row < rows:
                    depth[row, column] += size
    height = (rows * bin_size) / (view.up.high - view.up.low) * (_BOTTOM - _TOP)
    image = element(
        "image",
        href=png_uri(_coloured(bids, asks)),
        x=_LEFT,
        y=_TOP,
        width=_RIGHT - _LEFT,
        height=height,
        preserveAspectRatio="none",
        class_="heat",
    )
    return element("svg", image, x=0, y=0, width=_WIDTH, height=_BOTTOM)


def _coloured(bids: NDArray[np.float64], asks: NDArray[np.float64]) -> NDArray[np.uint8]:
    depth = np.log1p(bids) + np.log1p(asks)
    known = depth[depth > 0]
    most = float(np.quantile(known, 0.995)) if known.size else 1.0
    pixels = np.zeros((*depth.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.where((bids >= asks)[..., None], np.array(_BID), np.array(_ASK))
    strength = np.clip(depth / most, 0.0, 1.0)
    pixels[..., 3] = np.where(depth > 0, 30 + 215 * strength**1.4, 0).astype(np.uint8)
    return pixels


def _touch(view: _View) -> str:
    lines = []
    for class_, side in (("bid", 0), ("ask", 1)):
        points = [
            (view.x(book.ts_ns), view.up.clamped((book.bids, book.asks)[side][0][0])) for book in view.books
        ]
        lines.append(path(stairs(points), f"touch {class_}"))
    return "".join(lines)


def _life(parent: Parent, view: _View) -> str:
    """Return the marks of arrival and end."""
    out = []
    for name, ts_ns, anchor in (("arrival", parent.arrival_ns, "end"), ("end", parent.end_ns, "start")):
        x = view.x(ts_ns)
        out.append(element("line", x1=x, x2=x, y1=_TOP, y2=_BOTTOM, class_="moment"))
        out.append(text(x - 4 if anchor == "end" else x + 4, _TOP - 9, name, "tick", anchor))
    return "".join(out)


def _children(parent: Parent, view: _View) -> list[str]:
    """Return the price of each child over its life."""
    drawn = []
    for child in parent.children.values():
        points: list[tuple[float, float]] = []
        for step in child.steps:
            if step.price is not None:
                points.append((view.x(step.ts_ns), view.up.clamped(float(step.price))))
            elif points:
                points.append((view.x(step.ts_ns), points[-1][1]))
        drawn += [path(stairs(points), "halo"), path(stairs(points), "child")]
    return drawn


def _fills(parent: Parent, view: _View) -> list[str]:
    drawn = []
    for fill in parent.fills:
        x, y = view.x(fill.ts_ns), view.up.clamped(float(fill.price))
        way = "maker" if fill.is_maker else "taker"
        hint = title(f"{fill.quantity} at {fill.price} ({way}), fee {fill.fee} {fill.fee_currency}")
        if fill.is_maker:
            drawn.append(element("circle", hint, cx=x, cy=y, r=5.0, class_="fill maker"))
        else:
            around = [(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)]
            corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in around)
            drawn.append(element("polygon", hint, points=corners, class_="fill taker"))
    return drawn


def walk_picture(parent: Parent, books: Sequence[BookLine]) -> str:
    """Return the book the parent would have walked on arrival: depth by distance, what it reaches, and the walls."""
    before = [book for book in books if book.ts_ns <= parent.arrival_ns and book.bids and book.asks]
    if not before:
        return ""
    book = before[-1]
    levels = book.asks if parent.sign > 0 else book.bids
    mid = (book.bids[0][0] + book.asks[0][0]) / 2
    distances = [abs(price - mid) / mid * _BPS for price, _ in levels]
    quantity = float(parent.quantity)
    reached = _reached(levels, quantity)
    shown = min(len(levels), max(reached + 8, 20))
    height, bottom = 180.0, 134.0
    across = Scale(0.0, distances[shown - 1] * 1.03 or 1.0, _LEFT, _RIGHT)
    cumulated = np.cumsum([size for _, size in levels[:shown]])
    up = Scale(0.0, max(float(cumulated[-1]), quantity) * 1.08, bottom, 22)
    side = "ask" if parent.sign > 0 else "bid"
    drawn = [x_axis(across, 22, bottom, "distance from the mid, bps"), y_axis(up, _LEFT, _RIGHT, "depth")]
    points = [(_LEFT, up(0.0))]
    points += [(across(distances[place]), up(float(cumulated[place]))) for place in range(shown)]
    drawn.append(path([*stairs(points), (points[-1][0], bottom)], f"area {side}-area", is_closed=True))
    eaten = [(x, max(y, up(quantity))) for x, y in stairs(points[1 : reached + 1])]
    start, (last, height_there) = eaten[0][0], eaten[-1]
    edge = max(last, start + _LEAST_WIDTH)
    outline = [(start, bottom), *eaten, (edge, height_there), (edge, bottom)]
    drawn.append(path(outline, "eaten", is_closed=True))
    drawn.append(element("line", x1=_LEFT, x2=_RIGHT, y1=up(quantity), y2=up(quantity), class_="wanted"))
    drawn.append(text(_RIGHT - 4, up(quantity) - 9, f"ordered {parent.quantity}", "tick", "end"))
    drawn += _walls(levels[:shown], [across(distance) for distance in distances], bottom)
    return chart(_WIDTH, height, drawn, f"The walk of {parent.client_order_id}")


def _reached(levels: Sequence[Level], quantity: float) -> int:
    """Return how many levels the quantity takes; all of them where it does not fit."""
    left = quantity
    for place, (_, size) in enumerate(levels, 1):
        left -= size
        if left <= 0:
            return place
    return len(levels)


def _walls(levels: Sequence[Level], places: Sequence[float], bottom: float) -> list[str]:
    peaks = [peak for peak in prominences([size for _, size in levels]) if peak[1] >= _LEAST_PERSISTENCE]
    return [
        element(
            "line",
            title(f"a wall: {levels[place][1]:g} at {levels[place][0]:g}, persistence {strength:.2f}"),
            x1=places[place],
            x2=places[place],
            y1=bottom - 10 - 22 * min(strength, 3.0),
            y2=bottom,
            class_="wall",
        )
        for place, strength in peaks[:_WALLS]
    ]
