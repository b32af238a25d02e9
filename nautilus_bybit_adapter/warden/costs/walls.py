"""Walls of a book: levels that stand out of their surroundings, for pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def prominences(sizes: Sequence[float]) -> list[tuple[int, float]]:
    """
    Return the peaks of ``log(1 + size)`` over levels and how far each stands out, strongest first.

    A peak's persistence is how deep one has to go down from it before a higher peak is met; that of the highest is
    measured against the lowest level.

    Parameters
    ----------
    sizes : Sequence[float]
        Sizes by level, at least 0.

    Returns
    -------
    list[tuple[int, float]]
        Level and persistence, above 0.

    Source: H. Edelsbrunner, D. Letscher, A. Zomorodian, Topological persistence and simplification (2002).
    """
    heights = [math.log1p(size) for size in sizes]
    owner: list[int | None] = [None] * len(heights)

    def root(index: int) -> int:
        while (above := owner[index]) is not None and above != index:
            index = above
        return index

    found: list[tuple[int, float]] = []
    for index in sorted(range(len(heights)), key=lambda each: (-heights[each], each)):
        beside = (each for each in (index - 1, index + 1) if 0 <= each < len(heights))
        peaks = sorted(
            {root(each) for each in beside if owner[each] is not None},
            key=lambda each: (-heights[each], each),
        )
        owner[index] = peaks[0] if peaks else index
        for younger in peaks[1:]:
            if heights[younger] > heights[index]:
                found.append((younger, heights[younger] - heights[index]))
            owner[younger] = peaks[0]
    if heights and max(heights) > min(heights):
        top = max(range(len(heights)), key=lambda each: (heights[each], -each))
        found.append((top, heights[top] - min(heights)))
    return sorted(found, key=lambda peak: (-peak[1], peak[0]))
